"""Formula text to exact amounts and back. Amounts are `Decimal` throughout: 0.57 stays 0.57."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import gcd, lcm

from superdrift.composition.elements import ATOMIC_NUMBER, formula_order
from superdrift.run.errors import InputError

_TOKEN = re.compile(r"(?P<symbol>[A-Z][a-z]?)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<amount>\d+(?:\.\d*)?|\.\d+)")
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class FormulaError(InputError):
    """A text that is no chemical formula; the message names the text, the position and the remedy."""


def parse_formula(text: str) -> dict[str, Decimal]:
    """Read a formula exactly: `La1.85Sr0.15CuO4`, `Ba(Fe0.92Co0.08)2As2`, `Mo6 Se8`.

    Repeated elements are summed, zero amounts are kept (cleaning decides about them).

    Args:
        text: the formula; blanks are ignored, brackets may nest.

    Returns:
        Amount of each element in atoms per formula unit, in order of first appearance.

    Raises:
        FormulaError: for anything that is no formula, naming the text and the place.
    """
    compact = "".join(text.split())
    if not compact:
        raise FormulaError("empty formula; write one like La1.85Sr0.15CuO4")
    stack: list[tuple[str, dict[str, Decimal]]] = [("", {})]
    position = 0
    while position < len(compact):
        match = _TOKEN.match(compact, position)
        if match is None or match.lastgroup == "amount":
            raise _malformed(text, compact, position, "an element symbol or a bracket was expected")
        start, position = position, match.end()
        if match.lastgroup == "open":
            stack.append((match.group(), {}))
            continue
        if match.lastgroup == "close":
            if len(stack) == 1 or _CLOSES[stack[-1][0]] != match.group():
                raise _malformed(text, compact, start, "this bracket closes nothing")
            _, group = stack.pop()
        else:
            if match.group() not in ATOMIC_NUMBER:
                raise _malformed(text, compact, start, f"'{match.group()}' is not a chemical element")
            group = {match.group(): Decimal(1)}
        factor, position = _amount(compact, position)
        for symbol, amount in group.items():
            stack[-1][1][symbol] = stack[-1][1].get(symbol, Decimal(0)) + amount * factor
    if len(stack) > 1:
        raise _malformed(text, compact, len(compact), f"a bracket '{stack[-1][0]}' is never closed")
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


def _amount(compact: str, position: int) -> tuple[Decimal, int]:
    """The number at `position` (1 where none stands) and the position after it."""
    match = _TOKEN.match(compact, position)
    if match is None or match.lastgroup != "amount":
        return Decimal(1), position
    try:
        return Decimal(match.group()), match.end()
    except InvalidOperation as error:  # pragma: no cover - the pattern admits decimals only
        raise _malformed(compact, compact, position, "not a number") from error


def _malformed(text: str, compact: str, position: int, why: str) -> FormulaError:
    found = f"at '{compact[position : position + 8]}'" if position < len(compact) else "at the end"
    return FormulaError(f"malformed formula '{text.strip()}': {why} ({found}); write it like La1.85Sr0.15CuO4")
