"""Settings of the projection and of the checks that every sample meets."""

from dataclasses import dataclass
from typing import Annotated, Literal

from superdrift.charges.settings import ChargeSettings, OxidationStates
from superdrift.composition.settings import ATOMS, Radius
from superdrift.run.settings import Count, Limits, Threads, passed, setting
from superdrift.superconductors.settings.data import ModelFamily

ElementsRange = Annotated[list[Annotated[int, Limits(at_least=1, at_most=96)]], Limits(fewest=2, most=2)]


@dataclass(frozen=True)
class RuleSettings:
    """The rules of charge, which the screening asks and the projection meets."""

    oxidation_states: OxidationStates = setting("SMACT's set for valid_published; smact14: as published")
    charge: ChargeSettings = setting("charge_valid: density of the redox ion's formal valence among known compounds")
    batch_size: Count = setting("compounds judged at a time")
    threads: Threads = setting("processor cores")


@dataclass(frozen=True)
class ProjectBlock:
    """Block `project`."""

    rule: Literal["none", "charge_valid", "published"] = setting(
        "none: samples pass through unchanged; else: moved to the nearest composition on the 0.01 grid that the rule of"
        " `screen` accepts"
    )
    tolerance: float = setting("most that any element may move", unit=ATOMS, at_least=0.01, at_most=10)


@dataclass(frozen=True)
class ProjectSettings(ProjectBlock, RuleSettings):
    """Projection of one source's samples on a rule; `noise_floor` is that of the source's model."""

    noise_floor: float = passed("models.*.noise_floor")


@dataclass(frozen=True)
class ScreenedSettings(RuleSettings):
    """Settings of the screening that hold for every source."""

    known_radius: Radius = setting("a compound within this of a known one is known")
    novel_radius: Radius = setting("a compound is novel where no known one lies within this")
    counts: Literal["published", "exact"] = setting(
        "whole numbers of atoms for valid_published. published: whole part of amount × denominator, so that 0.57 of 100"
        " becomes 56"
    )


@dataclass(frozen=True)
class ScreenBlock(ScreenedSettings):
    """Block `screen`."""

    n_elements: dict[ModelFamily, ElementsRange] = setting(
        "fewest and most elements of a compound that passes the basic checks; as published"
    )


@dataclass(frozen=True)
class ScreenSettings(ScreenedSettings):
    """Screening of one source; `n_elements` and `noise_floor` are those of the source's model."""

    n_elements: list[int] = passed("screen.n_elements.*")
    noise_floor: float = passed("models.*.noise_floor")
