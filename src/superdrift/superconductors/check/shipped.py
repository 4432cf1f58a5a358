"""Estimators that come with the project, fitted to all known compounds whose licences allow it: a user fits nothing.

    python -m superdrift.superconductors.check.shipped --write

makes those files of data/estimators that are missing or out of date, from the sources of the preset `shipped`, by
config.yaml and the code (five minutes on one core; needs the public files of data/registry.yaml, in the folder
SUPERDRIFT_DATA or by a network); without --write it names them, for which it needs no public file. Settings, seed, code
fingerprint, SHA-256 of the inputs and versions stand in each.
"""

import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from superdrift.charges.settings import ChargeSettings
from superdrift.io import tables
from superdrift.io.files import write_whole
from superdrift.metals.intermetallics import listed_path
from superdrift.metals.trees import TREES
from superdrift.run import registry
from superdrift.run.command import Run
from superdrift.run.errors import InputError
from superdrift.run.settings import from_mapping
from superdrift.superconductors import shipping
from superdrift.superconductors.settings.data import PrepareSettings
from superdrift.superconductors.settings.tc import FitSettings, PhasesSettings
from superdrift.superconductors.tables import COMPOUNDS as COMPOUNDS_TABLE
from superdrift.superconductors.tc.estimator import Estimator
from superdrift.superconductors.tc.labelled_compositions import COLUMNS, distinct
from superdrift.superconductors.tc.nodes import NODES, Nodes

logger = logging.getLogger("superdrift")

COMPOUNDS = shipping.COMPOUNDS
FOLDER = COMPOUNDS.parent
"""Where the files lie."""
METALS = FOLDER / "metals.parquet"
"""Trees of the check of metals."""
FILES = (
    "compounds.parquet", "charges.json", METALS.name, "estimators.json", "trees.parquet", "scores.parquet",
    "phases.parquet",
)  # fmt: skip
"""Known compounds as prepared; thresholds of the charge check; trees of the check of metals; what `fit` chose and
calibrated; its trees as nodes; its scores on held-out compounds; competitors in the hull."""
ENERGIES = registry.DATA / "energy" / "model.safetensors"
"""The model of formation energies that comes with the project; its description lies beside it."""


@dataclass(frozen=True)
class _Step:
    """What one file, or two, are made by."""

    files: tuple[str, ...]
    module: str
    settings: Any
    inputs: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()

    def record(self, seed: int) -> dict[str, Any]:
        """Provenance of the files."""
        return shipping.record(self.module, self.settings, seed, self.inputs, self.sources)


def _steps(config: Mapping[str, Any], folder: Path) -> Iterator[_Step]:
    """The steps in their order, for files in `folder`."""
    compounds, charges, metals, estimators, trees, scores, phases = FILES
    known = (folder / compounds,)
    yield _Step((compounds,), "stages.prepare", config["prepare"], sources=tuple(config["prepare"]["sources"]))
    yield _Step((charges,), "screening.known_charges", config["screen"]["charge"], known)
    yield _Step((metals,), "screening.known_metals", None, (*known, listed_path()))
    yield _Step((estimators, trees, scores), "stages.fit", config["estimate"], known)
    yield _Step((phases,), "stages.phases", {"threads": config["energy"]["threads"]}, (*known, ENERGIES))


def write(config: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Make the files that are missing or out of date, in their order.

    Args:
        config: the configuration that ships.
        folder: where to.

    Raises:
        InputError: where a source is neither at hand nor can be downloaded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    makers = (_prepare, _charges, _metals, _fit, _phases)
    with tempfile.TemporaryDirectory() as rest:
        for step, make in zip(_steps(config, folder), makers, strict=True):
            record = step.record(config["seed"])
            if any(shipping.differing(folder / name, record) for name in step.files):
                logger.info("%s", " and ".join(str(folder / name) for name in step.files))
                make(Run(config["seed"], record), folder, Path(rest))


def _prepare(run: Run, folder: Path, rest: Path) -> None:
    from superdrift.superconductors.stages.prepare import prepare  # noqa: PLC0415 - slow to import, and needed only here

    settings = from_mapping(PrepareSettings, run.metadata["settings"], place="prepare")
    sources = []
    for name in settings.sources:
        sources.append(registry.locate(name) or rest / name)
        if not sources[-1].is_file():
            registry.fetch(name, sources[-1])
    prepare(run, settings, sources=sources, compounds=folder / FILES[0], rejected=rest / "rejected.parquet")


def _charges(run: Run, folder: Path, rest: Path) -> None:
    from superdrift.superconductors.screening.known_charges import COLUMNS as CHARGED  # noqa: PLC0415 - needed only here
    from superdrift.superconductors.screening.known_charges import charge_check  # noqa: PLC0415

    settings = from_mapping(ChargeSettings, run.metadata["settings"], place="screen.charge")
    check = charge_check(tables.read(folder / FILES[0], COMPOUNDS_TABLE, CHARGED), settings)
    _write_json(folder / "charges.json", {"thresholds": check.thresholds, "provenance": run.metadata})


def _metals(run: Run, folder: Path, rest: Path) -> None:
    from superdrift.superconductors.screening.known_metals import metal_check  # noqa: PLC0415 - needed only here

    known = tables.read(folder / FILES[0], COMPOUNDS_TABLE, ["amounts", "flags"])
    tables.write(folder / METALS.name, TREES, metal_check(known, threads=1).trees.columns(), run.metadata)


def _fit(run: Run, folder: Path, rest: Path) -> None:
    from superdrift.superconductors.stages.fit import fit  # noqa: PLC0415 - slow to import, and needed only here

    settings = from_mapping(FitSettings, run.metadata["settings"], place="estimate")
    neighbours, description = rest / "neighbours.parquet", rest / "estimators.json"
    fit(run, settings, compounds=folder / FILES[0], neighbours=neighbours, description=description,
        scores=folder / "scores.parquet", held_out=rest / "held_out.parquet")  # fmt: skip
    models = Estimator.load(neighbours, description, threads=settings.threads).models()
    with tables.Writer(folder / "trees.parquet", NODES, run.metadata, distinct=("threshold",)) as writer:
        for name, nodes in models.items():
            writer.append(nodes.columns(name))
    described = json.loads(description.read_text(encoding="utf-8"))
    _write_json(folder / "estimators.json", Estimator.without_text(described))


def _phases(run: Run, folder: Path, rest: Path) -> None:
    from superdrift.superconductors.stages.phases import phases  # noqa: PLC0415 - slow to import, and needed only here

    settings, description = PhasesSettings(**run.metadata["settings"]), ENERGIES.with_suffix(".json")
    phases(run, settings, compounds=folder / FILES[0], weights=ENERGIES, description=description, energies=[],
           origins=[], phases=folder / "phases.parquet")  # fmt: skip


def load(*, threads: int, folder: Path = FOLDER) -> Estimator:
    """The fitted estimators.

    Raises:
        InputError: where a file is missing, damaged or of another version.
    """
    place = folder / "estimators.json"
    described = _read_json(place)
    excluded = described["provenance"]["settings"]["exclude_flags"]
    known = distinct(tables.read(folder / FILES[0], COMPOUNDS_TABLE, COLUMNS), excluded)
    models = Nodes.of_models(tables.read(folder / "trees.parquet", NODES))
    return Estimator.from_description(known, described, place=place, threads=threads, stored=models)


def charge_thresholds(settings: ChargeSettings, folder: Path = FOLDER) -> dict[str, dict[str, float]] | None:
    """Thresholds of the charge check on the compounds that come with the project; None under other settings."""
    stored = _read_json(folder / "charges.json")
    if stored["provenance"]["settings"] == json.loads(json.dumps(asdict(settings))):
        return stored["thresholds"]
    logger.info("screen.charge differs from what comes with the project: the charge check is fitted anew")
    return None


def out_of_date(config: Mapping[str, Any], folder: Path = FOLDER) -> dict[str, list[str]]:
    """Files that are missing or that `write` would make anew, and which entries of their provenance differ."""
    found = {}
    for step in _steps(config, folder):
        wanted = step.record(config["seed"])
        for name in step.files:
            differ = shipping.differing(folder / name, wanted)
            if differ:
                found[name] = differ
    return found


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}); it comes with the project: check it out again") from error
    return found


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_whole(path, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


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
    for name, differ in found.items():
        print(f"{FOLDER / name} is out of date ({', '.join(differ)}); run this command again with --write")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
