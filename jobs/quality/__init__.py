"""Gates and quality figures."""
