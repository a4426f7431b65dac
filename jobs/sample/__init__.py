"""The synthetic district: people, what departments would deliver about them, and the truth. No real person."""
