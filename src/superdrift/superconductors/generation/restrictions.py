"""From what is asked of a compound to what is held while its tokens are drawn."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS, SYMBOLS
from superdrift.diffusion.restriction import ANYTHING, Restriction
from superdrift.superconductors.encoding import tokens
from superdrift.superconductors.generation.request import Request

_IRON_PARTNERS = ("As", "P", "Se", "Te")
"""Any of these beside iron makes a pnictide; the rule is that of `data.families.family_of`."""


def restriction(request: Request, allowed: NDArray[np.bool_] | None) -> Restriction:
    """What tokens of a compound must hold.

    Args:
        request: what is asked for.
        allowed: (96,) elements that may be drawn at all; None: all.
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
        one_of.append(_mask(_IRON_PARTNERS))
    if request.family in ("pnictides", "others"):
        apart.append((_mask(["Cu"]), _mask(["O"])))
    if request.family == "others":
        apart.append((_mask(["Fe"]), _mask(_IRON_PARTNERS)))
    least, most = _amounts(request)
    total, shift = None, None
    if request.open_cations is not None:
        total = (_hundredths(request.open_cations[0]), _hundredths(request.open_cations[1]))
        shift = torch.zeros(N_ELEMENTS, dtype=torch.long)
        shift[_of_cations() & _tokens(_mask(request.fixed))] = least[_of_cations() & _tokens(_mask(request.fixed))]
        if total[0] > 0:
            one_of.append(~_mask(request.fixed) & _mask(_CATIONS))
    return Restriction(
        allowed=_tokens(may), required=_tokens(_mask(required)), one_of=[_tokens(mask) for mask in one_of],
        apart=[(_tokens(one), _tokens(other)) for one, other in apart], slots=request.n_elements, least=least,
        most=most, total=total, shift=shift,
    )  # fmt: skip


_CATIONS = tuple(SYMBOLS[tokens.ORDER[token]] for token, kind in enumerate(tokens.CLASSES) if kind == 0)


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


def _amounts(request: Request) -> tuple[Tensor, Tensor]:
    """(96,) least and greatest amount of each element token, hundredths."""
    least, most = torch.ones(N_ELEMENTS, dtype=torch.long), torch.full((N_ELEMENTS,), ANYTHING)
    for symbol, (low, high) in request.amounts.items():
        token = int(np.flatnonzero(ATOMIC_NUMBER[symbol] - 1 == tokens.ORDER)[0])
        least[token], most[token] = max(_hundredths(low), 1), _hundredths(high)
    return least, most


def _hundredths(atoms: float) -> int:
    return round(atoms * 100)
