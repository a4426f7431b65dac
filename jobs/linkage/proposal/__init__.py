"""A link model proposed from tables nobody has described: roles of columns, comparisons, passes, and why."""
