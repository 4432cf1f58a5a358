"""Settings of the drift: the latent space and the climb in it."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from superdrift.composition.settings import Radius
from superdrift.learning.settings import Depth, Device, Dropout, LearningRate, OptimisationSettings, Width
from superdrift.run.settings import Count, Limits, Slug, Threads, passed, setting
from superdrift.superconductors.settings.data import Flags, ModelFamily

Share = Annotated[float, Limits(at_least=0, at_most=1)]


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
class EnsembleSettings(PredictorSettings):
    """The ensemble of predictors that is climbed."""

    members: int = setting("predictors, each of other chemical systems", at_least=2, at_most=100)


@dataclass(frozen=True)
class ObjectiveSettings:
    """What is climbed, in K."""

    spread_weight: float = setting("K for each K that the ensemble's members disagree by", at_least=0, at_most=100)
    distance_weight: float = setting(
        "K for a distance of 1 beyond `near` to the compounds learned from", at_least=0, at_most=10_000
    )
    near: Radius = setting("half L1; up to there a compound is among the known")


@dataclass(frozen=True)
class AscentSettings:
    """Moves in the generator's latent space, and along the gradient, kept by the rule of Metropolis."""

    trajectories: Count = setting("climbs per start")
    steps: Count = setting("moves that each tries")
    families: Literal["own", "any"] = setting("own: stay in the start's family; any: ways may lead into others")
    family_share: Share = setting("with families = any: share of the moves that draw a family anew")
    to_k: float | None = setting(
        "K; Tc up to which the generator is asked for; null: the highest that enough compounds of a family have",
        above=0, at_most=1000,
    )  # fmt: skip
    rise: float = setting("share of the steps in which the Tc asked for rises", at_least=0, at_most=1)
    hot_k: float = setting("temperature of the first step: a loss that is taken, K", above=0, at_most=1000)
    cold_k: float = setting("of the last", above=0, at_most=1000)
    gradient_share: Share = setting("share of the moves that go along the gradient")
    largest_step: float = setting("largest relative change of an amount along the gradient", above=0.01, at_most=1)
    asked: str | None = setting(
        "what every compound on the way holds, in the clauses of generate.requests, e.g. 'without Hg Tl, with O'; null:"
        " nothing"
    )  # fmt: skip


@dataclass(frozen=True)
class StartSet:
    """Known superconductors to start from, drawn evenly."""

    family: ModelFamily = setting("family of the starts; everything: any")
    number: Count = setting("how many")
    below_k: float | None = setting("K; Tc below it; null: any", above=0, at_most=1000)


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
class TrainEnsembleSettings(LatentMachineSettings):
    """The ensemble of predictors."""

    ensemble: EnsembleSettings = setting("predictors of Tc, the mean and disagreement that are climbed")
    exclude_flags: Flags = setting("rows with one of these flags are not trained on (docs/data.md lists all)")


@dataclass(frozen=True)
class AscendSettings(LatentMachineSettings):
    """The climb from one start or from a set."""

    objective: ObjectiveSettings = setting("what is climbed: mean − disagreement − distance to the known")
    ascent: AscentSettings = setting("climb in the generator's latent space")
    exclude_flags: Flags = setting("rows with one of these flags are not trained on (docs/data.md lists all)")
    sampler: dict[str, Any] = passed("models.*.sampler")
    start_set: StartSet | None = passed("drift.sets")


@dataclass(frozen=True)
class DriftBlock(DriftSettings, TrainLatentSettings):
    """Block `drift`."""

    method: Literal["ascent", "published"] = setting(
        "ascent: in the generator's latent space, up an ensemble's lower bound; published: in a VAE's, up one predictor"
    )
    sets: dict[Slug, StartSet] = setting("sets of starts by a name of yours, which `starts` may name (ascent)")
    ensemble: EnsembleSettings = setting("predictors of Tc, the mean and disagreement that are climbed")
    objective: ObjectiveSettings = setting("what is climbed: mean − disagreement − distance to the known")
    ascent: AscentSettings = setting("climb in the generator's latent space")
