"""Formula text to exact amounts and back. Amounts are `Decimal` throughout: 0.57 stays 0.57.

The one reading of formulas: command line, tables, catalogue and configuration all come here, and all refusals say the
same. `markup` turns unambiguous notation into plain text; `refusals` knows the texts that would read as another
compound, and says of the rest in words why it is no formula.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

from superdrift.composition.elements import ATOMIC_NUMBER, formula_order
from superdrift.composition.markup import plain_parts
from superdrift.composition.refusals import misreading, shown, why_malformed
from superdrift.run.errors import InputError

HIGHEST_AMOUNT = 200
"""Atoms of one element per formula unit. The largest amounts that are meant are 120 in SuperCon (Rb3C60C60) and 149 in
CritExam (Mg149Zr). It is notation, not chemistry, so it is no setting."""

HIGHEST_SHARE = 10
"""Times the next largest amount. An amount above both bounds is no amount but a phase name (Bi2223), an isotope's mass
behind an amount (Cu3 18O7 → 318) or lost its decimal point (O6050); in whole numbers of atoms (Y100Ba200Cu300O691)
all amounts are large."""

_TOKEN = re.compile(
    r"\s*(?:(?P<symbol>[A-Z][a-z]?)|(?P<open>[(\[{])|(?P<close>[)\]}]))(?P<amount>(?<![(\[{])(?:\d+(?:\.\d*)?|\.\d+))?"
)
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class FormulaError(InputError):
    """A text that is no chemical formula; the message names the text, the position and the remedy."""


def parse_formula(text: str) -> dict[str, Decimal]:
    r"""Read a formula exactly: `La1.85Sr0.15CuO4`, `Ba(Fe0.92Co0.08)2As2`, `Mo6 Se8`, `CuSO4·5H2O`.

    Brackets may nest; blanks may stand between the parts, but no number stands behind a blank. Repeated elements are
    summed, zero amounts are kept (cleaning decides about them). Of other notations those are read that can mean one
    thing only: subscripts (`O₇`, `O_7`, `O_{6.91}`, `O<sub>7</sub>`, within `$` and `\mathrm{}`), full-width letters
    and digits, and hydrates with a raised dot. Everything else is refused in words.

    Args:
        text: the formula.

    Returns:
        Amount of each element in atoms per formula unit, in order of first appearance.

    Raises:
        FormulaError: for anything that is no formula, or that means another one than it spells; it names the text, the
            place and the remedy.
    """
    amounts: dict[str, Decimal] = {}
    for factor, part in plain_parts(text):
        why = misreading(part)
        if why:
            raise FormulaError(f"formula '{shown(text)}': {why}")
        for symbol, amount in _read(part, text).items():
            amounts[symbol] = amounts.get(symbol, Decimal(0)) + amount * factor
    if max(amounts.values()) > HIGHEST_AMOUNT:
        _refuse_implausible(amounts, text)
    return amounts


def _refuse_implausible(amounts: Mapping[str, Decimal], text: str) -> None:
    """Refuse an amount that stands out from all others."""
    *_, second, first = (None, *sorted(amounts, key=lambda symbol: amounts[symbol]))
    if first and (second is None or amounts[first] > HIGHEST_SHARE * amounts[second]):
        raise FormulaError(
            f"formula '{shown(text)}': {shortest(amounts[first])} atoms of {first} are more than any formula unit "
            f"holds ({HIGHEST_AMOUNT}): a phase name, an isotope's mass or a lost decimal point; "
            "write the formula of one unit"
        )


def _read(part: str, text: str) -> dict[str, Decimal]:
    """Amounts of plain text; `text` is what was written, for messages."""
    stack: list[tuple[str, dict[str, Decimal]]] = [("", {})]
    position = 0
    while position < len(part):
        match = _TOKEN.match(part, position)
        if match is None:
            raise _malformed(text, part, position, "an element symbol or a bracket was expected")
        symbol, opened, closed, number = match.groups()
        if opened:
            stack.append((opened, {}))
            position = match.end()
            continue
        if symbol:
            if symbol not in ATOMIC_NUMBER:
                raise _malformed(text, part, match.start("symbol"), f"'{symbol}' is not a chemical element")
            group = {symbol: Decimal(1)}
        else:
            if len(stack) == 1 or _CLOSES[stack[-1][0]] != closed:
                raise _malformed(text, part, match.start("close"), "this bracket closes nothing")
            _, group = stack.pop()
            if not group:
                raise _malformed(text, part, match.start("close"), "this bracket holds nothing")
        factor, position = Decimal(number or 1), match.end()
        for element, amount in group.items():
            stack[-1][1][element] = stack[-1][1].get(element, Decimal(0)) + amount * factor
    if len(stack) > 1:
        raise _malformed(text, part, len(part), f"a bracket '{stack[-1][0]}' is never closed")
    if not stack[0][1]:
        raise FormulaError("empty formula; write one like La1.85Sr0.15CuO4")
    return stack[0][1]


def format_formula(amounts: Mapping[str, Decimal]) -> str:
    """Write amounts as a formula, elements by rising electronegativity, each amount in its shortest form."""
    return "".join(
        symbol + ("" if amounts[symbol] == 1 else shortest(amounts[symbol]))
        for symbol in sorted(amounts, key=formula_order)
        if amounts[symbol] != 0
    )


def shortest(amount: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: `Decimal('0.150')` → `'0.15'`."""
    return format(amount.normalize(), "f")


def integer_counts(amounts: Mapping[str, Decimal]) -> dict[str, int]:
    """The smallest whole numbers of atoms in the same proportion, exactly (zero amounts dropped).

    Raises:
        FormulaError: when no amount is positive, or one is negative.
    """
    exact = {symbol: Fraction(amount) for symbol, amount in amounts.items() if amount != 0}
    if not exact or min(exact.values()) < 0:
        raise FormulaError(f"amounts {dict(amounts)} describe no compound; each must be positive")
    common = lcm(*(fraction.denominator for fraction in exact.values()))
    counts = {symbol: int(fraction * common) for symbol, fraction in exact.items()}
    divisor = gcd(*counts.values())
    return {symbol: count // divisor for symbol, count in counts.items()}


def reduced_formula(amounts: Mapping[str, Decimal]) -> str:
    """Formula with the smallest whole numbers: equal exactly when two compositions are equal up to scale."""
    return format_formula({symbol: Decimal(count) for symbol, count in integer_counts(amounts).items()})


def _malformed(text: str, part: str, position: int, why: str) -> FormulaError:
    found = f"at '{part[position : position + 8].strip()}'" if position < len(part) else "at the end"
    told = why_malformed(part, position)
    reason = f"{why}: {told}" if told and "not a chemical element" in why else told or why
    return FormulaError(f"malformed formula '{shown(text)}': {reason} ({found}); write it like La1.85Sr0.15CuO4")
