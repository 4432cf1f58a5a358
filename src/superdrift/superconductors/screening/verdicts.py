"""Verdicts of the screening as masks, and the sets of rows made from them, defined once for every stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

VERDICTS = (
    "basic_pass",
    "duplicate",
    "known",
    "novel",
    "metallic",
    "metal_plausible",
    "valid_published",
    "charge_valid",
    "superconductor_valence",
    "valid_published_raw",
    "charge_valid_raw",
    "site_balanced",
)
"""Columns of a screened table that are true or false."""


@dataclass(frozen=True)
class Verdicts:
    """Masks over the n rows of a screened table, each (n,); a null verdict counts as false."""

    masks: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, screened: pa.Table) -> Self:
        """The verdicts that a table holds; it may lack those that are not asked for."""
        held = [name for name in VERDICTS if name in screened.column_names]
        return cls({name: pc.fill_null(screened[name], False).to_numpy().astype(bool) for name in held})

    def __getitem__(self, verdict: str) -> NDArray[np.bool_]:
        return self.masks[verdict]

    def passed(self, verdict: str) -> NDArray[np.bool_]:
        """Rows that pass the basic checks and have this verdict."""
        return self["basic_pass"] & self[verdict]

    @property
    def candidate(self) -> NDArray[np.bool_]:
        """New compounds: they pass the basic checks, are novel, and repeat no earlier row of their source."""
        return self.passed("novel") & ~self["duplicate"]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Valid by either rule of charges, that of known valences or the published one."""
        return self["charge_valid"] | self["valid_published"]

    @property
    def plausible(self) -> NDArray[np.bool_]:
        """Valid by either rule of charges, or of metals alone, which have no charges to check."""
        return self.valid | self["metallic"]
