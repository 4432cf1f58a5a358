"""What the benchmarks start from: command line, configuration, samples, public files, stages as processes."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
import yaml
from numpy.typing import NDArray
from snakemake.utils import update_config

from superdrift.composition.vector import atomic_fractions
from superdrift.io import tables
from superdrift.run import registry
from superdrift.run.errors import InputError
from superdrift.run.seeds import generator
from superdrift.superconductors.generation.checkpoint import load_model
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.model_blocks import train_settings
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS, SAMPLES
from superdrift.superconductors.tc.held_out_groups import chemical_groups

ROOT = Path(__file__).resolve().parents[1]
SEED = 20240501
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
"""config.yaml as it stands: the paper-scale run."""


def quick_config() -> dict[str, Any]:
    """config.yaml with the small numbers of the preset `test`."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    update_config(config, yaml.safe_load((ROOT / "workflow/presets/test.yaml").read_text(encoding="utf-8")))
    return config


def parser(name: str, description: str, *, on_run: bool = True) -> argparse.ArgumentParser:
    """The command line that all benchmarks share.

    Args:
        name: of the benchmark.
        description: docstring of its module; the first line is shown.
        on_run: it measures on a run, which `--run` names; otherwise on public files alone.
    """
    made = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description.splitlines()[0])
    if on_run:
        made.add_argument(
            "--run", type=Path, help="folder of a run to measure on; results/small, or results/test if quick"
        )
    made.add_argument("--quick", action="store_true", help="a minute or two on small numbers, to see that it runs")
    made.add_argument("--output", type=Path, help=f"table to write; benchmarks/{name}.parquet, elsewhere if quick")
    return made


def parsed(made: argparse.ArgumentParser, arguments: list[str] | None = None) -> argparse.Namespace:
    """The arguments, with the defaults that depend on `--quick`: quick figures never replace the committed ones."""
    found = made.parse_args(arguments)
    name = made.prog.rpartition(".")[2]
    if found.output is None:
        folder = ROOT / "results" / "benchmarks-quick" if found.quick else ROOT / "benchmarks"
        found.output = folder / f"{name}.parquet"
    found.output.parent.mkdir(parents=True, exist_ok=True)
    if "run" not in found:
        return found
    if found.run is None:
        found.run = ROOT / "results" / ("test" if found.quick else "small")
    found.compounds = found.run / "prepare" / "compounds.parquet"
    if not found.compounds.is_file():
        made.error(f"no {found.compounds}; make it with snakemake (make bench, make bench-quick), or name a run: --run")
    return found


def start(main: Callable[[], None]) -> None:
    """Run a benchmark; bad input is one line on standard error, and the exit status is 1."""
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {error}")


def sampled_families(run: Path) -> list[str]:
    """Versions that a run has drawn samples of.

    Raises:
        InputError: where it has none.
    """
    found = [family for family in CONFIG["families"] if samples_path(run, family).is_file()]
    if not found:
        raise InputError(f"no {samples_path(run, '{family}')}; let snakemake make it, or name another run with --run")
    return found


def samples_path(run: Path, family: str) -> Path:
    """Where a run keeps the samples of a family."""
    return run / "generate" / family / "samples.parquet"


def varied_samples(run: Path, families: Iterable[str], rows: int) -> NDArray[np.float32]:
    """(rows, 96) samples of some families of a run, repeated with one amount of each changed by up to 0.30."""
    paths = [samples_path(run, family) for family in families]
    drawn = np.concatenate([tables.matrix(tables.read(p, SAMPLES, ["amounts"])["amounts"]) for p in paths])
    stream = np.random.default_rng(SEED)
    amounts = drawn[stream.integers(len(drawn), size=rows)]
    column = np.where(amounts > 0, stream.random(amounts.shape), -1.0).argmax(axis=1)
    change = stream.integers(-30, 31, rows) / 100
    own = amounts[np.arange(rows), column]
    amounts[np.arange(rows), column] = np.round(np.where(own + change > 0, own + change, own), 2)
    return amounts


def generator_of(compounds: pa.Table, config: dict[str, Any], work: Path) -> Model:
    """The generator of all families, trained on some compounds by the stage of the workflow.

    Args:
        compounds: rows of a table of compounds.
        config: the configuration.
        work: folder of the model; one that is there, of the same compounds and settings, is not made again.

    Raises:
        InputError: where the folder holds a model of other compounds or settings.
    """
    work.mkdir(parents=True, exist_ok=True)
    paths = {"weights": work / "model.safetensors", "description": work / "model.json"}
    table, record = work / "compounds.parquet", work / "settings.json"
    settings = train_settings(config, config["train"]["model"], "everything")
    wanted = json.dumps(settings, sort_keys=True)
    if all(path.is_file() for path in (*paths.values(), table, record)):
        if record.read_text(encoding="utf-8") != wanted or not tables.read(table, COMPOUNDS).equals(compounds):
            raise InputError(f"{work} holds a model of other compounds or settings; remove it, or name another --work")
    else:
        tables.write(table, COMPOUNDS, compounds, {})
        stage("train", settings, compounds=table, family=Path("everything"), **paths, history=work / "history.parquet")
        record.write_text(wanted, encoding="utf-8")
    return load_model(*paths.values(), torch.device("cpu"))[0]


def first_half(compounds: pa.Table, settings: FitSettings) -> NDArray[np.bool_]:
    """(n,) rows of the generator's half: whole chemical systems, near-duplicates merged."""
    fractions = atomic_fractions(tables.matrix(compounds["amounts"]))
    largest = int(settings.largest_group * len(fractions))
    groups = chemical_groups(fractions, radius=settings.group_radius, largest=largest)
    return (generator(SEED, "benchmark", "requests").random(int(groups.max()) + 1) < 1 / 2)[groups]


def public_file(name: str) -> Path:
    """A file of data/registry.yaml, taken from SUPERDRIFT_DATA or downloaded where it is not there yet.

    Raises:
        InputError: where there is neither a copy nor a network.
    """
    path = ROOT / registry.local_path(name, key="prepare.sources")
    if not path.is_file():
        registry.fetch(name, path)
    return path


def stage_command(name: str, settings: dict[str, Any], *, seed: int) -> list[str]:
    """The command of a stage of the superconductors, without its files."""
    module = f"superdrift.superconductors.stages.{name}"
    return [sys.executable, "-m", module, "--settings", json.dumps(settings), "--seed", str(seed)]


def stage(name: str, settings: dict[str, Any], **paths: Path) -> float:
    """Run one stage as the workflow does, in a process of its own; its seconds."""
    files = [part for key, path in paths.items() for part in (f"--{key.replace('_', '-')}", str(path))]
    started = time.perf_counter()
    done = subprocess.run([*stage_command(name, settings, seed=1), *files], check=False, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"the stage {name} failed:\n{done.stderr}")
    return time.perf_counter() - started
