"""The rules for one person, one file a family; order.py lists them as the law evaluates them."""
