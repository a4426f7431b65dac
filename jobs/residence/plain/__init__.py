"""The residence rules for one person in plain Python: the reference beside the set-based rules, and what-if's way of deciding."""
