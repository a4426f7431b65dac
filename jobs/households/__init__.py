"""Households: who lives together at which dwelling, who belongs to whom, how many people live in a building."""
