"""What comes with the project: the configuration that makes it, its provenance, and what of it is out of date.

Estimators (`check.shipped`) and generators (`generation.shipped`) are made by the stages of a run, with config.yaml and
the preset `shipped`. Their provenance holds no time and no commit, so that the same code makes the same files.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from superdrift.io import tables
from superdrift.run import registry
from superdrift.run.provenance import describe, sha256

PRESET = Path("workflow") / "presets" / "shipped.yaml"
"""What differs from config.yaml."""
COMPOUNDS = registry.DATA / "estimators" / "compounds.parquet"
"""The known compounds that come with the project."""
_REMADE = ("commit", "written", "versions")
"""Entries of the provenance that may differ without the files being out of date."""


def configuration() -> dict[str, Any]:
    """config.yaml with the preset merged into it, as Snakemake does: dictionaries merge, the rest is replaced."""
    config: dict[str, Any] = {}
    for file in (Path("config.yaml"), PRESET):
        _merge(config, yaml.safe_load((registry.DATA.parent / file).read_text(encoding="utf-8")))
    return config


def _merge(config: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(config.get(key), dict):
            _merge(config[key], value)
        else:
            config[key] = value


def record(
    module: str, settings: Any, seed: int | None, inputs: Sequence[Path] = (), sources: Sequence[str] = ()
) -> dict[str, Any]:
    """Provenance of a file that comes with the project, without time and commit.

    Args:
        module: that makes it, below superdrift.superconductors.
        settings: of the module, as JSON can hold them.
        seed: of the run.
        inputs: files of the project that it is made from.
        sources: names in the registry that it is made from; what they must hash to stands there, so that no copy of a
            public file is needed.
    """
    found = describe(f"superdrift.superconductors.{module}", settings, seed, inputs)
    for entry in map(registry.entry_of, sources):
        found["inputs"][Path(entry.file).name] = entry.sha256 or sha256(registry.DATA / entry.file)
    return {name: value for name, value in found.items() if name not in ("commit", "written")}


def differing(path: Path, wanted: Mapping[str, Any]) -> list[str]:
    """Entries of the provenance in which a file differs from what is wanted; all of them where it is missing."""
    stored = _stored(path) if path.is_file() else {}
    keys = sorted((set(wanted) | set(stored)) - set(_REMADE))
    return [key for key in keys if json.loads(json.dumps(wanted.get(key))) != stored.get(key)]  # as stored


def _stored(path: Path) -> dict[str, Any]:
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))["provenance"]
    return tables.read_metadata(path)
