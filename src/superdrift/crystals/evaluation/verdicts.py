"""What can be said of one structure by itself: geometry, composition, symmetry; and in words what is wrong with it."""

from typing import Any

import numpy as np
from pymatgen.core import Structure

from superdrift.charges.states_alone import neutral
from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS
from superdrift.composition.formula import reduced_formula
from superdrift.crystals.data.cleaning import FULLEST
from superdrift.crystals.evaluation.subjects import Subject, plain
from superdrift.crystals.tables import EVALUATED
from superdrift.run.errors import InputError
from superdrift.structures.matching import SMALLEST_DISTANCE, SMALLEST_VOLUME, smact_valid, smallest_distance
from superdrift.structures.rows import amounts_of
from superdrift.structures.symmetry import symmetry_of
from superdrift.structures.validity import implausible, too_near, widest_gap

MOST_MEASURED = 1000
"""Sites up to which all distances are measured: their number grows with the square, and so does the memory."""
WIDE_GAP = 8.0
"""Å; an empty layer wider than between the layers of known crystals is remarked on. No verdict depends on it."""


def verdicts(subject: Subject, *, symprec: float) -> dict[str, Any]:
    """The row of a structure in `tables.EVALUATED`, without what others say of it.

    Args:
        subject: the structure, or why there is none.
        symprec: Å; of the space group.
    """
    row: dict[str, Any] = dict.fromkeys((column.name for column in EVALUATED.columns), None)
    row |= {"set": subject.group, "name": subject.name, "rank": subject.rank}
    if subject.structure is None:
        return row | {"readable": False, "reason": subject.problem}
    try:
        return row | _of_structure(_checked(subject.structure), symprec)
    except InputError as error:
        return row | {"readable": False, "reason": str(error)}
    except Exception as error:  # whatever a file of somebody's makes a library raise: one row of many
        return row | {"readable": False, "reason": f"cannot be judged: {' '.join(str(error).split())[:200]}"}


def _of_structure(structure: Structure, symprec: float) -> dict[str, Any]:
    found: list[str] = []
    row: dict[str, Any] = {
        "readable": True,
        **_said(structure),
        **_composition(structure, found),
        **_geometry(structure, found),
    }
    geometry = row.get("cdvae_geometry")
    row["cdvae"] = None if geometry is None else geometry and row["smact"]
    if geometry:
        row |= _symmetry(structure, symprec, found)
    return row | {"reason": "; ".join(found) or None}


def _checked(structure: Structure) -> Structure:
    """The structure without what is no matter of the judge; see `subjects.plain`.

    Raises:
        InputError: for what is no structure: no atoms, no numbers, no elements, too full sites.
    """
    if not len(structure):
        raise InputError("no atoms")
    if not (np.isfinite(structure.lattice.matrix).all() and np.isfinite(structure.frac_coords).all()):
        raise InputError("a coordinate or a lattice vector is no finite number")
    strange = [element.symbol for element in structure.elements if element.symbol not in ATOMIC_NUMBER]
    if strange:
        raise InputError(f"'{strange[0]}' is no chemical element")
    fullest = max(site.species.num_atoms for site in structure)
    if fullest > FULLEST:
        raise InputError(f"a site is occupied {fullest:.3f} times; at most once")
    return plain(structure)


def _said(structure: Structure) -> dict[str, Any]:
    return {
        "formula": reduced_formula(amounts_of(structure)),
        "n_sites": len(structure),
        "ordered": bool(structure.is_ordered),
        "volume": float(structure.volume),
        "density": float(structure.density) if structure.volume else None,
    }


def _composition(structure: Structure, found: list[str]) -> dict[str, Any]:
    """SMACT's verdict and that of measured oxidation states."""
    amounts = amounts_of(structure)
    vector, beyond = np.zeros((1, N_ELEMENTS)), ""
    for symbol, amount in amounts.items():
        if ATOMIC_NUMBER[symbol] > N_ELEMENTS:
            beyond = symbol
        else:
            vector[0, ATOMIC_NUMBER[symbol] - 1] = float(amount)
    if beyond:
        found.append(f"{beyond} has no known oxidation states")
        return {"smact": False, "charge_neutral": None}
    row = {"smact": smact_valid(structure), "charge_neutral": neutral(vector)[0]}
    if not row["smact"]:
        found.append("charges do not cancel (SMACT)")
    if row["charge_neutral"] is False:
        found.append("charges do not cancel (measured oxidation states)")
    return row


def _geometry(structure: Structure, found: list[str]) -> dict[str, Any]:
    """CDVAE's and LeMat-GenBench's verdicts on distances, volume and density."""
    if structure.volume < SMALLEST_VOLUME:
        found.append(f"volume {structure.volume:.3g} Å^3, less than {SMALLEST_VOLUME}")
        return {"cdvae_geometry": False, "lemat_distance": None, "lemat_plausible": False}
    row: dict[str, Any] = {"widest_gap": widest_gap(structure)}
    if row["widest_gap"] > WIDE_GAP:
        found.append(f"{row['widest_gap']:.1f} Å without atoms: a slab or molecules")
    why = implausible(structure)
    row["lemat_plausible"] = not why
    if why:
        found.append(f"{why} (LeMat-GenBench)")
    if len(structure) > MOST_MEASURED:
        found.append(f"{len(structure)} sites; distances are measured of up to {MOST_MEASURED}")
        return row
    nearest, pair = smallest_distance(structure), too_near(structure)
    row |= {"nearest": nearest, "cdvae_geometry": nearest >= SMALLEST_DISTANCE, "lemat_distance": pair is None}
    if not row["cdvae_geometry"]:
        found.append(f"two atoms {nearest:.2f} Å apart; at least {SMALLEST_DISTANCE} Å (CDVAE)")
    elif pair is not None:
        one, other = (structure[place].species_string for place in pair[:2])
        found.append(f"{one} and {other} {pair[2]:.2f} Å apart: too near for their radii (LeMat-GenBench)")
    return row


def _symmetry(structure: Structure, symprec: float, found: list[str]) -> dict[str, Any]:
    try:
        symmetry = symmetry_of(structure, symprec=symprec)
    except InputError as error:
        found.append(str(error))
        return {}
    return {"space_group": symmetry.space_group, "fingerprint": symmetry.fingerprint}
