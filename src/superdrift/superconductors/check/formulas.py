"""Formulas that a user gives, screened against known compounds and estimated as a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS
from superdrift.composition.vector import from_vector
from superdrift.io import tables
from superdrift.metals.metal_check import MetalCheck
from superdrift.metals.trees import TREES, Trees
from superdrift.run.errors import InputError
from superdrift.run.settings import from_mapping
from superdrift.superconductors.check import shipped
from superdrift.superconductors.check.estimates import load_estimates
from superdrift.superconductors.check.inputs import exists, read_formulas, read_known
from superdrift.superconductors.check.measured import measured, unmeasured
from superdrift.superconductors.check.run_settings import screening_of_run
from superdrift.superconductors.data.families import family_of
from superdrift.superconductors.screening.basic_checks import basic_checks
from superdrift.superconductors.screening.novelty import KnownCompounds
from superdrift.superconductors.settings.screening import ScreenSettings
from superdrift.superconductors.stages.screen import known_screener
from superdrift.superconductors.tables import COMPOUNDS, ESTIMATED, VERDICTS

__all__ = ["check", "known_compounds", "project_settings", "read_formulas", "screen_settings"]

NEAREST = 3
"""Known compounds named for each formula."""

_CONFIG = Path(__file__).resolve().parents[4] / "config.yaml"


def known_compounds(known: Path | None) -> Path:
    """The table of known compounds to compare with: that of a run, or the compounds that come with the project.

    Args:
        known: a run's name or folder, or its compounds.parquet; anything else leaves the project's own.
    """
    if known is not None:
        below = Path("prepare") / "compounds.parquet"
        for path in (known, known / below, Path("results") / known / below):
            if path.suffix == ".parquet" and _is_compounds(path):
                return path
    return shipped.COMPOUNDS


def project_settings() -> dict[str, Any]:
    """The project's config.yaml.

    Raises:
        InputError: when it is missing (the package was installed away from its repository).
    """
    if not _CONFIG.is_file():
        raise InputError(f"no {_CONFIG}; install superdrift from its repository: pip install -e .")
    blocks: dict[str, Any] = yaml.safe_load(_CONFIG.read_text(encoding="utf-8"))
    return blocks


def _is_compounds(path: Path) -> bool:
    """Whether a file is there and has the columns of compounds.parquet."""
    try:
        return set(COMPOUNDS.schema.names) <= set(pq.read_schema(path).names)
    except (pa.ArrowException, OSError, ValueError):  # the reader of lists says what is wrong with a damaged one
        return False


def screen_settings(block: Mapping[str, Any]) -> ScreenSettings:
    """A block `screen` of a configuration as settings, on amounts as they are given."""
    return from_mapping(ScreenSettings, {**block, "noise_floor": 0.0, "n_elements": [1, N_ELEMENTS]}, place="screen")


def check(texts: Sequence[str], amounts: NDArray[np.float32], known: Path | None) -> pa.Table:
    """One row per formula: verdicts as in screened.parquet, estimates, and `nearest`, known compounds.

    Args:
        texts: (n,) formulas as given.
        amounts: (n, 96) atoms per formula unit.
        known: what to compare with: a run, its compounds.parquet, or a file of formulas; None for the compounds that
            come with the project. A run screens by its own settings, everything else by config.yaml. With a file of
            formulas, charge check and estimators still learn from the compounds that come with the project.

    Raises:
        InputError: where `known` is none of these, or a run without estimators or screened tables.
    """
    blocks = project_settings()
    compounds = known_compounds(known)
    embedded = compounds == shipped.COMPOUNDS
    if known is not None and embedded and (not exists(known) or known.is_dir()):
        raise InputError(f"no known compounds at '{known}'; give a run's name, its compounds.parquet, or a file")
    estimates = load_estimates(compounds, blocks, embedded=embedded)
    block = blocks["screen"] if embedded else screening_of_run(compounds.parents[1], blocks["screen"])
    settings = screen_settings(block)
    metals = MetalCheck(lambda: Trees.from_table(tables.read(shipped.METALS, TREES))) if embedded else None
    thresholds = shipped.charge_thresholds(settings.charge) if embedded else None
    screener = known_screener(settings, compounds, baseline=False, all_rows=True, metals=metals, thresholds=thresholds)
    found = measured(amounts, compounds, radius=settings.known_radius)
    if known is not None and embedded:
        found = unmeasured(len(amounts))
        names, vectors = read_known(known)
        radii = {"known_radius": settings.known_radius, "novel_radius": settings.novel_radius}
        screener.known = KnownCompounds(vectors, names, **radii)
    columns = screener.screen(np.arange(len(amounts)), amounts)
    columns |= _basic(amounts, block["n_elements"])
    nearest = screener.known.several(amounts, NEAREST)
    rows: dict[str, Any] = {"given": list(texts)}
    columns |= estimates.columns(amounts)
    for column in (*VERDICTS, *ESTIMATED.columns):
        rows[column.name] = pa.array(columns[column.name], type=column.type, from_pandas=True)
    return pa.table(rows | {name: found[name] for name in found.column_names} | {"nearest": nearest})


def _basic(amounts: NDArray[np.float32], ranges: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """The published basic checks, by the range of elements of each formula's own family."""
    own = np.array([ranges[family_of(from_vector(row))] for row in amounts])
    passed, failure = np.zeros(len(amounts), dtype=bool), np.full(len(amounts), None, dtype=object)
    for fewest, most in np.unique(own, axis=0):
        rows = np.flatnonzero((own == (fewest, most)).all(axis=1))
        found = basic_checks(amounts[rows], n_elements=(fewest, most), noise_floor=0.0, exact=True)
        passed[rows], failure[rows] = found.passed, found.failure
    return {"basic_pass": passed, "basic_failure": failure}
