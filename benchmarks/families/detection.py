"""What the test of new families can see: known families taken out whole, and chemical systems of families that stay.

Detected: a family that chemists name, or one of average linkage with at least ten compounds, is taken out of the known
compounds with all near-duplicates; what is left tests it like a group of generated compounds, against the blocks of the
other families. The share found is the power against a family that nobody knows. Calibrated: each block is tested
against all others; the share found, families weighing the same, is the rate of false alarms.
"""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.named import named
from benchmarks.families.rows import Row, line
from benchmarks.inputs import CONFIG
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.superconductors.data.families import EVERYTHING, families_of
from superdrift.superconductors.new_families.blocks import Blocks
from superdrift.superconductors.new_families.novelty_test import Novelty, novelty_test

SETTINGS = CONFIG["cluster"]
LEVELS = (0.05, 0.1)
QUANTILES = (0.1, 0.5, 0.9, 0.95)
FEWEST = 10
"""Compounds, thinned, of a family of average linkage that is taken out."""


def detection(
    rows: NDArray[np.float32], known: NDArray[np.float32], linked: NDArray[np.int64], blocks: Blocks
) -> list[Row]:
    """All lines: the null, its smallest p-values, false alarms, families found.

    Args:
        rows: (n, 96) known superconductors, thinned.
        known: (m, 96) all known compounds.
        linked: (n,) family of each by average linkage.
        blocks: of the known compounds.
    """
    results = [*null(blocks), *calibrated(blocks), *detected(rows, known, linked, blocks)]
    return [*results, *shares(results)]


def null(blocks: Blocks) -> Iterator[Row]:
    """The smallest p-value of each stratum, and the distances T0 in the null of each version."""
    for version in (EVERYTHING, *np.unique(blocks.version).tolist()):
        own = (blocks.version == version) | (version == EVERYTHING)
        for size in range(2, 8):
            found = tested(np.inf, version, size, blocks)
            name = f"{size} elements, {found.fewest_elements} to {found.most_elements} compared"
            yield line("smallest p", name, np.nan, version=version, p_value=found.smallest, n=found.families)
        for share, distance in zip(QUANTILES, weighted_quantiles(blocks, own), strict=True):
            yield line("null", f"T0 at {share:.0%}", distance, version=version, n=own.sum())


def weighted_quantiles(blocks: Blocks, own: NDArray[np.bool_]) -> NDArray[np.float64]:
    """T0 at `QUANTILES` of some blocks, families weighing the same."""
    family = np.unique(blocks.family[own], return_inverse=True)[1].ravel()
    weight, order = (1 / np.bincount(family))[family], np.argsort(blocks.distance[own])
    reached = np.cumsum(weight[order]) / weight.sum()
    return blocks.distance[own][order][np.searchsorted(reached, QUANTILES)]


def calibrated(blocks: Blocks) -> Iterator[Row]:
    """Each block against all others."""
    for i in range(len(blocks.distance)):
        others = some(blocks, np.arange(len(blocks.distance)) != i)
        found = tested(blocks.distance[i], str(blocks.version[i]), int(blocks.n_elements[i]), others)
        weight = 1 / (blocks.family == blocks.family[i]).sum()
        yield line("block", str(blocks.elements[i]), blocks.distance[i], version=str(blocks.version[i]),
                   p_value=found.p_value, n=blocks.members[i], weight=weight)  # fmt: skip


def detected(
    rows: NDArray[np.float32], known: NDArray[np.float32], linked: NDArray[np.int64], blocks: Blocks
) -> Iterator[Row]:
    """Each named family, and each large one of average linkage, taken out whole."""
    labels = named(rows)
    distance, nearest = CompositionIndex(rows).nearest(known)
    chosen = [("named", name, labels == name) for name in np.unique(labels[labels != ""]).tolist()]
    chosen += [("linked", str(i), linked == i) for i in np.flatnonzero(np.bincount(linked) >= FEWEST)]
    for part, name, members in chosen:
        gone = members[nearest] & (distance < SETTINGS["spacing"])
        far = CompositionIndex(known[~gone]).nearest(rows[members])[0]
        novel = far >= SETTINGS["spacing"]
        if novel.sum() < SETTINGS["fewest_members"]:
            continue
        versions, counts = np.unique(families_of(rows[members]), return_counts=True)
        size = round(float(np.median((rows[members] > 0).sum(axis=1))))
        others = some(blocks, ~np.isin(blocks.family, np.unique(linked[members])))
        t, version = float(np.median(far[novel])), str(versions[counts.argmax()])
        yield line(part, name, t, version=version, p_value=tested(t, version, size, others).p_value, n=novel.sum())


def shares(results: list[Row]) -> Iterator[Row]:
    """Share found at each level: of blocks, which are false alarms, and of families, by version."""
    for part in ("block", "named", "linked"):
        for version in np.unique([row["version"] for row in results if row["part"] == part]).tolist():
            own = [row for row in results if row["part"] == part and row["version"] == version]
            weights = [row["weight"] for row in own]
            for level in LEVELS:
                share = np.average([row["p_value"] <= level for row in own], weights=weights)
                yield line(f"{part} found", f"share with p ≤ {level}", share, version=version, n=len(own))


def tested(distance: float, version: str, n_elements: int, blocks: Blocks) -> Novelty:
    """The test with the settings of config.yaml."""
    few = SETTINGS["fewest_families"]
    return novelty_test(distance, version=version, n_elements=n_elements, blocks=blocks, fewest_families=few)


def some(blocks: Blocks, chosen: NDArray[np.bool_]) -> Blocks:
    """Some of the blocks."""
    return Blocks(**{field.name: getattr(blocks, field.name)[chosen] for field in fields(blocks)})
