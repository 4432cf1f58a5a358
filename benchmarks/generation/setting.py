"""What the modules of this benchmark share: the configuration, the seed, a row of the table."""

from pathlib import Path
from typing import NamedTuple

import yaml

CONFIG = yaml.safe_load((Path(__file__).resolve().parents[2] / "config.yaml").read_text(encoding="utf-8"))
FAMILIES = tuple(CONFIG["families"])
SEED = 20240501
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
