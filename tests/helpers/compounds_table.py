"""A small table of compounds for tests of stages."""

import numpy as np

from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.superconductors.data.families import family_of
from superdrift.superconductors.tables import COMPOUNDS


def write_compounds(path, formulas, *, superconducting=None):
    """Write formulas as compounds.parquet, all of them superconductors at 10 K unless said otherwise."""
    n = len(formulas)
    parsed = [parse_formula(formula) for formula in formulas]
    superconducting = [True] * n if superconducting is None else superconducting
    tc_k = [10.0 if yes else None for yes in superconducting]
    columns = {
        "id": np.arange(n),
        "formula": formulas,
        "reduced_formula": [reduced_formula(amounts) for amounts in parsed],
        "family": [family_of(amounts) for amounts in parsed],
        "superconducting": superconducting,
        "tc_k": tc_k,
        "tc_consensus_k": tc_k,
        "amounts": np.stack([to_vector(amounts) for amounts in parsed]),
        "split": ["train"] * n,
        "group": np.arange(n, dtype=np.int32),
        "flags": [[]] * n,
        "year": [None] * n,
        "reference": [None] * n,
        "origin": ["test"] * n,
        "row": np.arange(n),
    }
    tables.write(path, COMPOUNDS, columns, {})
    return path


def write_amounts(path, table, amounts, **columns):
    """Write amounts under running ids as a table of samples or projected samples."""
    n = len(amounts)
    tables.write(path, table, {"id": np.arange(n), "amounts": amounts, **columns}, {})
    return path
