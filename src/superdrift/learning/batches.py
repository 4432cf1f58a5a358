"""Which rows each step of a training reads: a function of the step alone, so that a resumed training reads on."""

import numpy as np
from numpy.typing import NDArray

from superdrift.run.seeds import generator


def batch_rows(batch: int, batch_size: int, n: int, seed: int, *stream: str | int) -> NDArray[np.int64]:
    """Rows of one batch: (batch_size,) consecutive entries of an endless chain of permutations of 0…n−1.

    Args:
        batch: number of the batch, from 0.
        batch_size: rows in it; may exceed n.
        n: number of all rows.
        seed: of the run.
        stream: names the chain.
    """
    position = np.arange(batch * batch_size, (batch + 1) * batch_size)
    rows = np.empty(batch_size, dtype=np.int64)
    for epoch in range(position[0] // n, position[-1] // n + 1):
        here = position // n == epoch
        rows[here] = generator(seed, *stream, "epoch", epoch).permutation(n)[position[here] % n]
    return rows
