"""Whether structures are stable: relaxed by a foundation potential, and their energy above the hull of known ones."""
