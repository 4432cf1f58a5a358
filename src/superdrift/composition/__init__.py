"""What a compound is made of: exact formulas, vectors, digit codec, families, cleaning, distances, valence."""
