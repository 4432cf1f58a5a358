"""Where to cut the tree of average linkage: agreement of its groups with families that chemists name.

Groups are compared with the named families by the adjusted Rand index (Hubert & Arabie 1985), at most 60 compounds of a
family. Which families are in the half that chooses the cut matters, so they are halved at random a hundred times. The
cut is the one with the highest mean index over the halves that choose. The mean index, on the other halves, of the cut
that each first half chooses says what such a choice is worth on families that it has not seen.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from benchmarks.families.named import named
from benchmarks.families.rows import Row, line
from benchmarks.inputs import SEED
from superdrift.superconductors.new_families.linkage import cut_tree

CUTS = np.round(0.05 + 0.025 * np.arange(20), 3)
MOST, FEWEST = 60, 5
"""Compounds of a family that are compared: more would let the cuprates decide alone, fewer say nothing."""
HALVINGS = 100


def cuts(amounts: NDArray[np.float32], tree: NDArray[np.float64]) -> Iterator[Row]:
    """Agreement at each cut over the halvings; at the end, what the choice is worth, and what was chosen."""
    groups = [cut_tree(tree, cut) for cut in CUTS]
    choosing, other = agreement(named(amounts), groups)
    chosen = choosing.argmax(axis=1)
    for i, cut in enumerate(CUTS.tolist()):
        for half, scores in (("choosing half", choosing), ("other half", other)):
            yield line("cut", f"{cut:.3f}, {half}", scores[:, i].mean(), sd=scores[:, i].std(ddof=1), n=HALVINGS)
        yield line("cut", f"{cut:.3f}, share that chooses it", (chosen == i).mean(), n=HALVINGS)
    own = other[np.arange(HALVINGS), chosen]
    yield line("cut", "each half's own cut, other half", own.mean(), sd=own.std(ddof=1), n=HALVINGS)
    yield line("cut", "cut of the highest mean, choosing halves", CUTS[choosing.mean(axis=0).argmax()], n=HALVINGS)


def agreement(
    labels: NDArray[np.str_], groups: list[NDArray[np.int64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Adjusted Rand index (halvings, cuts) on the half of the named families that chooses, and on the other half."""
    stream = np.random.default_rng(SEED)
    names, counts = np.unique(labels[labels != ""], return_counts=True)
    rows = {name: stream.permutation(np.flatnonzero(labels == name))[:MOST] for name in names[counts >= FEWEST]}
    scores = np.empty((2, HALVINGS, len(groups)))
    for turn in range(HALVINGS):
        order = stream.permutation(list(rows))
        for half, families in enumerate((order[::2], order[1::2])):
            chosen = np.concatenate([rows[name] for name in families])
            scores[half, turn] = [adjusted_rand_score(labels[chosen], of_cut[chosen]) for of_cut in groups]
    return scores[0], scores[1]
