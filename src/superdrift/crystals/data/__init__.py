"""Known structures: sources, cleaning, duplicates, splits."""
