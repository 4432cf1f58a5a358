"""The generator that answers a request: one that comes with the project, or that of a run, as it was sampled there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.run.settings import from_mapping
from superdrift.superconductors import model_blocks, shipping
from superdrift.superconductors.contract import CONTRACT
from superdrift.superconductors.data.families import MODEL_FAMILIES
from superdrift.superconductors.generation import shipped
from superdrift.superconductors.generation.checkpoint import load_model
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.request_text import describe
from superdrift.superconductors.settings.generation import GenerateSettings
from superdrift.superconductors.settings.ranking import RankSettings

PLACE = "the request"
"""Where a request of the command line stands, for messages."""
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Generator:
    """A model with what it is sampled and its samples are ranked by.

    Attributes:
        family: of the model.
        model: on the processor.
        settings: of the stage generate; the number of samples among them is that of the command.
        ranking: gates and spacing.
    """

    family: str
    model: Model
    settings: GenerateSettings
    ranking: RankSettings


def shipped_generator(request: Request, *, samples: int) -> Generator:
    """The generator that comes with the project for what a request asks.

    Raises:
        InputError: where none comes with the project.
    """
    config = shipping.configuration()
    families = [family for family in MODEL_FAMILIES if (shipped.FOLDER / f"{family}.safetensors").is_file()]
    family = model_blocks.drawing_family(request, families, place=PLACE)
    settings = _settings(
        model_blocks.generate_settings(config, family), request, samples, place="config.yaml: generate"
    )
    ranking = from_mapping(RankSettings, config["rank"], place="config.yaml: rank")
    return Generator(family, shipped.load(family), settings, ranking)


def generator_of_run(folder: Path, request: Request, *, samples: int) -> Generator:
    """The generator of a run, with the settings that the run's own tables carry.

    Args:
        folder: of the run, finished.
        request: what is asked for.
        samples: how many are drawn.

    Raises:
        InputError: where the run has no model to draw it from, or its tables do not say by which settings.
    """
    artifacts = ("generator", "generator_description", "samples")  # a family trained as a base alone has no samples
    families = [family for family in MODEL_FAMILIES if all(_file(folder, name, family).is_file() for name in artifacts)]
    if not families:
        raise InputError(f"{folder} has no generator that was trained and sampled; finish the run with snakemake")
    family = model_blocks.drawing_family(request, families, place=PLACE)
    model, _ = load_model(_file(folder, "generator", family), _file(folder, "generator_description", family), CPU)
    drawn, ranked = _file(folder, "samples", family), folder / CONTRACT["candidates"].place()
    settings = _settings(_recorded(drawn), request, samples, place=str(drawn))
    return Generator(family, model, settings, from_mapping(RankSettings, _recorded(ranked), place=str(ranked)))


def _file(folder: Path, artifact: str, family: str) -> Path:
    return folder / CONTRACT[artifact].place(family=family)


def _recorded(path: Path) -> Mapping[str, Any]:
    """The settings in the provenance of a table of a run.

    Raises:
        InputError: where there are none.
    """
    settings = tables.read_metadata(path).get("settings")
    if not isinstance(settings, dict):
        raise InputError(f"{path} does not say which settings made it; delete it and run snakemake again")
    return settings


def _settings(block: Mapping[str, Any], request: Request, samples: int, *, place: str) -> GenerateSettings:
    """Settings of the stage generate for one request, drawn on the processor."""
    changed = {"request": describe(request), "samples": samples, "device": "cpu", "compiled": False}
    return from_mapping(GenerateSettings, {**block, **changed}, place=place)
