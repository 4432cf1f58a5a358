"""Nearest rows among many sparse compositions: blocks of exact distances, and keys that settle ties."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from superdrift.run.errors import InputError

NOTHING = np.iinfo(np.int64).max
"""Key of a neighbour that does not exist."""

_BLOCK = 256
"""Queries at once: bounds the memory; no distance depends on it."""
_ROW_BITS = 20
"""Bits of a key that hold the row: a million known compositions at most."""
_STEPS = 2.0**41
"""Steps of distance per unit, the rest of a key: distances lie below 2, so that distance and row fit 63 bits."""


def distance_blocks(
    queries: NDArray[np.float64], known: NDArray[np.float64], metric: str
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Distances of all queries to all known compositions, a block of queries at a time.

    Half the L1 distance of atomic fractions is one minus their overlap, so "manhattan" costs only the
    elements that two compositions share.

    Args:
        queries: (n, 96) atomic fractions.
        known: (m, 96) atomic fractions.
        metric: "manhattan" (half L1) or "euclidean".

    Yields:
        Number of the block's first query, and its (block, m) distances.
    """
    holders = [np.flatnonzero(known[:, i]) for i in range(known.shape[1])]
    for start in range(0, len(queries), _BLOCK):
        block = queries[start : start + _BLOCK]
        if metric == "manhattan":
            distance = np.ones((len(block), len(known)))
            for i, columns in enumerate(holders):
                rows = np.flatnonzero(block[:, i])
                if len(rows) and len(columns):
                    shared = np.minimum.outer(block[rows, i], known[columns, i])
                    distance[np.ix_(rows, columns)] -= shared
        else:
            squares = (block**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2 * block @ known.T
            distance = np.sqrt(np.maximum(squares, 0.0))
        yield start, np.maximum(distance, 0.0)


def pack(distance: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Distance (in steps of 2⁻⁴¹) and row in one integer: sorting breaks ties by row, on any machine."""
    if len(rows) and rows.max() >= 1 << _ROW_BITS:
        raise InputError(f"{rows.max() + 1} known compositions are more than {1 << _ROW_BITS}; use fewer compounds")
    return (np.rint(distance * _STEPS).astype(np.int64) << _ROW_BITS) | rows


def unpack(keys: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Distances, rows (0 where nothing) and a mask of the neighbours that exist."""
    exists = keys != NOTHING
    safe = np.where(exists, keys, 0)
    return np.where(exists, (safe >> _ROW_BITS) / _STEPS, np.inf), safe & ((1 << _ROW_BITS) - 1), exists


def smallest(keys: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """The k smallest keys of each row, sorted: (n, m) → (n, k), filled with `NOTHING` where m < k."""
    if keys.shape[1] > k:
        keys = np.partition(keys, k - 1, axis=1)[:, :k]
    found = np.sort(keys, axis=1)
    return np.pad(found, ((0, 0), (0, k - found.shape[1])), constant_values=NOTHING)
