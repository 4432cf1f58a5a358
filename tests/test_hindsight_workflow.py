"""A tiny hindsight through the user's command: a cut-off as a run of its own, and one table of what was found."""

import pyarrow.compute as pc
import pytest

from superdrift.io import tables
from superdrift.statistics.scores import SCORES
from superdrift.superconductors.contract import CONTRACT
from superdrift.superconductors.hindsight.tables import FORESEEN, LATER, REDISCOVERY
from superdrift.superconductors.tables import COMPOUNDS, REJECTED, SAMPLES

CUTOFF = 1995
CONFIG = (
    f"hindsight={{cutoffs: [{CUTOFF}], nulls: [noise, pettifor], tops: [10]}}",
    "rank={allow_metallic: true}",
)


@pytest.fixture(scope="module")
def hindsight(tmp_path_factory):
    from project import Project  # noqa: PLC0415

    project = Project.copy(tmp_path_factory.mktemp("hindsight") / "project")
    done = project.snakemake("--config", *CONFIG)
    assert done.returncode == 0, done.stdout + done.stderr
    return project.folder / "results/test"


def cutoff(hindsight, name, **values):
    return hindsight / f"hindsight/{CUTOFF}" / CONTRACT[name].place(**values)


def test_every_file_is_in_the_contract(hindsight):
    for path in hindsight.rglob("*.parquet"):
        place = path.relative_to(hindsight).as_posix()
        assert CONTRACT.match(place.removeprefix(f"hindsight/{CUTOFF}/")), place


def test_no_candidates_are_made(hindsight):
    assert not (hindsight / "candidates.parquet").exists()


def test_a_cut_off_knows_nothing_of_later_years(hindsight):
    known = tables.read(cutoff(hindsight, "compounds"), COMPOUNDS)
    every = tables.read(hindsight / CONTRACT["compounds"].place(), COMPOUNDS)
    assert pc.max(known["year"]).as_py() <= CUTOFF < pc.max(every["year"]).as_py()
    reasons = tables.read(cutoff(hindsight, "rejected"), REJECTED)["reason"].to_pylist()
    assert sum("after prepare.until_year" in reason for reason in reasons) == every.num_rows - known.num_rows


def test_later_compounds_are_later_and_looked_up_by_every_method(hindsight):
    later = tables.read(cutoff(hindsight, "later"), LATER)
    assert pc.min(later["year"]).as_py() > CUTOFF
    assert pc.min(later["distance_to_known"]).as_py() >= 0.02 - 1e-6
    found = tables.read(cutoff(hindsight, "foreseen"), FORESEEN).to_pandas()
    own = later.filter(pc.invert(later["high_pressure"]))
    assert set(found["id"]) == set(own["id"].to_pylist())
    cuprates = own.filter(pc.equal(own["family"], "cuprates"))["id"].to_pylist()
    assert set(found[found["id"].isin(cuprates)]["method"]) == {"generator", "noise", "pettifor", "known"}


def test_nulls_propose_as_many_as_the_generator(hindsight):
    drawn = tables.read(cutoff(hindsight, "samples", family="cuprates"), SAMPLES).num_rows
    for name in ("noise-cuprates", "pettifor-cuprates"):
        assert tables.read(cutoff(hindsight, "proposed", null=name), SAMPLES).num_rows == drawn


def test_tc_of_later_compounds_is_scored_beside_its_rivals(hindsight):
    scores = tables.read(hindsight / "hindsight/tc.parquet", SCORES).to_pandas()
    assert set(scores["split"]) == {f"until_{CUTOFF}"}
    assert {"estimator", "knn", "extra_trees", "null"} <= set(scores["model"])
    assert {"mae", "coverage"} <= set(scores["metric"])


def test_one_table_and_one_figure_of_all_cut_offs(hindsight):
    table = tables.read(hindsight / "hindsight/rediscovery.parquet", REDISCOVERY).to_pandas()
    assert set(table["cutoff"]) == {CUTOFF}
    assert set(table["family"]) == {"cuprates", "pnictides", "others", "all"}
    assert (table["hits"] <= table["n"]).all()
    assert table["share"].between(table["low"], table["high"]).all()
    assert (hindsight / "hindsight/rediscovery.svg").stat().st_size > 10_000
