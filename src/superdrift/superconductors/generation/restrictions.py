"""From what is asked of a compound, and what any compound may be, to what is held while its tokens are drawn."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superdrift.charges.formal_valence import formal_valence
from superdrift.charges.ion_charges import COMMON_CHARGES, DOPING_MARGIN, LITERATURE_RANGES
from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS, SYMBOLS
from superdrift.diffusion.restriction import ANYTHING, Ratio, Restriction
from superdrift.superconductors.data.families import IRON_PARTNERS
from superdrift.superconductors.encoding import tokens
from superdrift.superconductors.generation.request import Request

HARD_ANIONS = ("O", "F", "Cl", "Br")
"""Anions that bond with cations alone; beside others a valence is no bound."""


def plausible(largest: Tensor) -> Restriction:
    """What tokens of any compound must hold, so that no sample is absurd.

    No element has more atoms than is usual in its family. Where anions that bond with cations alone leave the redox
    ions a valence, it lies within what the literature knows of them, and a margin for doping; copper alone is the redox
    ion of its oxides, as in `charges.formal_valence`.

    Args:
        largest: (families, 96) most hundredths of each element token that are usual in training compounds; 0 where none
            had it.
    """
    every = torch.ones(N_ELEMENTS, dtype=torch.bool)
    ends, weight = np.zeros((2, N_ELEMENTS)), np.zeros(N_ELEMENTS)
    for token, place in enumerate(tokens.ORDER):
        low, high = LITERATURE_RANGES.get(SYMBOLS[place], (0.0, 0.0))
        ends[:, token] = low - DOPING_MARGIN, high + DOPING_MARGIN
        weight[token] = COMMON_CHARGES.get(SYMBOLS[place], 0.0)
    ratio = Ratio(
        weight=torch.from_numpy(weight).float(), count=torch.tensor(tokens.REDOX_TOKENS).float(),
        low=torch.from_numpy(ends[0]).float(), high=torch.from_numpy(ends[1]).float(),
        beside=_tokens(_mask(HARD_ANIONS)), alone=_tokens(_mask(["Cu"])),
    )  # fmt: skip
    most = torch.where(largest > 0, largest, ANYTHING)
    least = torch.ones(N_ELEMENTS, dtype=torch.long)
    return Restriction(allowed=every, required=~every, most=most, least=least, ratio=ratio)


def absurd(amounts: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(n,) compounds whose redox ion has a valence beyond the literature, beside anions that bond with cations alone.

    What `plausible` leaves of such, since it draws the elements before any amount and counts each element's charge at
    its commonest.

    Args:
        amounts: (n, 96) atoms per formula unit.
    """
    return beyond_literature(amounts) & (amounts[:, _mask(HARD_ANIONS)] > 0).any(axis=1)


def beyond_literature(amounts: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(n,) compounds whose redox ion has a formal valence that the literature knows of no solid, whatever the anion."""
    found = formal_valence(amounts)
    ends = np.full((2, N_ELEMENTS), np.nan)
    for symbol, (low, high) in LITERATURE_RANGES.items():
        ends[:, ATOMIC_NUMBER[symbol] - 1] = low - DOPING_MARGIN, high + DOPING_MARGIN
    low, high = ends[:, found.ion_index]
    return ((found.valence < low) | (found.valence > high)) & (found.ion_index >= 0)


def restriction(request: Request, allowed: NDArray[np.bool_] | None, common: Restriction | None = None) -> Restriction:
    """What tokens of a compound must hold.

    Args:
        request: what is asked for.
        allowed: (96,) elements that may be drawn at all; None: all.
        common: what those of any compound must; amounts that are asked for count more.
    """
    may = np.ones(N_ELEMENTS, dtype=bool) if allowed is None else allowed.copy()
    if request.allowed:
        may &= _mask(request.allowed)
    may &= ~_mask(request.forbidden)
    required = request.required | request.fixed.keys()
    one_of, apart = [], []
    if request.family == "cuprates":
        required = required | {"Cu", "O"}
    if request.family == "pnictides":
        required = required | {"Fe"}
        one_of.append(_mask(IRON_PARTNERS))
    if request.family in ("pnictides", "others"):
        apart.append((_mask(["Cu"]), _mask(["O"])))
    if request.family == "others":
        apart.append((_mask(["Fe"]), _mask(IRON_PARTNERS)))
    least, most = _amounts(request, common)
    totals, shift = dict[int, tuple[int, int]](), None
    if request.open_cations is not None:
        totals[0] = (_hundredths(request.open_cations[0]), _hundredths(request.open_cations[1]))
        shift = torch.zeros(N_ELEMENTS, dtype=torch.long)
        shift[_of_cations() & _tokens(_mask(request.fixed))] = least[_of_cations() & _tokens(_mask(request.fixed))]
        if totals[0][0] > 0:
            one_of.append(~_mask(request.fixed) & _mask(tokens.CATIONS))
    return Restriction(
        allowed=_tokens(may), required=_tokens(_mask(required)), one_of=[_tokens(mask) for mask in one_of],
        apart=[(_tokens(one), _tokens(other)) for one, other in apart], slots=request.n_elements, least=least,
        most=most, totals=totals, shift=shift, ratio=None if common is None else common.ratio,
    )  # fmt: skip


def _of_cations() -> Tensor:
    """(96,) mask of the tokens of the first class."""
    return torch.tensor(tokens.CLASSES) == 0


def _mask(symbols: object) -> NDArray[np.bool_]:
    """(96,) mask of some elements."""
    mask = np.zeros(N_ELEMENTS, dtype=bool)
    mask[[ATOMIC_NUMBER[symbol] - 1 for symbol in symbols]] = True
    return mask


def _tokens(mask: NDArray[np.bool_]) -> Tensor:
    """(96,) mask of elements → mask of element tokens."""
    return torch.from_numpy(mask[tokens.ORDER])


def _amounts(request: Request, common: Restriction | None) -> tuple[Tensor, Tensor]:
    """Least amount of each element token (96,) and greatest (families, 96), hundredths."""
    least, most = torch.ones(N_ELEMENTS, dtype=torch.long), torch.full((1, N_ELEMENTS), ANYTHING)
    if common is not None and common.most is not None:
        most = common.most.clone()
    for symbol, (low, high) in request.amounts.items():
        token = int(np.flatnonzero(ATOMIC_NUMBER[symbol] - 1 == tokens.ORDER)[0])
        least[token], most[:, token] = max(_hundredths(low), 1), _hundredths(high)
    return least, most


def _hundredths(atoms: float) -> int:
    return round(atoms * 100)
