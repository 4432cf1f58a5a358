"""superdrift: inverse design of superconductors, from known compounds to ranked hypothetical ones."""

__version__ = "0.1.0"
