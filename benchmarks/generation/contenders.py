"""Who is measured: the generator as the workflow trains it, training compounds with noise, the published samples."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.generation.holdout import held_out_rows
from benchmarks.generation.rates import Ruler
from benchmarks.generation.setting import FLAGS
from benchmarks.inputs import CONFIG, SEED, public_file, stage_command
from superdrift.charges.charge_check import ChargeCheck
from superdrift.charges.projection import Projection
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io.tables import matrix, read, write
from superdrift.superconductors.model_blocks import generate_settings
from superdrift.superconductors.tables import COMPOUNDS, SAMPLES

NOISE = 0.05
"""Atoms per formula unit; deviation of the noise on each element of a training compound."""
PUBLISHED = {"cuprates": "superdiff_cuprates"}


class Trained:
    """The generator, trained and sampled by the stages themselves in processes of their own.

    Args:
        folder: for models and samples; what is there already is not made again.
        compounds: table of a run.
        config: the configuration to train and draw by.
        model: name of the model.
        count: samples per family.
        keep_flagged: train on flagged rows too.
        element_temperature: of the sampler; that of config.yaml when None.
        one: steps of one model of all families, which is asked for each; None: a model of each, as the workflow has it.
    """

    def __init__(
        self, folder: Path, compounds: pa.Table, config: dict[str, Any], model: str, *, count: int,
        keep_flagged: bool, element_temperature: float | None, one: int | None,
    ) -> None:  # fmt: skip
        self.folder, self.model, self.count = Path(folder), config["models"][model], count
        self.temperature, self.config, self.one = element_temperature, config, one
        self.base = config["train"]["base"]
        self.flags = [] if keep_flagged else sorted(FLAGS)
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = compounds.filter(pa.array(~held_out_rows(compounds)))
        write(self.folder / "compounds.parquet", COMPOUNDS, kept, {})

    def samples(self, family: str) -> tuple[NDArray[np.float32], list[tuple[str, float, int]]]:
        """Samples of one family, and what they cost."""
        trained = family if self.one is None else "everything"
        self._train(trained)
        sampler = {name: value[family] if isinstance(value, dict) else value for name, value in
                   self.model["sampler"].items()}  # fmt: skip
        if self.temperature is not None:
            sampler["element_temperature"] = self.temperature
        name = f"samples-{self.count}-{sampler.get('element_temperature', 1.0)}"
        (self.folder / family).mkdir(exist_ok=True)
        output, record = (self.folder / family / f"{name}.{ending}" for ending in ("parquet", "json"))
        settings = generate_settings(self.config, family) | {"samples": self.count, "sampler": sampler, "threads": 1}
        settings["request"] = None if family == trained else family
        paths = [*self._paths(trained), "--samples", output, "--family", trained, "--source", family]
        shards = os.cpu_count() or 1
        gathering = [*stage_command("generate", settings, seed=SEED), *paths]
        sampling = [[*gathering, "--shard", f"{i}/{shards}"] for i in range(shards)]
        if not output.exists():
            seconds, memory = together(sampling)
            more_seconds, more_memory = together([gathering])
            cost = {"seconds": seconds + more_seconds, "memory": max(memory, more_memory)}
            record.write_text(json.dumps(cost))
        cost = {**json.loads((self.folder / trained / "cost.json").read_text()), **json.loads(record.read_text())}
        costs = [
            ("training seconds", cost["training_seconds"], 1),
            (f"sampling seconds, {shards} processes of one thread", cost["seconds"], self.count),
            ("samples per second", self.count / cost["seconds"], self.count),
            ("peak memory of a process / GiB", cost["memory"], self.count),
        ]
        return matrix(read(output, SAMPLES, ["amounts"])["amounts"]), costs

    def _train(self, family: str) -> None:
        """Train one family, its base first."""
        if (self.folder / family / "model.safetensors").exists():
            return
        block, arguments = dict(self.model), []
        if self.one is not None:
            block["training"] = block["training"] | {"steps": self.one}
        if self.base is not None and family in self.base["versions"]:
            self._train(self.base["family"])
            changed = {name: self.base[name] for name in ("steps", "learning_rate", "validate_every")}
            block["training"] = block["training"] | changed
            arguments = ["--base", self.folder / self.base["family"] / "model.safetensors"]
        settings = {"model": block, "device": self.config["train"]["device"], "exclude_flags": self.flags}
        history, data = self.folder / family / "history.parquet", self.folder / "compounds.parquet"
        paths = [*self._paths(family), "--compounds", data, "--history", history]
        seconds, _ = together([[*stage_command("train", settings, seed=SEED), *paths, "--family", family, *arguments]])
        (self.folder / family / "cost.json").write_text(json.dumps({"training_seconds": seconds}))

    def _paths(self, family: str) -> list[str | Path]:
        folder = self.folder / family
        folder.mkdir(exist_ok=True)
        return ["--weights", folder / "model.safetensors", "--description", folder / "model.json"]


def together(commands: list[list[str | Path]]) -> tuple[float, float]:
    """Run commands side by side: seconds until the last is done, and the most memory one of them took, GiB."""
    started = time.monotonic()
    running = [subprocess.Popen([str(word) for word in command]) for command in commands]
    memory = 0.0
    while any(process.poll() is None for process in running):
        memory = max([memory, *(peak_memory(process.pid) for process in running)])
        time.sleep(0.2)
    if any(process.returncode for process in running):
        raise SystemExit("a stage failed; its message stands above")
    return time.monotonic() - started, memory


def peak_memory(pid: int) -> float:
    """Most resident memory of a running process so far, GiB; 0 once it is gone (Linux)."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**20


def noisy(train: NDArray[np.float32], check: ChargeCheck, count: int) -> NDArray[np.float32]:
    """Training compounds with Gaussian noise on every amount, moved to where the charges agree: no model at all."""
    stream = np.random.default_rng(SEED)
    amounts = train[stream.integers(len(train), size=count)]
    noise = stream.normal(0.0, NOISE, amounts.shape)
    moved = np.where(amounts > 0, np.maximum(np.round(amounts + noise, 2), 0.01), 0.0)
    tolerance = CONFIG["project"]["tolerance"]
    return Projection("charge_valid", tolerance, 0.0, check=check).project(moved.astype(np.float32))[0]


def published(family: str, ruler: Ruler) -> list[tuple[str, float, int]]:
    """Rates of the published valid samples, where they were published; only counts compare with the others."""
    if family not in PUBLISHED:
        return []
    lines = public_file(PUBLISHED[family]).read_text(encoding="utf-8").split()
    amounts = np.stack([to_vector(parse_formula(line)) for line in lines])
    return [(f"{name}, of its {len(lines):,} valid samples", *rest) for name, *rest in ruler.rates(amounts)]
