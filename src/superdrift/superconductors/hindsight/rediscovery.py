"""Which later compounds were proposed at a cut-off: distances, ranks, shares, gain over the best null."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.element_sets import element_set_numbers
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions
from superdrift.run.compiled import kernel, prange
from superdrift.statistics.intervals import TAILS, grouped_share
from superdrift.superconductors.hindsight.later import Later

GENERATOR, KNOWN, CEILING = "generator", "known", "later_half"
"""Methods beside the nulls: the generator; the known compounds themselves; a random half of what was reported later."""
SAMPLES = "samples"
"""Selection: everything that a method proposes; the others are its best ranked, `top_{number}`."""
_HALVES = 50
"""Random halves whose mean is the ceiling: its deviation is below a hundredth of it."""
_RESAMPLES = 1000
"""Resamples of chemical systems: 25 beyond each end of a 95 % interval."""


@dataclass(frozen=True)
class Proposals:
    """What one method proposes for one family.

    Attributes:
        method: generator, known, or the name of a null.
        amounts: (m, 96) proposals that pass the basic checks.
        ranked: (r, 96) those that pass the gates, best first.
    """

    method: str
    amounts: NDArray[np.float32]
    ranked: NDArray[np.float32]


@dataclass(frozen=True)
class Found:
    """What one method found of the later compounds of one family.

    Attributes:
        method: generator, known, or the name of a null.
        proposals: how many proposals it had.
        distance: (n,) from each later compound to the nearest proposal, half L1.
        rank: radius → (n,) place of the first ranked proposal within it, from 1; 0: none.
    """

    method: str
    proposals: int
    distance: NDArray[np.float64]
    rank: Mapping[float, NDArray[np.int64]]

    def hits(self, selection: str, radius: float) -> NDArray[np.bool_]:
        """(n,) later compounds that have a proposal of a selection within the radius."""
        if selection == SAMPLES:
            return self.distance <= radius + TOLERANCE
        rank = self.rank[radius]
        return (rank > 0) & (rank <= int(selection.removeprefix("top_")))


@dataclass(frozen=True)
class Share:
    """One row of rediscovery.parquet; see `hindsight.tables.REDISCOVERY`."""

    cutoff: int
    family: str
    method: str
    selection: str
    radius: float
    proposals: int
    n: int
    hits: int
    share: float
    low: float
    high: float
    beyond_substitution: float | None = None
    enrichment: float | None = None
    enrichment_low: float | None = None
    enrichment_high: float | None = None


def found_by(proposals: Proposals, later: Later, radii: Sequence[float]) -> Found:
    """Look the later compounds up among the proposals."""
    distance = CompositionIndex(proposals.amounts).nearest(later.amounts)[0]
    queries, ranked = atomic_fractions(later.amounts), _fractions(proposals.ranked)
    ranks = {radius: _first_within(queries, ranked, radius + TOLERANCE) for radius in radii}
    return Found(proposals.method, len(proposals.amounts), distance, ranks)


def shares(
    found: Sequence[Found], later: Later, reachable: Mapping[float, NDArray[np.bool_]], *, tops: Sequence[int],
    cutoff: int, family: str, generator: np.random.Generator,
) -> Iterator[Share]:  # fmt: skip
    """The shares of later compounds that each method found, with intervals over chemical systems.

    Args:
        found: of each method; those that are neither the generator nor the known compounds are the nulls.
        later: the compounds that were to be found.
        reachable: radius → (n,) later compounds within it of one substitution in a known compound.
        tops: numbers of ranked proposals that are looked at.
        cutoff: the last year that was known.
        family: of the later compounds, in words.
        generator: of the bootstrap and of the halves.
    """
    if len(later.amounts) == 0:
        return
    groups = element_set_numbers(later.amounts)
    for radius, near in reachable.items():
        for selection in (SAMPLES, *(f"top_{number}" for number in tops)):
            hits = {part.method: part.hits(selection, radius) for part in found if part.method != KNOWN}
            better = _enrichment(hits, groups, generator)
            for part in found:
                if part.method == KNOWN and selection != SAMPLES:
                    continue
                own = part.hits(selection, radius)
                size = part.proposals if selection == SAMPLES else int(selection.removeprefix("top_"))
                yield Share(
                    cutoff, family, part.method, selection, radius, size, len(own), int(own.sum()),
                    *grouped_share(own, groups),
                    beyond_substitution=float((own & ~near).sum() / own.sum()) if own.any() else None,
                    **(better if part.method == GENERATOR else {}),
                )  # fmt: skip
        yield _ceiling(later, radius, cutoff, family, generator)


def columns(rows: Sequence[Share]) -> dict[str, list[Any]]:
    """Columns of `hindsight.tables.REDISCOVERY`."""
    records = [asdict(row) for row in rows]
    return {name: [record[name] for record in records] for name in Share.__dataclass_fields__}


def _enrichment(
    hits: Mapping[str, NDArray[np.bool_]], groups: NDArray[np.int64], generator: np.random.Generator
) -> dict[str, float | None]:
    """Hits of the generator over those of the best null, with the interval of a bootstrap over chemical systems.

    In each resample the null that is best there counts, so that the choice of the best costs what it must.
    """
    nulls = [name for name in hits if name != GENERATOR]
    if GENERATOR not in hits or not nulls or not any(hits[name].any() for name in nulls):
        return {}
    group = np.unique(groups, return_inverse=True)[1].ravel()
    number = int(group.max()) + 1
    sums = np.stack([np.bincount(group, weights=hits[name], minlength=number) for name in (GENERATOR, *nulls)])
    drawn = generator.multinomial(number, np.full(number, 1 / number), size=_RESAMPLES) @ sums.T
    drawn = drawn[drawn[:, 1:].max(axis=1) > 0]
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1:].max(axis=1), TAILS)
    value = float(sums[0].sum() / sums[1:].sum(axis=1).max())
    return {
        "enrichment": value,
        "enrichment_low": min(float(low), value),
        "enrichment_high": max(float(high), value),
    }


def _ceiling(later: Later, radius: float, cutoff: int, family: str, generator: np.random.Generator) -> Share:
    """Share found by who knows a random half of what was reported later; the interval is that of the halves."""
    n, found = len(later.amounts), []
    for _ in range(_HALVES):
        told = generator.random(len(later.crowd)) < 1 / 2
        asked = ~told[later.place]
        if told.any() and asked.any():
            distance = CompositionIndex(later.crowd[told]).nearest(later.amounts[asked])[0]
            found.append((distance <= radius + TOLERANCE).mean())
    value, (low, high) = (float(np.mean(found)), np.quantile(found, TAILS)) if found else (0.0, (0.0, 0.0))
    return Share(cutoff, family, CEILING, SAMPLES, radius, len(later.crowd) // 2, n, round(value * n), value,
                 min(float(low), value), max(float(high), value))  # fmt: skip


def _fractions(amounts: NDArray[np.float32]) -> NDArray[np.float64]:
    return atomic_fractions(amounts) if len(amounts) else np.zeros((0, 96))


@kernel
def _first_within(queries: NDArray[np.float64], ranked: NDArray[np.float64], radius: float) -> NDArray[np.int64]:
    """Place (n,), from 1, of the first of the ranked rows within `radius` (half L1) of each query; 0 where none is."""
    result = np.zeros(len(queries), dtype=np.int64)
    for q in prange(len(queries)):
        for row in range(len(ranked)):
            common = 0.0
            for e in range(queries.shape[1]):
                common += min(queries[q, e], ranked[row, e])
            if 1.0 - common <= radius:
                result[q] = row + 1
                break
    return result
