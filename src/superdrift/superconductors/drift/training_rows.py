"""Which compounds the networks learn from, and which they are measured on."""

import logging
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.io.tables import matrix
from superdrift.run.errors import InputError
from superdrift.superconductors.data.row_selection import (
    FEWEST_TRAINING_ROWS,
    in_split,
    superconducting,
    unflagged,
)
from superdrift.superconductors.encoding.digits import representable

COLUMNS = ("superconducting", "tc_k", "amounts", "split", "flags")
"""Columns of compounds.parquet that the choice needs."""

logger = logging.getLogger("superdrift")


@dataclass(frozen=True)
class Part:
    """Rows of one side of the split.

    Attributes:
        amounts: (n, 96) atoms per formula unit.
        tc_k: (n,) reported critical temperature, K.
        representable: (n,) whether the digits hold the row exactly; the VAE learns from these only.
    """

    amounts: NDArray[np.float32]
    tc_k: NDArray[np.float64]
    representable: NDArray[np.bool_]


def choose_rows(compounds: pa.Table, exclude_flags: Collection[str], *, integers: int) -> tuple[Part, Part]:
    """Superconductors of all families without the excluded flags: training and validation rows.

    Rows that the digits cannot hold (off the 0.01 grid, or `integers` atoms and more) are counted, and left out by the
    networks that read digits; the residual predictor reads amounts as they are.

    Args:
        compounds: table with COLUMNS.
        exclude_flags: rows with any of these flags are left out.
        integers: symbols of the integer part of an amount.

    Raises:
        InputError: when too few rows remain.
    """
    superconductors, kept = superconducting(compounds), unflagged(compounds, exclude_flags)
    amounts, chosen = matrix(compounds["amounts"]), superconductors & kept
    tc_k = np.array([np.nan if tc is None else tc for tc in compounds["tc_k"].to_pylist()], dtype=np.float64)
    parts = []
    for side in ("train", "validation"):
        rows = chosen & in_split(compounds, side)
        parts.append(Part(amounts[rows], tc_k[rows], representable(amounts[rows], integers=integers)))
        logger.info(
            "latent, %s: %d compounds; the VAE leaves out %d of them, which its digits cannot hold exactly",
            side, rows.sum(), (~parts[-1].representable).sum(),
        )  # fmt: skip
    logger.info("latent: %d superconductors left out for their flags", (superconductors & ~kept).sum())
    train, validation = parts
    learned, judged = train.representable.sum(), validation.representable.sum()
    if learned < FEWEST_TRAINING_ROWS or judged == 0:
        raise InputError(
            f"the drift's VAE has {learned} compounds to train on and {judged} to validate on;"
            f" at least {FEWEST_TRAINING_ROWS} and 1 are needed: give more data, shorten drift.exclude_flags, or"
            " raise prepare.validation_fraction"
        )
    return train, validation
