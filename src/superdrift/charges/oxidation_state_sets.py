"""SMACT's named sets of oxidation states (smact14, icsd16, …), for the published rule; loaded from the package smact.

Kept apart from `ion_charges`, which machines without smact import too.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import smact
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS, SYMBOLS
from superdrift.run.errors import InputError

OXIDATION_SETS = {
    "smact14": "oxidation_states_smact14",
    "icsd16": "oxidation_states_icsd16",
    "icsd24": "oxidation_states_icsd24",
    "pymatgen_sp": "oxidation_states_sp",
    "wiki": "oxidation_states_wiki",
}
"""SMACT's names of its sets of oxidation states, and where its elements keep them."""


@dataclass(frozen=True)
class OxidationSet:
    """SMACT's data for hydrogen to curium.

    Attributes:
        states: (96, s) oxidation states, the first `number` of each row.
        number: (96,) how many; 0: the element is in no valid compound.
        electronegativity: (96,) Pauling's scale; nan where there is none.
        metal: (96,) counts as a metal.
    """

    states: NDArray[np.int64]
    number: NDArray[np.int64]
    electronegativity: NDArray[np.float64]
    metal: NDArray[np.bool_]


@cache
def oxidation_set(name: str = "smact14") -> OxidationSet:
    """One of SMACT's sets.

    Args:
        name: one of `OXIDATION_SETS`.

    Raises:
        InputError: for a set that does not exist.
    """
    if name not in OXIDATION_SETS:
        raise InputError(f"unknown oxidation states '{name}'; choose one of {', '.join(OXIDATION_SETS)}")
    elements = [smact.Element(symbol) for symbol in SYMBOLS[:N_ELEMENTS]]
    listed = [sorted(set(getattr(element, OXIDATION_SETS[name]) or ())) for element in elements]
    states = np.zeros((N_ELEMENTS, max(map(len, listed))), dtype=np.int64)
    for row, charges in zip(states, listed, strict=True):
        row[: len(charges)] = charges
    metals = set(smact.metals)
    return OxidationSet(
        states,
        np.array([len(charges) for charges in listed], dtype=np.int64),
        np.array([np.nan if e.pauling_eneg is None else e.pauling_eneg for e in elements], dtype=np.float64),
        np.array([element.symbol in metals for element in elements]),
    )
