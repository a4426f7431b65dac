"""Residence status: a function of the evidence known and the business date."""
