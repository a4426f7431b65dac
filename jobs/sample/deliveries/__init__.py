"""What the ten departments deliver about the synthetic district: physical shapes, faults, and the truth behind every row."""
