"""The stage `rank`: candidates of several sources in one ranked table."""

import numpy as np
import pytest
from estimation_data import RANK, common, write_compounds, write_source

from superdrift.composition.formula import parse_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.superconductors.new_families.tables import CLUSTERED
from superdrift.superconductors.stages.rank import main
from superdrift.superconductors.tables import CANDIDATES, COMPOUNDS, ESTIMATED


def write_estimates(folder, basic, *, applicable=True):
    ids = np.flatnonzero(basic)
    generator = np.random.default_rng(len(str(folder)))
    tc = 20 + 80 * generator.random(len(ids))
    columns = {
        "id": ids,
        "superconducting_probability": generator.random(len(ids)),
        "tc_k": tc,
        "tc_low_k": tc - 30,
        "tc_high_k": tc + 30,
        "extrapolated": np.zeros(len(ids), dtype=bool),
        "needs_pressure": np.zeros(len(ids), dtype=bool),
        "applicable": np.full(len(ids), applicable),
        "superconducting_probability_knn": generator.random(len(ids)),
        "tc_knn_k": 100 * generator.random(len(ids)),
        **{column.name: [None] * len(ids) for column in ESTIMATED.columns if column.nullable},
    }
    tables.write(folder / "estimated.parquet", ESTIMATED, columns, {})


@pytest.fixture
def sources(tmp_path):
    known = write_compounds(tmp_path / "compounds.parquet")
    for i, name in enumerate(("cuprates", "ilvr-x")):
        (tmp_path / name).mkdir()
        write_estimates(tmp_path / name, write_source(tmp_path / name, known, seed=20 + i))
    return tmp_path


def run(folder, *extra, settings=RANK, names=("cuprates", "ilvr-x")):
    lists = [
        part
        for kind in ("screened", "estimated", "projected")
        for part in (f"--{kind}", *(str(folder / name / f"{kind}.parquet") for name in names))
    ]
    base = [
        "--compounds",
        str(folder / "compounds.parquet"),
        "--candidates",
        str(folder / "candidates.parquet"),
    ]
    return main([*common(settings), *base, "--sources", *names, *lists, *extra])


def test_candidates_are_ranked_novel_and_apart(sources, caplog):
    assert run(sources) == 0
    rows = tables.read(sources / "candidates.parquet", CANDIDATES).to_pylist()
    assert {row["source"] for row in rows} == {"cuprates", "ilvr-x"}
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    expected = [row["superconducting_probability"] * max(row["tc_low_k"], 0) for row in rows]
    assert scores == pytest.approx(expected)
    assert all(row["basic_pass"] and row["novel"] and row["moved"] == 0.25 for row in rows)
    vectors = np.stack([to_vector(parse_formula(row["formula"])) for row in rows])
    assert CompositionIndex(vectors).nearest_other(vectors)[0].min() >= 0.02 - 1e-9
    known = tables.matrix(tables.read(sources / "compounds.parquet", COMPOUNDS)["amounts"])
    assert CompositionIndex(known).nearest(vectors)[0].min() >= 0.02 - 1e-9
    assert f"{len(rows)} candidates of 80 samples" in caplog.text


def test_keep_cuts_the_list_at_its_best(sources):
    assert run(sources) == 0
    every = tables.read(sources / "candidates.parquet", CANDIDATES)
    assert run(sources, settings={**RANK, "keep": 3}) == 0
    assert tables.read(sources / "candidates.parquet", CANDIDATES).equals(every.slice(0, 3))


def test_empty_result_is_a_table_and_the_log_says_why(sources, caplog):
    for name in ("cuprates", "ilvr-x"):
        basic = np.arange(40) % 4 != 3
        write_estimates(sources / name, basic, applicable=False)
    assert run(sources) == 0
    assert tables.read(sources / "candidates.parquet", CANDIDATES).num_rows == 0
    assert "0 candidates of 80 samples; removed by gate: basic checks failed 20" in caplog.text
    assert "not applicable" in caplog.text


def test_groups_are_joined(sources):
    for name in ("cuprates", "ilvr-x"):
        columns = {
            "id": [0, 1, 2],
            "known": [False] * 3,
            "x": [0.0] * 3,
            "y": [0.0] * 3,
            "group": [1] * 3,
        }
        tables.write(sources / name / "clustered.parquet", CLUSTERED, columns, {})
    assert run(sources, "--clustered", *(str(sources / n / "clustered.parquet") for n in ("cuprates", "ilvr-x"))) == 0
    rows = tables.read(sources / "candidates.parquet", CANDIDATES).to_pylist()
    assert all(row["group"] == (1 if row["id"] < 3 else None) for row in rows)
    assert any(row["group"] == 1 for row in rows)


def test_lists_of_unequal_length_are_an_error(sources, caplog):
    assert run(sources, "--clustered", str(sources / "x.parquet")) == 1
    assert "--sources has 2 names and --clustered 1 files" in caplog.text
