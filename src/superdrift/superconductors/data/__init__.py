"""Tables of known superconductors: reading, cleaning, flags, families, the generator's split."""
