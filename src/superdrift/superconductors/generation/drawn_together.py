"""Which elements of a reference are drawn anew together: all sets of as many of them as a depth says."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from superdrift.run.errors import InputError
from superdrift.superconductors.encoding.tokens import CATIONS


def hundredths(tolerance: Mapping[str, float]) -> tuple[int, int]:
    """Hundredths of an atom by which amounts of cations, and of anions, may differ."""
    return round(tolerance["cations"] * 100), round(tolerance["anions"] * 100)


def drawn_together(
    symbols: Sequence[str], depth: float, *, redraw: str, tolerance: Mapping[str, float]
) -> list[tuple[str, ...]]:
    """Sets of elements that may be drawn anew together.

    Args:
        symbols: elements of the reference that need not stay.
        depth: share of them that is drawn anew, in (0, 1]; at least one.
        redraw: elements or amounts.
        tolerance: atoms by which sums and amounts of cations and anions may differ.

    Raises:
        InputError: where only amounts are drawn anew and none of them could change.
    """
    sets = list(combinations(symbols, max(1, round(depth * len(symbols)))))
    if redraw == "amounts":
        # An amount alone in its class is its sum less what stays.
        sets = [chosen for chosen in sets if _varies(chosen, hundredths(tolerance))]
        if not sets:
            raise InputError(
                f"depth {depth:g}: with redraw = amounts no amount could change, for the sums of cations and of"
                " anions stay; choose a greater depth, keep fewer elements, or give a tolerance"
            )
    return sets


def _varies(chosen: Iterable[str], tolerances: tuple[int, int]) -> bool:
    """Whether amounts can change where those of some elements are free."""
    cations = [symbol in CATIONS for symbol in chosen]
    free = cations.count(True), cations.count(False)
    return any(n > 1 or (n == 1 and tolerance > 0) for n, tolerance in zip(free, tolerances, strict=True))
