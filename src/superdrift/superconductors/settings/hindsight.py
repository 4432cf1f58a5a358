"""Settings of the hindsight: cut-off years, nulls, what counts as found."""

from dataclasses import dataclass
from typing import Annotated, Literal

from superdrift.composition.settings import Radius
from superdrift.run.settings import Count, Limits, Share, passed, setting
from superdrift.superconductors.settings.data import Flags, Year
from superdrift.superconductors.settings.tc import ForestSettings

NullName = Literal["substitution", "pettifor", "noise"]
"""Methods that propose compounds without a model."""


@dataclass(frozen=True)
class NullBlock:
    """How the nulls propose compounds."""

    pettifor_reach: Count = setting("pettifor: places along Pettifor's order within which an element is replaced")
    whole_share: Share = setting("substitution, pettifor: share in which the whole amount of an element is replaced")
    noise: float = setting("noise: standard deviation, relative to each amount", above=0, at_most=1)


@dataclass(frozen=True)
class NullSettings(NullBlock):
    """Proposals of one null for one family."""

    samples: int = passed("generate.samples")
    exclude_flags: Flags = passed("train.exclude_flags")


@dataclass(frozen=True)
class FoundSettings:
    """What counts as found, and among how many proposals."""

    radii: Annotated[list[Radius], Limits(fewest=1, unique=True)] = setting(
        "a later compound is found where a proposal lies within this"
    )
    tops: Annotated[list[Count], Limits(fewest=1, unique=True)] = setting(
        "ranked proposals that are looked at, beside all samples; at most rank.keep"
    )


@dataclass(frozen=True)
class HindsightBlock(NullBlock, FoundSettings):
    """Block `hindsight`."""

    cutoffs: Annotated[list[Year], Limits(unique=True)] = setting(
        "years; a run with any makes the table of what would have been found later, and no candidates; empty: none"
    )
    nulls: Annotated[list[NullName], Limits(fewest=1, unique=True)] = setting(
        "proposals without a model, as many as the generator's, that it is compared with"
    )


@dataclass(frozen=True)
class TcLaterSettings:
    """Estimates of a cut-off's estimators against later compounds."""

    spacing: float = passed("screen.novel_radius")
    forest: ForestSettings = passed("estimate.forest")
    threads: int = passed("estimate.threads")


@dataclass(frozen=True)
class GatherHindsightSettings:
    """The tables of all cut-offs in one."""

    cutoffs: list[int] = passed("hindsight.cutoffs")
    radii: list[float] = passed("hindsight.radii")


@dataclass(frozen=True)
class RediscoverSettings(FoundSettings):
    """What a cut-off's proposals found of the later compounds."""

    spacing: float = passed("screen.novel_radius")
