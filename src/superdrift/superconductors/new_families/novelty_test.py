"""Is a group farther from the known compounds than an unseen chemical system of a known family would be?

H0: the group is such a system. T: median distance of its members to the nearest known compound. Its null distribution:
the same T0 of blocks (`blocks`), in which every known family has the same weight, however many blocks it has.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.superconductors.data.families import EVERYTHING
from superdrift.superconductors.new_families.blocks import Blocks


class Novelty(NamedTuple):
    """What the test says of one group.

    Attributes:
        p_value: chance of so large a T under H0; nan where the version has no block.
        smallest: the smallest p-value that the stratum can give.
        families: known families in the stratum.
        fewest_elements, most_elements: of the blocks in the stratum.
    """

    p_value: float
    smallest: float
    families: int
    fewest_elements: int
    most_elements: int


def novelty_test(distance: float, *, version: str, n_elements: int, blocks: Blocks, fewest_families: int) -> Novelty:
    """P = (Σ_f s_f + max_f (1 − s_f) / (n_f + 1)) / F over the F known families of the stratum.

    n_f is the number of blocks of family f, s_f the share of them with T0 ≥ T. Were the group one more block of family
    f, as H0 has it, it would have the weight 1 / (n_f + 1) in that family, and any of the n_f + 1 might as well be the
    group; which f is not known, so the worst is taken. With one family this is the usual (1 + #{T0 ≥ T}) / (B + 1)
    (Davison & Hinkley 1997, eq. 4.11); the weights are those of Dunn, Wasserman & Ramdas (J. Am. Stat. Assoc. 118, 2491
    (2023)) for data in two layers.

    The stratum is the blocks of the version with the group's number of elements; where they come from fewer than
    `fewest_families` families, numbers of elements one more and one less join, and so on.

    Args:
        distance: T, half L1.
        version: family of the model that drew the group; everything: blocks of all.
        n_elements: typical number of elements of the group's members.
        blocks: of the known compounds.
        fewest_families: of a stratum, as far as the version has so many.
    """
    inside = stratum(blocks, version=version, n_elements=n_elements, fewest_families=fewest_families)
    if not inside.any():
        return Novelty(float("nan"), float("nan"), 0, 0, 0)
    beyond = (blocks.distance[inside] >= distance - TOLERANCE).astype(np.float64)
    family = np.unique(blocks.family[inside], return_inverse=True)[1].ravel()
    own = 1 / (np.bincount(family) + 1)
    shares, sizes = np.bincount(family, weights=beyond) / np.bincount(family), blocks.n_elements[inside]
    p_value = float(shares.sum() + ((1 - shares) * own).max()) / len(shares)
    return Novelty(p_value, float(own.max()) / len(shares), len(shares), int(sizes.min()), int(sizes.max()))


def stratum(blocks: Blocks, *, version: str, n_elements: int, fewest_families: int) -> NDArray[np.bool_]:
    """(b,) blocks that a group of a version and number of elements is compared with; see `novelty_test`."""
    of_version = (blocks.version == version) | (version == EVERYTHING)
    apart = np.abs(blocks.n_elements - n_elements)
    for reach in range(int(apart[of_version].max(initial=0)) + 1):
        inside = of_version & (apart <= reach)
        if len(np.unique(blocks.family[inside])) >= fewest_families:
            return inside
    return of_version
