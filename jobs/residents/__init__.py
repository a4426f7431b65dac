"""Residents: what keeps persons apart, the best value of each attribute, who belongs to whom, why an id changed."""
