"""Settings of the groups of generated compounds, of the test of new families, and of the map (t-SNE)."""

from dataclasses import dataclass
from typing import Annotated

from superdrift.run.settings import Count, Limits, Share, Threads, setting
from superdrift.superconductors.settings.data import Flags

Distance = Annotated[float, Limits(above=0, at_most=1, unit="half L1")]


@dataclass(frozen=True)
class LinkageSettings:
    """How compositions, known or generated, are thinned and grouped."""

    spacing: Distance = setting("of near-duplicates one is kept, generated or known, so that none counts twice")
    cut: Distance = setting(
        "groups of average linkage lie farther apart; chosen on named families (benchmarks/families) and frozen"
    )
    fewest_members: int = setting(
        "fewest compounds, thinned, of a group, and of a known family once a block of it is gone",
        at_least=2, at_most=100_000,
    )  # fmt: skip


@dataclass(frozen=True)
class ClusterSettings(LinkageSettings):
    """Groups of one source, and the map of them among the known compounds."""

    generated: Count = setting("most generated compounds grouped per source or scale, thinned; and drawn on the map")
    known: Count = setting("most known compounds on the map")
    optional_share: Share = setting("an element in fewer members of a group is left out of its general formula")
    perplexity: float = setting("of t-SNE: about how many neighbours a compound is placed by", at_least=2, at_most=1000)
    threads: Threads = setting("processor cores")


@dataclass(frozen=True)
class BlocksSettings(LinkageSettings):
    """Chemical systems of known families, each left out once: what a group is compared with."""

    exclude_flags: Flags = setting("rows with one of these flags are in no block (docs/data.md lists all)")


@dataclass(frozen=True)
class DecideSettings:
    """When a group counts as a new family."""

    fewest_families: Count = setting(
        "known families that a group is compared with, of its version and number of elements; where there are fewer,"
        " those of the next numbers of elements join"
    )
    false_discovery_rate: float = setting("of all groups of the run (Benjamini–Hochberg)", above=0, below=1)


@dataclass(frozen=True)
class ClusterBlock(DecideSettings, BlocksSettings, ClusterSettings):
    """Block `cluster`."""
