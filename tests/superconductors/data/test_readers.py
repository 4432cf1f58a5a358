"""Reading the sources: every row counted, what is wrong with a file said at once."""

import pytest

from superdrift.run import registry
from superdrift.run.errors import InputError
from superdrift.superconductors.data.readers import read_source, sources


def written(tmp_path, text, name="mine.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture
def any_hash(monkeypatch):
    """Let made-up text pass for a public file."""
    monkeypatch.setattr(registry, "verify", lambda entry, path: None)


def test_own_table(tmp_path):
    path = written(tmp_path, "formula, tc_k ,note,family\nMgB2,39,film,\n\n YBa2Cu3O7 ,92,,cuprates\n")
    rows = read_source(str(path), path)
    assert [(r.number, r.text.strip(), r.tc, r.family, r.own, r.problem) for r in rows] == [
        (2, "MgB2", "39", None, True, ""),
        (4, "YBa2Cu3O7", "92", "cuprates", True, ""),
    ]
    assert {r.origin for r in rows} == {str(path)}


def test_byte_order_mark_and_windows_lines(tmp_path):
    path = written(tmp_path, b"\xef\xbb\xbfformula,tc_k\r\nMgB2,39\r\n")
    assert [(r.text, r.tc) for r in read_source("mine", path)] == [("MgB2", "39")]


@pytest.mark.parametrize("row", ["MgB2,39,5", "MgB2"])
def test_row_of_another_length_has_a_problem(tmp_path, row):
    rows = read_source("mine", written(tmp_path, f"formula,tc_k\n{row}\n"))
    assert "fields where the header has 2" in rows[0].problem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("formula;tc_k\nMgB2;39\n", "found formula;tc_k"),
        ("formula,Tc\nMgB2,39\n", "no column tc_k"),
        ("formula,tc_k,tc_k\nMgB2,39,39\n", "column tc_k appears twice"),
        ("formula,tc_k\n", "holds no row"),
        ("formula,tc_k\n\n , \n", "holds no row"),
        (b"formula,tc_k\nMgB\xb2,39\n", "not UTF-8"),
    ],
)
def test_unusable_files(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_source("mine", written(tmp_path, text))


def test_missing_file_lists_the_names(tmp_path):
    with pytest.raises(InputError, match=r"'supercom'.*does not exist.*literature, supercon, stanev"):
        read_source("supercom", tmp_path / "supercom")


def test_public_file_with_another_content_stops(tmp_path):
    path = written(tmp_path, "1\tMgB2\t39\t3\n")
    with pytest.raises(InputError, match=r"SHA-256 expected ffcabf93.*found"):
        read_source("supercon", path)


@pytest.mark.usefixtures("any_hash")
def test_supercon(tmp_path):
    rows = read_source("supercon", written(tmp_path, "1\tMgB2\t39\t3\n2\tFeSe\t8\t2\n3 broken\n4\tCuO\t1\t9\n"))
    assert [(r.number, r.text, r.tc, r.family, r.own) for r in rows[:2]] == [
        (1, "MgB2", "39", "others", False),
        (2, "FeSe", "8", "pnictides", False),
    ]
    assert all("class 1, 2 or 3" in r.problem for r in rows[2:])


@pytest.mark.usefixtures("any_hash")
def test_stanev_serves_for_its_negatives(tmp_path):
    rows = read_source("stanev", written(tmp_path, "name,Tc\nMgB2,39\nCuO,0\n"))
    assert [(r.number, r.text, r.tc, r.negatives_only, r.own) for r in rows] == [
        (2, "MgB2", "39", True, False),
        (3, "CuO", "0", True, False),
    ]


@pytest.mark.usefixtures("any_hash")
def test_other_registry_files_are_no_source(tmp_path):
    with pytest.raises(InputError, match="holds no compounds with Tc; choose one of literature, supercon, stanev"):
        read_source("critexam_val", written(tmp_path, "formula,target\nCuO,1\n"))
    assert sources() == ["literature", "supercon", "stanev"]
