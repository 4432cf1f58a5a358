"""Types of settings that are about compositions: distances between them, symbols of elements, amounts."""

from typing import Annotated

from superdrift.run.settings import Limits

Radius = Annotated[float, Limits(above=0, at_most=1, unit="half L1")]
"""A distance of two compositions: half the L1 distance of their atomic fractions."""

ElementSymbol = Annotated[str, Limits(pattern="^[A-Z][a-z]?$", form="symbols of elements")]
ElementSymbols = Annotated[list[ElementSymbol], Limits(unique=True)]

ATOMS = "atoms per formula unit"
"""Unit of the amounts of a composition."""
