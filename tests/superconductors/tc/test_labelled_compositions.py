"""One row per composition, flagged rows left out, and both kinds needed."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from estimator_data import known

from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.superconductors.tables import NEIGHBOURS, VECTOR
from superdrift.superconductors.tc.labelled_compositions import Known, distinct


def compounds(rows):
    """A table with the columns of a fit from (formula, superconducting, tc, flags)."""
    amounts = np.zeros((len(rows), 96), dtype=np.float32)
    amounts[:, 28] = np.arange(1, len(rows) + 1)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(amounts.ravel()), type=VECTOR)
    return pa.table(
        {
            "id": np.arange(len(rows)),
            "reduced_formula": [row[0] for row in rows],
            "family": ["others"] * len(rows),
            "superconducting": [row[1] for row in rows],
            "tc_consensus_k": pa.array([row[2] for row in rows], pa.float64()),
            "amounts": vectors,
            "flags": pa.array([row[3] for row in rows], pa.list_(pa.string())),
        }
    )


def test_one_row_per_composition_and_a_superconductor_wins():
    found = distinct(
        compounds([("A", False, None, []), ("A", True, 4.0, []), ("A", True, 4.0, []), ("B", False, None, [])]),
        [],
    )
    assert found.ids.tolist() == [1, 3]
    assert found.superconducting.tolist() == [True, False]
    assert found.tc[0] == 4.0
    assert np.isnan(found.tc[1])


@pytest.mark.parametrize(
    ("entries", "label"),
    [
        ((None, False, True), "superconductor"),
        ((None, None), "unlabelled"),
        ((None, False, None), "negative"),
        ((False, False), "negative"),
        ((True, None), "superconductor"),
    ],
)
def test_label_of_a_composition(entries, label):
    """A Tc before a measurement without one, and that before no measurement."""
    rows = [("A", kind, 4.0 if kind else None, []) for kind in entries]
    found = distinct(compounds([*rows, ("B", True, 1.0, []), ("C", None, None, [])]), [])
    assert found.labels.tolist() == [label, "superconductor", "unlabelled"]
    assert found.negative.tolist() == [label == "negative", False, False]
    assert found.weights(0.25).tolist() == [0.25 if label == "unlabelled" else 1.0, 1.0, 0.25]


def test_flagged_rows_are_left_out():
    found = distinct(
        compounds([("A", True, 4.0, ["doubt"]), ("B", True, 5.0, ["other"]), ("C", False, None, [])]),
        ["doubt"],
    )
    assert found.ids.tolist() == [1, 2]


def test_no_negatives_is_one_clear_error():
    with pytest.raises(
        InputError, match=r"no non-superconductor, measured or unlabelled, among the 1 usable.*stanev.*prepare\.sources"
    ):
        distinct(compounds([("A", True, 4.0, [])]), [])


def test_no_superconductors_is_one_clear_error():
    with pytest.raises(InputError, match="no superconductor among the 1 usable"):
        distinct(compounds([("A", False, None, [])]), [])


def test_stored_table_gives_the_same_back(tmp_path):
    data = known(30)
    data = replace(data, unlabelled=~data.superconducting & (data.ids % 2 == 0))
    assert len(set(data.labels)) == 3
    tables.write(tmp_path / "n.parquet", NEIGHBOURS, data.columns(), {})
    back = Known.of(tables.read(tmp_path / "n.parquet", NEIGHBOURS))
    for name in ("ids", "amounts", "superconducting", "tc", "families", "unlabelled"):
        np.testing.assert_array_equal(getattr(back, name), getattr(data, name))
