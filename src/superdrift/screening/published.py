"""The published validity: SMACT's charge neutrality and Pauling test (Davies et al. 2016), exact and fast.

A compound is valid when one whole oxidation state per element, from SMACT's 2014 sets, can be chosen so that
the charges cancel and every cation is less electronegative than every anion; metals only are valid by fiat,
and so are single elements. Verdicts equal those of `smact.screening.smact_validity` with
`oxidation_states_set="smact14"` on the formula in whole numbers. Here the assignments that pass the Pauling
test are listed once per set of elements, and the charges of all compounds of that set are summed at once, in
whole numbers.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import smact
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS, SYMBOLS

_CHUNK = 20_000_000
"""Most charge sums held in memory at once (rows × assignments)."""


@dataclass(frozen=True)
class _Ion:
    """What SMACT knows of an element; no states or no electronegativity: never in a valid compound."""

    states: tuple[int, ...]
    electronegativity: float | None
    metal: bool


@cache
def _ions() -> tuple[_Ion, ...]:
    """SMACT's own data for hydrogen to curium."""
    metals = set(smact.metals)
    ions = []
    for symbol in SYMBOLS[:N_ELEMENTS]:
        element = smact.Element(symbol)
        ions.append(_Ion(tuple(element.oxidation_states_smact14 or ()), element.pauling_eneg, symbol in metals))
    return tuple(ions)


@lru_cache(maxsize=8192)
def assignments(elements: tuple[int, ...]) -> NDArray[np.int64]:
    """All oxidation states of a set of elements that pass the Pauling test and have both signs.

    Every cation must be less electronegative than every anion, so the signs follow from where the elements,
    by electronegativity, are cut in two; equal electronegativities cannot be parted.

    Args:
        elements: indices (atomic number − 1).

    Returns:
        (m, k) states in the order of `elements`; m = 0 where nothing is possible.
    """
    ions = [_ions()[index] for index in elements]
    none = np.zeros((0, len(elements)), dtype=np.int64)
    if any(ion.electronegativity is None or not ion.states for ion in ions):
        return none
    found = [none]
    for cut in sorted({ion.electronegativity for ion in ions})[1:]:
        choices = [
            [q for q in ion.states if (q < 0 if ion.electronegativity >= cut else q > 0)]  # type: ignore[operator]
            for ion in ions
        ]
        if all(choices):
            grid = np.meshgrid(*(np.array(q, dtype=np.int64) for q in choices), indexing="ij")
            found.append(np.stack(grid, axis=-1).reshape(-1, len(elements)))
    return np.concatenate(found)


def published_validity(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The published validity of many compounds.

    Args:
        counts: (n, 96) whole numbers of atoms (`counts.whole_counts`).

    Returns:
        (n,) verdicts; False for rows without any element.
    """
    present = counts > 0
    metals = np.array([ion.metal for ion in _ions()])
    n_elements = present.sum(axis=1)
    valid = (n_elements == 1) | ((n_elements > 0) & ~present[:, ~metals].any(axis=1))
    todo = np.flatnonzero(~valid & (n_elements > 0))
    keys = np.packbits(present[todo], axis=1)
    order = np.lexsort(keys.T)
    starts = np.flatnonzero(np.r_[True, (np.diff(keys[order].astype(np.int16), axis=0) != 0).any(axis=1)])
    for group in np.split(todo[order], starts[1:]) if len(todo) else ():
        elements = np.flatnonzero(present[group[0]])
        valid[group] = _neutral(counts[np.ix_(group, elements)], assignments(tuple(elements.tolist())))
    return valid


def _neutral(counts: NDArray[np.int64], states: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether any of (m, k) assignments leaves each of (r, k) compounds without charge."""
    rows = max(1, _CHUNK // max(1, len(states)))
    parts = [(counts[start : start + rows] @ states.T == 0).any(axis=1) for start in range(0, len(counts), rows)]
    return np.concatenate(parts)
