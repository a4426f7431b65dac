"""What each department delivers, and how: one YAML contract a department, one reader a manner of delivery."""
