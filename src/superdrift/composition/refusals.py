"""Why a text is refused as a formula: texts that would read as another compound, and the rest, each said in words."""

import re
import unicodedata

from superdrift.composition.elements import N_ELEMENTS, SYMBOLS
from superdrift.composition.markup import SOLVATES
from superdrift.composition.phase_names import phase_name, usual_formula

NOT_ELEMENTS = {
    "M": "M stands for an unspecified metal or molecule",
    "D": "D is deuterium, which has no place of its own in the composition vector",
    "T": "T is tritium, or what is left of Ti, Tl, Tb or Tm",
    "Ph": "Ph is a phenyl group, or a misprint of Rh",
    "R": "R stands for any rare earth",
    "Ln": "Ln stands for any lanthanide",
    "A": "A stands for any of several elements",
    "X": "X stands for any of several elements, or an unknown content",
    "Z": "Z stands for any of several elements, or an unknown content",
    "Me": "Me is a methyl group or any metal",
    "Et": "Et is an ethyl group",
    "Py": "Py is pyridine",
    "Pc": "Pc is phthalocyanine",
    "En": "En is ethylenediamine",
}
"""Symbols in public files and papers that are no element of the vector, and what they mean."""

ISOTOPES = {
    "Li": {6, 7}, "B": {10, 11}, "C": {12, 13, 14}, "N": {14, 15}, "O": {16, 17, 18}, "Mg": {24, 25, 26},
    "S": {32, 33, 34}, "Ca": {40, 42, 44, 48}, "V": {51}, "Fe": {54, 56, 57, 58}, "Ni": {58, 60, 61, 62}, "Cu": {63,
    65},
    "Zn": {64, 66, 67, 68}, "Se": {74, 76, 77, 78, 80, 82}, "Sr": {84, 86, 87, 88}, "Nb": {93}, "Mo": {92, 95, 97, 98,
    100}, "Sn": {112, 116, 117, 118, 119, 120, 122, 124}, "Te": {125, 128, 130}, "Ba": {135, 137, 138}, "La": {139},
    "Hg": {198, 199, 200, 202, 204}, "Tl": {203, 205}, "Pb": {204, 206, 207, 208}, "U": {235, 238},
}  # fmt: skip
"""Mass numbers that experiments on isotopes use, by element."""

_CAPITALS = re.compile("|".join(symbol.upper() for symbol in SYMBOLS[:N_ELEMENTS] if len(symbol) == 2))
_ELEMENT = "(?>" + "|".join(sorted(SYMBOLS, key=len, reverse=True)) + ")"
_SOLVATE = "|".join(SOLVATES)
_LONGEST_SHOWN = 100
"""Characters of a text that a message shows: the longest formula of the public tables has 46."""

_Rule = tuple[re.Pattern[str], str]


def _rules(*pairs: tuple[str, str]) -> tuple[_Rule, ...]:
    return tuple((re.compile(pattern), words) for pattern, words in pairs)


# Each pattern with what to say of it. {found} is what matched, {before} and {after} what stands around it; named groups
# by their names. The first that matches counts.
_MISREADINGS = _rules(
    (
        r"(?:\s|[;:|]|(?<!\d),)\s*\(?(?P<number>\d[\d.]*|\.\d+)(?:\s*m?K)?\)?$",
        "a formula and a number ('{number}'); give the formula alone (of a list, the first column is read)",
    ),
    (
        r"(?<!\S)(?P<one>(?:[A-Z][a-z]?[\d.]*){2,})\s(?:.*\s)?(?P<other>(?:[A-Z][a-z]?[\d.]*){2,})(?!\S)",
        "'{one}' and '{other}' read as two formulas; give one, or write its parts without blanks",
    ),
    (
        r"O\s*Y(?=[)\]}]*$)",
        "the Y behind the last O stands for an unknown content, as in SuperCon's tables, and is no yttrium; write the "
        "number of O (yttrium is written in front, or Y1)",
    ),
    (
        r"\(\s*(?:I{1,3}|IV|VI{0,3}|IX|X)\s*\)|(?<![\^{I])I{2,}(?![a-z\d])",
        "'{found}' is an oxidation state; write {before}{after} (iodine and vanadium stand without brackets)",
    ),
    (
        rf"(?=(?:O|F|Cl|Br|I|S|[)\]}}])\d*\.|[A-Z][a-z]?\d*\.\d+\(?H2O)(?P<unit>(?:[A-Z][a-z]?|[)\]}}])(?:[1-9]\d*)?)\."
        rf"(?P<count>\d+)\(?(?P<molecule>{_SOLVATE})\)?(?![a-z\d])",
        "the dot in '{found}' joins a hydrate or stands in the amount; write {before}{unit}·{count}{molecule}{after} "
        "for the hydrate, ({molecule}){before}{unit}.{count} for the amount",
    ),
    (
        r"(?P<mass>(?<![\d.^])1[01](?=B2$)|(?<=Cu)1[68](?=O4(?!\d)))",
        "{mass} is an isotope's mass or an amount; write {before}{after} for the isotope, the elements in another "
        "order for the amount",
    ),
    (
        r"\s\((?:C1[45]|C32|C36|B20|B[123]|(?!OH|CN|CO|NO|NH|SCN)[A-Z]{2,})\)$",
        "'{found}' is a remark, such as the name of a structure; leave it out",
    ),
    (
        r"^(?=[A-Z\d.()\[\]{} ]+$).*?(?P<pair>NB|PB|CU|SN(?!\d*$)).*$",
        "in capitals alone '{pair}' is one element or two; write small second letters (Nb3Sn), or amounts (N1B1)",
    ),
)
_MALFORMED = _rules(
    (r"^[\d.,\s]+$", "a number alone is no formula"),
    (
        r"TMTSF|TMTTF|BEDT-?TTF|BETS|TTF|TCNQ|DCNQI|(?<=\()ET(?=\))",
        "'{found}' is an organic molecule; write its elements, as in (C10H12Se4)2PF6",
    ),
    (
        r"^(?:\d?(?:H|T|R|Td|Hb)['′]?|[a-zα-ω])\s*[-–](?=[A-Z(])",
        "'{found}' names a structure; leave it out",
    ),
    (
        r"^[A-Z][a-z]?(?:[-–][A-Z][a-z]?)+$",
        "elements joined by hyphens name a system; write the amount of each",
    ),
    (r"\^\{?(?:\d*[-+−]\d*|[IVX]+)\}?|\d*[-+−](?=\W*$)", "'{found}' is a charge; leave it out"),
    (r"\^\{?(?P<mass>\d+)\}?", "{mass} is an isotope's mass; leave it out, compositions do not tell isotopes apart"),
    (r"\d[eE][-+]?\d+", "an exponent; write the number out, as in 0.001"),
    (r".*\w\s*=\s*\d.*", "an assignment; put the number in its place"),
    (
        r"(?:[-+−–±=]+\s*\d*\.?\d*|_\{?[\d.]*[-+−–]?)(?P<variable>[a-zα-ωΔ]|[XYZD](?![a-z]))[-+\d.]*",
        "'{variable}' stands for an unknown content; write the number",
    ),
    (
        r"(?<=[\d.])(?P<variable>[a-zα-ω]|[XZ](?![a-z]))[-+\d.]*",
        "'{variable}' stands for an unknown content; write the number",
    ),
    (
        rf"(?P<symbol>{_ELEMENT})\s*_?\{{?(?P<variable>[xyzndδ]|[XZ](?![a-z]))[-+\d.]*",
        "'{variable}' stands for an unknown content of {symbol}; write the number",
    ),
    (r"\(\d+\)", "'{found}' is an uncertainty; leave it out"),
    (r"\d+,\d+", "'{found}' holds a decimal comma, or is two columns; write a point, and the formula alone"),
    (
        r"\((?:[A-Z][a-z]?,\s*)+[A-Z][a-z]?\)",
        "'{found}' names the elements of a site; write their amounts, as in (La0.925Sr0.075)2CuO4",
    ),
    (r"\d*\s*[/⁄]\s*\d+", "'{found}' is a fraction; write a decimal number, as in 0.5"),
    (r"[\d.]+\s*[-–−~]+\s*\d[\d.]*", "'{found}' is a range; give one number"),
    (r"[-+−–±]+", "'{found}' is a sign; write each amount as one number"),
    (r"[≈~<>?]", "'{found}' says that the amount is not known; give one number"),
    (r"[□☐]", "'{found}' is a vacancy; leave it out"),
    (r"[·•∙⋅・‧*×]", "'{found}' is a decimal point or joins molecules; write 1.85, or CuSO4·5H2O"),
    (r"^[\"'`,;:.!]+|[\"'`,;:.!]+$", "'{found}' is punctuation; leave it out"),
    (r"\.", "the dot belongs to no number; write 1.85, or CuSO4·5H2O"),
    (r"\s*[,;:|/&]\s*", "'{found}' parts several formulas or columns; give one formula"),
    (r"[$_\\^{}]", "'{found}' is markup that is not understood; write plain text"),
    (r"(?<![A-Z])[a-z]+", "'{found}' is no element; a symbol begins with a capital, as in MgB2"),
    (r"(?<=[(\[{])\s*[\d.]+|^[\d.]+", "{found} stands in front; write it behind what it counts, as in (H2O)5"),
    (r"\s[\d.]+", "{found} stands behind a blank; write it directly behind its element, as in La1.85"),
)
_ISOTOPE = re.compile(r"\s*(?P<mass>\d{1,3})(?P<symbol>[A-Z][a-z]?)")
_SYMBOL = re.compile(r"[A-Z][a-z]?")


def misreading(text: str) -> str:
    """Why plain text means another thing than the formula that it spells; empty where it does not."""
    name = phase_name(text)
    if name:
        return f"'{name}' is a phase name; write its formula, usually {usual_formula(name)}"
    for pattern, words in _MISREADINGS:
        match = pattern.search(text)
        if match:
            return _said(words, match)
    return ""


def why_malformed(text: str, position: int) -> str:
    """Why plain text is no formula from a position on; empty where nothing more than that is known."""
    position += len(text[position:]) - len(text[position:].lstrip())
    isotope = _ISOTOPE.match(text, position)
    if isotope and int(isotope["mass"]) in ISOTOPES.get(isotope["symbol"], ()):
        return f"{isotope['mass']} is an isotope's mass; leave it out, compositions do not tell isotopes apart"
    for pattern, words in _MALFORMED:
        for match in pattern.finditer(text):
            if match.start() <= position < match.end():
                return _said(words, match)
    if text.upper() == text and (_CAPITALS.match(text, position) or _CAPITALS.match(text, max(position - 1, 0))):
        return "the second letter of a symbol is a small one; write Nb3Sn, not NB3SN"
    symbol = _SYMBOL.match(text, position)
    if symbol:
        return NOT_ELEMENTS.get(symbol[0], "")
    if position < len(text) and not text[position].isascii():
        return f"'{text[position]}' is {unicodedata.name(text[position], 'a sign without name').lower()}"
    return ""


def shown(text: str) -> str:
    """A text as messages show it: without blanks around it, and not at any length."""
    text = text.strip()
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _said(words: str, match: re.Match[str]) -> str:
    text = match.string
    around = {"found": shown(match.group()), "before": text[: match.start()], "after": text[match.end() :]}
    return words.format(**around, **match.groupdict())
