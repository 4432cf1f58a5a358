"""Settings of the estimators of Tc and of superconductivity, and of the competitors in the hull."""

from dataclasses import dataclass
from typing import Annotated, Literal

from superdrift.composition.settings import Radius
from superdrift.energies.settings import EnergyThreadsSettings
from superdrift.learning.settings import LearningRate
from superdrift.run.settings import Count, Limits, Threads, passed, setting
from superdrift.superconductors.settings.data import Flags

PositiveShare = Annotated[float, Limits(above=0, at_most=1)]

_TO_CHOOSE_FROM = Limits(fewest=1, unique=True)
LeafNumbers = Annotated[list[Annotated[int, Limits(at_least=2, at_most=10_000)]], _TO_CHOOSE_FROM]
NeighbourNumbers = Annotated[list[Annotated[int, Limits(at_least=1, at_most=200)]], _TO_CHOOSE_FROM]
Metrics = Annotated[list[Literal["manhattan", "euclidean"]], _TO_CHOOSE_FROM]
Weights = Annotated[list[Literal["distance_squared", "distance", "uniform"]], _TO_CHOOSE_FROM]
"""A neighbour's weight: one over this."""


@dataclass(frozen=True)
class BoostingSettings:
    """Boosted trees."""

    leaves: LeafNumbers = setting("leaves of a tree to choose from, by nested grouped cross-validation")
    most_trees: Count = setting("most trees of a model")
    patience: Count = setting("trees without improvement on held-out groups after which their number is settled")
    learning_rate: LearningRate = setting("weight of each tree")
    fewest_in_leaf: Count = setting("fewest compositions in a leaf")
    feature_fraction: PositiveShare = setting("share of the features, drawn for each tree")
    row_fraction: PositiveShare = setting("share of the compositions, drawn for each tree")
    l2: float = setting("L2 penalty of the values of leaves", at_least=0, at_most=1000)


@dataclass(frozen=True)
class ForestSettings:
    """Extremely randomised trees."""

    trees: Count = setting("trees")
    feature_fraction: PositiveShare = setting("share of the features, drawn for each split")


@dataclass(frozen=True)
class FitSettings:
    """Block `estimate`: choice and measurement of the estimators by nested grouped cross-validation."""

    boosting: BoostingSettings = setting("the default estimator: gradient-boosted trees (LightGBM), and a forest")
    forest: ForestSettings = setting("extremely randomised trees; Tc blends both kinds")
    threads: Threads = setting("processor cores")
    neighbours: NeighbourNumbers = setting(
        "the published estimator: k to choose from, by nested grouped cross-validation"
    )
    metrics: Metrics = setting("its distances to choose from, between atomic fractions")
    weights: Weights = setting("its weights of neighbours to choose from: one over this")
    folds: int = setting("folds of each cross-validation", at_least=3, at_most=50)
    repeats: int = setting("times the folds are drawn anew; scores are means over them", at_least=1, at_most=100)
    group_radius: Radius = setting("chemical systems with near-duplicates within this are held out together")
    largest_group: float = setting(
        "share of the compositions; no merging beyond, or the cuprates chain into one group", above=0, at_most=1
    )
    unlabelled_weight: float = setting(
        "weight of a compound that is listed without a Tc, as non-superconductor, beside a measured one",
        above=0,
        at_most=1,
    )
    coverage: float = setting("of the Tc intervals", above=0, below=1)
    applicable_quantile: float = setting(
        "share of superconductors, held out at random, within the applicability radius: the largest novelty at which"
        " estimates are applicable (docs/methods/estimators.md)",
        above=0, below=1,
    )  # fmt: skip
    exclude_flags: Flags = setting("rows with one of these flags are not trained on (docs/data.md lists all)")


@dataclass(frozen=True)
class EstimateSettings:
    """Threads only: the fitted estimators carry their own settings."""

    threads: int = passed("estimate.threads")
    energy_threads: int = passed("energy.threads")


@dataclass(frozen=True)
class PhasesSettings(EnergyThreadsSettings):
    """Energies of the competitors in the hull."""
