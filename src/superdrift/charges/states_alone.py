"""Whether a compound is neutral in states that known crystals show, without any known superconductors to compare with.

The third reading of the charge check (`whole_states`) alone, for domains that have no superconductors: every element
holds a measured oxidation state, one ion perhaps two. Where bonds other than ionic may be at work it says nothing.
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.formal_valence import formal_valence, metals_only
from superdrift.charges.ion_charges import PEROXIDE_FORMERS
from superdrift.charges.whole_states import whole_states
from superdrift.composition.elements import ATOMIC_NUMBER

_HARD = [ATOMIC_NUMBER[symbol] - 1 for symbol in ("O", "F", "Cl", "Br")]
_PEROXIDE = [ATOMIC_NUMBER[symbol] - 1 for symbol in (*PEROXIDE_FORMERS, "O")]


def neutral(amounts: NDArray[np.floating]) -> NDArray[np.object_]:
    """Verdicts on compounds.

    Args:
        amounts: (n, 96) atoms per formula unit, none negative.

    Returns:
        (n,) True: neutral in measured states. None: no ionic picture applies, in metals, elements, compounds without
        oxygen, fluorine, chlorine and bromine (anions may bond among themselves), and peroxides. False: otherwise.
    """
    exact = np.asarray(amounts, dtype=np.float64)
    soft = (exact[:, _HARD] <= 0).all(axis=1)
    found = ~np.isnan(whole_states(exact, formal_valence(exact).ion, soft=soft)).all(axis=1)
    elsewhere = np.delete(exact, _PEROXIDE, axis=1)
    unsaid = metals_only(exact) | ((exact > 0).sum(axis=1) < 2) | soft | (elsewhere <= 0).all(axis=1)
    verdicts = np.full(len(exact), None, dtype=object)
    verdicts[found] = True
    verdicts[~found & ~unsaid] = False
    return verdicts
