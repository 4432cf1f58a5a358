"""The whole workflow through the user's command: artifacts of the contract, reruns, and every kind of bad input."""

import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from limits import HANG_S

from superdrift import cli
from superdrift.composition.formula import parse_formula
from superdrift.energies.attention_network import AttentionNetwork
from superdrift.energies.checkpoint import save_energy
from superdrift.energies.ensemble import EnergyModel
from superdrift.io import tables
from superdrift.report.numbers import NUMBERS
from superdrift.superconductors.ask.proposals import PROPOSED
from superdrift.superconductors.contract import CONTRACT
from superdrift.superconductors.sources import Sources
from superdrift.superconductors.tables import SCREENED, TRAJECTORIES


@pytest.fixture(scope="module")
def artifacts(finished):
    """Artifact → the values of its wildcards, of every file in the run's folder; hidden ones are unfinished work."""
    run = finished.folder / "results/test"
    found = {}
    for path in sorted(path for path in run.rglob("*") if path.is_file() and not path.name.startswith(".")):
        place = path.relative_to(run).as_posix()
        matched = CONTRACT.match(place)
        assert matched is not None, f"{place} is not in the contract"
        found.setdefault(matched[0].name, []).append(matched[1])
    return found


@pytest.mark.parametrize("artifact", CONTRACT.artifacts, ids=lambda artifact: artifact.name)
def test_every_artifact_of_the_contract_is_there_and_whole(finished, artifacts, artifact):
    if artifact.only in {CONTRACT[name].only for name in ("energy", "found_later", "later", "latent")}:
        assert artifact.name not in artifacts, "the test run has shipped energies, no cut-offs, and its own drift"
        return
    assert artifacts[artifact.name]
    for values in artifacts[artifact.name]:
        path = finished.folder / "results/test" / artifact.place(**values)
        assert path.stat().st_size > 0
        if artifact.table is not None:
            tables.read(path, artifact.table)


def test_every_source_has_its_artifacts_and_no_other_has(finished, artifacts):
    config, preset = (
        yaml.safe_load((finished.folder / name).read_text(encoding="utf-8"))
        for name in ("config.yaml", "workflow/presets/test.yaml")
    )
    changed = {name: preset[name] for name in ("families", "references", "starts")}
    changed |= {name: config[name] | preset[name] for name in ("generate", "condition")}
    sources = Sources(config | changed)
    generated = {source.name for source in sources.generated}
    for name in ("projected", "screened"):
        assert {values["source"] for values in artifacts[name]} == generated | {s.name for s in sources.known}
    for name in ("estimated", "clustered", "groups", "doping"):
        assert {values["source"] for values in artifacts[name]} == generated
    places = {CONTRACT[name].place(**values) for name, found in artifacts.items() for values in found}
    assert {source.samples for source in (*sources.generated, *sources.known)} <= places


def test_the_published_drift_is_a_setting(finished_copy):
    drifted = f"results/test/{CONTRACT['trajectories'].place(start='ybco')}"
    done = finished_copy.snakemake(drifted, "--config", "drift={method: published}")
    assert done.returncode == 0, done.stderr
    table = tables.read(finished_copy.folder / drifted, TRAJECTORIES)
    assert table["objective_k"].null_count == table.num_rows and table["tc_undenoised_k"].null_count == 0
    for name in ("latent", "latent_description", "vae_history", "denoiser_history", "predictor_history"):
        assert (finished_copy.folder / "results/test" / CONTRACT[name].place()).stat().st_size > 0


def test_models_and_report_are_there(finished):
    run = finished.folder / "results/test"
    description = json.loads((run / "train/cuprates/model.json").read_text())
    assert description["denoiser"]
    assert (run / "train/cuprates/model.safetensors").stat().st_size > 1000
    page = (run / "report/report.html").read_text(encoding="utf-8")
    assert "http://" not in re.sub(r"http://www\.w3\.org/\S+", "", page)
    assert (run / "report/table1.csv").is_file()
    assert (run / "report/table2.csv").is_file()
    assert list((run / "report/figures").glob("*.svg"))


def test_a_request_is_a_source_like_others(finished):
    run = finished.folder / "results/test"
    asked = "cuprates, Tc >= 80 K, with Ba, 4-6 elements"
    assert tables.read_metadata(run / "generate/request/barium/samples.parquet")["settings"]["request"] == asked
    amounts = tables.matrix(tables.read(run / "screen/request-barium/screened.parquet", SCREENED)["amounts"])
    present = amounts > 0
    assert present[:, [55, 28, 7]].all() and set(present.sum(axis=1)) <= {4, 5, 6}
    numbers = tables.read(run / "report/numbers.parquet", NUMBERS).to_pylist()
    assert {"samples", "tc_mean", "groups"} <= {row["quantity"] for row in numbers if row["source"] == "request-barium"}


def test_a_run_is_asked_on_the_command_line(finished, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(finished.folder)
    output = tmp_path / "proposals.parquet"
    with pytest.raises(SystemExit) as done:
        cli.main(["generate", "with Sr La, cuprates", "--run", "test", "--samples", "60", "--output", str(output)])
    said, counts, *_ = capsys.readouterr().out.splitlines()
    assert done.value.code == 0 and said == "cuprates, with Sr La" and counts.startswith("60 drawn, ")
    found = tables.read(output, PROPOSED)
    assert all({"Sr", "La", "Cu", "O"} <= set(parse_formula(formula)) for formula in found["formula"].to_pylist())
    with pytest.raises(SystemExit) as done:
        cli.main(["generate", "others", "--run", "test"])
    assert done.value.code == 1
    assert "the request asks for others, but there are models of cuprates only" in capsys.readouterr().err


def test_tables_carry_their_provenance(finished):
    record = tables.read_metadata(finished.folder / "results/test/generate/cuprates/samples.parquet")
    assert record["stage"] == "generate"
    assert {"settings", "seed", "commit", "code", "inputs", "versions"} <= set(record)


def test_a_finished_run_has_nothing_to_do_and_a_comment_changes_nothing(finished_copy):
    source = finished_copy.folder / "src/superdrift/superconductors/encoding/tokens.py"
    source.write_text("# a comment\n" + source.read_text(encoding="utf-8"), encoding="utf-8")
    done = finished_copy.snakemake("--dry-run")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout + done.stderr


def test_changed_code_reruns_what_depends_on_it_and_nothing_else(finished_copy):
    source = finished_copy.folder / "src/superdrift/superconductors/ranking.py"
    source.write_text(source.read_text() + "\n\nprint\n")
    done = finished_copy.snakemake("--dry-run")
    planned = set(re.findall(r"^(\w+) +\d+$", done.stdout, re.MULTILINE))
    assert {"rank", "numbers", "report"} <= planned
    assert not planned & {"prepare", "train", "generate", "screen", "estimate", "cluster"}


def test_a_single_target_runs_alone(project):
    done = project.snakemake("results/test/prepare/compounds.parquet")
    assert done.returncode == 0, done.stderr
    assert (project.folder / "results/test/prepare/compounds.parquet").is_file()
    assert not (project.folder / "results/test/train").exists()


def error_lines(done):
    """What a user sees of the mistake."""
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--config", "sead=3"], ["unknown key 'sead'", "did you mean 'seed'?"]),
        (["--config", "generate={samples: -1}"], ["generate.samples = -1", "at least 1"]),
        (["--config", "families=[cuprate]"], ["cuprate", "did you mean 'cuprates'?"]),
        (
            ["--config", "catalogue={bad: {formula: YBa2Cu3Ox, family: cuprates}}"],
            ["catalogue.bad.formula", "'Ox'"],
        ),
        (
            [
                "--config",
                "catalogue={mgb: {formula: MgB2, family: cuprates}, yb: {formula: YBCO, family: cuprates}}",
                "references=[mgb, yb]",
            ],
            ["catalogue.mgb.family = 'cuprates'", "MgB2 is one of the others", "catalogue.yb.formula", "a phase name"],
        ),
        (["--config", "prepare={sources: [no-such.csv]}"], ["no-such.csv"]),
        (["--config", "energy={phases: [no-such.csv]}"], ["no-such.csv", "correct energy.phases"]),
    ],
)
def test_a_bad_configuration_stops_before_any_job(project, arguments, parts):
    done = project.snakemake(*arguments)
    assert done.returncode != 0
    for part in parts:
        assert part in error_lines(done)
    assert "Traceback" not in error_lines(done)
    assert not (project.folder / "results").exists()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["mine.csv", "empty"]),
        ("formula,tc_k\n", ["mine.csv"]),
        ("formula,tc_k\nYBa2Cu3O7,92\nLa1.85Sr0.15Cu(O4,38\n", ["mine.csv", "La1.85Sr0.15Cu(O4"]),
    ],
)
def test_a_bad_data_file_is_one_clear_error(project, text, parts):
    (project.folder / "mine.csv").write_text(text)
    done = project.snakemake("--config", "prepare={sources: [mine.csv]}")
    assert done.returncode != 0
    lines = error_lines(done)
    for part in parts:
        assert part in lines
    assert lines.count("superdrift prepare: error:") == 1
    assert "Traceback" not in lines
    assert project.files() == {}


def test_a_local_copy_with_a_wrong_checksum_stops_the_run(project, tmp_path):
    (tmp_path / "local").mkdir()
    (tmp_path / "local/SuperCon_with_types.dat").write_text("1\tYBa2Cu3O7\t92\t1\n")
    done = project.snakemake(
        "--config", "prepare={sources: [supercon]}", environment={"SUPERDRIFT_DATA": str(tmp_path / "local")}
    )
    assert done.returncode != 0
    assert "SHA-256" in error_lines(done)
    assert "ffcabf930dd7" in error_lines(done)
    assert project.files() == {}


def test_no_network_and_no_copy_is_one_clear_error(project):
    closed = "http://127.0.0.1:9"
    done = project.snakemake(
        "--config",
        "prepare={sources: [supercon]}",
        environment={
            "SUPERDRIFT_DATA": "",
            "https_proxy": closed,
            "http_proxy": closed,
            "HTTPS_PROXY": closed,
        },
    )
    assert done.returncode != 0
    assert error_lines(done).count("superdrift fetch: error:") == 1
    assert "SUPERDRIFT_DATA" in error_lines(done)
    assert project.files() == {}


def test_a_damaged_table_between_two_stages_stops_before_anything_is_lost(finished_copy):
    damaged = finished_copy.folder / "results/test/prepare/compounds.parquet"
    content = bytearray(damaged.read_bytes())
    content[len(content) // 3] ^= 0xFF
    damaged.write_bytes(content)
    before = finished_copy.files()
    done = finished_copy.snakemake()
    assert done.returncode != 0
    assert "compounds.parquet is not a whole Parquet file" in error_lines(done)
    assert "Traceback" not in error_lines(done)
    assert finished_copy.files() == before


def test_cuda_asked_for_and_absent_is_one_clear_error(finished_copy):
    before = finished_copy.files()
    done = finished_copy.snakemake(
        "results/test/generate/cuprates/samples.parquet", "--config", "generate={device: cuda}",
        environment={"CUDA_VISIBLE_DEVICES": ""},
    )  # fmt: skip
    assert done.returncode != 0
    assert "generate.device" in error_lines(done)
    assert "cuda" in error_lines(done)
    assert "Traceback" not in error_lines(done)
    assert finished_copy.files() == before


PHASES_FILE = "results/test/estimate/models/phases.parquet"


def test_a_shipped_model_that_is_missing_is_one_clear_error(project):
    shutil.rmtree(project.folder / "data/energy", ignore_errors=True)
    done = project.snakemake(PHASES_FILE, "--config", "energy={use: shipped}")
    assert done.returncode != 0
    assert "energy.use = shipped, but data/energy/model.safetensors does not exist" in error_lines(done)
    assert "set energy.use to attention" in error_lines(done)
    assert project.files() == {}


def test_the_shipped_model_gives_the_known_compounds_their_energies(project):
    network = AttentionNetwork(width=16, depth=1, heads=2, most_elements=9)
    model = EnergyModel("attention", [network], -1.0, 0.8, np.arange(96) != 79, 1.0)  # all but mercury
    folder = project.folder / "data/energy"
    save_energy(model, folder / "model.safetensors", folder / "model.json", {}, half=True)
    done = project.snakemake(PHASES_FILE)
    assert done.returncode == 0, error_lines(done)
    table = tables.read(project.folder / PHASES_FILE, CONTRACT["phases"].table)
    assert set(table["origin"].to_pylist()) == {"literature"}
    assert table.num_rows > 500
    amounts = tables.matrix(table["amounts"])
    assert ((amounts[amounts[:, 79] > 0] > 0).sum(axis=1) == 1).all()  # mercury itself is at 0 by definition


@pytest.mark.parametrize(("network", "members"), [("attention", 3), ("elemnet", 1)])
def test_a_run_that_trains_its_own_energies_trains_every_member(project, network, members):
    changes = f"energy={{use: {network}, {network}: {{members: {members}}}, phases: [critexam_test]}}"
    done = project.snakemake(PHASES_FILE, "--dry-run", "--config", changes)
    assert done.returncode == 0, error_lines(done)
    planned = dict(re.findall(r"^(\w+) +(\d+)$", done.stdout, re.MULTILINE))
    expected = {"train_energy": members, "gather_energy": 1, "phases": 1, "fetch": 3}
    assert {name: int(planned[name]) for name in expected} == expected


def test_a_full_disk_is_one_clear_error_and_leaves_no_half_file(project):
    limited = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
    command = [
        sys.executable,
        "-c",
        limited + "runpy.run_module('superdrift.superconductors.stages.prepare', run_name='__main__')",
    ]
    config = yaml.safe_load((project.folder / "config.yaml").read_text(encoding="utf-8"))["prepare"]
    out = project.folder / "results/full/prepare"
    done = subprocess.run(
        [
            *command,
            *("--settings", json.dumps(config | {"sources": ["literature"]}), "--seed", "1"),
            *("--sources", "data/literature.csv", "--compounds", str(out / "compounds.parquet")),
            *("--rejected", str(out / "rejected.parquet")),
        ],
        cwd=project.folder, capture_output=True, text=True, check=False, timeout=HANG_S,
        env={**os.environ, "PYTHONPATH": str(project.folder / "src")},
    )  # fmt: skip
    assert done.returncode == 1
    assert "cannot write" in done.stderr
    assert "Free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in project.files()} <= {"rejected.parquet"}  # whole before the disk was full


def test_same_seed_same_rows(finished, project):
    assert project.snakemake("results/test/screen/cuprates/screened.parquet").returncode == 0
    for place in ("prepare/compounds", "generate/cuprates/samples", "screen/cuprates/screened"):
        first = pq.read_table(finished.folder / f"results/test/{place}.parquet")
        assert first.equals(pq.read_table(project.folder / f"results/test/{place}.parquet"))
