"""Settings of the crystals: sources of structures, how they are read and split, templates, what is proposed."""

from dataclasses import dataclass
from typing import Annotated, Literal

from superdrift.crystals.stability.settings import StabilityBlock
from superdrift.run.settings import Count, Limits, Slug, Threads, passed, setting

Split = Literal["train", "validation", "test", "published", "drawn"]
"""Part of the split that the rows of a source belong to."""

Part = Literal["train", "validation", "test"]

Same = Literal["wyckoff", "matcher", "alloy"]
"""A way in which two structures are the same."""


@dataclass(frozen=True)
class SourceEntry:
    """A source of structures that `crystals.sources` may name."""

    data: Annotated[str, Limits(fewest=1)] = setting(
        "name in data/registry.yaml, or path of your own file or folder (docs/data.md)"
    )
    split: Split = setting("part of `split`: one for all, as published (own: column split), or drawn by formula")
    tc: Annotated[str, Limits(fewest=1)] | None = setting("table of compounds that gives formulas their Tc; null: none")


@dataclass(frozen=True)
class ReadBlock:
    """Block `crystals.read`."""

    symprec: float = setting(
        "atoms this near to each other's images are equivalent (spglib)", unit="Å", above=0, at_most=1
    )
    most_sites: Count = setting("larger cells are rejected")
    batch_size: Count = setting("structures per batch; an interrupted run goes on with the next batch")
    threads: Threads = setting("processes that read")


@dataclass(frozen=True)
class ReadSettings(ReadBlock):
    """Settings of the stage `read`."""

    split: Split = passed("crystals.catalogue.*.split")


@dataclass(frozen=True)
class GatherBlock:
    """Block `crystals.gather`: duplicates and splits."""

    ltol: float = setting("duplicates: lengths differ by at most this share", above=0, at_most=1)
    stol: float = setting("duplicates: displacement, in units of (V/N)^(1/3)", above=0, at_most=1)
    angle_tol: float = setting("duplicates: angles differ by at most this", unit="degrees", above=0, at_most=30)
    test_share: float = setting(
        "share of formulas of `drawn` sources, and of prototypes, to test on", above=0, below=0.5
    )
    validation_share: float = setting("share of them to validate on", above=0, below=0.5)
    threads: Threads = setting("processes that compare")


@dataclass(frozen=True)
class GatherSettings(GatherBlock):
    """Settings of the stage `gather`."""

    sources: list[Slug] = passed("crystals.sources")


@dataclass(frozen=True)
class TemplateBlock:
    """Block `crystals.template`: retrieval of known prototypes."""

    library: Annotated[list[Part], Limits(fewest=1, unique=True)] = setting("parts of `split` that templates come from")
    similarity: Literal["data_mined", "properties"] = setting(
        "when elements are alike: seen to replace each other (Hautier et al. 2011), or near in five properties"
    )
    softness: float = setting(
        "distance of elements over which compounds vote for their prototype; 0: the nearest alone",
        at_least=0,
        at_most=10,
    )
    most_sites: Count = setting("templates with larger primitive cells are left out")
    proposals: Count = setting("most proposals of a formula")


@dataclass(frozen=True)
class ProposeBlock:
    """Block `crystals.propose`: what structures are proposed for."""

    formulas: list[Annotated[str, Limits(fewest=1)]] = setting("formulas")
    splits: Annotated[list[Part], Limits(unique=True)] = setting("parts of `split` whose formulas are proposed too")
    most: Count = setting("most formulas of those parts, the first by a draw from the seed")


@dataclass(frozen=True)
class ProposeSettings(TemplateBlock):
    """Settings of the stage `propose`."""

    symprec: float = passed("crystals.read.symprec")
    formulas: list[str] = passed("crystals.propose.formulas")
    splits: list[Part] = passed("crystals.propose.splits")
    most: int = passed("crystals.propose.most")


@dataclass(frozen=True)
class EvaluateBlock:
    """Block `crystals.evaluate`: the judge."""

    same: Annotated[list[Same], Limits(unique=True)] = setting(
        "ways in which a structure may repeat another or a known one (docs/methods/crystals.md)"
    )
    most_sites: Count = setting("larger cells are judged by themselves and compared with no others")
    known: Annotated[int, Limits(at_least=0)] = setting(
        "known structures that are judged beside the proposals, a draw from the seed"
    )
    threads: Threads = setting("processes that judge")


@dataclass(frozen=True)
class EvaluateSettings(EvaluateBlock):
    """Settings of the stage `evaluate`."""

    symprec: float = passed("crystals.read.symprec")
    formulas: list[str] = passed("crystals.propose.formulas")
    splits: list[Part] = passed("crystals.propose.splits")
    most: int = passed("crystals.propose.most")


@dataclass(frozen=True)
class CrystalsBlock:
    """Block `crystals`."""

    sources: Annotated[list[Slug], Limits(fewest=1, unique=True)] = setting(
        "sources in use, from `catalogue`; of duplicates the first counts"
    )
    catalogue: dict[Slug, SourceEntry] = setting("sources of structures that `sources` may name")
    read: ReadBlock = setting("from files to one table a source")
    gather: GatherBlock = setting("from those to one table: duplicates, splits")
    template: TemplateBlock = setting("method `template`: known prototypes, elements replaced")
    propose: ProposeBlock = setting("what crystals are proposed for")
    evaluate: EvaluateBlock = setting("the judge: validity, uniqueness, novelty, matches")
    stability: StabilityBlock = setting("proposals relaxed by a potential, and their energy above the hull")
