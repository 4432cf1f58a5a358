"""Why nothing can be what a request asks for: both sides of each contradiction, in words."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from superdrift.composition.elements import N_ELEMENTS, SYMBOLS, formula_order
from superdrift.superconductors.data.families import IRON_PARTNERS
from superdrift.superconductors.encoding.tokens import CATIONS
from superdrift.superconductors.generation.request import ANY_AMOUNT, Request

HIGHEST = ANY_AMOUNT[1]
"""Atoms per formula unit; also the largest sum of the cations, and of the anions, that tokens write."""
_NEEDED = {"cuprates": frozenset({"Cu", "O"}), "pnictides": frozenset({"Fe"})}
"""Elements that every member of a family has."""
_CUPRATE = frozenset({"Cu", "O"})
_PARTNERS = frozenset(IRON_PARTNERS)


def contradictions(request: Request) -> Iterator[str]:
    """What in a request excludes each other, most telling first; nothing where it can be met."""
    required = request.required | request.fixed.keys()
    yield from _elements(request, required)
    yield from _family(request, required)
    yield from _numbers(request, required)
    yield from _amounts(request, required)
    yield from _open(request, required)


def contradictions_within(request: Request, allowed: frozenset[str], forbidden: frozenset[str]) -> Iterator[str]:
    """What excludes each other where elements are limited for all samples.

    Args:
        request: free of contradictions by itself.
        allowed: symbols of all elements that any sample may have; empty: any.
        forbidden: symbols of elements that no sample has.
    """
    both = request.allowed & allowed if request.allowed and allowed else request.allowed or allowed
    if request.allowed and allowed and not both:
        yield f"'only {in_words(request.allowed)}' and 'only {in_words(allowed)}' share no element; allow one"
        return
    yield from contradictions(replace(request, allowed=both, forbidden=request.forbidden | forbidden))


def in_words(symbols: Collection[str]) -> str:
    """Symbols in the order of a written formula."""
    return " ".join(sorted(symbols, key=formula_order))


def available(request: Request) -> frozenset[str]:
    """Elements that a sample may have."""
    return (request.allowed or frozenset(SYMBOLS[:N_ELEMENTS])) - request.forbidden


def _elements(request: Request, required: frozenset[str]) -> Iterator[str]:
    both = required & request.forbidden
    if both:
        yield f"{in_words(both)} required and excluded ('without') at once; drop one of the two"
    ranged = (request.amounts.keys() - required) & request.forbidden
    if ranged:
        yield f"an amount of {in_words(ranged)} is given, and 'without' excludes it; drop one of the two"
    if request.allowed:
        beyond = required - request.allowed
        if beyond:
            yield f"{in_words(beyond)} required, but not in 'only {in_words(request.allowed)}'; add it there"
        ranged = request.amounts.keys() - required - request.allowed
        if ranged:
            yield (
                f"an amount of {in_words(ranged)} is given, which 'only {in_words(request.allowed)}' excludes; add it"
                " there"
            )
        if not available(request):
            yield f"'without' excludes every element of 'only {in_words(request.allowed)}'; leave one"


def _family(request: Request, required: frozenset[str]) -> Iterator[str]:
    family, may = request.family, available(request)
    lacking = _NEEDED.get(family, frozenset()) - may
    if lacking:
        yield f"{family} have {in_words(_NEEDED[family])}, but {in_words(lacking)} is excluded; allow it"
    if family == "pnictides" and not _PARTNERS & may:
        yield f"pnictides have one of {in_words(_PARTNERS)} beside Fe, but all are excluded; allow one"
    if family in ("pnictides", "others") and required >= _CUPRATE:
        yield f"{family} hold no compound with both Cu and O, which are required; ask for cuprates"
    if family == "others" and "Fe" in required and required & _PARTNERS:
        yield f"others hold no compound with Fe and {in_words(required & _PARTNERS)}; ask for pnictides"


def _numbers(request: Request, required: frozenset[str]) -> Iterator[str]:
    low, high = request.n_elements
    needed, least = _least(request, required)
    if least > high:
        more = "" if least == len(needed) else f" and one of {in_words(_PARTNERS)}"
        yield f"{in_words(needed)}{more} make {least} elements, but at most {high} are asked for; ask for more"
    most = _most(request, required)
    if 0 < most < low:
        yield f"at least {low} elements are asked for, but only {most} can stand together; allow more elements"


def _least(request: Request, required: frozenset[str]) -> tuple[frozenset[str], int]:
    """Elements that every sample has, and the fewest that it can have."""
    needed = required | _NEEDED.get(request.family, frozenset())
    partner = request.family == "pnictides" and not needed & _PARTNERS
    opened = request.open_cations is not None and request.open_cations[0] > 0
    cation = opened and not (needed - request.fixed.keys()) & CATIONS
    return needed, len(needed) + partner + cation


def _most(request: Request, required: frozenset[str]) -> int:
    """Most different elements that a sample can have."""
    may = available(request)
    most = len(may)
    if request.family in ("pnictides", "others") and may >= _CUPRATE:
        most -= 1
    if request.family == "others" and "Fe" in may:
        partners = len(may & _PARTNERS)
        most -= partners if "Fe" in required else min(1, partners)
    return most


def _amounts(request: Request, required: frozenset[str]) -> Iterator[str]:
    least = {symbol: low for symbol, (low, _) in request.amounts.items() if symbol in required}
    for name, symbols in (("cations", CATIONS), ("anions", least.keys() - CATIONS)):
        total = round(sum(amount for symbol, amount in least.items() if symbol in symbols), 2)
        if total > HIGHEST:
            yield f"the amounts of the {name} sum to {total:g}; at most {HIGHEST:g} can be drawn"


def _open(request: Request, required: frozenset[str]) -> Iterator[str]:
    if request.open_cations is None:
        return
    low, high = request.open_cations
    cations = (required | _NEEDED.get(request.family, frozenset())) & CATIONS - request.fixed.keys()
    if high == 0 and cations:
        yield f"open 0 leaves no cation that is not fixed, but {in_words(cations)} is required; drop one of the two"
    if high == 0 and not request.fixed.keys() & CATIONS:
        yield "open 0 leaves no cation, and none is fixed; fix some, as in 'Ba2Cu3O7 fixed', or open more"
    least = round(sum(max(request.amounts.get(symbol, ANY_AMOUNT)[0], ANY_AMOUNT[0]) for symbol in cations), 2)
    if 0 < high < least:
        yield f"{in_words(cations)} take at least {least:g}, but open is at most {high:g}; open more"
    others = available(request) & CATIONS - request.fixed.keys()
    if low > 0 and not others:
        yield f"open {low:g} needs a cation that is not fixed, and none is allowed; allow one"
    greatest = sum(request.amounts.get(symbol, ANY_AMOUNT)[1] for symbol in others)
    if others and round(greatest, 2) < low:
        yield f"open is at least {low:g}, but {in_words(others)} reach at most {greatest:g}; raise their ranges"
