"""Settings of the drift: its method, where it runs, and the stages of the methods."""

from dataclasses import dataclass
from typing import Literal

from superdrift.learning.settings import Device
from superdrift.run.settings import Threads, setting
from superdrift.superconductors.settings.data import Flags
from superdrift.superconductors.settings.drift_published import ClimbSettings, LatentNetworks, PublishedBlock

DriftMethod = Literal["published", "quantiles"]


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
class DriftBlock(DriftTrainingSettings):
    """Block `drift`."""

    method: DriftMethod = setting(
        "published: simulated gradient drift in a VAE's latent space; quantiles: in the generator's own"
    )
    published: PublishedBlock = setting("the published method: its networks, its climb, the random walk beside it")
