"""Settings of formation energies: the networks, their training, the competitors in the hull."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from superdrift.learning.settings import ClippingSettings, Depth, Device, Heads, OptimisationSettings, Width
from superdrift.run.settings import Count, Limits, Share, Threads, passed, setting

Members = Annotated[int, Limits(at_least=1, at_most=100)]


@dataclass(frozen=True)
class EnergyTrainingSettings(ClippingSettings, OptimisationSettings):
    """Training of a network of formation energies."""


@dataclass(frozen=True)
class AttentionSettings(EnergyTrainingSettings):
    """The attention network."""

    members: Members = setting("networks of the ensemble")
    width: Width = setting("of the tokens, a multiple of heads")
    depth: Depth = setting("layers")
    heads: Heads = setting("attention heads")
    most_elements: int = setting(
        "compounds of more elements are embedded as if they had so many", at_least=1, at_most=96
    )


@dataclass(frozen=True)
class ElemNetSettings(EnergyTrainingSettings):
    """ElemNet."""

    members: Members = setting("networks of the ensemble")
    widths: Annotated[list[Annotated[int, Limits(at_least=1, at_most=8192)]], Limits(fewest=1, most=64)] = setting(
        "units of the hidden layers; those of Jha et al. (2018)"
    )
    dropout: Share = setting("share of the dropout of Jha et al. (2018); see docs/methods/energy.md")


@dataclass(frozen=True)
class EnergyThreadsSettings:
    """Processor cores of whatever estimates energies."""

    threads: Threads = setting("processor cores: of the training of a member, and of estimating energies")


@dataclass(frozen=True)
class MemberSettings(EnergyThreadsSettings):
    """Training of a member, whatever its network."""

    min_rows: Count = setting("training compounds that must hold an element; others have no energy estimated")
    device: Device = setting("of the training; energies are always estimated on the processor")


@dataclass(frozen=True)
class EnergyBlock(MemberSettings):
    """Block `energy`."""

    use: Literal["attention", "elemnet", "shipped"] = setting(
        "attention, elemnet: trained by this run on CritExam_Ef; shipped: the small ensemble that comes with superdrift"
    )
    phases: Annotated[list[Annotated[str, Limits(fewest=1)]], Limits(unique=True)] = setting(
        "competitors in the hull, beside the run's known compounds: names in data/registry.yaml, or paths of your own"
        " CSV files (formula,target[,...])"
    )
    attention: AttentionSettings = setting("attention among the elements of a compound")
    elemnet: ElemNetSettings = setting("the reference: a deep plain network on atomic fractions")


@dataclass(frozen=True)
class TrainEnergySettings(MemberSettings):
    """One member: `network` is attention or elemnet, `arguments` are its constructor's."""

    network: str = passed("energy.attention", "energy.elemnet")
    arguments: dict[str, Any] = passed("energy.attention", "energy.elemnet")
    training: EnergyTrainingSettings = passed("energy.attention", "energy.elemnet")


@dataclass(frozen=True)
class GatherEnergySettings(EnergyThreadsSettings):
    """Calibration and measurement of the ensemble."""
