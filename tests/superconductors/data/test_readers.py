"""Reading the sources: every row counted, what is wrong with a file said at once."""

import pyarrow as pa
import pyarrow.parquet as pq
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


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"formula;Tc\r\nMgB2;39\r\n", ("MgB2", "39", None)),
        (b"name\tTc (K)\tnote\nMgB2\t39\tx, y\n", ("MgB2", "39", None)),
        (b"Tc, Formula\n39,MgB2\n", ("MgB2", "39", None)),
        (b"FAMILY,COMPOSITION,T_c\nothers,MgB2,39\n", ("MgB2", "39", "others")),
        (b'"Critical temperature\n(K)","Chemical formula"\n39,MgB2\n', ("MgB2", "39", None)),
        (b"# formula, tc_k\nMgB2, 39\n", ("MgB2", "39", None)),
        (b"sep=;\nformula;tc_k\nMgB2;39\n", ("MgB2", "39", None)),
        (b"# measured in 2020\nformula,tc_k\n# a film\nMgB2,39\n", ("MgB2", "39", None)),
        ("formula\ttc_k\r\nMgB2\t39\r\n".encode("utf-16"), ("MgB2", "39", None)),
        (b"formula,tc_k\rMgB2,39\r", ("MgB2", "39", None)),
        (b"formula,tc_k,note\nMgB2,39,5 \xb5m\n", ("MgB2", "39", None)),
        (b"name,formula,Tc,tc_k\nfilm 1,MgB2,x,39\n", ("MgB2", "39", None)),
        (b'formula,tc_k\n"MgB2",39\n', ("MgB2", "39", None)),
        (b"formula,tc_k\nNaN,0\n", ("NaN", "0", None)),
    ],
)
def test_tables_as_people_write_them(tmp_path, content, found):
    (row,) = read_source("mine", written(tmp_path, content))
    assert (row.text.strip(), row.tc.strip(), row.family) == found
    assert row.problem == ""


def test_own_parquet_table(tmp_path):
    path = tmp_path / "mine.parquet"
    pq.write_table(pa.table({"Tc (K)": [39.5, None], "name": ["MgB2", "Nb3Sn"]}), path)
    assert [(r.number, r.text, r.tc) for r in read_source("mine", path)] == [(1, "MgB2", "39.5"), (2, "Nb3Sn", "")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("formula,tc_k\nMgB2,39,5\n", "3 fields where the header has 2 (a decimal comma?)"),
        ("formula,tc_k\nMgB2\n", "1 fields where the header has 2"),
        ("formula;tc_k\nMgB2;39,5\n", "'39,5' has a decimal comma; write 39.5"),
        ("formula;tc_k\nYBa2Cu3O6,91;92\n", "'YBa2Cu3O6,91' has a decimal comma; write YBa2Cu3O6.91"),
        (b"formula,tc_k\nMgB\xb2,39\n", "not UTF-8; save the file as UTF-8"),
    ],
)
def test_rows_that_cannot_be_relied_on_have_a_problem(tmp_path, text, problem):
    (row,) = read_source("mine", written(tmp_path, text))
    assert problem in row.problem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("formula|tc_k\nMgB2|39\n", r"no column formula and no column tc_k \(found formula\|tc_k\)"),
        ("formula,T\nMgB2,39\n", r"no column tc_k \(found formula, T\).*may also be called tc, critical temperature"),
        ("formula,Tc (mK)\nMgB2,39000\n", "no column tc_k"),
        ("formula,tc_k,tc_k\nMgB2,39,39\n", "column tc_k appears twice"),
        ("formula,Formula,tc_k\nMgB2,NbN,39\n", "columns 'formula' and 'Formula' are both formula; rename one"),
        ("formula,tc_k,Tc (K)\nMgB2,39,39\n", "'tc_k' and 'Tc .K.' are both tc_k"),
        ("formula,tc_k\n", "holds no row"),
        ("formula,tc_k\n\n , \n", "holds no row"),
        ('formula,tc_k\n"MgB2,39\nNbN,16\n', "look for a quotation mark"),
        (b"formula,tc_k\nMgB2,39\0\n", "is no text .it holds the byte 0x00 in line 2"),
        (b"PK\x03\x04rest", "is a zip archive or a workbook"),
        (b"PAR1rest", "cannot be read as Parquet"),
        ("\ufeffformula,tc_k\nMgB2,39\n".encode("utf-16-le")[:-1], "is damaged UTF-16 text"),
    ],
)
def test_unusable_files(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_source("mine", written(tmp_path, text))


def test_missing_file_lists_the_names(tmp_path):
    with pytest.raises(
        InputError, match=r"'supercom'.*does not exist.*literature, literature_negatives, supercon, nims, stanev"
    ):
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
    assert all(r.zero_is_unreported for r in rows)


def test_negatives_of_the_literature_were_measured():
    rows = read_source("literature_negatives", registry.locate("literature_negatives"))
    assert all(r.negatives_only and not r.own and not r.zero_is_unreported for r in rows)
    assert {r.text: r.reference for r in rows}["Nd2CuO4"] == "Tokura et al., Nature 337, 345 (1989)"


NIMS = "1\t4\t6\nno\tname\tformula\nnum\tname\telement\n"


@pytest.mark.usefixtures("any_hash")
def test_nims(tmp_path):
    row = "2\t(Ba,La)2CuO4\tBa0.2La1.8Cu1O4-Y\tT\tK\t29\tJpn.J.Appl.Phys., 26(1987)L223\n"
    rows = read_source("nims", written(tmp_path, NIMS + row + "3\tshort\n"))
    assert [(r.number, r.text, r.tc, r.reference, r.archive, r.own) for r in rows[:1]] == [
        (4, "Ba0.2La1.8Cu1O4-Y", "29", "Jpn.J.Appl.Phys., 26(1987)L223", True, False)
    ]
    assert rows[1].problem == "2 fields where the table has 7"


@pytest.mark.parametrize(
    ("text", "year", "problem"),
    [("1987", 1987, ""), ("", None, ""), ("1987.0", 1987, ""), ("87", None, "'87' is no year"),
     ("1987a", None, "'1987a' is no year"), ("1987.5", None, "no year"), ("nan", None, "no year")],
)  # fmt: skip
def test_years_of_own_tables(tmp_path, text, year, problem):
    (row,) = read_source("mine", written(tmp_path, f"formula,tc_k,year,reference\nMgB2,39,{text}, Nature 410\n"))
    assert (row.year, row.reference) == (year, "Nature 410")
    assert problem in row.problem
    assert bool(problem) == bool(row.problem)


def test_years_of_parquet_tables(tmp_path):
    path = tmp_path / "mine.parquet"
    pq.write_table(pa.table({"tc_k": [39.0, 18.0], "formula": ["MgB2", "Nb3Sn"], "Year": [2001, None]}), path)
    assert [(r.year, r.problem) for r in read_source("mine", path)] == [(2001, ""), (None, "")]


@pytest.mark.usefixtures("any_hash")
def test_other_registry_files_are_no_source(tmp_path):
    with pytest.raises(
        InputError,
        match="holds no compounds with Tc; choose one of literature, literature_negatives, supercon, nims, stanev",
    ):
        read_source("critexam_val", written(tmp_path, "formula,target\nCuO,1\n"))
    assert sources() == ["literature", "literature_negatives", "supercon", "nims", "stanev"]
