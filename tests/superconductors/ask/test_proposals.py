"""Requests of the command line, answered by the generators that come with the project."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from superdrift import cli
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.ask.generators import shipped_generator
from superdrift.superconductors.ask.proposals import PROPOSED, propose
from superdrift.superconductors.ask.report_lines import report_lines
from superdrift.superconductors.check import formulas
from superdrift.superconductors.generation.request_text import parse_request
from superdrift.superconductors.ranking import score

TEXT = "cuprates, with Ba, without Hg Tl, 4-5 elements, Cu 3, O 6.5-7"


@pytest.fixture(scope="module")
def asked():
    return parse_request(TEXT, place="request")


@pytest.fixture(scope="module")
def proposals(asked):
    return propose(shipped_generator(asked, samples=300), asked, seed=3, known=None)


def test_what_is_ranked_holds_the_request(proposals):
    rows = proposals.ranked
    assert rows.schema.names == PROPOSED.schema.names and rows.num_rows > 5
    for formula in rows["formula"].to_pylist():
        amounts = parse_formula(formula)
        assert {"Ba", "Cu", "O"} <= set(amounts) and not {"Hg", "Tl"} & set(amounts) and len(amounts) in (4, 5)
        assert amounts["Cu"] == 3 and 6.5 <= amounts["O"] <= 7


def test_counts_narrow_down(proposals):
    assert proposals.drawn == 300 >= proposals.distinct >= proposals.novel >= proposals.charge_valid > 0
    removed = sum(proposals.tally.removed.values())
    assert proposals.ranked.num_rows == proposals.distinct - removed == len(set(proposals.ranked["reduced_formula"]))


def test_ranked_are_novel_valid_and_in_order_of_the_score(proposals):
    rows = proposals.ranked
    assert rows["rank"].to_pylist() == list(range(1, rows.num_rows + 1))
    assert all(rows["novel"].to_pylist()) and all(rows["charge_valid"].to_pylist())
    expected = score(rows["superconducting_probability"].to_numpy(), rows["tc_low_k"].to_numpy())
    assert np.array_equal(rows["score"].to_numpy(), expected) and (np.diff(expected) <= 0).all()


def test_verdicts_and_estimates_are_those_of_check(proposals):
    row = proposals.ranked.slice(0, 1).to_pylist()[0]
    text = row["formula"]
    checked = formulas.check([text], to_vector(parse_formula(text))[None], None).to_pylist()[0]
    for name in ("tc_k", "tc_low_k", "superconducting_probability", "distance_to_known", "formation_energy_ev"):
        assert row[name] == pytest.approx(checked[name], rel=1e-5)
    for name in ("charges", "nearest_known", "charge_valid", "novel", "family"):
        assert row[name] == checked[name]


def test_same_seed_same_proposals(asked, proposals):
    generator = shipped_generator(asked, samples=300)
    assert propose(generator, asked, seed=3, known=None).ranked.equals(proposals.ranked)
    assert not propose(generator, asked, seed=4, known=None).ranked.equals(proposals.ranked)


def test_lines_for_people(proposals):
    lines = report_lines(proposals, said=TEXT, top=2)
    best = proposals.ranked.slice(0, 1).to_pylist()[0]
    assert lines[0] == TEXT and lines[1].startswith(f"300 drawn, {proposals.distinct} distinct, ")
    assert lines[2].startswith(f"{proposals.ranked.num_rows} ranked; of the distinct ones taken away: not novel ")
    header, first, second = lines[4:]
    assert header.split("  ")[0] == "rank" and first.split()[:2] == ["1", best["formula"]]
    assert best["charges"] in first and f"{best['tc_k']:.1f}" in first and second.split()[0] == "2"


def test_nothing_that_passes_is_told(asked, proposals):
    nothing = type(proposals)(**{**vars(proposals), "ranked": proposals.ranked.slice(0, 0)})
    assert report_lines(nothing, said=TEXT, top=2)[-1] == "no compound that was drawn passed all gates"


def command(*arguments):
    with pytest.raises(SystemExit) as done:
        cli.main(["generate", *arguments])
    return done.value.code


def test_the_command_writes_what_it_ranks(tmp_path, capsys):
    assert command("Pnictides; with Ba", "--samples", "100", "--top", "1", "--output", str(tmp_path / "t.parquet")) == 0
    out = capsys.readouterr().out.splitlines()
    table = pq.read_table(tmp_path / "t.parquet")
    assert isinstance(table, pa.Table) and set(PROPOSED.schema.names) == set(table.schema.names)
    assert out[0] == "pnictides, with Ba" and out[-1] == f"{tmp_path / 't.parquet'}: all {table.num_rows} ranked"
    assert command("pnictides, with Ba", "--samples", "100", "--output", str(tmp_path / "t.json")) == 0
    rows = json.loads((tmp_path / "t.json").read_text())
    assert [row["formula"] for row in rows] == table["formula"].to_pylist()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["cuprates, without O"], "the request: 'cuprates, without O': cuprates have Cu O, but O is excluded"),
        (["cuprates", "--run", "no-such-run"], "no run 'no-such-run'"),
        (["cuprates", "--output", "table.xlsx"], "cannot write table.xlsx: give it the ending"),
    ],
)
def test_mistakes_are_one_line(arguments, told, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert command(*arguments) == 1
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1
