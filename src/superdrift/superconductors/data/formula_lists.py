"""Lists of formulas without header: one a line, further columns or words after it left alone, and told."""

import csv
import logging
import re
from collections.abc import Iterator, Sequence

from superdrift.composition.formula import parse_formula
from superdrift.run.errors import InputError

logger = logging.getLogger("superdrift")

_COMMA_AS_POINT = re.compile(r"\d,\d")
_DECIMAL_COMMA = re.compile(r"\d,\d+[A-Z(\[{]")
_NUMBER = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?")
_FORMULA_AND_MORE = re.compile(
    r"(?P<formula>\S+)\s+(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*K?(?:\s+|$))*+(?![\d.]*[A-Z(\[{]).*"
)
"""A formula, then numbers, perhaps of kelvin, then words; what goes on like a formula (or an isotope, 18O7) does not
match."""


def read_list(lines: Sequence[str], place: str) -> Iterator[tuple[int, dict[str, str], str]]:
    """Line, from 1, formula and problem of each line; lines that begin with `#` are comments.

    A comma between two digits separates columns only where the list shows elsewhere that commas do: every line has as
    many, the first of one line stands where no decimal comma can, and none stands within a formula.
    """
    texts = {number: line.strip() for number, line in enumerate(lines, start=1)}
    used = {number: text for number, text in texts.items() if not text.startswith("#")}
    filled = [text for text in used.values() if text]
    commas = (
        len({text.count(",") for text in filled}) == 1
        and any(re.match(r"[^,]*(\D,|,\D)", text) for text in filled)
        and not any(_DECIMAL_COMMA.search(text) for text in filled)
    )
    longer = []
    for number, text in used.items():
        formula, problem = _first_column(text, commas=commas)
        if _NUMBER.fullmatch(formula.partition(" ")[0]):
            problem = problem or (
                f"the first column holds '{formula.partition(' ')[0]}', no formula; add a first line that names the "
                "columns, one of them formula"
            )
        if formula != text.strip('" ') and not problem:
            longer.append(number)
        yield number, {"formula": formula}, problem
    if longer:
        logger.warning(
            "%s: what follows the formula is not read (%d lines, first line %d: '%s')",
            place, len(longer), longer[0], texts[longer[0]][:60],
        )  # fmt: skip


def _first_column(text: str, *, commas: bool) -> tuple[str, str]:
    """Formula of a line, and why it cannot be told from the rest (empty where it can)."""
    separator = next((s for s in ("\t", ";", ",") if s in text), None)
    if separator is not None:
        if separator == "," and not commas and _COMMA_AS_POINT.search(text):
            return text, (
                f"'{text}' has a comma between digits: write {text.replace(',', '.')} where it is a decimal comma; "
                "where it separates columns, add a first line formula,tc_k"
            )
        return _cell(text, separator)
    if '"' in text:
        return _cell(text, ",")
    if not re.search(r"\s", text) or (not re.search(r"\s[\d.+-]", text) and _is_formula(text)):
        return text, ""
    match = _FORMULA_AND_MORE.fullmatch(text)
    if match is None or not _is_formula(match["formula"]):
        return text, ""
    return match["formula"], ""


def _cell(text: str, separator: str) -> tuple[str, str]:
    try:
        return next(csv.reader([text], delimiter=separator, skipinitialspace=True, strict=True))[0].strip(), ""
    except csv.Error as error:
        return text, f"{error}; look for a quotation mark that is not closed"


def _is_formula(text: str) -> bool:
    try:
        parse_formula(text)
    except InputError:
        return False
    return True
