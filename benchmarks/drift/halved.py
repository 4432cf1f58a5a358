"""The known compounds in two halves, and what learns from each: generator, ensembles to climb, judge."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray

from benchmarks.inputs import SEED, generator_of, stage
from superdrift.composition.vector import atomic_fractions
from superdrift.io import tables
from superdrift.io.tables import matrix
from superdrift.run.seeds import generator
from superdrift.run.settings import from_mapping
from superdrift.superconductors.drift.ensemble import INTEGERS, TcEnsemble, fit_ensemble, load_ensemble, save_ensemble
from superdrift.superconductors.drift.halves import halves
from superdrift.superconductors.drift.training_rows import Part, choose_rows
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.settings.drift_ascent import EnsembleSettings
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS
from superdrift.superconductors.tc.estimator import Estimator
from superdrift.superconductors.tc.held_out_groups import chemical_groups

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Half:
    """One half of the known compounds.

    Attributes:
        name: of the half.
        compounds: its rows.
        groups: (n,) chemical systems with their near-duplicates.
        config: the configuration.
        work: folder of what is learned from it.
    """

    name: str
    compounds: pa.Table
    groups: NDArray[np.int64]
    config: dict[str, Any]
    work: Path

    @cached_property
    def parts(self) -> tuple[Part, Part]:
        """Superconductors to learn from, and those that choose the weights."""
        return choose_rows(self.compounds, self.config["drift"]["exclude_flags"], integers=INTEGERS)

    @cached_property
    def model(self) -> Model:
        """The generator of all families."""
        return generator_of(self.compounds, self.config, self.work / self.name)

    def ensemble(self, seed: int) -> TcEnsemble:
        """An ensemble of predictors."""
        paths = [self.work / self.name / f"ensemble-{seed}.{kind}" for kind in ("safetensors", "json")]
        block = from_mapping(EnsembleSettings, self.config["drift"]["ensemble"], place="drift.ensemble")
        if not paths[0].is_file():
            save_ensemble(fit_ensemble(*self.parts, block, seed=seed, device=CPU)[0], *paths, {})
        return load_ensemble(*paths, device=CPU)

    @cached_property
    def judge(self) -> Estimator:
        """The estimators of a run, fitted to this half by the stage of the workflow."""
        folder = self.work / self.name
        folder.mkdir(parents=True, exist_ok=True)
        known, described = folder / "neighbours.parquet", folder / "estimators.json"
        if not described.is_file():
            settings = {**self.config["estimate"], "repeats": 1}
            extra = {name: folder / f"{name}.parquet" for name in ("scores", "held_out")}
            table = folder / "judged.parquet"
            tables.write(table, COMPOUNDS, self.compounds, {})
            paths = {"compounds": table, "neighbours": known, "description": described}
            stage("fit", settings, **paths, **extra)
        return Estimator.load(known, described, threads=self.config["estimate"]["threads"])


def halved(compounds: pa.Table, config: dict[str, Any], work: Path) -> tuple[Half, Half]:
    """Both halves: whole chemical systems, merged within `estimate.group_radius`, alike in family and Tc."""
    settings = from_mapping(FitSettings, {**config["estimate"], "repeats": 1}, place="estimate")
    fractions = atomic_fractions(matrix(compounds["amounts"]))
    groups = chemical_groups(
        fractions, radius=settings.group_radius, largest=int(settings.largest_group * len(fractions))
    )
    families = np.array(compounds["family"].to_pylist(), dtype=object)
    tc_k = compounds["tc_consensus_k"].to_numpy(zero_copy_only=False).astype(np.float64)
    first = halves(groups, families, tc_k, generator(SEED, "benchmark", "drift", "halves"))
    return tuple(
        Half(name, compounds.filter(pa.array(rows)), groups[rows], config, work)
        for name, rows in (("first", first), ("second", ~first))
    )
