"""A structure as values of a table's row, and back: lattice, occupants of sites, coordinates, occupancies."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from pymatgen.core import Lattice, Structure

DECIMALS = 6
"""Decimals to which occupancies are kept: beyond them files differ by rounding."""


def row_of(structure: Structure) -> dict[str, Any]:
    """The columns `lattice`, `species`, `coordinates`, `occupancies` of a structure.

    Returns:
        lattice: (9,) rows a, b, c in Å. species: element of each occupant; a disordered site has several, one after
        another. coordinates: three fractional ones of each occupant. occupancies: of each occupant, None where all
        are 1.
    """
    occupants = [
        (element.symbol, round(float(amount), DECIMALS), site.frac_coords)
        for site in structure
        for element, amount in site.species.items()
    ]
    shares = [amount for _, amount, _ in occupants]
    return {
        "lattice": structure.lattice.matrix.reshape(-1).astype(np.float32),
        "species": [symbol for symbol, _, _ in occupants],
        "coordinates": [float(x) for _, _, position in occupants for x in position],
        "occupancies": None if all(share == 1 for share in shares) else shares,
    }


def structure_of(row: Mapping[str, Any]) -> Structure:
    """The structure of a row with the columns of `row_of`; occupants at one place share its site."""
    lattice = Lattice(np.asarray(row["lattice"], dtype=np.float64).reshape(3, 3))
    positions = np.asarray(row["coordinates"], dtype=np.float64).reshape(-1, 3)
    if row["occupancies"] is None:
        return Structure(lattice, row["species"], positions)
    sites: dict[tuple[float, ...], dict[str, float]] = {}
    for symbol, share, position in zip(row["species"], row["occupancies"], positions, strict=True):
        sites.setdefault(tuple(position), {})[symbol] = share
    return Structure(lattice, list(sites.values()), list(sites))


def amounts_of(structure: Structure) -> dict[str, Decimal]:
    """Atoms of each element in the cell, exact to `DECIMALS`."""
    totals: dict[str, float] = {}
    for site in structure:
        for element, amount in site.species.items():
            totals[element.symbol] = totals.get(element.symbol, 0.0) + float(amount)
    return {symbol: Decimal(str(round(total, DECIMALS))) for symbol, total in totals.items()}
