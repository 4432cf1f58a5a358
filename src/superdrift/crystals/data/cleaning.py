"""From the text of a structure to a row of the table, or the reason why it cannot be used."""

import csv
from pathlib import Path
from statistics import median
from typing import Any

from pymatgen.core import Structure

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import format_formula, parse_formula, reduced_formula
from superdrift.crystals.data.entries import Entry, number_in
from superdrift.crystals.data.readers import superconductor_formula
from superdrift.run.errors import InputError
from superdrift.structures.files import read_structures
from superdrift.structures.matching import SMALLEST_DISTANCE, smallest_distance
from superdrift.structures.rows import amounts_of, row_of
from superdrift.structures.symmetry import anonymous, symmetry_of

FULLEST = 1.001
"""Share of a site that may be occupied, rounding in the files included."""


def row_of_entry(entry: Entry, *, symprec: float, most_sites: int) -> dict[str, Any]:
    """The columns of `tables.READ` that follow from one entry, but its source.

    Args:
        entry: as it stands in its source.
        symprec: of the space group, Å.
        most_sites: larger cells are refused.

    Raises:
        InputError: why it cannot be used.
    """
    if entry.problem:
        raise InputError(entry.problem)
    structure = read_structures(entry.text, entry.form)[0]
    _refuse(structure, most_sites)
    structure.remove_oxidation_states()
    amounts, symmetry = amounts_of(structure), symmetry_of(structure, symprec=symprec)
    return {
        "row": entry.number,
        "material_id": entry.material_id,
        "formula": format_formula(amounts),
        "reduced_formula": reduced_formula(amounts),
        "anonymous_formula": anonymous(structure),
        "elements": sorted(amounts),
        "n_sites": len(structure),
        **row_of(structure),
        "volume": float(structure.volume),
        "space_group": symmetry.space_group,
        "prototype": symmetry.prototype,
        "fingerprint": symmetry.fingerprint,
        "formation_energy_ev": entry.formation_energy_ev,
        "e_above_hull_ev": entry.e_above_hull_ev,
        "tc_k": entry.tc_k,
        "assigned": entry.assigned,
    }


def _refuse(structure: Structure, most_sites: int) -> None:
    """Raise an InputError for what is no crystal to work with."""
    strange = [symbol for symbol in (str(e.symbol) for e in structure.elements) if symbol not in ATOMIC_NUMBER]
    if strange:
        raise InputError(f"'{strange[0]}' is no chemical element")
    if len(structure) > most_sites:
        raise InputError(f"{len(structure)} sites in its cell; crystals.read.most_sites = {most_sites}")
    fullest = max(site.species.num_atoms for site in structure)
    if fullest > FULLEST:
        raise InputError(f"a site is occupied {fullest:.3f} times; at most once")
    nearest = smallest_distance(structure)
    if nearest < SMALLEST_DISTANCE:
        raise InputError(f"two atoms {nearest:.2f} Å apart; at least {SMALLEST_DISTANCE} Å")


def temperatures(path: Path) -> dict[str, float]:
    """Formula, with the smallest whole numbers → Tc in K: the median of what a table lists above 0.

    A Tc of 0 says in these tables that none was reported.

    Args:
        path: CSV with columns `name` and `Tc`, or `formula` and `tc_k`.
    """
    found: dict[str, list[float]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            try:
                tc = number_in(row, ("Tc", "tc_k"))
                formula = reduced_formula(parse_formula(row.get("name") or row.get("formula") or ""))
            except ValueError:  # a formula or number that cannot be read gives no structure its Tc
                continue
            if tc is not None and tc > 0:
                found.setdefault(formula, []).append(tc)
    return {formula: float(median(values)) for formula, values in found.items()}


def formula_with_tc(entry: Entry, row: dict[str, Any]) -> str:
    """Formula under which a table may list the Tc of a structure: that in its name, else its own."""
    named = superconductor_formula(entry.material_id)
    try:
        return reduced_formula(parse_formula(named)) if named else row["reduced_formula"]
    except InputError:
        return row["reduced_formula"]
