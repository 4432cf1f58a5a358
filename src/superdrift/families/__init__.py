"""Families of compounds: embedding, clusters, groups and their general formulas."""
