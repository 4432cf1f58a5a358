"""`superdrift check` and `superdrift enumerate`: right answers, odd input, one clear error."""

import csv
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from superdrift import cli
from superdrift.charges.enumeration import enumerate_system
from superdrift.run.errors import InputError
from superdrift.superconductors.check import formulas as checking
from superdrift.superconductors.check.formulas import check, known_compounds, read_formulas
from superdrift.superconductors.check.report_lines import report_lines
from superdrift.superconductors.check.tables import CHECKED
from superdrift.superconductors.tables import ESTIMATED, VERDICTS
from superdrift.superconductors.tc import forest

FORMULAS = ["YBa2Cu3O6.91", "La1.85Sr0.15CuO4", "Ba0.6K0.4Fe2As2", "Nb3Sn", "La2CuO6"]
MANY = "".join(
    "Li Be Na Mg Al K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Rb Sr Y Zr Nb Mo Ru Rh Pd Ag Cd In Sn Sb Te I Cs "
    "Ba La O40".split()
)


@pytest.fixture(scope="module")
def table():
    return check(*read_formulas(FORMULAS), None)


def run(*arguments):
    """Exit status of the command as a user gives it."""
    with pytest.raises(SystemExit) as done:
        cli.main(arguments)
    return done.value.code or 0


def test_columns_are_those_of_the_screened_table(table):
    assert {column.name for column in VERDICTS} <= set(table.column_names)
    assert table["given"].to_pylist() == FORMULAS
    assert table["charge_valid"].to_pylist() == [True, True, True, None, False]
    np.testing.assert_allclose(table["formal_valence"].to_numpy()[:3], [2.273, 2.15, 2.2], atol=1e-3)
    assert table["charges"][2].as_py() == "K1+ Ba2+ Fe2.2+ As3-"
    assert table["metallic"].to_pylist() == [False, False, False, True, False]
    assert table["known"].to_pylist()[1]
    assert all(len(names) == 3 for names in table["nearest"].to_pylist())


def test_estimates_come_with_their_errors(table):
    assert set(ESTIMATED.schema.names) <= set(table.column_names) | {"id"}
    rows = table.to_pylist()
    assert all(0 <= row["tc_low_k"] <= row["tc_k"] <= row["tc_high_k"] for row in rows)
    assert [row["applicable"] for row in rows[:4]] == [True] * 4
    assert rows[0]["tc_k"] > 60 > rows[1]["tc_k"] > rows[3]["tc_k"] > 5
    assert all(row["superconducting_probability"] > 0.5 for row in rows[:4])
    # DFT: -0.14 eV/atom for Nb3Sn; cuprates lie near -2 to -3
    assert rows[3]["formation_energy_ev"] == pytest.approx(-0.14, abs=0.1)
    assert -3.5 < rows[0]["formation_energy_ev"] < -1.5
    assert all(0 < row["formation_energy_sd_ev"] < 1 for row in rows)
    assert all(row["hull_distance_ev"] is not None for row in rows)


def test_an_element_without_energies_has_none():
    row = check(*read_formulas(["HeCu"]), None).to_pylist()[0]
    assert row["formation_energy_ev"] is None and row["hull_distance_ev"] is None
    assert not row["applicable"]
    text = "\n".join(report_lines(row))
    assert "no formation energy" in text and "not applicable" in text


def test_a_run_that_has_not_come_so_far_is_named(tmp_path):
    run = tmp_path / "results" / "half" / "prepare"
    run.mkdir(parents=True)
    shutil.copy(known_compounds(None), run / "compounds.parquet")
    with pytest.raises(InputError, match=r"lacks neighbours.parquet, estimators.json, phases.parquet: the run has not"):
        check(*read_formulas(["MgB2"]), run.parent)


def test_nothing_is_kept_or_fitted(tmp_path, monkeypatch):
    """The cache folder stays empty, and scikit-learn's forest is not grown."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(forest, "fit_trees", lambda *_, **__: pytest.fail("fitted"))
    check(*read_formulas(["MgB2"]), None)
    assert not list(tmp_path.iterdir())


def test_a_list_of_known_compounds_of_ones_own(tmp_path):
    own = tmp_path / "mine.csv"
    own.write_text("formula\nMgB2\nNb3Ge\n")
    found = check(*read_formulas(["MgB2", "Nb3Sn"]), own)
    assert found["known"].to_pylist() == [True, False]
    assert found["nearest"].to_pylist() == [["MgB2 (0.000)"], ["Nb3Ge (0.250)"]]
    # what is known changes no verdict on charges
    assert check(*read_formulas(FORMULAS), own)["charge_valid"].to_pylist() == [True, True, True, None, False]


def test_a_file_in_and_a_table_out(tmp_path, capsys):
    for name, text in (("list.csv", "formula,note\nMgB2,x\nYBa2Cu3O7,y\n"), ("list.txt", "MgB2\n\nYBa2Cu3O7\n")):
        (tmp_path / name).write_text(text)
        assert run("check", str(tmp_path / name), "--output", str(tmp_path / "out.parquet")) == 0
        assert pq.read_table(tmp_path / "out.parquet")["formula"].to_pylist() == ["MgB2", "Ba2YCu3O7"]
        assert "2 formulas" in capsys.readouterr().out
    pq.write_table(pa.table({"formula": ["MgB2"]}), tmp_path / "list.parquet")
    assert read_formulas([str(tmp_path / "list.parquet")])[0] == ["MgB2"]


def test_every_formula_given_has_its_row_in_every_format(tmp_path, capsys, caplog):
    path = tmp_path / "list.csv"
    path.write_text("Formel;composition\nx;MgB2\nx;Xx\nx;\nx;YBa2Cu3O7\n")
    tables = []
    for name in ("out.parquet", "out.csv", "out.json"):
        out = tmp_path / name
        assert run("check", "Nb3Sn", str(path), "--malformed", "reject", "--output", str(out)) == 0
        assert "4 formulas" in (printed := capsys.readouterr().out) and "1 not read" in printed
        tables.append(out)
    assert "list.csv: 1 row without a formula: 4" in caplog.text and "list.csv:3: not read: " in caplog.text
    table = pq.read_table(tables[0])
    assert [(field.name, field.type) for field in table.schema] == [(c.name, c.type) for c in CHECKED.columns]
    rows = table.to_pylist()
    assert [(row["origin"], row["row"], row["given"]) for row in rows] == [
        (None, 1, "Nb3Sn"), (str(path), 2, "MgB2"), (str(path), 3, "Xx"), (str(path), 5, "YBa2Cu3O7"),
    ]  # fmt: skip
    assert [row["formula"] for row in rows] == ["Nb3Sn", "MgB2", None, "Ba2YCu3O7"]
    assert "'Xx' is not a chemical element" in rows[2]["reason"] and rows[2]["tc_k"] is None
    assert json.loads(tables[2].read_text(encoding="utf-8")) == rows
    with tables[1].open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [row["row"] for row in found] == ["1", "2", "3", "5"]
    assert found[1]["nearest"] == "; ".join(rows[1]["nearest"]) and found[2]["nearest"] == ""
    assert run("check", str(tables[1]), "--output", str(tables[0])) == 0  # what was written can be read
    assert pq.read_table(tables[0])["formula"].to_pylist() == ["Nb3Sn", "MgB2", "Ba2YCu3O7"]


def test_what_is_rejected_is_printed_in_its_place(capsys):
    assert run("check", "MgB2", "Xx", "NbN", "--malformed", "reject") == 0
    assert [line for line in capsys.readouterr().out.splitlines() if not line.startswith("  ")][:3] == [
        "MgB2",
        "Xx",
        "NbN",
    ]
    assert run("check", "Xx", "--malformed", "reject") == 1
    assert "none of 1 formulas can be read" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("check", "MgB2"), ("enumerate", "Li", "O")])
@pytest.mark.parametrize("name", [".", "x", "x.xlsx", "missing/x.csv"])
def test_outputs_are_judged_before_any_work(command, name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checking, "check", lambda *_: pytest.fail("checked first"))
    assert run(*command, "--output", name) == 1
    assert capsys.readouterr().err.startswith(f"superdrift: error: cannot write {name}: ")
    assert list(tmp_path.iterdir()) == []


def test_standard_input_and_a_reader_that_stops_early(tmp_path):
    command = [sys.executable, "-m", "superdrift.cli", "check", "-", "--output", "out.json"]
    done = subprocess.run(command, input=b"name;Tc\r\nMgB2;39\r\n", cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads((tmp_path / "out.json").read_text())
    assert (row["origin"], row["row"], row["given"], row["formula"]) == ("-", 2, "MgB2", "MgB2")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*command[:4], "MgB2"], stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, check=False)
    os.close(writing)
    assert b"Traceback" not in done.stderr


def test_what_is_printed(capsys):
    assert run("check", "YBa2Cu3O8", "La2CuO6", "He") == 0
    printed = capsys.readouterr().out
    assert "valid, Cu +3.00\n" in printed  # copper holds it elsewhere
    assert "of no known superconductor of similar cations" in printed
    assert "not valid, Cu +6.00: Cu would hold +6.00; known compounds of the nearest cations hold +" in printed
    assert "1 element; fails the basic checks" in printed
    assert "undecided: no ionic picture" in printed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no formula; give one such as"),
        (["La2CuO4", "Xx2"], "'Xx' is not a chemical element"),
        (["Lr2O3"], r"element Lr \(Z = 103\) lies beyond Z = 96"),
        (["nowhere.csv"], "no file nowhere.csv"),
        (["Cu0"], "formula 'Cu0' holds no atoms"),
    ],
)
def test_bad_formulas_are_named(words, message):
    with pytest.raises(InputError, match=message):
        read_formulas(words)


def test_a_bad_line_of_a_file_is_named_and_nothing_is_written(tmp_path, capsys):
    path = tmp_path / "list.txt"
    path.write_text("MgB2\nMgQ2\n")
    assert run("check", str(path), "--output", str(tmp_path / "out.parquet")) == 1
    assert "'Q' is not a chemical element" in (message := capsys.readouterr().err)
    assert f"{path}:2: " in message and "--malformed reject" in message
    path.write_text("")
    assert run("check", str(path)) == 1
    assert "no formula in" in capsys.readouterr().err
    assert not (tmp_path / "out.parquet").exists()


def test_unknown_known_compounds_and_unwritable_output(tmp_path, capsys, monkeypatch):
    with monkeypatch.context() as patch:  # a misspelt name is an error before anything is fitted
        patch.setattr(checking, "load_estimates", lambda *_, **__: pytest.fail("fitted first"))
        assert run("check", "MgB2", "--known", "nowhere") == 1
    assert "no known compounds at 'nowhere'" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(checking, "load_estimates", lambda *_, **__: pytest.fail("fitted first"))
        for name in ("x" * 300, "x" * 300 + ".parquet", str(tmp_path)):
            assert run("check", "MgB2", "--known", name) == 1
            assert f"no known compounds at '{name}'" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert run("check", "MgB2", "--output", str(tmp_path / "file" / "out.parquet")) == 1
    assert "cannot write" in capsys.readouterr().err


def test_odd_compounds_have_correct_answers():
    found = check(*read_formulas(["Ne", "XeF2", "Cu1000O1000", "CuO", "La0.001B0.006", MANY, "PmO1.5"]), None)
    rows = found.to_pylist()
    assert rows[0]["charge_valid"] is None
    assert rows[1]["charge_reason"] == "no ionic picture: no common charge of Xe"
    assert rows[2]["reduced_formula"] == rows[3]["reduced_formula"] == "CuO"
    assert rows[2]["duplicate"] is False
    assert rows[3]["duplicate"] is True
    assert rows[4]["charge_reason"] == "no ionic picture: no anion"
    assert rows[5]["n_elements"] == 42
    assert not rows[5]["basic_pass"]
    assert rows[5]["charge_reason"] or rows[5]["charge_valid"]
    assert not rows[6]["valid_published"]  # promethium has no electronegativity on Pauling's scale in SMACT


def test_lithium_phosphorus_sulphur_chlorine(tmp_path, capsys):
    out = tmp_path / "system.parquet"
    assert run("enumerate", "Li", "P", "S", "Cl", "--max-coefficient", "6", "--output", str(out)) == 0
    assert "2,400 compositions, 986 accepted, 781 distinct" in capsys.readouterr().out
    found = pq.read_table(out)["formula"].to_pylist()
    assert (
        run("enumerate", "Li", "P", "S", "Cl", "--max-coefficient", "6", "--output", str(out.with_suffix(".csv"))) == 0
    )
    with out.with_suffix(".csv").open(newline="") as stream:
        assert [row["formula"] for row in csv.DictReader(stream)] == found
    assert len(set(found)) == len(found) == 781
    assert {"Li3PS4", "LiCl", "Li6PS5Cl"} <= set(found)


@pytest.mark.parametrize(
    ("symbols", "most", "message"),
    [
        (["Li", "Xx"], 3, "'Xx' is not a chemical element"),
        (["Li", "Li"], 3, "given twice"),
        (["Lr"], 3, "beyond Z = 96"),
        (["Li", "Na", "K", "Rb", "Cs", "Mg", "Ca", "O"], 20, "lower --max-coefficient"),
    ],
)
def test_bad_systems_are_named(symbols, most, message):
    with pytest.raises(InputError, match=message):
        enumerate_system(symbols, most, oxidation_states="smact14")


def test_nothing_accepted_is_an_empty_table():
    table, accepted = enumerate_system(["He", "Ne"], 2, oxidation_states="smact14")
    assert accepted == 4  # single elements are valid by fiat
    assert sorted(table["formula"].to_pylist()) == ["He", "Ne"]
