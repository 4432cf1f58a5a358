"""The settings that a run screened with, from the provenance that its tables carry."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from superdrift.io import tables
from superdrift.run.errors import InputError

OF_THE_SOURCE = ("n_elements", "noise_floor")
"""Settings of the stage `screen` that differ between the sources of one run."""


def screening_of_run(folder: Path, declared: Mapping[str, Any]) -> dict[str, Any]:
    """The block `screen` of the configuration that a run was screened with.

    Args:
        folder: of the run.
        declared: the block `screen` of config.yaml; its ranges of elements serve the families that the run left out.

    Returns:
        The block: every setting of the stage `screen`, and `n_elements` by family.

    Raises:
        InputError: where no family of the run is screened yet, or two were screened by different settings.
    """
    ranges, found = dict(declared["n_elements"]), {}
    for family in ranges:
        path = folder / "screen" / family / "screened.parquet"
        if path.is_file():
            settings = _settings(path)
            ranges[family] = settings["n_elements"]
            found[path] = {name: value for name, value in settings.items() if name not in OF_THE_SOURCE}
    if not found:
        raise InputError(
            f"{folder} has no screened table of a family (screen/{{family}}/screened.parquet), so that the settings it"
            " screens with are unknown: the run has not come so far; run snakemake on, or leave --known out"
        )
    (first, block), *others = found.items()
    for path, other in others:
        for name in sorted(set(block) | set(other)):
            if block.get(name) != other.get(name):
                raise InputError(
                    f"{first} was screened with {name} = {block.get(name)}, {path} with {other.get(name)}: the run is"
                    " half remade; run snakemake on, and delete the table of a family that the run no longer has"
                )
    return block | {"n_elements": ranges}


def _settings(path: Path) -> dict[str, Any]:
    """Settings in the provenance of a screened table."""
    settings = tables.read_metadata(path).get("settings")
    if not isinstance(settings, dict) or not set(OF_THE_SOURCE) <= set(settings):
        raise InputError(f"{path} does not say which settings made it; delete it and run snakemake again")
    return settings
