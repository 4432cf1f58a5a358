"""Settings of the stages that train formation energies."""

from dataclasses import dataclass
from typing import Any

from superdrift.learning.settings import OptimisationSettings


@dataclass(frozen=True)
class EnergyTrainingSettings(OptimisationSettings):
    """Training of a network of formation energies; `clip`: largest norm of the gradient, 0: not clipped."""

    clip: float


@dataclass(frozen=True)
class TrainEnergySettings:
    """One member: `network` is attention or elemnet, `arguments` are its constructor's."""

    network: str
    arguments: dict[str, Any]
    training: EnergyTrainingSettings
    min_rows: int
    device: str
    threads: int


@dataclass(frozen=True)
class GatherEnergySettings:
    """Calibration and measurement of the ensemble."""

    threads: int
