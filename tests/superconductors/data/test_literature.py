"""The embedded literature table: its own consistency, and its agreement with SuperCon where that file is at hand."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions, to_vector
from superdrift.run import registry
from superdrift.superconductors.data.families import family_of

DATA = Path(__file__).resolve().parents[3] / "data"
RADIUS = 0.01


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


TABLE = rows("literature.csv")
EXCEPTIONS = {row["formula"]: row for row in rows("literature_exceptions.csv")}


def test_size_and_families():
    superconductors = [row for row in TABLE if float(row["tc_k"]) > 0]
    assert len(superconductors) >= 300
    assert len(TABLE) - len(superconductors) >= 40
    for row in TABLE:
        assert row["family"] == family_of(parse_formula(row["formula"])), row["formula"]


def test_every_composition_stands_once():
    reduced = [reduced_formula(parse_formula(row["formula"])) for row in TABLE]
    assert len(set(reduced)) == len(reduced)


def test_references_name_author_and_year_or_are_empty():
    for row in TABLE:
        if row["reference"]:
            assert "(" in row["reference"] and row["reference"].rstrip(")")[-4:].isdigit(), row


def test_exceptions_are_rows_of_the_table_and_have_a_reason():
    formulas = {row["formula"] for row in TABLE}
    for formula, row in EXCEPTIONS.items():
        assert formula in formulas, formula
        assert len(row["reason"]) > 20, formula


@pytest.mark.skipif(not os.environ.get("SUPERDRIFT_DATA"), reason="needs SUPERDRIFT_DATA with the SuperCon file")
def test_agreement_with_supercon(tmp_path):
    """Of the entries with a SuperCon composition within 0.01, ≥ 90 % lie within 3 K or 20 % of the nearest Tc there."""
    path = tmp_path / "supercon.dat"
    registry.fetch("supercon", path)
    vectors, tc = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        _, text, value, _ = line.split("\t")
        try:
            vectors.append(to_vector(parse_formula(text)))
        except ValueError:
            continue
        tc.append(float(value))
    known, tc = np.array(vectors), np.array(tc)
    index, fractions = CompositionIndex(known), atomic_fractions(known)
    compared, disagreeing = 0, []
    for row in TABLE:
        query = to_vector(parse_formula(row["formula"]))[None]
        measured = float(row["tc_k"])
        if measured == 0 or index.nearest(query)[0][0] > RADIUS:
            continue
        compared += 1
        near = tc[np.abs(fractions - atomic_fractions(query)).sum(axis=1) / 2 <= RADIUS]
        gap = np.abs(near - measured)
        if not ((gap <= 3) | (gap <= 0.2 * near)).any():
            disagreeing.append(row["formula"])
    assert compared >= 300
    assert len(disagreeing) <= 0.1 * compared
    assert set(disagreeing) <= set(EXCEPTIONS)
