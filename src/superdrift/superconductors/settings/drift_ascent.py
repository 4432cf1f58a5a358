"""Settings of the drift's own method: the ensemble, what is climbed, the climb in the generator's latent space."""

from dataclasses import dataclass
from typing import Annotated, Literal

from superdrift.composition.settings import Radius
from superdrift.run.settings import Count, Limits, setting
from superdrift.superconductors.settings.data import ModelFamily
from superdrift.superconductors.settings.drift_published import FractionPredictorSettings

Share = Annotated[float, Limits(at_least=0, at_most=1)]


@dataclass(frozen=True)
class EnsembleSettings(FractionPredictorSettings):
    """The ensemble of predictors that is climbed."""

    members: int = setting("predictors, each of other chemical systems", at_least=2, at_most=100)

    @property
    def network(self) -> str:
        """On atomic fractions, so that every amount can be read."""
        return "residual"


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
