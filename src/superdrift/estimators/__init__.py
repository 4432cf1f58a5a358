"""Estimates for a composition: superconducting or not, critical temperature, and how well both are known."""
