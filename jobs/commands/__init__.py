"""The commands of the command line, by who uses them; each file adds its words and does what they say."""
