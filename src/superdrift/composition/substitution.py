"""Which elements replace each other, by data-mined probabilities (Hautier et al., Inorg. Chem. 50, 656 (2011))."""

from collections.abc import Iterator
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.element_properties import property_table
from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS


def data_mined() -> NDArray[np.float64]:
    """(96, 96) chance that an element (row) is replaced by another (column), over all pairs of ions observed.

    Rows sum to 1, or to 0 where no replacement was observed.
    """
    weights = np.zeros((N_ELEMENTS, N_ELEMENTS))
    for one, other, weight in _observed_pairs():
        weights[one, other] += weight
        weights[other, one] += weight
    return rows_to_one(weights)


def _observed_pairs() -> Iterator[tuple[int, int, float]]:
    """Pairs of different elements whose ions were seen to replace each other, and how likely."""
    from pymatgen.analysis.structure_prediction.substitution_probability import (  # slow to import  # noqa: PLC0415
        SubstitutionProbability,
    )

    for ions, strength in SubstitutionProbability()._l.items():  # the mined table has no other door
        elements = [ATOMIC_NUMBER[ion.symbol] - 1 for ion in ions]
        if len(elements) == 2 and elements[0] != elements[1] and max(elements) < N_ELEMENTS:
            yield elements[0], elements[1], float(np.exp(strength))


def rows_to_one(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights (n, m), no row negative, with rows that sum to 1; rows of zeros stay."""
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def mined_distance() -> NDArray[np.float64]:
    """(96, 96) how unlike two elements are: −ln of how often they replace each other, over how often each stays.

    With w the exponentials of the mined weights, summed over ions (Hautier et al., Eq. 4; pairs never seen have the
    weight that they give those): d = −ln(w_ij / sqrt(w_ii w_jj)), 0 for an element and itself.
    """
    from pymatgen.analysis.structure_prediction.substitution_probability import (  # slow to import  # noqa: PLC0415
        SubstitutionProbability,
    )

    mined = SubstitutionProbability()
    weights = np.full((N_ELEMENTS, N_ELEMENTS), np.exp(mined.alpha))
    for ions, strength in mined._l.items():  # the mined table has no other door
        places = [ATOMIC_NUMBER[ion.symbol] - 1 for ion in ions]
        one, other = places if len(places) == 2 else places * 2
        if max(one, other) < N_ELEMENTS:
            weights[one, other] += np.exp(strength)
            if one != other:
                weights[other, one] += np.exp(strength)
    stay = np.sqrt(np.diag(weights))
    return -np.log(weights / (stay[:, None] * stay[None, :]))


def property_distance() -> NDArray[np.float64]:
    """(96, 96) how unlike two elements are: Euclidean distance of five standardised properties.

    Electronegativity (Pauling), atomic radius (Slater), Mendeleev number (Pettifor), group and row.
    """
    properties = ("X", "atomic_radius", "mendeleev_no", "group", "row")
    table = property_table([attrgetter(name) for name in properties])
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    return np.sqrt(((table[:, None, :] - table[None, :, :]) ** 2).sum(axis=-1))
