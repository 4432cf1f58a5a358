"""All compositions of a chemical system up to a coefficient, and which of them the published rule accepts."""

from collections.abc import Iterator, Sequence
from itertools import islice, product

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.charges.smact_rule import published_validity
from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS
from superdrift.composition.formulas import count_formulas
from superdrift.run.errors import InputError

MAX_COMPOSITIONS = 50_000_000
"""Compositions beyond which an enumeration is refused, before it fills the memory; no result depends on it."""
_CHUNK = 500_000
"""Compositions judged at once: bounds the memory (96 counts of 8 bytes each); no result depends on it."""


def enumerate_system(symbols: Sequence[str], max_coefficient: int, *, oxidation_states: str) -> tuple[pa.Table, int]:
    """The accepted reduced formulas of a system.

    Args:
        symbols: its elements.
        max_coefficient: each element takes 0 to this many atoms.
        oxidation_states: SMACT's set (`oxidation_state_sets.OXIDATION_SETS`).

    Returns:
        A table (formula, n_elements, atoms) in the order of the coefficients, and how many compositions were accepted
        before those of the same proportions were merged.

    Raises:
        InputError: for an unknown or repeated element, or too many compositions.
    """
    columns = [_column(symbol) for symbol in symbols]
    if len(set(columns)) < len(columns):
        raise InputError(f"an element is given twice in {' '.join(symbols)}; name each once")
    total = (max_coefficient + 1) ** len(columns) - 1
    if total > MAX_COMPOSITIONS:
        raise InputError(
            f"{len(columns)} elements with coefficients to {max_coefficient} make {total:,} compositions,"
            f" over {MAX_COMPOSITIONS:,}; lower --max-coefficient or give fewer elements"
        )
    found: dict[bytes, NDArray[np.int64]] = {}
    accepted = 0
    for small in _chunks(len(columns), max_coefficient):
        reduced = small // np.gcd.reduce(small, axis=1)[:, None]
        counts = np.zeros((len(small), N_ELEMENTS), dtype=np.int64)
        counts[:, columns] = reduced
        valid = published_validity(counts, oxidation_states=oxidation_states)
        accepted += int(valid.sum())
        for row in reduced[valid]:
            found.setdefault(row.tobytes(), row)
    distinct = np.zeros((len(found), N_ELEMENTS), dtype=np.int64)
    if found:
        distinct[:, columns] = np.stack(list(found.values()))
    table = {
        "formula": count_formulas(distinct),
        "n_elements": (distinct > 0).sum(axis=1).astype(np.int16),
        "atoms": distinct.sum(axis=1),
    }
    return pa.table(table), accepted


def _column(symbol: str) -> int:
    number = ATOMIC_NUMBER.get(symbol)
    if number is None or number > N_ELEMENTS:
        why = "is not a chemical element" if number is None else f"(Z = {number}) lies beyond Z = {N_ELEMENTS}"
        raise InputError(f"'{symbol}' {why}; give symbols such as Li P S Cl")
    return number - 1


def _chunks(elements: int, most: int) -> Iterator[NDArray[np.int64]]:
    """All coefficients but those of nothing at all, in blocks."""
    everything = product(range(most + 1), repeat=elements)
    next(everything)
    while block := list(islice(everything, _CHUNK)):
        yield np.array(block, dtype=np.int64)
