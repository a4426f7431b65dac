"""Profiles: the distinct identity content behind many records, and how the linkage engine sees it."""
