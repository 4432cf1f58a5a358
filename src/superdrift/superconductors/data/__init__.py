"""Tables of known superconductors: reading, cleaning, flags, families, the column `split`."""
