"""The benchmarks: each runs through with --quick, and keeps its figures with machine, date, commit and data."""

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
from limits import HANG_S
from project import ROOT

from benchmarks import negatives, published_families, references
from benchmarks.inputs import CONFIG, parsed, parser
from benchmarks.jarvis import Choices, Part, chosen, composition, predicted, subsets
from benchmarks.record import origin, write
from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import parse_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import from_vector, to_vector
from superdrift.io.tables import METADATA_KEY
from superdrift.superconductors.report.table1 import read_published
from superdrift.superconductors.settings.tc import BoostingSettings, FitSettings, ForestSettings
from superdrift.superconductors.tc.boosting import Size
from superdrift.superconductors.tc.neighbours import Choice

NAMES = (
    "charge_check", "metals_check", "flags_estimator", "stoichiometry", "screening", "estimators", "unlabelled",
    "jarvis", "hindsight_tc", "generation", "requests", "latent", "drift", "references", "negatives", "families",
    "withheld", "crystal_templates", "crystal_hull",
)  # fmt: skip
WITHOUT_RUN = ("jarvis", "crystal_templates", "crystal_hull")


def run(*arguments):
    """A benchmark as a user starts it."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=HANG_S,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip


def metadata(path):
    return json.loads(pq.read_schema(path).metadata[METADATA_KEY])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_runs_through(finished, tmp_path, name):
    """Published samples come from SUPERDRIFT_DATA, or else from the network."""
    if name == "crystal_hull":
        pytest.importorskip("chgnet")
    committed = {path: path.read_bytes() for path in (ROOT / "benchmarks").glob("*.parquet")}
    figures = {path: path.read_bytes() for path in (ROOT / "docs/figures").glob("*.svg")}
    output = tmp_path / f"{name}.parquet"
    measured_on = [] if name in WITHOUT_RUN else ["--run", str(finished.folder / "results/test")]
    done = run(f"benchmarks.{name}", "--quick", *measured_on, "--output", str(output))
    assert done.returncode == 0, done.stderr
    table = pq.read_table(output)
    assert table.num_rows > 10 and table.schema.equals(pq.read_schema(ROOT / f"benchmarks/{name}.parquet"))
    assert len(done.stdout.splitlines()) >= table.num_rows
    assert {path: path.read_bytes() for path in committed} == committed
    assert {path: path.read_bytes() for path in (ROOT / "docs/figures").glob("*.svg")} == figures


def test_every_benchmark_is_in_the_makefile_and_in_the_documentation():
    """So that `make bench` reaches all of them."""
    scripts = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - {
        "__init__",
        "inputs",
        "record",
        "compare_runs",
        "published_families",
    }
    folders = {path.parent.name for path in (ROOT / "benchmarks").glob("*/__main__.py")}
    assert scripts | folders == set(NAMES)
    listed = (ROOT / "Makefile").read_text(encoding="utf-8").split("BENCHMARKS := ")[1].splitlines()[0]
    assert set(listed.split()) == set(NAMES)
    page = (ROOT / "docs/benchmarks.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in NAMES)


def test_a_run_that_is_missing_is_one_line_with_the_remedy(tmp_path):
    done = run("benchmarks.stoichiometry", "--run", str(tmp_path / "none"))
    assert done.returncode == 2 and "make it with snakemake (make bench, make bench-quick)" in done.stderr
    assert "Traceback" not in done.stderr


def test_quick_figures_never_replace_the_committed_ones(tmp_path):
    (tmp_path / "prepare").mkdir()
    (tmp_path / "prepare/compounds.parquet").touch()
    quick, full = (parsed(parser("screening", "x"), ["--run", str(tmp_path), *more]) for more in (["--quick"], []))
    assert quick.output == ROOT / "results/benchmarks-quick/screening.parquet"
    assert full.output == ROOT / "benchmarks/screening.parquet"


def test_rows_are_kept_with_where_they_come_from(finished, tmp_path):
    where = origin(finished.folder / "results/test/prepare/compounds.parquet", samples=3)
    assert set(where) == {"machine", "date", "commit", "compounds", "samples"} and where["compounds"]["literature.csv"]
    write(tmp_path / "a.parquet", [{"a": 1}, {"a": 2, "b": "x"}], where)
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]
    assert metadata(tmp_path / "a.parquet") == where


def test_a_part_replaces_its_own_rows_alone(tmp_path):
    path = tmp_path / "parts.parquet"
    write(path, [{"part": "one", "v": 1}, {"part": "one", "v": 2}], {"date": "first"}, part="part")
    write(path, [{"part": "two", "v": 3, "w": 0.5}], {"date": "second"}, part="part")
    write(path, [{"part": "one", "v": 4}], {"date": "third"}, part="part")
    assert pq.read_table(path).to_pylist() == [{"part": "two", "v": 3, "w": 0.5}, {"part": "one", "v": 4, "w": None}]
    assert metadata(path) == {"one": {"date": "third"}, "two": {"date": "second"}}


def test_the_judged_negatives_resemble_nothing_in_the_literature_table():
    """Nor each other: 40 compounds, so that the rate's interval means what it says."""

    def amounts(path):
        with path.open(encoding="utf-8", newline="") as stream:
            return np.array([to_vector(parse_formula(row["formula"])) for row in csv.DictReader(stream)])

    judged = amounts(negatives.LISTED)
    assert len(judged) == 40
    assert CompositionIndex(amounts(ROOT / "data/literature.csv")).nearest(judged)[0].min() >= negatives.RADIUS
    assert CompositionIndex(judged).nearest_other(judged)[0].min() >= negatives.RADIUS


def test_the_rate_of_false_positives_is_of_the_compounds_above_one_half():
    rows = negatives.rated(np.array(["A", "B", "C", "D"]), np.array([0.2, 0.5, 0.51, 0.9]), np.full(4, 0.3), method="m")
    assert rows[0]["formula"] == "all" and rows[0]["value"] == 0.5 and rows[0]["n"] == 4
    assert rows[0]["low"] == pytest.approx(0.15, abs=0.001) and rows[0]["high"] == pytest.approx(0.85, abs=0.001)
    assert [row["value"] for row in rows[1:]] == [0.2, 0.5, 0.51, 0.9]


@pytest.mark.parametrize(
    ("formula", "amounts", "refused"),
    [
        ("La1.85Sr0.15CuO4", {"La": 1.85, "Sr": 0.15, "Cu": 1, "O": 4}, False),
        ("Y2O3", {"Y": 2, "O": 3}, False),
        ("Y1Ba2Cu3OY", {"Y": 1, "Ba": 2, "Cu": 3, "O": 6.5}, True),  # (3 + 4 + 6) / 2
        ("Ba0.7K0.75Bi1OY", {"Ba": 0.7, "K": 0.75, "Bi": 1, "O": 2.575}, True),  # (1.4 + 0.75 + 3) / 2
        ("Hf1V2D0.5", {"Hf": 1, "V": 2, "H": 0.5}, True),
        ("Pd1T0.81", {"Pd": 1, "H": 0.81}, True),
        ("Dy1Ba2Cu3O10=z", {"Dy": 1, "Ba": 2, "Cu": 3, "O": 10}, True),
        ("Y2C2Br0.5!1.5", {}, True),
        ("Ba1V0.8TI0.2S3", {}, True),  # titanium or thallium
        ("Y1Ba2Cu3O6050", {}, True),
    ],
)
def test_of_a_refused_formula_what_is_known_is_read(formula, amounts, refused):
    vector, told = composition(formula)
    assert {symbol: float(amount) for symbol, amount in from_vector(vector.astype(np.float32)).items()} == amounts
    assert told is refused


def rows_of(*formulas, tc):
    vectors, refused = zip(*map(composition, formulas), strict=True)
    return Part(np.stack(vectors), np.array(tc, dtype=float), np.array(refused))


def test_rows_that_cannot_be_read_get_the_training_mean_and_are_scored():
    training, test = rows_of("MgB2", "NbC", "Nb3Sn", tc=[39, 11, 16]), rows_of("MgB2", "C!", "NbN", tc=[39, 5, 16])
    choices = Choices(Size(7, 1), 0.25, Choice(3, "manhattan", "uniform"))
    parts = {"boosted trees": np.array([40.0, 8.0]), "forest": np.array([20.0, 16.0])}
    found = choices.all_methods(parts, training, test)
    assert {name: values.tolist() for name, values in found.items()} == {
        "default": [35.0, 22.0, 10.0], "boosted trees": [40.0, 22.0, 8.0], "forest": [20.0, 22.0, 16.0],
    }  # fmt: skip


def test_the_second_figure_leaves_out_what_training_rows_resemble():
    test = rows_of("Mg0.98Ti0.06B1.96", "Mg0.97Ti0.09B1.94", "MgB2", "C!", tc=[1, 0, 39, 0])
    found = subsets(rows_of("MgB2", "Q", tc=[39, 0]), test)
    assert {name: mask.tolist() for name, mask in found.items()} == {
        "test": [True] * 4, "test, ≥ 0.02": [True, True, False, True], "test, Tc > 0": [True, False, True, False],
    }  # fmt: skip


def test_test_rows_choose_nothing_and_teach_nothing():
    stream = np.random.default_rng(0)
    amounts = np.zeros((90, 96))
    amounts[:, ATOMIC_NUMBER["Nb"] - 1], amounts[:, ATOMIC_NUMBER["Ti"] - 1] = 1, stream.random(90)
    tc = 10 * amounts[:, ATOMIC_NUMBER["Ti"] - 1]
    settings = FitSettings(
        BoostingSettings([7], 20, 5, 0.2, 3, 1.0, 0.8, 1.0), ForestSettings(5, 1.0), 1, [3, 5], ["manhattan"],
        ["distance"], 3, 1, 0.05, 0.1, 0.05, 0.9, 0.95, [],
    )  # fmt: skip
    training, plain = Part(amounts[:60], tc[:60], np.zeros(60, bool)), Part(amounts[60:], tc[60:], np.zeros(30, bool))
    held_out, choices = chosen(training, settings)
    one, other = (predicted(training, rows, settings, choices) for rows in (plain, Part(plain.amounts, plain.tc + 99,
                                                                                      plain.refused)))  # fmt: skip
    assert set(held_out) == set(one)
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name])
        if name != "mean":
            assert np.abs(values - plain.tc).mean() < np.abs(held_out["mean"] - training.tc).mean()
            assert not np.allclose(held_out[name], training.tc)  # no row saw itself


def test_every_published_family_is_read_and_its_reference_is_in_the_catalogue():
    for row in read_published("table2.csv"):
        slug, family = published_families.catalogued(row["reference_formula"])
        amounts = published_families.compositions(row["family"])
        assert slug in references.REFERENCES and family in CONFIG["families"] and len(amounts) >= 19
        assert (amounts >= 0).all() and amounts.sum(axis=1) == pytest.approx(amounts.sum(axis=1)[0], abs=2)


def test_a_published_family_is_all_its_compositions_and_none_with_less_than_nothing():
    found = published_families.compositions("Na1-xAl1-yMg_{x+y}Ge1-zGa_z")
    place = {symbol: ATOMIC_NUMBER[symbol] - 1 for symbol in ("Na", "Al", "Mg", "Ge", "Ga")}
    assert len(found) == 20**3 and found.sum(axis=1) == pytest.approx(np.full(20**3, 3))
    np.testing.assert_allclose(found[:, place["Mg"]], 2 - found[:, place["Na"]] - found[:, place["Al"]])
    np.testing.assert_allclose(found[:, place["Ga"]], 1 - found[:, place["Ge"]])
    copper = published_families.compositions("SrCu1-x-yZn_xNi_yO3")
    assert len(copper) == 190 and (copper[:, ATOMIC_NUMBER["O"] - 1] == 3).all()


def test_a_sample_without_an_element_of_a_family_is_not_the_familys():
    family = published_families.compositions("Ba2-xCs_xCuO3.3")
    samples = np.array([to_vector(parse_formula(f)) for f in ("Ba1.9Cs0.1CuO3.3", "Ba2CuO3.3", "Ba1.9Cs0.1CuO6")])
    assert published_families.within(samples, family).tolist() == [True, False, False]
