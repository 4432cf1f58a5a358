"""Charges of compounds: oxidation states, formal valence, SMACT's rule, the charge check, projection on it."""
