"""The check of metals fitted to the compounds that come with the project: textbook alloys, metals that do not mix."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from superdrift.charges.formal_valence import metals_only
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.metals.intermetallics import listed_intermetallics
from superdrift.metals.metal_check import MetalCheck, fit_trees
from superdrift.run.errors import InputError
from superdrift.superconductors.check import shipped
from superdrift.superconductors.screening.known_metals import known_alloys, metal_check
from superdrift.superconductors.tables import COMPOUNDS

DATA = os.environ.get("SUPERDRIFT_DATA")


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


@pytest.fixture(scope="module")
def check():
    return metal_check(tables.read(shipped.COMPOUNDS, COMPOUNDS, ["amounts", "flags"]), threads=2)


@pytest.mark.parametrize(
    "formula",
    ["Nb3Sn", "NbTi", "V3Ga", "MgCu2", "MgZn2", "ZrV2", "LaRu2", "Cu3Au", "CuZn", "NiTi", "Ni3Al", "TiAl", "Al2Cu",
     "Mg2Pb", "LaNi5", "SmCo5", "CeCoIn5", "YNi2Pb", "AuIn2"],
)  # fmt: skip
def test_textbook_alloys_pass(check, formula):
    assert check.score(vectors(formula))[0] >= 0


@pytest.mark.parametrize(
    "formula",
    ["Na7Pt", "W3Cs", "Mg0.5W2K", "NaW", "Na3Cr", "K2Mo", "KNb", "TaLi5", "BaW", "CaTa", "Nb3Cs", "RbTa7",
     "K3V", "Na5Fe"],
)  # fmt: skip
def test_metals_that_do_not_mix_fail(check, formula):
    """CsFe5 is one that passes, for its likeness to SmCo5: docs/methods/screening.md."""
    assert check.score(vectors(formula))[0] < 0


def test_what_counts_as_a_known_alloy():
    rows = [("Nb3Sn", []), ("Nb", ["element"]), ("NbC", []), ("NbTi", ["off_grid"]), ("V3Ga", ["misprint_suspect"])]
    amounts = vectors(*(formula for formula, _ in rows))
    vector = COMPOUNDS.schema.field("amounts").type
    table = pa.table({
        "amounts": pa.FixedSizeListArray.from_arrays(pa.array(amounts.ravel()), type=vector),
        "flags": [flags for _, flags in rows],
    })  # fmt: skip
    assert np.array_equal(known_alloys(table), amounts[[0, 3]])


@pytest.mark.skipif(not DATA, reason="set SUPERDRIFT_DATA to the folder with the public data")
def test_beside_supercon_bronze_passes():
    amounts = []
    for line in Path(DATA, "SuperCon_with_types.dat").read_text().splitlines():
        try:
            amounts.append(to_vector(parse_formula(line.split("\t")[1])))
        except InputError:
            continue
    known = np.stack(amounts)
    known = known[metals_only(known) & ((known > 0).sum(axis=1) > 1)]
    score = MetalCheck(lambda: fit_trees(known, listed_intermetallics(), threads=2)).score
    assert (score(vectors("Cu0.9Sn0.1", "Nb3Sn", "NbTi", "LaRu2", "Cu3Au", "NiTi", "Ni3Al", "MgCu2")) >= 0).all()
    assert (score(vectors("Na7Pt", "W3Cs", "Mg0.5W2K", "NaW", "K2Mo")) < 0).all()
