"""Named cleaning functions: text as delivered in, a standard value or a reason why not out."""
