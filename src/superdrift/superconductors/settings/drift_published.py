"""Settings of the drift's published method: its networks, and the climb in the latent space of its VAE."""

from dataclasses import dataclass
from typing import Literal

from superdrift.composition.settings import Radius
from superdrift.learning.settings import Depth, Dropout, LearningRate, OptimisationSettings, Width
from superdrift.run.settings import Count, setting

Denoise = Literal["none", "both", "published"]
PredictorNetwork = Literal["convolutional", "residual"]
Gradient = Literal["zeroth", "exact"]
StartFrom = Literal["posterior", "mean"]


@dataclass(frozen=True)
class NetworkSettings(OptimisationSettings):
    """A small network of the latent stage and its training."""

    width: Width = setting("hidden units")
    depth: Depth = setting("hidden blocks")


@dataclass(frozen=True)
class VaeSettings(NetworkSettings):
    """The VAE."""

    latent: int = setting("dimensions of z", at_least=1, at_most=1024)
    beta: float = setting("weight of the Kullback–Leibler term", at_least=0, at_most=100)
    integers: int = setting("amounts lie below it", at_least=2, at_most=100)


@dataclass(frozen=True)
class DenoiserSettings(NetworkSettings):
    """The DDPM on the digits."""

    times: Count = setting("T, times of the noise in training")
    noise_level: float = setting("share of T up to which a decoded composition is noised", above=0, at_most=1)
    denoising_steps: Count = setting("steps in which that noise is taken away")


@dataclass(frozen=True)
class FractionPredictorSettings(NetworkSettings):
    """A predictor of Tc on atomic fractions."""

    dropout: Dropout = setting("share of the units silenced in training")
    scale_k: float = setting("scale of the target arcsinh(Tc / scale_k)", unit="K", above=0, at_most=1000)


@dataclass(frozen=True)
class PredictorSettings(FractionPredictorSettings):
    """The predictor of Tc."""

    network: PredictorNetwork = setting(
        "convolutional: over the elements, on digits, as published; residual: on atomic fractions"
    )


@dataclass(frozen=True)
class LatentNetworks:
    """The networks of the method."""

    vae: VaeSettings = setting("composition digits ↔ z; coordinates in standard deviations of the training compounds")
    denoiser: DenoiserSettings = setting("DDPM on the digits, of what the VAE decodes")
    predictor: PredictorSettings = setting("Tc, the function that is climbed")


@dataclass(frozen=True)
class ClimbSettings:
    """Climb in latent space, and its control."""

    trajectories: Count = setting("climbs per start")
    steps: Count = setting("steps of a climb")
    gradient: Gradient = setting(
        "zeroth: from random directions, as published; exact: of the predictor at the soft, undenoised decoding"
    )
    directions: Count = setting("q, random directions per gradient estimate")
    radius: float = setting(
        "beta, length of a direction, in standard deviations of the training compounds", above=0, at_most=100
    )
    learning_rate: LearningRate = setting("of Adam")
    start_from: StartFrom = setting(
        "posterior: each trajectory from a draw of its own, as published; mean: all from one z"
    )
    denoise: Denoise = setting(
        "both: Tc(z) and Tc(z + u) of denoised compositions; published: Tc(z) of the raw one, as the code has it; none"
    )
    walk_step: float | None = setting(
        "length of a step of the random walk; published: 0.1; null: the climb's own lengths", above=0, at_most=100
    )
    start_tolerance: Radius = setting("a start that decodes farther from itself is warned of in the log")


@dataclass(frozen=True)
class PublishedBlock(ClimbSettings, LatentNetworks):
    """Block `drift.published`."""
