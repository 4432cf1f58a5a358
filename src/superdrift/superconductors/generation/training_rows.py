"""Which compounds a model is trained and validated on, and in what order training reads them."""

import logging
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.io.tables import matrix
from superdrift.run.errors import InputError
from superdrift.run.seeds import generator
from superdrift.superconductors.data.families import members
from superdrift.superconductors.data.row_selection import (
    FEWEST_TRAINING_ROWS,
    in_split,
    superconducting,
    unflagged,
)
from superdrift.superconductors.encoding.encodings import Encoding

COLUMNS = ("family", "superconducting", "amounts", "tc_consensus_k", "split", "flags")
"""Columns of compounds.parquet that the choice needs."""

logger = logging.getLogger("superdrift")


class TrainingRows(NamedTuple):
    """Compounds to train or to validate on: amounts (n, 96) in atoms per formula unit, and Tc (n,) in K."""

    amounts: NDArray[np.float32]
    tc_k: NDArray[np.float64]


def choose_rows(
    compounds: pa.Table,
    family: str,
    exclude_flags: Collection[str],
    encoding: Encoding,
    *,
    merge_repeats: bool,
    validation: str,
    seed: int,
) -> tuple[TrainingRows, TrainingRows]:
    """The training and the validation rows of one family.

    Superconductors of the family, without the excluded flags, that the encoding can hold. Repeats are equal vectors:
    one compound reported by several papers. A model that sees a compound as often as it was measured memorises the
    famous ones; merging leaves each once.

    Args:
        compounds: table with COLUMNS.
        family: family of the model.
        exclude_flags: rows with any of these flags are left out.
        encoding: of the model.
        merge_repeats: keep each vector once.
        validation: `groups` takes the split of the table, whose held-out rows have no near-duplicate among the others;
            `random` holds out about as many rows of the whole table at random, the same for every family: what is kept
            then fits the distribution of the literature, near-duplicates included, best.
        seed: of the run.

    Raises:
        InputError: when too few rows remain, or for another kind of validation.
    """
    amounts, held_out = matrix(compounds["amounts"]), _held_out(compounds, validation, seed)
    chosen = members(compounds["family"].to_pylist(), family) & superconducting(compounds)
    logger.info("%s: %d superconducting compounds", family, chosen.sum())
    chosen = _without(chosen, ~unflagged(compounds, exclude_flags), "left out for their flags")
    representable = np.zeros(len(amounts), dtype=bool)
    representable[chosen] = encoding.representable(amounts[chosen])
    chosen = _without(chosen, ~representable, "left out: the model cannot write them")
    if merge_repeats:
        chosen = _without(chosen, _repeated(amounts, chosen), "merged with an equal compound")
    tc_k = np.asarray(compounds["tc_consensus_k"].to_numpy(zero_copy_only=False), dtype=np.float64)
    train, kept = (TrainingRows(amounts[rows], tc_k[rows]) for rows in (chosen & ~held_out, chosen & held_out))
    logger.info("%s: %d compounds to train on, %d to validate on", family, len(train.amounts), len(kept.amounts))
    n, m = len(train.amounts), len(kept.amounts)
    if n < FEWEST_TRAINING_ROWS or m == 0:
        raise InputError(
            f"family {family} leaves {n} compounds to train on and {m} to validate on; at least {FEWEST_TRAINING_ROWS}"
            " and 1 are needed: give more data, shorten train.exclude_flags, raise prepare.validation_fraction, or drop"
            " the family"
        )
    return train, kept


def _held_out(compounds: pa.Table, validation: str, seed: int) -> NDArray[np.bool_]:
    """(n,) mask of the rows to validate on."""
    groups = in_split(compounds, "validation")
    if validation == "groups":
        return groups
    if validation != "random":
        raise InputError(f"training.validation = '{validation}' is neither groups nor random")
    return generator(seed, "train", "validation").random(len(groups)) < groups.mean()


def _without(chosen: NDArray[np.bool_], dropped: NDArray[np.bool_], why: str) -> NDArray[np.bool_]:
    logger.info("  %d %s", (chosen & dropped).sum(), why)
    return chosen & ~dropped


def _repeated(amounts: NDArray[np.float32], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mask of the chosen rows that equal an earlier chosen row."""
    rows = np.flatnonzero(chosen)
    _, first = np.unique(amounts[rows], axis=0, return_index=True)
    repeated = chosen.copy()
    repeated[rows[first]] = False
    return repeated
