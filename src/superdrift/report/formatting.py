"""How the page writes numbers, shares, intervals, formulas and figures: filters of its templates."""

import re
from pathlib import Path

from markupsafe import Markup, escape

from superdrift.report.numbers import Number

ABSENT = "–"
"""Stands where a quantity is not defined."""

_AMOUNT = re.compile(
    r"(?:_\{([^}]*)\}|_([A-Za-z])|(?<=[A-Za-z)\]}])(\d+(?:\.\d*)?(?:[–-][\d.]+|(?:[+-][a-z])+)?)"
    r"|(?:(?<=[A-Z][a-z])|(?<=[BCFHIKNOPSUVWY]))([xyz](?:[+-][xyz])*))(\)?)"
)
"""An amount, in one of the first four groups, and a bracket that closes behind it. No symbol is one of BCFHIKNOPSUVWY
with x, y or z behind it."""


def number(value: float | None, digits: int = 1) -> str:
    """A figure with a fixed number of decimals, thin thousands and a minus sign; a dash where it is not defined."""
    return ABSENT if value is None else f"{value:z,.{digits}f}".replace(",", "\u202f").replace("-", "\u2212")


def whole(value: float | None) -> str:
    """A count; a dash where it is not defined."""
    return number(value, 0)


def percent(share: float | None, digits: int = 1) -> str:
    """A share in per cent; a dash where it is not defined."""
    return ABSENT if share is None else f"{number(100 * share, digits)} %"


def interval(share: Number | None, digits: int = 1) -> Markup:
    """A share in per cent with its 95 % interval, where it has one; a dash where it is not defined."""
    if share is None or share.value is None:
        return Markup(ABSENT)
    text = Markup("{}").format(percent(share.value, digits))
    if share.low is None or share.high is None:
        return text
    return text + Markup(" <small>({}–{})</small>").format(
        number(100 * share.low, digits), number(100 * share.high, digits)
    )


def span(ends: tuple[float | None, float | None], digits: int = 0) -> str:
    """The lowest and the highest of some values; a dash where there are none."""
    low, high = ends
    return ABSENT if low is None else f"{number(low, digits)}–{number(high, digits)}"


def formula_html(formula: str | None) -> Markup:
    """A formula with its amounts as subscripts; knows `Se_x`, `Mg_{x+y}`, `Lax` and ranges like `Sr0.1–0.3` too.

    It may break behind each amount, and its bracket.
    """
    if not formula:
        return Markup(ABSENT)
    pieces, end = [], 0
    for match in _AMOUNT.finditer(formula):
        *amount, bracket = match.groups(default="")
        pieces += [escape(formula[end : match.start()]), Markup("<sub>"), escape("".join(amount)), Markup("</sub>")]
        pieces.append(Markup(f"{bracket}<wbr>"))
        end = match.end()
    return Markup("").join([*pieces, escape(formula[end:])])


def inline_svg(path: Path) -> Markup:
    """An SVG for use inside the page: no XML prologue, and names of its own, so that figures share none."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    prefix = re.sub(r"\W", "-", path.stem)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", text)
    for size in ("height", "width"):
        text = re.sub(rf'(<svg[^>]*?) {size}="[^"]*"', r"\1", text, count=1)
    return Markup(text)


FILTERS = {
    "formula": formula_html,
    "inline_svg": inline_svg,
    "interval": interval,
    "number": number,
    "percent": percent,
    "span": span,
    "whole": whole,
}
"""The filters by the name that templates call them."""
