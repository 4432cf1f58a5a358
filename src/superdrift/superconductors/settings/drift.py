"""Settings of the drift: its method, where it runs, and the stages of the methods."""

from dataclasses import dataclass
from typing import Any, Literal

from superdrift.composition.settings import ElementSymbols
from superdrift.learning.settings import Device
from superdrift.run.settings import Slug, Threads, passed, setting
from superdrift.superconductors.settings.data import Flags
from superdrift.superconductors.settings.drift_ascent import (
    AscentSettings,
    EnsembleSettings,
    ObjectiveSettings,
    StartSet,
)
from superdrift.superconductors.settings.drift_published import ClimbSettings, LatentNetworks, PublishedBlock


@dataclass(frozen=True)
class DriftMachineSettings:
    """Where the stages of the drift run."""

    device: Device = setting("where to train and to climb")
    threads: Threads = setting("processor cores")


@dataclass(frozen=True)
class DriftTrainingSettings(DriftMachineSettings):
    """Where, and on what, the drift's networks are trained."""

    exclude_flags: Flags = setting("rows with one of these flags are not trained on (docs/data.md lists all)")


@dataclass(frozen=True)
class TrainLatentSettings(DriftTrainingSettings, LatentNetworks):
    """VAE, denoiser and predictor of the published method."""


@dataclass(frozen=True)
class DriftPublishedSettings(DriftMachineSettings, ClimbSettings):
    """A climb by the published method."""


@dataclass(frozen=True)
class TrainEnsembleSettings(DriftTrainingSettings):
    """The ensemble of predictors."""

    ensemble: EnsembleSettings = setting("predictors of Tc, the mean and disagreement that are climbed")


@dataclass(frozen=True)
class ClimbedSettings(DriftTrainingSettings):
    """What is climbed, and how."""

    objective: ObjectiveSettings = setting("what is climbed: mean − disagreement − distance to the known")
    ascent: AscentSettings = setting("climb in the generator's latent space")


@dataclass(frozen=True)
class AscendSettings(ClimbedSettings):
    """The climb from one start or from a set."""

    sampler: dict[str, Any] = passed("models.*.sampler")
    allowed_elements: ElementSymbols = passed("generate.allowed_elements")
    forbidden_elements: ElementSymbols = passed("generate.forbidden_elements")
    start_set: StartSet | None = passed("drift.sets")


@dataclass(frozen=True)
class DriftBlock(ClimbedSettings, TrainEnsembleSettings):
    """Block `drift`."""

    method: Literal["ascent", "published"] = setting(
        "ascent: in the generator's latent space, up an ensemble's lower bound; published: in a VAE's, up one predictor"
    )
    sets: dict[Slug, StartSet] = setting("sets of starts by a name of yours, which `starts` may name (ascent)")
    published: PublishedBlock = setting("the published method: its networks, its climb, the random walk beside it")
