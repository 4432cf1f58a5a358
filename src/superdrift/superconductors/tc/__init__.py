"""Superconducting or not, and at which temperature: features, trees, neighbours, held-out scores, intervals."""
