"""The stage evaluate: proposals of a run and known structures beside them."""

import json

import pytest
from crystal_examples import SALTS, known, rock_salt

from superdrift.crystals.stages.evaluate import main
from superdrift.crystals.tables import EVALUATED, EVALUATION, PROPOSALS
from superdrift.io import tables
from superdrift.structures.rows import row_of

LABELS = "material_id,split\nNaCl,test\nCsI,test\nMgO,train\n"
SETTINGS = {
    "same": ["wyckoff", "matcher", "alloy"], "most_sites": 50, "known": 5, "threads": 1, "symprec": 0.1,
    "formulas": ["KCl"], "splits": ["test"], "most": 100,
}  # fmt: skip


def proposal(formula, rank, structure):
    return {
        "formula": formula, "rank": rank, "score": 0.0, **row_of(structure), "n_sites": len(structure),
        "volume": structure.volume, "space_group": 225, "prototype": "x", "template": 0, "template_source": "mine",
        "template_id": "x", "template_formula": "x", "replaced": [],
    }  # fmt: skip


@pytest.fixture
def run(tmp_path):
    """Tables of known structures and of proposals."""
    known(tmp_path, labels=LABELS)
    rows = [
        proposal("NaCl", 1, SALTS["CsCl"].copy().replace_species({"Cs": "Na"})),
        proposal("NaCl", 2, SALTS["NaCl"]),
        proposal("KCl", 1, rock_salt("K", "Cl", 6.3)),
    ]
    columns = {column.name: [row[column.name] for row in rows] for column in PROPOSALS.columns}
    tables.write(tmp_path / "proposals.parquet", PROPOSALS, columns, {})
    return tmp_path


def evaluated(run, methods="template", **settings):
    return main([
        "--settings", json.dumps({**SETTINGS, **settings}), "--seed", "1",
        "--structures", str(run / "structures.parquet"), "--methods", *methods.split(),
        "--proposals", str(run / "proposals.parquet"), "--evaluated", str(run / "evaluated.parquet"),
        "--evaluation", str(run / "evaluation.parquet"),
    ])  # fmt: skip


def test_proposals_and_known_structures_are_judged(run):
    assert evaluated(run) == 0
    rows = tables.read(run / "evaluated.parquet", EVALUATED).to_pylist()
    assert [row["name"] for row in rows[:3]] == ["NaCl-1", "NaCl-2", "KCl-1"]
    assert [row["set"] for row in rows] == ["template"] * 3 + ["known"] * 5
    assert [row["known_as"] for row in rows[:3]] == [None, "mine:NaCl", "mine:KCl"]
    assert [row["target"] for row in rows[:3]] == [None, "mine:NaCl", None]
    numbers = {
        (n["set"], n["quantity"], n["at"]): n for n in tables.read(run / "evaluation.parquet", EVALUATION).to_pylist()
    }
    match = [numbers["template", "match", at] for at in (1, 5, 20)]
    assert [entry["hits"] for entry in match] == [0, 1, 1] and match[0]["n"] >= 2  # CsI without proposals counts
    assert numbers["known", "cdvae", None]["hits"] == 5 and numbers["known", "novel_matcher", None]["hits"] == 5
    assert ("known", "match", 1) not in numbers


def test_nothing_sought_and_nothing_known_beside(run):
    assert evaluated(run, splits=[], known=0) == 0
    numbers = tables.read(run / "evaluation.parquet", EVALUATION).to_pylist()
    assert {entry["set"] for entry in numbers} == {"template"} and "match" not in {n["quantity"] for n in numbers}


def test_every_method_needs_its_table(run, capsys):
    assert evaluated(run, methods="template other") == 1
    assert "--methods has 2 names and --proposals 1 files" in capsys.readouterr().err
