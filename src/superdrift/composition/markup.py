"""Notation that can mean one thing only, turned into plain formula text: subscripts, TeX, HTML and raised dots.

What is not unambiguous is left as it stands, so that the reading of plain text stops at it and says why.
"""

import re
import unicodedata
from decimal import Decimal

SOLVATES = ("H2O", "NH3", "CO2", "SiO2", "Al2O3", "Fe2O3", "TiO2", "B2O3", "HCl", "CH3OH", "C2H5OH")
"""Molecules that a dot joins to a formula: water and what else crystallises with, or is written beside, a compound. A
number before one of them counts molecules."""

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)"
_PLAIN = re.compile(r"[A-Za-z0-9.()\[\]{} ]*")
_DOT = re.compile(r"\s*[·•∙⋅・‧*×]\s*")
_COUNTED = re.compile(rf"(?P<count>{_NUMBER})?\s*(?P<molecule>[A-Z(\[{{].*)")
_ONE = Decimal(1)

_REWRITTEN = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[\u200b-\u200d\u2060\ufeff]", " "),
        (r"[⁰¹²³⁴-⁹⁺⁻]+", lambda match: "^" + unicodedata.normalize("NFKC", match.group())),
        (r"<sup>(.*?)</sup>", r"^\1"),
        (r"(?<=[₀-₉])\.(?=[0-9])", "·"),
        (r"(?<=[0-9])(?=[₀-₉])|(?<=[₀-₉])(?=[0-9])", " "),
        (r"<sub>(.*?)</sub>", r"_{\1}"),
        (r"\\(?:left|right)(?![a-z])|\\[,;:! ()]|(?<!\d)\$|\$(?!\d)", ""),
        (r"\\(?:cdot|times)(?![a-z])", "·"),
        (r"\\delta(?![a-z])", "δ"),
        (rf"_\{{\s*({_NUMBER})\s*\}}(?![\d.])", r"_\1"),
        (r"\\(?:mathrm|mathsf|mathit|textrm|text|ce)\s*\{([^{}]*)\}(?!\d)|\{\\(?:rm|sf|it)\s([^{}]*)\}(?!\d)", r"\1\2"),
        (rf"(?<=[A-Za-z)\]])\s*_({_NUMBER})(?![\d.])", r"\1"),
    )
)
"""Patterns and what stands for them, in this order. Superscripts become ^, which no formula holds: they are masses or
charges. Subscripts are numbers of their own: a plain digit beside one does not join it."""


def plain_parts(text: str) -> list[tuple[Decimal, str]]:
    """Plain text of a formula, in the parts that raised dots join, each with the number that counts it.

    A dot between two digits joins only one of `SOLVATES` (`CuSO4·5H2O`); elsewhere (`La1·85Sr0·15CuO4`) it may be a
    decimal point, and the text stays whole.
    """
    plain = text.strip()
    if _PLAIN.fullmatch(plain):
        return [(_ONE, plain)]
    for pattern, replacement in _REWRITTEN:
        plain = pattern.sub(replacement, plain)
    plain = unicodedata.normalize("NFKC", plain).strip()
    first, *others = _DOT.split(plain)
    parts, before = [(_ONE, first)], first
    for other in others:
        match = _COUNTED.fullmatch(other)
        if not match or not before:
            return [(_ONE, plain)]
        count, molecule = match.groups()
        if count and before[-1].isdigit() and molecule not in SOLVATES:
            return [(_ONE, plain)]
        parts.append((Decimal(count or 1), molecule))
        before = molecule
    return parts
