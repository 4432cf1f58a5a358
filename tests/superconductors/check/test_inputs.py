"""What people give to check: files in any dress, standard input, folders, odd names; each row with its place."""

import io
import logging
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superdrift.run.errors import InputError
from superdrift.superconductors.check.inputs import read_formulas, read_inputs, read_known
from superdrift.superconductors.data.table_records import read_records

LONG = (
    "(La0.05Ce0.05Pr0.05Nd0.05Sm0.05Eu0.05Gd0.05Tb0.05Dy0.05Ho0.05Er0.05Tm0.05Yb0.05Lu0.05Y0.05Sc0.05Bi0.05In0.05)1.0"
    "(Ba0.2Sr0.2Ca0.2Mg0.2Pb0.2)2.0(Cu0.90Ni0.02Zn0.02Co0.02Fe0.02Mn0.02)3.0(O0.96F0.02Cl0.01Br0.01)6.95"
    "(Hg0.1Tl0.1Bi0.1Pb0.1)0.1(Zr0.1Hf0.1)0.1"
)


def rows(*arguments, malformed="stop"):
    """Row and text of each formula that is read."""
    return [(given.row, given.text) for given in read_inputs(list(map(str, arguments)), malformed=malformed).readable]


def parquet(**columns):
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


MGB2, TWO = [(2, "MgB2")], [(2, "MgB2"), (3, "Nb3Sn")]


@pytest.mark.parametrize(
    ("content", "found", "told"),
    [
        # tables
        (b"\xef\xbb\xbfformula,tc_k\r\nMgB2,39\r\nNb3Sn,18\r\n", TWO, ""),
        ("\ufeffformula\ttc_k\r\nMgB2\t39\r\n".encode("utf-16-be"), MGB2, ""),
        (b"formula,note\nMgB2,\xb5\n", MGB2, "is not UTF-8 (line 2)"),
        (b"name,Tc\nMgB2,39\n", MGB2, ""),
        (b"Tc, formula\n39,MgB2\n", MGB2, ""),
        (b"FORMULA;Tc\r\nMgB2;39\r\n", MGB2, ""),
        (b"Composition \tT\nMgB2\t39\n", MGB2, ""),
        (b"material,formula\nmagnesium diboride,MgB2\n", MGB2, ""),
        (b'Tc,"formula"\n39,"MgB2"\n', MGB2, ""),
        (b'formula,n\n MgB2 ,1\n"",2\n   ,3\nNb3Sn\n', [(2, "MgB2"), (5, "Nb3Sn")], "2 rows without a formula: 3, 4"),
        (b"formula,n\nMgB2\nNb3Sn,2\n", TWO, "1 row shorter than the header (1 fields where the header has 2)"),
        (b'note,formula\n"two\nlines",MgB2\nx,NbN\n', [(2, "MgB2"), (4, "NbN")], ""),
        (b"formula\nNaN\nNo\n"[:-3], [(2, "NaN")], ""),
        (("x," * 100_000 + "formula\n" + "1," * 100_000 + "MgB2\n").encode(), None, "column x appears twice"),
        (("".join(f"x{i}," for i in range(100_000)) + "formula\n" + "1," * 100_000 + "MgB2\n").encode(), MGB2, ""),
        (b"formula,Formula\nMgB2,NbN\n", None, "are both formula"),
        (b"formula,formula\nMgB2,NbN\n", None, "column formula appears twice"),
        (b"formula,n\nMgB2,1\nLa1,85Sr0.15CuO4,2\n", None, ":3: 3 fields where the header has 2 (a decimal comma?)"),
        (b"formula;n\nLa1,85Sr0,15CuO4;2\n", None, "has a decimal comma; write La1.85Sr0.15CuO4"),
        (b"formula,n\n,1\n", None, "no formula in"),
        (b"substance,Tc\nMgB2,39\n", None, "no column formula (found substance, Tc)"),
        (b'formula,n\n"MgB2,1\nNbN,2\n', None, "quotation mark"),
        (b"formula,n\nMgB\xb2,1\n", None, ":2: the formula 'MgB\ufffd' holds bytes that are not UTF-8"),
        # lists
        (b"MgB2\n\nNb3Sn\n", [(1, "MgB2"), (3, "Nb3Sn")], "1 row without a formula: 2"),
        (b"# mine\nMgB2\n", MGB2, ""),
        (b"MgB2 39\nNb3Sn 18.3 K film\n", [(1, "MgB2"), (2, "Nb3Sn")], "2 lines, first line 1: 'MgB2 39'"),
        (b"MgB2\t39\nNbN\t16\n", [(1, "MgB2"), (2, "NbN")], "what follows the formula is not read (2 lines"),
        (b"MgB2;39,5\n", [(1, "MgB2")], "what follows"),
        (b"MgB2,39\nNbN,16\n", [(1, "MgB2"), (2, "NbN")], "what follows"),
        (b'"MgB2"\n"NbN"\n', [(1, "MgB2"), (2, "NbN")], ""),
        (b"Mo6 Se8\n", [(1, "Mo6 Se8")], ""),
        (b"MgB2 thin film\n", [(1, "MgB2")], "what follows"),
        (b"Tc\nNb\n", [(1, "Tc"), (2, "Nb")], ""),
        (b"MgB2,39\n", None, ":1: 'MgB2,39' has a comma between digits"),
        (b"YBa2Cu3O6,91\nNbN\n", None, "write YBa2Cu3O6.91 where it is a decimal comma"),
        (b"La1,85Sr0,15CuO4, film\nBa0,6K0,4Fe2As2, film\n", None, "write La1.85Sr0.15CuO4"),
        (b"NbN,1,2\nLa1,85Sr0,15CuO4\n", None, ":1: 'NbN,1,2' has a comma between digits"),
        (b"MgB2,39,5\nNbN,16,0\n", [(1, "MgB2"), (2, "NbN")], "what follows"),
        (b"La1,85Sr0,15CuO4\n", None, "write La1.85Sr0.15CuO4"),
        (b"MgB2\nMgQ2\n", None, ":2: malformed formula 'MgQ2'"),
        (b"1\tMgB2\t39\n", None, ":1: the first column holds '1', no formula; add a first line"),
        (b"1 MgB2 39\n", None, ":1: the first column holds '1', no formula"),
        (b"La 2 Cu O 4 x\n", None, ":1: malformed formula"),
        (b"", None, "no formula in"),
        (b"\n \n", None, "no formula in"),
        # what is no text
        (b"formula\nMg\0B2\n", None, "is no text"),
        (b"\x89PNG\r\n\x1a\n\0\0", None, "is no text"),
        (b"PK\x03\x04", None, "is a zip archive or a workbook"),
        (b"\x1f\x8b\x08", None, "is compressed"),
        (b'[{"formula": "MgB2"}]', None, "is JSON"),
        ("formula\nMgB2\n".encode("utf-16-le"), None, "is no text"),
        # Parquet, whatever it is called
        (parquet(formula=["MgB2", "Nb3Sn"]), [(1, "MgB2"), (2, "Nb3Sn")], ""),
        (parquet(formula=["MgB2", None, "Nb3Sn"]), [(1, "MgB2"), (3, "Nb3Sn")], "1 row without a formula: 2"),
        (parquet(Name=pa.array(["MgB2"]).dictionary_encode(), Tc=[39.0]), [(1, "MgB2")], ""),
        (parquet(formula=pa.array(["MgB2"], pa.large_string())), [(1, "MgB2")], ""),
        (parquet(formula=pa.array(["MgB2"], pa.string_view())), [(1, "MgB2")], ""),
        (parquet(formula=[1, 2]), None, "column formula holds int64, not text"),
        (parquet(formula=[b"MgB2"]), None, "column formula holds binary, not text"),
        (parquet(formula=[["MgB2"]]), None, "not text"),
        (parquet(formula=pa.nulls(2)), None, "no formula in"),
        (parquet(x=["MgB2"]), None, "no column formula (found x)"),
        (parquet(formula=["MgB2"])[:-9], None, "cannot be read as Parquet"),
        (parquet(formula=pa.array([], pa.string())), None, "no formula in"),
    ],
)  # fmt: skip
def test_a_file_is_what_it_holds(tmp_path, caplog, content, found, told):
    path = tmp_path / ("list.csv" if content.startswith(b"PAR1") else "list.parquet")
    path.write_bytes(content)
    if found is None:
        with pytest.raises(InputError) as error:
            rows(path)
        assert told in str(error.value) and str(path) in str(error.value)
        return
    assert rows(path) == found
    assert told in caplog.text and bool(told) == bool(caplog.records)
    assert read_known(path)[0] == [text for _, text in found]


def test_none_and_null_are_text(tmp_path):
    (tmp_path / "list.csv").write_text("formula\nnull\nNone\nNaN\n")
    inputs = read_inputs([str(tmp_path / "list.csv")], malformed="reject")
    assert [(row.row, row.text) for row in inputs.rejected] == [(2, "null"), (3, "None")]
    assert inputs.texts == ["NaN"]


def test_formulas_files_and_standard_input_mix(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("n,formula\n1,MgB2\n2,Xx\n")
    (tmp_path / "b.txt").write_text("NbN\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"formula\nFeSe\n")))
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.txt")]
    inputs = read_inputs(["Nb3Sn", files[0], "-", "Qq", files[1]], malformed="reject")
    checked = pa.table({"given": inputs.texts, "n": range(len(inputs.texts)), "nearest": [["x"]] * len(inputs.texts)})
    table = inputs.table(checked)
    assert table.column_names == ["origin", "row", "given", "reason", "n", "nearest"]
    assert [tuple(row.values())[:3] for row in table.to_pylist()] == [
        (None, 1, "Nb3Sn"), (files[0], 2, "MgB2"), (files[0], 3, "Xx"), ("-", 2, "FeSe"), (None, 4, "Qq"),
        (files[1], 1, "NbN"),
    ]  # fmt: skip
    assert table["n"].to_pylist() == [0, 1, None, 2, None, 3]
    assert [reason is None for reason in table["reason"].to_pylist()] == [True, True, False, True, False, True]
    assert "'Xx' is not a chemical element" in table["reason"][2].as_py()
    np.testing.assert_array_equal(inputs.amounts, read_formulas(inputs.texts)[1])


@pytest.mark.parametrize(
    ("arguments", "malformed", "message"),
    [
        ([], "stop", "no formula; give one"),
        (["-", "-"], "stop", "given twice"),
        (["MgB2"], "keep", "choose stop or reject"),
        (["MgB2", "Xx"], "stop", "argument 2: malformed formula 'Xx'"),
        (["Xx", "Qq"], "reject", "none of 2 formulas can be read; the first: argument 1: malformed formula 'Xx'"),
        (["list.CSV"], "stop", "no file list.CSV"),
        (["folder/list"], "stop", "no file folder/list, and no formula"),
        (["./MgB2"], "stop", "no file ./MgB2"),
        (["Mg\0B2"], "stop", "argument 1: malformed formula"),
        (["x" * 5000], "stop", "argument 1: malformed formula"),
        ([""], "stop", "argument 1: empty formula"),
    ],
)
def test_arguments_that_cannot_be_used(arguments, malformed, message):
    with pytest.raises(InputError) as error:
        read_inputs(arguments, malformed=malformed)
    assert message in str(error.value)


def test_a_long_formula_is_no_file():
    assert rows(LONG) == [(1, LONG)]


def test_a_formula_is_not_mistaken_for_a_file(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "MgB2").write_text("Nb3Sn\n")
    assert rows("MgB2") == [(1, "MgB2")]
    assert "MgB2 is read as a formula; for the file of that name give ./MgB2" in caplog.text
    assert rows("./MgB2") == [(1, "Nb3Sn")]
    (tmp_path / "mine").write_text("NbN\n")
    assert rows("mine") == [(1, "NbN")]
    assert read_known(tmp_path / "MgB2")[0] == ["Nb3Sn"]


def test_a_folder_is_refused_and_its_tables_named(tmp_path):
    with pytest.raises(InputError, match="is a folder, and holds no table"):
        rows(tmp_path)
    for i in range(7):
        (tmp_path / f"{i}.csv").write_text("MgB2\n")
    with pytest.raises(InputError, match=r"is a folder; give its files: .*0.csv .*4.csv and 2 more$"):
        rows(tmp_path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path, monkeypatch):
    path = tmp_path / "list.csv"
    path.write_text("MgB2\n")

    def denied(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", denied)
    with pytest.raises(InputError, match=r"cannot read .*list.csv: Permission denied"):
        rows(path)


STARTS = [b"", b"formula,tc_k\n", b"formula;Tc\nMgB2;", b"PAR1", b"\xff\xfe", b"MgB2 ", b'formula\n"', b"\xef\xbb\xbf"]
WHOLE = parquet(formula=["MgB2", None], tc_k=[39.0, 1.0])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(STARTS), rest=st.one_of(st.binary(max_size=200), st.text(max_size=80).map(str.encode)))
def test_any_content_is_read_or_refused_in_words(start, rest):
    logging.getLogger("superdrift").disabled = True
    try:
        for wanted, lists in ((("formula",), True), (("formula", "tc_k"), False)):
            read_records(start + rest, "mine", wanted, lists=lists)
    except InputError as error:
        assert "mine" in str(error)
    finally:
        logging.getLogger("superdrift").disabled = False


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255), length=st.integers(0, len(WHOLE)))
def test_any_damage_to_parquet_is_told_in_words(place, value, length):
    damaged = bytearray(WHOLE)
    damaged[place] = value
    for content in (bytes(damaged), WHOLE[:length]):
        try:
            read_records(content, "mine", ("formula",), lists=True)
        except InputError as error:
            assert "mine" in str(error)
