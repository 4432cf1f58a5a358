"""The prepare stage: on made-up tables, and its invariants on the public files."""

import json
import os
import re
from collections import Counter

import numpy as np
import pytest

from superdrift.composition.formula import format_formula, parse_formula, reduced_formula
from superdrift.composition.vector import from_vector, to_vector
from superdrift.io import tables
from superdrift.run import registry
from superdrift.superconductors.data.families import COMPOUND_FAMILIES, family_of
from superdrift.superconductors.stages.prepare import main
from superdrift.superconductors.tables import COMPOUNDS, REJECTED

SETTINGS = {
    "sources": ["table"],
    "malformed_rows": "stop",
    "until_year": None,
    "keep_undated": True,
    "validation_fraction": 0.05,
    "group_radius": 0.02,
    "disagreement_k": 20.0,
    "atomic_percent_from": 20.0,
    "copper_valence": [1.7, 2.8],
    "outlier_k": 15.0,
    "outlier_neighbours": 5,
}
REAL = os.environ.get("SUPERDRIFT_DATA")
needs_data = pytest.mark.skipif(not REAL, reason="SUPERDRIFT_DATA names no folder with the public files")


def prepare(folder, sources, *, seed=1, names=None, **settings):
    """Run the stage; returns its exit status and the two tables (None where not written)."""
    paths = [folder / "compounds.parquet", folder / "rejected.parquet"]
    values = SETTINGS | {"sources": names or list(sources)} | settings
    status = main([
        "--settings", json.dumps(values), "--seed", str(seed), "--sources", *map(str, sources.values()),
        "--compounds", str(paths[0]), "--rejected", str(paths[1]),
    ])  # fmt: skip
    kinds = (COMPOUNDS, REJECTED)
    return status, *(tables.read(p, k) if p.exists() else None for p, k in zip(paths, kinds, strict=True))


def own(folder, text, name="mine.csv"):
    path = folder / name
    path.write_text(text)
    return {str(path): path}


TABLE = (
    "formula,tc_k,family\nMgB2,39,\nMg2B4,37,others\nYBa2Cu3O6.9,92,cuprates\nFeSe,8,pnictides\nCuO,0,\n"
    "Mg0.5B,0,\nCu2O2,0,\n"
)


def test_own_table(tmp_path):
    source = own(tmp_path, TABLE)
    status, compounds, rejected = prepare(tmp_path, source)
    assert status == 0
    rows = compounds.to_pylist()
    assert [row["formula"] for row in rows] == ["MgB2", "Mg2B4", "YBa2Cu3O6.9", "FeSe", "CuO"]
    assert [row["row"] for row in rows] == [2, 3, 4, 5, 6]
    assert [row["tc_k"] for row in rows] == [39, 37, 92, 8, None]
    assert [row["tc_consensus_k"] for row in rows] == [38, 38, 92, 8, None]
    assert [row["superconducting"] for row in rows] == [True] * 4 + [False]
    assert rows[0]["group"] == rows[1]["group"] != rows[2]["group"]
    assert {row["origin"] for row in rows} == set(source)
    assert [row["row"] for row in rejected.to_pylist()] == [7, 8]
    assert tables.read_metadata(tmp_path / "compounds.parquet")["stage"] == "prepare"


def test_nothing_rejected_is_an_empty_table(tmp_path):
    assert prepare(tmp_path, own(tmp_path, "formula,tc_k\nMgB2,39\n"))[2].num_rows == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("formula,tc_k\n", "holds no row"),
        ("formula,temperature\nMgB2,39\n", "no column tc_k"),
        ("formula,tc_k\nMgB2,39\nMg2Xx,12\n", "mine.csv:3: row 'Mg2Xx,12'"),
        ("formula,tc_k\nMgB2,39\nCuO,-1\n", "mine.csv:3: row 'CuO,-1'"),
        ("formula,tc_k\nMgB2,39 K\n", "'39 K' is not a number"),
        ("formula,tc_k\nCuO,0\n", "no superconductor among the 1 rows"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(tmp_path, capsys, text, message):
    status, compounds, rejected = prepare(tmp_path, own(tmp_path, text))
    assert status == 1
    assert compounds is None
    assert rejected is None
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_malformed_rows_rejected_when_asked(tmp_path):
    text = "formula,tc_k\nMgB2,39\nMg2Xx,12\nCuO,abc\n"
    status, compounds, rejected = prepare(tmp_path, own(tmp_path, text), malformed_rows="reject")
    assert (status, compounds.num_rows, rejected.num_rows) == (0, 1, 2)


def test_every_row_rejected_is_one_error(tmp_path, capsys):
    assert prepare(tmp_path, own(tmp_path, "formula,tc_k\nMg2Xx,12\n"), malformed_rows="reject")[0] == 1
    assert "the first rejected: malformed formula 'Mg2Xx'" in capsys.readouterr().err


def test_one_file_per_source(tmp_path, capsys):
    assert prepare(tmp_path, own(tmp_path, TABLE), names=["a", "b"])[0] == 1
    assert "2 names in prepare.sources, 1 files" in capsys.readouterr().err


def test_superconductors_of_one_source_drop_negatives_of_another(tmp_path):
    sources = own(tmp_path, "formula,tc_k\nCuO,0\nMgB2,39\n", "a.csv")
    sources |= own(tmp_path, "formula,tc_k\nCu2O2,4\n", "b.csv")
    _, compounds, rejected = prepare(tmp_path, sources)
    assert compounds["formula"].to_pylist() == ["MgB2", "Cu2O2"]
    assert compounds["origin"].to_pylist() == list(sources)
    assert rejected["text"].to_pylist() == ["CuO"]


PUBLIC = ("supercon", "nims", "literature_negatives", "stanev")


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The sources of config.yaml, prepared once: compounds, rejected."""
    folder = tmp_path_factory.mktemp("real")
    sources = {name: registry.locate(name) for name in PUBLIC}
    status, compounds, rejected = prepare(folder, sources)
    assert status == 0
    return compounds, rejected


@needs_data
def test_every_row_read_is_accepted_or_rejected(real):
    accepted, dropped = (Counter(table["origin"].to_pylist()) for table in real)
    assert accepted["supercon"] + dropped["supercon"] == 16_708
    assert accepted["stanev"] + dropped["stanev"] == 16_414
    assert accepted["supercon"] == 16_517
    assert accepted["nims"] + dropped["nims"] == 26_321
    assert accepted["nims"] == 291
    measured = [r["reason"] for r in real[1].to_pylist() if r["origin"] == "stanev"]
    repeats = sum("repeats a non-superconductor of literature_negatives" in reason for reason in measured)
    assert accepted["stanev"] + repeats == 3_684  # however many the literature holds
    seen = [(row["origin"], row["row"]) for table in real for row in table.select(["origin", "row"]).to_pylist()]
    assert len(seen) == len(set(seen))


@needs_data
def test_family_rule_gives_every_label():
    counts = Counter()
    for line in registry.locate("supercon").read_text().splitlines():
        _, text, _, label = line.split("\t")
        assert family_of(re.findall(r"[A-Z][a-z]?", text)) == COMPOUND_FAMILIES[int(label) - 1], text
        counts[label] += 1
    assert counts == {"1": 7589, "2": 1440, "3": 7679}


@needs_data
def test_formula_to_vector_to_formula_on_every_row(real):
    compounds, _ = real
    vectors = tables.matrix(compounds["amounts"])
    for text, reduced, vector in zip(
        compounds["formula"].to_pylist(), compounds["reduced_formula"].to_pylist(), vectors, strict=True
    ):
        exact = {symbol: amount for symbol, amount in parse_formula(text).items() if amount}
        assert from_vector(vector) == exact
        written = format_formula(exact)
        assert format_formula(from_vector(to_vector(parse_formula(written)))) == written
        assert reduced_formula(from_vector(vector)) == reduced


@needs_data
def test_unknown_oxygen_is_no_yttrium(real):
    compounds, rejected = real
    assert not [text for text in compounds["formula"].to_pylist() if text.endswith("OY")]
    told = [row for row in rejected.to_pylist() if "is no yttrium" in row["reason"]]
    assert Counter(row["origin"] for row in told) == {"stanev": 14, "nims": 84}


@needs_data
def test_negatives_that_superconduct_elsewhere_are_dropped(real):
    compounds, rejected = real
    reasons = [r["reason"] for r in rejected.to_pylist() if r["origin"] == "stanev"]
    assert sum("no Tc reported here, but a superconductor in supercon" in reason for reason in reasons) == 145
    rows = compounds.select(["reduced_formula", "superconducting"]).to_pylist()
    sides = {side: {r["reduced_formula"] for r in rows if r["superconducting"] == side} for side in (True, False, None)}
    assert not sides[True] & sides[False]
    assert not (sides[True] | sides[False]) & sides[None]


@needs_data
def test_known_dirt_is_flagged(real):
    flags = {row["formula"]: row["flags"] for row in real[0].select(["formula", "flags"]).to_pylist()}
    for text in ("Y1Ba23O7", "Bi2Sr2Ca2O7", "Bi1.8Pb0.2Sb0.1Sr2Ca2Cu2O7", "H1Br3C61"):
        assert "misprint_suspect" in flags[text], text
    assert flags["H2S1"] == ["high_pressure"]
    assert "repeated_element" in flags["Cu0.75Cr0.25Sr2Y1.3Ce0.7Cu2O8.87"]
    assert "atomic_percent" in flags["Co0.038Mo99.962"]
    assert "oxygen_placeholder" in flags["La1.84Sr0.16Cu0.99Ga0.01O7"]
    assert "disagreement" in flags["Y1Ba2Cu3O7"]
    counts = Counter(name for row in flags.values() for name in row)
    assert counts["misprint_suspect"] < 100, "more than a misprint or two in 200 rows: a rule is too wide"


@needs_data
def test_split_holds_out_whole_groups_and_a_twentieth_of_each_family(real):
    rows = real[0].select(["group", "split", "family", "superconducting"]).to_pylist()
    sides = {}
    for row in rows:
        assert sides.setdefault(row["group"], row["split"]) == row["split"]
    for family in COMPOUND_FAMILIES:
        held = [row["split"] == "validation" for row in rows if row["family"] == family and row["superconducting"]]
        assert np.mean(held) == pytest.approx(0.05, abs=0.005)


@needs_data
def test_same_seed_same_rows(tmp_path):
    lines = [line.split("\t") for line in registry.locate("supercon").read_text().splitlines()[::10]]
    text = "formula,tc_k\n" + "".join(f"{formula},{tc}\n" for _, formula, tc, _ in lines)
    runs = []
    for seed, folder in ((1, "a"), (1, "b"), (2, "c")):
        (tmp_path / folder).mkdir()
        source = {"mine.csv": next(iter(own(tmp_path / folder, text).values()))}
        runs.append(prepare(tmp_path / folder, source, seed=seed, malformed_rows="reject")[1])
    assert runs[0].equals(runs[1])
    assert runs[0]["split"] != runs[2]["split"]
    assert runs[0].drop_columns("split").equals(runs[2].drop_columns("split"))
