"""Estimators that come with the project, fitted to the embedded compounds: nothing is fitted on a user's machine.

    python -m superdrift.superconductors.check.shipped --write

makes data/estimators from data/literature.csv, config.yaml and the code (a minute or two); without --write it names the
files there that are not of these. Settings, seed, code fingerprint, SHA-256 of the inputs and versions stand in each.
"""

import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from superdrift.io import tables
from superdrift.metals.intermetallics import listed_path
from superdrift.metals.trees import TREES
from superdrift.run import registry
from superdrift.run.command import Run
from superdrift.run.errors import InputError
from superdrift.run.provenance import describe
from superdrift.run.settings import from_mapping
from superdrift.superconductors.settings.data import PrepareSettings
from superdrift.superconductors.settings.tc import FitSettings, PhasesSettings
from superdrift.superconductors.tables import COMPOUNDS as COMPOUNDS_TABLE

EMBEDDED = "literature"
"""The known compounds that come with the project."""
FOLDER = registry.DATA / "estimators"
"""Where the files lie: the estimators as in a run's estimate/models, their compounds, the forest, and the trees of the
check of metals."""
COMPOUNDS, FOREST, METALS = (FOLDER / f"{name}.parquet" for name in ("compounds", "forest", "metals"))
ENERGIES = registry.DATA / "energy" / "model.safetensors"
"""The model of formation energies that comes with the project; its description lies beside it."""
_REMADE = ("commit", "written", "versions")
"""Entries of the provenance that may differ without the files being out of date."""


@dataclass(frozen=True)
class _Step:
    """What one file, or two, are made by."""

    files: tuple[str, ...]
    module: str
    settings: Any
    inputs: tuple[Path, ...]

    def run(self, seed: int) -> Run:
        """Seed and provenance; without time and commit, so that the same code makes the same files."""
        record = describe(f"superdrift.superconductors.{self.module}", self.settings, seed, self.inputs)
        return Run(seed, {name: value for name, value in record.items() if name not in ("commit", "written")})


def _steps(blocks: Mapping[str, Any], folder: Path) -> Iterator[_Step]:
    """The steps in their order, for files in `folder`."""
    compounds = folder / COMPOUNDS.name
    prepare = blocks["prepare"] | {"sources": [EMBEDDED]}
    yield _Step((COMPOUNDS.name,), "stages.prepare", prepare, (registry.DATA / registry.entry_of(EMBEDDED).file,))
    fit = blocks["estimate"] | {"repeats": 1}
    yield _Step(("neighbours.parquet", "estimators.json"), "stages.fit", fit, (compounds,))
    yield _Step((FOREST.name,), "tc.estimator", None, (folder / "neighbours.parquet", folder / "estimators.json"))
    yield _Step((METALS.name,), "screening.known_metals", None, (compounds, listed_path()))
    phases = {"threads": blocks["energy"]["threads"]}
    yield _Step(("phases.parquet",), "stages.phases", phases, (compounds, ENERGIES))


def write(blocks: Mapping[str, Any], folder: Path) -> None:
    """Make the files.

    Args:
        blocks: config.yaml.
        folder: where to.
    """
    from superdrift.superconductors.screening.known_metals import metal_check  # noqa: PLC0415
    from superdrift.superconductors.stages.fit import fit  # noqa: PLC0415 - slow to import, and needed only here
    from superdrift.superconductors.stages.phases import phases  # noqa: PLC0415
    from superdrift.superconductors.stages.prepare import prepare  # noqa: PLC0415
    from superdrift.superconductors.tc import forest  # noqa: PLC0415
    from superdrift.superconductors.tc.estimator import Estimator  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    seed, paths = blocks["seed"], {name: folder / name for name in _files(blocks)}
    compounds, neighbours, description = paths[COMPOUNDS.name], paths["neighbours.parquet"], paths["estimators.json"]
    with tempfile.TemporaryDirectory() as rest:
        for step in _steps(blocks, folder):
            run = step.run(seed)
            if step.module == "stages.prepare":
                prepare(run, from_mapping(PrepareSettings, step.settings, place="prepare"), sources=list(step.inputs),
                        compounds=compounds, rejected=Path(rest) / "rejected.parquet")  # fmt: skip
            elif step.module == "stages.fit":
                fit(run, from_mapping(FitSettings, step.settings, place="estimate"), compounds=compounds,
                    neighbours=neighbours, description=description, scores=Path(rest) / "scores.parquet",
                    held_out=Path(rest) / "held_out.parquet")  # fmt: skip
            elif step.module == "screening.known_metals":
                known = tables.read(compounds, COMPOUNDS_TABLE, ["amounts", "flags"])
                tables.write(paths[METALS.name], TREES, metal_check(known, threads=1).trees.columns(), run.metadata)
            elif step.module == "stages.phases":
                phases(run, PhasesSettings(**step.settings), compounds=compounds, weights=ENERGIES,
                       description=ENERGIES.with_suffix(".json"), energies=[], origins=[],
                       phases=paths["phases.parquet"])  # fmt: skip
            else:
                fitted = Estimator.load(neighbours, description, threads=1)
                tables.write(paths[FOREST.name], forest.FOREST, fitted.nodes().columns(), run.metadata)


def out_of_date(blocks: Mapping[str, Any], folder: Path = FOLDER) -> dict[str, list[str]]:
    """Files that are missing or that `write` would make anew, and which entries of their provenance differ."""
    found = {}
    for step in _steps(blocks, folder):
        wanted = step.run(blocks["seed"]).metadata
        for name in step.files:
            stored = _provenance(folder / name) if (folder / name).is_file() else {}
            keys = sorted((set(wanted) | set(stored)) - set(_REMADE))
            # through JSON, as stored
            differ = [key for key in keys if json.loads(json.dumps(wanted.get(key))) != stored.get(key)]
            if differ:
                found[name] = differ
    return found


def _files(blocks: Mapping[str, Any]) -> list[str]:
    return [name for step in _steps(blocks, FOLDER) for name in step.files]


def _provenance(path: Path) -> dict[str, Any]:
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))["provenance"]
    return tables.read_metadata(path)


def main(arguments: list[str]) -> int:
    """Write the files, or name those that are out of date; 1 where there is one."""
    blocks = yaml.safe_load((registry.DATA.parent / "config.yaml").read_text(encoding="utf-8"))
    if "--write" in arguments:
        logging.basicConfig(level=logging.INFO, format="%(message)s")
        try:
            write(blocks, FOLDER)
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    found = out_of_date(blocks)
    for name, differ in found.items():
        print(f"{FOLDER / name} is out of date ({', '.join(differ)}); run this command again with --write")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
