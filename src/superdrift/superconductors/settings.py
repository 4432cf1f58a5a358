"""One dataclass per stage, read from its config block. No defaults here: numbers are declared in config.yaml."""

from dataclasses import dataclass
from typing import Any

from superdrift.charges.settings import ChargeSettings
from superdrift.learning.settings import OptimisationSettings, TrainingSettings


@dataclass(frozen=True)
class FetchSettings:
    """Nothing to choose: the registry says what each file is."""


@dataclass(frozen=True)
class PrepareSettings:
    """Cleaning, flags and the generator's split; see config.yaml for units."""

    sources: list[str]
    malformed_rows: str
    validation_fraction: float
    group_radius: float
    disagreement_k: float
    atomic_percent_from: float
    copper_valence: list[float]
    outlier_k: float
    outlier_neighbours: int


@dataclass(frozen=True)
class ModelSettings:
    """A named model: `denoiser` and `sampler` are constructor arguments beside their `kind`."""

    process: str
    denoiser: dict[str, Any]
    training: TrainingSettings
    sampler: dict[str, Any]
    noise_floor: float


@dataclass(frozen=True)
class TrainSettings:
    """One model, trained on the compounds of one version."""

    model: ModelSettings
    device: str
    exclude_flags: list[str]


@dataclass(frozen=True)
class GenerateSettings:
    """Unconditional sampling."""

    sampler: dict[str, Any]
    samples: int
    batch_size: int
    allowed_elements: list[str]
    forbidden_elements: list[str]
    device: str
    compiled: bool
    threads: int


@dataclass(frozen=True)
class ConditionSettings:
    """ILVR on one reference compound."""

    sampler: dict[str, Any]
    samples: int
    scales: list[int]
    batch_size: int
    shared_noise: bool
    device: str
    threads: int


@dataclass(frozen=True)
class NetworkSettings(OptimisationSettings):
    """A small network of the latent stage and its training."""

    width: int
    depth: int


@dataclass(frozen=True)
class VaeSettings(NetworkSettings):
    """The VAE: `latent` dimensions, `beta` weight of the Kullback–Leibler term, `integers` symbols of whole atoms."""

    latent: int
    beta: float
    integers: int


@dataclass(frozen=True)
class PredictorSettings(NetworkSettings):
    """The predictor of Tc: `dropout`, and `scale_k` of its target arcsinh(Tc / scale_k)."""

    dropout: float
    scale_k: float


@dataclass(frozen=True)
class TrainLatentSettings:
    """The VAE and the predictor that is climbed."""

    vae: VaeSettings
    predictor: PredictorSettings
    exclude_flags: list[str]
    device: str
    threads: int


@dataclass(frozen=True)
class PhasesSettings:
    """Energies of the competitors in the hull."""

    threads: int


@dataclass(frozen=True)
class DriftSettings:
    """Zeroth-order climb in latent space."""

    trajectories: int
    steps: int
    directions: int
    radius: float
    learning_rate: float
    start_tolerance: float
    device: str
    threads: int


@dataclass(frozen=True)
class ProjectSettings:
    """Projection of samples on a rule; `none` passes them through. `charge` and `noise_floor` as for the screening."""

    rule: str
    tolerance: float
    oxidation_states: str
    noise_floor: float
    charge: ChargeSettings
    batch_size: int
    threads: int


@dataclass(frozen=True)
class ScreenSettings:
    """Screening of one source; `n_elements` and `noise_floor` are those of the source's model."""

    n_elements: list[int]
    noise_floor: float
    known_radius: float
    novel_radius: float
    oxidation_states: str
    counts: str
    charge: ChargeSettings
    batch_size: int
    threads: int


@dataclass(frozen=True)
class BoostingSettings:
    """Boosted trees: `leaves` to choose from, at most `most_trees`; see config.yaml."""

    leaves: list[int]
    most_trees: int
    patience: int
    learning_rate: float
    fewest_in_leaf: int
    feature_fraction: float
    row_fraction: float
    l2: float


@dataclass(frozen=True)
class ForestSettings:
    """Extremely randomised trees; see config.yaml."""

    trees: int
    feature_fraction: float


@dataclass(frozen=True)
class FitSettings:
    """Choice and measurement of the estimators by nested grouped cross-validation."""

    boosting: BoostingSettings
    forest: ForestSettings
    threads: int
    neighbours: list[int]
    metrics: list[str]
    weights: list[str]
    folds: int
    repeats: int
    group_radius: float
    largest_group: float
    coverage: float
    applicable_quantile: float
    exclude_flags: list[str]


@dataclass(frozen=True)
class EstimateSettings:
    """Threads only: the fitted estimators carry their own settings."""

    threads: int
    energy_threads: int


@dataclass(frozen=True)
class ClusterSettings:
    """Embedding and clusters of one source together with the known compounds."""

    generated: int
    known: int
    perplexity: float
    min_cluster_size: int
    optional_share: float
    threads: int


@dataclass(frozen=True)
class RankSettings:
    """Gates and spacing of the ranked candidates."""

    require_charge_valid: bool
    allow_metallic: bool
    forbidden_elements: list[str]
    spacing: float
    keep: int


@dataclass(frozen=True)
class NumbersSettings:
    """What counts as distinct (half L1), and the published rates for the sensitivity row of the corrected share."""

    novel_radius: float
    published_tp: float
    published_fp: float


@dataclass(frozen=True)
class ReportSettings:
    """How many candidates, and how many groups of each reference, the page shows."""

    top: int
    groups: int
