"""The general formula of a group of compounds: constant part, substituted sites, ranges, from its members alone."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import SYMBOLS, formula_order
from superdrift.composition.formula import shortest
from superdrift.superconductors.new_families.substitution_sites import TAILS, Site, bulk, same_size, sites

_STEPS = (Decimal(1), Decimal("0.1"), Decimal("0.01"))
"""Atoms; a constant amount is written to the coarsest of these steps that its values allow."""
_LETTERS = "xyzuvw"
"""Names of what varies, in the order of the formula."""
_WIDE = 0.2
"""Atoms per formula unit; an amount that ranges wider is written as a range: four standard deviations of what counts as
constant (`substitution_sites`)."""


@dataclass(frozen=True)
class GeneralFormula:
    """A group as one formula, e.g. `Ba2-xCsxCuO3.3` with x = 0.1–0.4.

    Attributes:
        text: the formula.
        variables: letter → (m,) its value in each member, atoms per formula unit.
        sites: elements that replace each other.
    """

    text: str
    variables: dict[str, NDArray[np.float64]]
    sites: tuple[Site, ...]

    @property
    def ranges(self) -> str:
        """Range of each letter over the bulk of the members, e.g. `x = 0.1–0.4; y = 0–0.2`."""
        return "; ".join(f"{letter} = {_range(values, '–')}" for letter, values in self.variables.items())


def general_formula(amounts: NDArray[np.floating], *, optional_share: float) -> GeneralFormula:
    """Write a group as one formula.

    Members written for a whole multiple of the typical formula unit are brought to its size first. Elements that
    replace each other on a site are written with a letter; of the others, one whose amount hardly varies stands with
    its typical amount, one that varies with its range, and in brackets where some members lack it. One that fewer than
    `optional_share` have is left out. Ranges are those of the bulk of the members (5th to 95th percentile).

    Args:
        amounts: (m, 96) atoms per formula unit, m ≥ 1.
        optional_share: 0…1.
    """
    unit = same_size(amounts)
    share = (unit > 0).mean(axis=0)
    listed = share >= min(optional_share, float(share.max()))
    unit = np.where(listed & (share > 0), unit, 0.0)
    found = sorted(sites(unit), key=lambda site: min(formula_order(SYMBOLS[i]) for i in site.elements))
    parts = {SYMBOLS[i]: _alone(SYMBOLS[i], unit[:, i]) for i in np.flatnonzero(unit.any(axis=0))}
    variables: dict[str, NDArray[np.float64]] = {}
    for site in found:
        if len(variables) + len(site.others) <= len(_LETTERS):
            letters = _LETTERS[len(variables) :][: len(site.others)]
            written, values = _substituted(site, unit, letters)
            parts |= dict.fromkeys(written, "")
            parts[min(written, key=formula_order)] = "".join(written.values())
            variables |= values
    text = "".join(parts[symbol] for symbol in sorted(parts, key=formula_order))
    return GeneralFormula(text, variables, tuple(found))


def _substituted(
    site: Site, unit: NDArray[np.float64], letters: str
) -> tuple[dict[str, str], dict[str, NDArray[np.float64]]]:
    """A site's elements as written, and the letters' values.

    Where the balancing element replaces several that were there in whole numbers, these are written with what they
    lose (Na1-xAl1-yMgx+y); else it is written with what the others take from it (Cu2-x-yZnxNiy).
    """
    total, others = _typical(site.total), sorted(site.others, key=lambda i: formula_order(SYMBOLS[i]))
    before = {i: Decimal(int(np.rint(unit[:, i].max()))) for i in others}
    taken = {SYMBOLS[i]: letter for i, letter in zip(others, letters, strict=True)}
    balance, scarce = SYMBOLS[site.balance], unit[:, site.balance].mean() < site.total.mean() / 2
    if scarce and sum(before.values()) == total:
        written = {SYMBOLS[i]: f"{SYMBOLS[i]}{shortest(before[i])}-{taken[SYMBOLS[i]]}" for i in others}
        written[balance] = balance + "+".join(letters)
        return written, {taken[SYMBOLS[i]]: float(before[i]) - unit[:, i] for i in others}
    written = {balance: f"{balance}{shortest(total)}-{'-'.join(letters)}"}
    written |= {symbol: symbol + letter for symbol, letter in taken.items()}
    return written, {taken[SYMBOLS[i]]: unit[:, i] for i in others}


def _alone(symbol: str, values: NDArray[np.float64]) -> str:
    """An element that replaces no other: its typical amount, or its range."""
    present = values[values > 0]
    low, high = (float(bulk(present, end)) for end in TAILS)
    if len(present) == len(values) and high - low <= _WIDE:
        typical = _typical(values)
        return symbol if typical == 1 else symbol + shortest(typical)
    text = symbol + _range(present, "-")
    return text if len(present) == len(values) else f"({text})"


def _typical(values: NDArray[np.float64]) -> Decimal:
    """The median, to the coarsest step that leaves it within the bulk of the values."""
    low, high = (float(bulk(values, end)) for end in TAILS)
    middle = Decimal(repr(float(np.median(values))))
    for step in _STEPS:
        rounded = (middle / step).quantize(Decimal(1)) * step
        if low - 0.005 <= float(rounded) <= high + 0.005 and rounded > 0:
            return rounded
    return middle.quantize(_STEPS[-1])


def _range(values: NDArray[np.float64], dash: str) -> str:
    """Ends of the bulk of the values."""
    low, high = (Decimal(repr(float(bulk(values, end)))).quantize(_STEPS[-1]) for end in TAILS)
    low, high = low + 0, high + 0  # no negative zero
    if low == high:
        return "" if low == 1 and dash == "-" else shortest(low)
    return f"{shortest(low)}{dash}{shortest(high)}"
