"""Tables of formation energies: what is read, which elements are supported, and what a bad table says."""

import numpy as np
import pytest

from superdrift.energies.element_descriptors import element_descriptors
from superdrift.energies.formation_energies import read_energies, supported_elements
from superdrift.run import registry
from superdrift.run.errors import InputError


def table(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_formulas_that_look_like_missing_values_are_formulas(tmp_path):
    read = read_energies(table(tmp_path / "t.csv", "formula,target\nNaN,-0.5\nIn,0.0\n\nN1Na3,-1e-1\n"))
    np.testing.assert_array_equal(read.energies, [-0.5, 0.0, -0.1])
    assert read.amounts.shape == (3, 96)
    assert {int(i) for i in np.flatnonzero(read.amounts[0])} == {6, 10}
    assert read.amounts[2, 10] == 3


def test_other_columns_and_their_order_do_not_matter(tmp_path):
    read = read_energies(table(tmp_path / "t.csv", '\ufefftarget,note,formula\n-2.0,"a, b",NaCl\n'))
    assert read.energies.tolist() == [-2.0]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("formula,target\nNaCl,-2\nNaClx,-1\n", ["t.csv, line 3", "'NaClx'"]),
        ("formula,target\nNa0,-2\n", ["t.csv, line 2", "'Na0' holds no atom"]),
        ("formula,target\nNaCl,\n", ["t.csv, line 2", "target ''", "eV/atom"]),
        ("formula,target\nNaCl,nan\n", ["t.csv, line 2", "target 'nan'"]),
        ("formula,target\n\nLr2O3,-1\n", ["t.csv, line 3", "Lr", "beyond"]),
        ("formula,target\nNaCl,-1,5\n", ["t.csv, line 2", "3 fields where the header has 2"]),
        ("formula,energy\nNaCl,-2\n", ["t.csv", "no column target", "formula,target"]),
        ("formula,target\n", ["t.csv", "no row"]),
        ("", ["t.csv", "no column formula and no column target", "found nothing"]),
    ],
)
def test_a_bad_table_is_one_clear_error(tmp_path, text, parts):
    with pytest.raises(InputError) as caught:
        read_energies(table(tmp_path / "t.csv", text))
    for part in parts:
        assert part in str(caught.value)


def test_a_missing_or_foreign_file_is_one_clear_error(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_energies(tmp_path / "absent.csv")
    (tmp_path / "latin.csv").write_bytes("formula,target\nNaCl,-2é\n".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_energies(tmp_path / "latin.csv")


def test_elements_are_supported_by_enough_rows():
    amounts = np.zeros((5, 96))
    amounts[:, 7], amounts[:3, 28], amounts[0, 55] = 1, 2, 1
    assert np.flatnonzero(supported_elements(amounts, min_rows=3)).tolist() == [7, 28]


def test_descriptors_know_the_periodic_table():
    table = element_descriptors()
    assert table.shape == (96, 8)
    np.testing.assert_allclose(table.mean(axis=0), 0, atol=1e-6)
    period, s, p, d, f, _, place, left = table.T
    helium, sodium, potassium, copper, lanthanum, lutetium, curium = 1, 10, 18, 28, 56, 70, 95
    assert period[sodium] < period[potassium] == period[copper] < period[curium]
    assert s[sodium] == s[potassium] < s[copper]
    assert d[copper] > d[potassium]
    assert f[lutetium] == f.max()
    assert f[lanthanum] > f[copper] == f.min()
    assert p[sodium] == p.min() == p[lutetium]
    assert place[sodium] == place.min()
    assert left[helium] == left.min()


@pytest.mark.skipif(
    registry.locate("critexam_val") is None, reason="needs a local copy of CritExam under SUPERDRIFT_DATA"
)
def test_the_public_table_is_read_whole():
    read = read_energies(registry.locate("critexam_val"))
    assert len(read.energies) == 12_752
    assert -5 < read.energies.min() < read.energies.max() < 6
