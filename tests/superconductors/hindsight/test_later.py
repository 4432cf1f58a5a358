"""Later compounds: after the year, unlike what was known, one a neighbourhood, doubtful rows left out."""

import numpy as np
import pyarrow as pa
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import family_of
from superdrift.superconductors.hindsight.later import later_compounds
from superdrift.superconductors.tables import VECTOR

ROWS = [
    ("MgB2", True, 39.0, [], 2001),
    ("FeSe", True, 8.0, [], 2008),
    ("Fe1.01Se", True, 8.5, [], 2009),  # near the one before
    ("LaFeAsO0.9F0.1", True, 26.0, [], 2008),
    ("H3S", True, 200.0, ["high_pressure"], 2015),
    ("Nb3Sn", True, 18.0, [], None),
    ("BaFe2As2", False, None, [], 2008),
    ("CaFe2As2", None, None, [], None),
    ("Mg0.99B2", True, 38.0, [], 2010),  # near what was known
    ("NbSe2", True, 90.0, ["misprint_suspect"], 2012),
    ("LaFePO", True, 4.0, [], 2006),
]


def vectors(formulas):
    return np.stack([to_vector(parse_formula(text)) for text in formulas])


def every():
    amounts = vectors([row[0] for row in ROWS]).astype(np.float32)
    return pa.table({
        "id": np.arange(len(ROWS)),
        "formula": [row[0] for row in ROWS],
        "family": [family_of(parse_formula(row[0])) for row in ROWS],
        "superconducting": [row[1] for row in ROWS],
        "tc_consensus_k": [row[2] for row in ROWS],
        "amounts": pa.FixedSizeListArray.from_arrays(pa.array(amounts.reshape(-1)), type=VECTOR),
        "flags": pa.array([row[3] for row in ROWS], pa.list_(pa.string())),
        "year": pa.array([row[4] for row in ROWS], pa.int32()),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [
        (2005, ["LaFePO", "FeSe", "LaFeAsO0.9F0.1", "H3S"]),
        (2007, ["FeSe", "LaFeAsO0.9F0.1", "H3S"]),
        (2008, ["Fe1.01Se", "H3S"]),
    ],
)
def test_later_compounds(cutoff, expected):
    later = later_compounds(every(), vectors(["MgB2", "Nb3Sn"]), cutoff=cutoff, spacing=0.02)
    assert later.table["formula"].to_pylist() == expected
    assert (later.years > cutoff).all()
    assert (later.distance >= 0.02).all()
    assert later.apart.tolist() == [text == "H3S" for text in expected]
    np.testing.assert_array_equal(later.amounts, vectors(expected))


def test_nothing_reported_later_is_an_error():
    with pytest.raises(InputError, match=r"first reported after 2015.*hindsight\.cutoffs"):
        later_compounds(every(), vectors(["MgB2"]), cutoff=2015, spacing=0.02)


def test_some_of_them():
    later = later_compounds(every(), vectors(["MgB2"]), cutoff=2000, spacing=0.02)
    iron = later.only(later.families == "pnictides")
    assert iron.table["formula"].to_pylist() == ["LaFePO", "FeSe", "LaFeAsO0.9F0.1"]
    assert len(iron.amounts) == len(iron.tc) == len(iron.distance)
