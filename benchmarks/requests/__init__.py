"""Samples on request: Tc, elements, guidance."""
