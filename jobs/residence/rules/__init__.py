"""The residence rules, one file a family; order.py lists them as the law evaluates them."""
