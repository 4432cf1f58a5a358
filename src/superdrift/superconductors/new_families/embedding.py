"""t-SNE map of known and generated compositions together (van der Maaten & Hinton 2008), deterministic."""

import numpy as np
from numpy.typing import NDArray
from openTSNE import TSNE

from superdrift.composition.vector import atomic_fractions

FEWEST = 8
"""Below this many compounds there are no neighbourhoods to keep; the map is their principal plane."""


def embed(amounts: NDArray[np.floating], *, perplexity: float, seed: int, threads: int) -> NDArray[np.float64]:
    """Place compositions on a plane so that near ones stay near.

    Neighbours are exact, by the L1 distance of atomic fractions, which is twice the project's distance. PCA
    places the points at first; with the same seed, rows come out the same on the same kind of machine.

    Args:
        amounts: (n, 96) atoms per formula unit.
        perplexity: effective number of neighbours, lowered where there are fewer than three times as many
            others.
        seed: of the start.
        threads: number of threads.

    Returns:
        (n, 2) coordinates.
    """
    fractions = atomic_fractions(amounts)
    if len(fractions) < FEWEST:
        return _principal_plane(fractions)
    tsne = TSNE(
        perplexity=min(perplexity, (len(fractions) - 1) / 3),
        metric="manhattan",
        neighbors="exact",
        initialization="pca",
        negative_gradient_method="bh",
        n_jobs=threads,
        random_state=seed % 2**32,
    )
    return np.asarray(tsne.fit(fractions), dtype=np.float64)


def _principal_plane(fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    """First two principal components, zero where there is nothing to span them."""
    plane = np.zeros((len(fractions), 2))
    if len(fractions) > 1:
        left, lengths, _ = np.linalg.svd(fractions - fractions.mean(axis=0), full_matrices=False)
        plane[:, : min(2, len(lengths))] = (left * lengths)[:, :2]
    return plane
