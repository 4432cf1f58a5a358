"""Generators that come with the project: one that knows all families, to sample from without a run.

    python -m superdrift.superconductors.generation.shipped --write

trains those in data/generators that are missing or out of date, by config.yaml, the preset `shipped` and the compounds
in data/estimators (ten minutes on one core; an interrupted training goes on where it was); without --write it names
them. Training, validation loss, seed, code fingerprint and SHA-256 of the inputs stand beside the weights.
"""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from superdrift.run import registry
from superdrift.run.command import Run
from superdrift.run.errors import InputError
from superdrift.run.settings import from_mapping
from superdrift.superconductors import shipping
from superdrift.superconductors.generation.checkpoint import load_model, save_model
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.model_blocks import base_family, train_settings
from superdrift.superconductors.settings.generation import TrainSettings

FOLDER = registry.DATA / "generators"
"""Where the files lie: {family}.safetensors and {family}.json."""
_WORK = registry.DATA.parent / "build" / "generators"
"""Where unfinished trainings are kept."""


def load(family: str, *, device: torch.device | None = None) -> Model:
    """The generator of a family, ready to sample from.

    Raises:
        InputError: when there is none, or its files are damaged.
    """
    weights = FOLDER / f"{family}.safetensors"
    if not weights.is_file():
        there = ", ".join(sorted(path.stem for path in FOLDER.glob("*.safetensors"))) or "none"
        raise InputError(f"no generator of '{family}' comes with the project (there is {there}); check out {FOLDER}")
    return load_model(weights, weights.with_suffix(".json"), device or torch.device("cpu"))[0]


def write(config: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Train the models that are missing or out of date, those that others start from first.

    Args:
        config: the configuration that ships.
        folder: where to.
    """
    for family in sorted(config["families"], key=lambda name: base_family(config, name) is not None):
        if family in out_of_date(config, folder):
            _train(config, family, folder)


def out_of_date(config: Mapping[str, Any], folder: Path = FOLDER) -> dict[str, list[str]]:
    """Families whose model is missing or would be trained anew, and which entries of its provenance differ."""
    found = {}
    for family in config["families"]:
        differ = shipping.differing(folder / f"{family}.json", _record(config, family, folder))
        if differ or not (folder / f"{family}.safetensors").is_file():
            found[family] = differ or ["weights"]
    return found


def _record(config: Mapping[str, Any], family: str, folder: Path) -> dict[str, Any]:
    """Provenance of the model of a family."""
    base = _base(config, family, folder)
    inputs = (shipping.COMPOUNDS, *([] if base is None else [base]))
    settings = train_settings(config, config["train"]["model"], family)
    return shipping.record("stages.train", settings, config["seed"], inputs)


def _base(config: Mapping[str, Any], family: str, folder: Path) -> Path | None:
    base = base_family(config, family)
    return None if base is None else folder / f"{base}.safetensors"


def _train(config: Mapping[str, Any], family: str, folder: Path) -> None:
    """Train the model of one family by the stage of a run, and store it in half precision."""
    from superdrift.superconductors.stages.train import train  # noqa: PLC0415 - stages import the rooms, not the reverse

    record, work = _record(config, family, folder), _WORK / family
    files = {"weights": work / "model.safetensors", "description": work / "model.json"}
    train(
        Run(config["seed"], record), from_mapping(TrainSettings, record["settings"], place="train"),
        compounds=shipping.COMPOUNDS, family=family, **files, history=work / "history.parquet",
        base=_base(config, family, folder),
    )  # fmt: skip
    model, description = load_model(*files.values(), torch.device("cpu"))
    kept = {name: description[name] for name in ("family", "training", "outcome", "provenance")}
    folder.mkdir(parents=True, exist_ok=True)
    save_model(model, folder / f"{family}.safetensors", folder / f"{family}.json", kept, half=True)


def main(arguments: list[str]) -> int:
    """Write the files, or name those that are out of date; 1 where there is one."""
    config = shipping.configuration()
    if "--write" in arguments:
        logging.basicConfig(level=logging.INFO, format="%(message)s")
        try:
            write(config, FOLDER)
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    found = out_of_date(config, FOLDER)
    for family, differ in found.items():
        print(f"{FOLDER / family} is out of date ({', '.join(differ)}); run this command again with --write")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
