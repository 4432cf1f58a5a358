"""What the generator is told of a compound beside its formula: its family and its Tc, in classes.

Samples are drawn given both. Where a request names neither, they are drawn as often as among the training compounds.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superdrift.superconductors.data.families import COMPOUND_FAMILIES, families_of

TC_EDGES_K = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, *np.arange(15.0, 136.0, 5.0).tolist())
"""Lower ends of the classes of Tc, K; the last is open. Stored with each model."""
ORDERED = (False, True)
"""Which of the conditions, family and Tc, are classes of something that rises: neighbours of these share what is
learned."""
FEWEST = 0.005
"""Share of the training compounds; of a Tc that fewer have too little is learned, and classes below are drawn too. From
120 K on it is 0.2 %, and three samples in ten are charge-valid, where nine in ten are from 90 K on."""
SIZES = (len(COMPOUND_FAMILIES), len(TC_EDGES_K))
"""How many classes each has."""


def conditions(amounts: NDArray[np.floating], tc_k: NDArray[np.floating]) -> Tensor:
    """Classes of family and Tc, (n, 2), of compounds with (n, 96) amounts and Tc (n,) in K."""
    family = np.array([COMPOUND_FAMILIES.index(name) for name in families_of(amounts)], dtype=np.int64)
    tc = np.searchsorted(TC_EDGES_K, tc_k, side="right") - 1
    return torch.from_numpy(np.stack([family, np.clip(tc, 0, None)], axis=1))


def with_conditions(tokens: Tensor, known: Tensor) -> Tensor:
    """(n, slots, fields) tokens and (n, c) conditions → (n, slots, fields + c); absent slots keep −1 throughout."""
    repeated = known[:, None].expand(-1, tokens.shape[1], -1)
    return torch.cat([tokens, repeated.masked_fill(tokens[..., :1] < 0, -1)], dim=2)


def asked(
    shares: Tensor, edges_k: Sequence[float], *, family: str | None, tc_at_least_k: float | None
) -> tuple[Tensor, float | None]:
    """Which classes a request leaves.

    Args:
        shares: (families, classes of Tc, slots) of the training compounds.
        edges_k: lower ends of the classes of Tc, K.
        family: the family asked for; None: any.
        tc_at_least_k: the Tc asked for, K; None: any.

    Returns:
        Mask of the shape of `shares`, and the least Tc that samples are drawn as having, K: that asked for, or a lower
        one where too few training compounds have it; None where none is asked for.
    """
    mask = torch.ones_like(shares)
    if family is not None:
        others = [place for place, name in enumerate(COMPOUND_FAMILIES) if name != family]
        mask[others] = 0
    if tc_at_least_k is None:
        return mask, None
    at_least = (shares * mask).sum(dim=(0, 2)).flip(0).cumsum(dim=0).flip(0).tolist()
    first = sum(edge < tc_at_least_k for edge in edges_k)
    if first < len(edges_k) and at_least[first] >= FEWEST:
        drawn_from_k = tc_at_least_k
    else:
        first = max((place for place in range(min(first, len(edges_k))) if at_least[place] >= FEWEST), default=0)
        drawn_from_k = edges_k[first]
    mask[:, :first] = 0
    return mask, drawn_from_k
