"""The configuration of the superconductors: every block, and the settings of every stage.

No defaults here: values stand in config.yaml alone.
"""

from dataclasses import dataclass
from typing import Annotated

from superdrift.energies.settings import EnergyBlock
from superdrift.run.settings import Limits, Slug, setting
from superdrift.superconductors.settings.data import CatalogueEntry, FetchSettings, ModelFamily, PrepareSettings
from superdrift.superconductors.settings.drift import DriftBlock, DriftPublishedSettings, TrainLatentSettings
from superdrift.superconductors.settings.drift_published import (
    ClimbSettings,
    DenoiserSettings,
    PredictorSettings,
    VaeSettings,
)
from superdrift.superconductors.settings.generation import (
    ConditionBlock,
    ConditionSettings,
    GenerateBlock,
    GenerateSettings,
    InpaintSettings,
    ModelSettings,
    TrainBlock,
    TrainSettings,
)
from superdrift.superconductors.settings.hindsight import (
    GatherHindsightSettings,
    HindsightBlock,
    NullSettings,
    RediscoverSettings,
    TcLaterSettings,
)
from superdrift.superconductors.settings.new_families import (
    BlocksSettings,
    ClusterBlock,
    ClusterSettings,
    DecideSettings,
)
from superdrift.superconductors.settings.ranking import RankSettings
from superdrift.superconductors.settings.report import NumbersSettings, ReportBlock, ReportSettings
from superdrift.superconductors.settings.screening import ProjectBlock, ProjectSettings, ScreenBlock, ScreenSettings
from superdrift.superconductors.settings.tc import (
    BoostingSettings,
    EstimateSettings,
    FitSettings,
    ForestSettings,
    PhasesSettings,
)

__all__ = [
    "BlocksSettings",
    "BoostingSettings",
    "ClimbSettings",
    "ClusterSettings",
    "ConditionSettings",
    "Configuration",
    "DecideSettings",
    "DenoiserSettings",
    "DriftPublishedSettings",
    "EstimateSettings",
    "FetchSettings",
    "FitSettings",
    "ForestSettings",
    "GatherHindsightSettings",
    "GenerateSettings",
    "InpaintSettings",
    "ModelSettings",
    "NullSettings",
    "NumbersSettings",
    "PhasesSettings",
    "PredictorSettings",
    "PrepareSettings",
    "ProjectSettings",
    "RankSettings",
    "RediscoverSettings",
    "ReportSettings",
    "ScreenSettings",
    "TcLaterSettings",
    "TrainLatentSettings",
    "TrainSettings",
    "VaeSettings",
]


@dataclass(frozen=True)
class Configuration:
    """Everything that config.yaml holds."""

    run: str = setting(
        "name of the results folder: results/{run}",
        pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$",
        form="letters, digits, hyphens, underscores",
    )
    seed: int = setting("same seed, same kind of machine: same rows", at_least=0, at_most=2**63 - 1)
    families: Annotated[list[ModelFamily], Limits(fewest=1, unique=True)] = setting(
        "families, one model each (SuperDiff, Table 1)"
    )
    references: Annotated[list[Slug], Limits(unique=True)] = setting(
        "compounds to draw samples around, from `catalogue`"
    )
    starts: Annotated[list[Slug], Limits(unique=True)] = setting("starts of the drift, from `catalogue`")
    catalogue: dict[Slug, CatalogueEntry] = setting(
        "compounds that references and starts name, by slug (SuperDiff, Table 2)"
    )
    prepare: PrepareSettings = setting("from the sources to one clean table of known compounds")
    models: dict[Slug, ModelSettings] = setting(
        "named models: how a composition is corrupted, denoised, trained and sampled",
        entries={
            "masked": "absorbing diffusion over (element, integer, tenths, hundredths): exact stoichiometry",
            "continuous": "Gaussian diffusion on R^96 with a fast denoiser, for ILVR",
            "published": "SuperDiff as published: 1-D U-Net, DDPM, T = 1000, cosine schedule, ancestral sampling",
        },
    )
    train: TrainBlock = setting("training of the generator, one family each")
    generate: GenerateBlock = setting("unconditional samples of the generator")
    condition: ConditionBlock = setting("samples around each of `references`")
    drift: DriftBlock = setting("toward higher Tc in a latent space, from each of `starts`")
    project: ProjectBlock = setting("samples moved onto a rule of charge")
    screen: ScreenBlock = setting("checks that every sample meets")
    energy: EnergyBlock = setting("formation energy per atom, from the composition")
    estimate: FitSettings = setting("superconducting or not, and at which temperature")
    cluster: ClusterBlock = setting("groups of generated compounds, and which of them are new families")
    rank: RankSettings = setting("gates and spacing of the ranked candidates")
    hindsight: HindsightBlock = setting("would it have found what was found later? (preset hindsight)")
    report: ReportBlock = setting("what the page shows")
