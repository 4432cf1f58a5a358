"""Which compounds are held out: a tenth of the compositions at random, all rows of a composition together.

Near-duplicates stay on both sides, as in any sample of the literature: a generator that draws from the same
distribution is as near to its training compounds as the held-out ones are, neither nearer (memorising) nor farther.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.generation.setting import FLAGS
from benchmarks.inputs import SEED
from superdrift.composition.vector import atomic_fractions
from superdrift.io.tables import matrix
from superdrift.run.seeds import generator
from superdrift.superconductors.data.families import members
from superdrift.superconductors.data.row_selection import superconducting

HELD_OUT = 0.1


class Holdout(NamedTuple):
    """Compounds of one family, (…, 96) atoms per formula unit.

    Attributes:
        every: all superconductors, flagged or not, held out or not.
        train: unflagged ones not held out, each composition once.
        tc_k: critical temperature of each in K.
        held_out: unflagged ones held out, each composition once.
        half: a random half of `train`.
    """

    every: NDArray[np.float32]
    train: NDArray[np.float32]
    tc_k: NDArray[np.float64]
    held_out: NDArray[np.float32]
    half: NDArray[np.float32]


def hold_out(compounds: pa.Table, family: str) -> Holdout:
    """The parts of one family."""
    amounts, held = matrix(compounds["amounts"]), held_out_rows(compounds)
    own = members(compounds["family"].to_pylist(), family) & superconducting(compounds)
    clean = own & np.array([FLAGS.isdisjoint(flags) for flags in compounds["flags"].to_pylist()])
    once = np.zeros(len(amounts), dtype=bool)
    once[np.unique(compositions(amounts), return_index=True)[1]] = True
    train, test = clean & once & ~held, clean & once & held
    tc_k = np.array([np.nan if tc is None else tc for tc in compounds["tc_consensus_k"].to_pylist()])[train]
    order = generator(SEED, "benchmark", "half", family).permutation(int(train.sum()))
    return Holdout(amounts[own], amounts[train], tc_k, amounts[test], amounts[train][order[: len(order) // 2]])


def held_out_rows(compounds: pa.Table) -> NDArray[np.bool_]:
    """(n,) mask of the held-out rows, the same for every family."""
    number = compositions(matrix(compounds["amounts"]))
    return (generator(SEED, "benchmark", "held out").random(int(number.max()) + 1) < HELD_OUT)[number]


def compositions(amounts: NDArray[np.float32]) -> NDArray[np.int64]:
    """(n,) number of each row's composition, equal up to scale."""
    return np.unique(np.rint(atomic_fractions(amounts) * 1e6).astype(np.int64), axis=0, return_inverse=True)[1].ravel()
