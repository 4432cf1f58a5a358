"""Settings of the drift: the latent space and the climb in it."""

from dataclasses import dataclass

from superdrift.composition.settings import Radius
from superdrift.learning.settings import Depth, Device, Dropout, LearningRate, OptimisationSettings, Width
from superdrift.run.settings import Count, Threads, setting
from superdrift.superconductors.settings.data import Flags


@dataclass(frozen=True)
class NetworkSettings(OptimisationSettings):
    """A small network of the latent stage and its training."""

    width: Width = setting("hidden units")
    depth: Depth = setting("residual blocks")


@dataclass(frozen=True)
class VaeSettings(NetworkSettings):
    """The VAE."""

    latent: int = setting("dimensions of z", at_least=1, at_most=1024)
    beta: float = setting("weight of the Kullback–Leibler term", at_least=0, at_most=100)
    integers: int = setting("amounts lie below it", at_least=2, at_most=100)


@dataclass(frozen=True)
class PredictorSettings(NetworkSettings):
    """The predictor of Tc."""

    dropout: Dropout = setting("share of the units silenced in training")
    scale_k: float = setting("scale of the target arcsinh(Tc / scale_k)", unit="K", above=0, at_most=1000)


@dataclass(frozen=True)
class LatentMachineSettings:
    """Where the latent stages run."""

    device: Device = setting("where to train and to climb")
    threads: Threads = setting("processor cores")


@dataclass(frozen=True)
class TrainLatentSettings(LatentMachineSettings):
    """The VAE and the predictor that is climbed."""

    vae: VaeSettings = setting("composition digits ↔ z; coordinates in standard deviations of the training compounds")
    predictor: PredictorSettings = setting("Tc, the function that is climbed")
    exclude_flags: Flags = setting("rows with one of these flags are not trained on (docs/data.md lists all)")


@dataclass(frozen=True)
class DriftSettings(LatentMachineSettings):
    """Zeroth-order climb in latent space."""

    trajectories: Count = setting("climbs per start")
    steps: Count = setting("steps of a climb")
    directions: Count = setting("q, random directions per gradient estimate")
    radius: float = setting(
        "beta, length of a direction, in standard deviations of the training compounds", above=0, at_most=100
    )
    learning_rate: LearningRate = setting("of Adam")
    start_tolerance: Radius = setting("a start that decodes farther from itself is warned of in the log")


@dataclass(frozen=True)
class DriftBlock(DriftSettings, TrainLatentSettings):
    """Block `drift`."""
