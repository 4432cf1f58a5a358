"""Intermetallics that computed energies say are stable: known alloys beside those of a run.

    python -m superdrift.metals.intermetallics --write

makes data/intermetallics.parquet of the CritExam tables (Materials Project, CC BY 4.0): the compounds of metals only
that lie on the convex hull of all of them. Without --write it says whether that file is what the tables give.
"""

import logging
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.charges.formal_valence import metals_only
from superdrift.composition.atom_counts import whole_counts
from superdrift.composition.elements import N_ELEMENTS
from superdrift.composition.formulas import count_formulas
from superdrift.composition.vector import distinct_compositions
from superdrift.energies.formation_energies import read_energies
from superdrift.energies.hull import Hull
from superdrift.io import tables
from superdrift.io.tables import Column, Table, vector
from superdrift.run import registry
from superdrift.run.provenance import sha256

logger = logging.getLogger("superdrift")

INTERMETALLICS = Table(
    "intermetallics",
    (
        Column("reduced_formula", pa.string(), "formula with the smallest whole numbers"),
        Column("amounts", vector(N_ELEMENTS), "amount of each element, hydrogen to curium", "atoms per formula unit"),
    ),
)
SOURCES = ("critexam_train", "critexam_val", "critexam_test")
"""Entries of the registry that the compounds are taken from."""
LEAST_BOUND = 0.02
"""eV/atom; compounds bound by less than this to their elements are not listed: the energies are no better than that."""
_ON_HULL = 1e-6
"""eV/atom; rounding of a distance of 0."""


def listed_intermetallics() -> NDArray[np.float32]:
    """Amounts (n, 96) of the intermetallics that come with the project, atoms per formula unit."""
    return tables.matrix(tables.read(listed_path(), INTERMETALLICS, ["amounts"])["amounts"])


def stable_intermetallics(amounts: NDArray[np.floating], energies: NDArray[np.floating]) -> NDArray[np.int64]:
    """Rows of compounds of two metals or more on the convex hull of all, one for each composition.

    Args:
        amounts: (n, 96) atoms per formula unit.
        energies: (n,) formation energies, eV/atom.
    """
    several = (amounts > 0).sum(axis=1) > 1
    rows = np.flatnonzero(metals_only(amounts) & several & (energies < -LEAST_BOUND))
    rows = rows[Hull(amounts, energies).distance(amounts[rows], energies[rows]) <= _ON_HULL]
    return rows[distinct_compositions(amounts[rows] / amounts[rows].sum(axis=1, keepdims=True))]


def listed_path() -> Path:
    """Where the table lies."""
    return registry.DATA / registry.entry_of("intermetallics").file


def _made() -> tuple[dict[str, object], dict[str, object]]:
    """Columns of the table as the public files give it, and where they come from."""
    paths = [registry.DATA.parent / registry.local_path(name, key="--write") for name in SOURCES]
    for name, path in zip(SOURCES, paths, strict=True):
        if not path.is_file():
            registry.fetch(name, path)
    parts = [read_energies(path) for path in paths]
    amounts = np.concatenate([part.amounts for part in parts])
    rows = stable_intermetallics(amounts, np.concatenate([part.energies for part in parts]))
    formulas = np.array(count_formulas(whole_counts(amounts[rows])))
    order = np.argsort(formulas)
    origin = {"inputs": {path.name: sha256(path) for path in paths}}
    return {"reduced_formula": formulas[order].tolist(), "amounts": amounts[rows][order]}, origin


def main(arguments: list[str]) -> int:
    """Write the table, or say whether it is out of date; 1 where it is."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    columns, origin = _made()
    if "--write" in arguments:
        tables.write(listed_path(), INTERMETALLICS, columns, origin)
    stored = tables.read(listed_path(), INTERMETALLICS)
    same = stored["reduced_formula"].to_pylist() == columns["reduced_formula"]
    logger.info("%s: %d intermetallics%s", listed_path(), stored.num_rows, "" if same else "; run again with --write")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
