"""Compositions: elements, formulas, vectors, distances, element sets, near-duplicates."""
