"""`superdrift check --known RUN` screens by the settings of that run, not by those of config.yaml."""

import json
import shutil

import pyarrow.parquet as pq
import pytest
import yaml

from superdrift.io.tables import METADATA_KEY
from superdrift.run.errors import InputError
from superdrift.superconductors.check.formulas import check, read_formulas
from superdrift.superconductors.check.run_settings import screening_of_run

SCREENED = "screen/cuprates/screened.parquet"


@pytest.fixture
def declared(finished):
    """The block `screen` of config.yaml."""
    return yaml.safe_load((finished.folder / "config.yaml").read_text(encoding="utf-8"))["screen"]


def rewrite(path, **changes):
    """A copy of a screened table's provenance with other settings; a value of None takes a setting away."""
    table = pq.read_table(path)
    record = json.loads(table.schema.metadata[METADATA_KEY])
    record["settings"] = {k: v for k, v in (record["settings"] | changes).items() if v is not None}
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: json.dumps(record)}), path)


def test_a_run_with_other_radii_is_checked_by_its_own(finished_copy):
    formulas = ["La1.4Sr0.6Cu2O5", "La1.85Sr0.15CuO4"]
    before = check(*read_formulas(formulas), finished_copy.folder / "results/test").to_pylist()
    nearest = before[0]["distance_to_known"]
    assert before[0]["novel"] and not before[0]["known"] and before[1]["known"]
    changed = f"screen={{known_radius: {nearest + 0.01:.3f}, novel_radius: {nearest + 0.02:.3f}}}"
    done = finished_copy.snakemake(f"results/test/{SCREENED}", "--config", changed)
    assert done.returncode == 0, done.stdout + done.stderr
    after = check(*read_formulas(formulas), finished_copy.folder / "results/test").to_pylist()
    assert after[0]["known"] and not after[0]["novel"] and after[1]["known"]
    assert after[1] == before[1]  # nothing else changed


def test_settings_are_those_of_the_tables_and_ranges_those_of_each_family(finished_copy, declared):
    run = finished_copy.folder / "results/test"
    assert screening_of_run(run, declared) == declared
    rewrite(run / SCREENED, n_elements=[3, 5], novel_radius=0.3)
    found = screening_of_run(run, declared)
    assert found["novel_radius"] == 0.3
    assert found["n_elements"] == declared["n_elements"] | {"cuprates": [3, 5]}


def test_a_run_without_screened_tables_is_an_error_that_names_the_remedy(finished_copy):
    run = finished_copy.folder / "results/test"
    shutil.rmtree(run / "screen/cuprates")
    with pytest.raises(InputError, match=r"results/test has no screened table of a family.*run snakemake on"):
        check(*read_formulas(["MgB2"]), run)


def test_tables_that_disagree_and_tables_without_settings_are_errors(finished_copy, declared):
    run = finished_copy.folder / "results/test"
    shutil.copytree(run / "screen/cuprates", run / "screen/others")
    rewrite(run / "screen/others/screened.parquet", novel_radius=0.04)
    with pytest.raises(InputError, match=r"cuprates/screened.parquet was screened with novel_radius = 0.02, .* 0.04"):
        screening_of_run(run, declared)
    rewrite(run / "screen/others/screened.parquet", n_elements=None)
    with pytest.raises(InputError, match=r"others/screened.parquet does not say which settings made it"):
        screening_of_run(run, declared)
