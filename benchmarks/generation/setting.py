"""What the modules of this benchmark share: the families, the flags, a row of the table."""

from typing import NamedTuple

from benchmarks.inputs import CONFIG

FAMILIES = tuple(CONFIG["families"])
FLAGS = frozenset(CONFIG["train"]["exclude_flags"])
"""Rows with these flags are not trained on, and are no measure of a generator."""


class Row(NamedTuple):
    """One measurement; `n` is what a share or a mean was taken over."""

    family: str
    contender: str
    measure: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None
