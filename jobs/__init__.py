"""renkou: ten departments in, one resident per person with a residence status out, every night.

Verbs (the stages) stand in this folder, nouns in the folders below; see docs/flow.md.
"""
