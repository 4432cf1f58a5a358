"""Whether a structure can be a crystal at all: LeMat-GenBench's distances and plausibility, empty layers.

CDVAE's validity stands in `matching`, because DiffCSP's match asks for it. LeMat-GenBench (Betala et al., 2025): no two
atoms i, j nearer than 0.5 (0.7 Å + r_i + r_j) with r Slater's atomic radii as pymatgen has them, 1 Å where it has
none; mass density, atoms per volume and lattice in the ranges below.
"""

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

ALLOWANCE, SCALE = 0.7, 0.5
"""Å, and a factor: of the shortest distance that LeMat-GenBench allows. Fixed by the definition."""
UNKNOWN_RADIUS = 1.0
"""Å; radius of elements without one. Fixed by the definition."""
MASS_DENSITY = (0.01, 25.0)
"""g/cm^3; range of plausible densities (LeMat-GenBench). Fixed by the definition."""
ATOM_DENSITY = (1e-5, 0.5)
"""Atoms per Å^3; range of plausible densities (LeMat-GenBench). Fixed by the definition."""
LATTICE_LENGTHS = (1.0, 100.0)
"""Å; range of plausible lattice vectors (LeMat-GenBench). Fixed by the definition."""
LEAST_VOLUME = 1.0
"""Å^3; a plausible cell is larger (LeMat-GenBench). Fixed by the definition."""


def too_near(structure: Structure) -> tuple[int, int, float] | None:
    """The pair of sites furthest below LeMat-GenBench's shortest distance, and its distance in Å; None: there is none.

    As there, images of one atom are not counted, and a cell of one atom has no pair. A disordered site has the largest
    radius of its occupants.
    """
    radii = np.array([max(_radius(element) for element in site.species) for site in structure])
    shortest = SCALE * (ALLOWANCE + radii[:, None] + radii[None, :])
    lacking = np.triu(shortest - structure.distance_matrix, k=1)
    one, other = (int(place) for place in np.unravel_index(lacking.argmax(), lacking.shape))
    return (one, other, float(structure.distance_matrix[one, other])) if lacking[one, other] > 0 else None


def implausible(structure: Structure) -> str:
    """Why density or lattice are not plausible by LeMat-GenBench's ranges; empty where they are."""
    ranges: tuple[tuple[str, float, tuple[float, float], str], ...] = (
        ("density", float(structure.density), MASS_DENSITY, "g/cm^3"),
        ("atoms per volume", len(structure) / structure.volume, ATOM_DENSITY, "Å^-3"),
        ("volume", float(structure.volume), (LEAST_VOLUME, np.inf), "Å^3"),
        *(("lattice vector", float(length), LATTICE_LENGTHS, "Å") for length in structure.lattice.abc),
    )
    for name, value, (least, most), unit in ranges:
        if not least <= value <= most:
            return f"{name} {value:.4g} {unit}, not in {least:g} to {most:g}"
    return ""


def widest_gap(structure: Structure) -> float:
    """Thickness in Å of the widest layer without atoms between planes spanned by two of the lattice vectors."""
    inverse: NDArray[np.float64] = np.linalg.inv(structure.lattice.matrix)
    spacing = 1 / np.linalg.norm(inverse, axis=0)
    places = np.sort(structure.frac_coords % 1, axis=0)
    gaps = np.diff(np.concatenate([places, places[:1] + 1]), axis=0)
    return float((gaps.max(axis=0) * spacing).max())


def _radius(element: object) -> float:
    radius = getattr(element, "atomic_radius", None)
    return UNKNOWN_RADIUS if radius is None else float(radius)
