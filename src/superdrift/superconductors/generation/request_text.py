"""Requests as people write them: one line of clauses, the same in config.yaml and on the command line.

    cuprates, Tc >= 90 K, with Ba Cu O, without Hg Tl, 4-6 elements
    Ba2Cu3O7 fixed, open 1, Ca 0-0.5

docs/methods/diffusion.md lists the clauses.
"""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS
from superdrift.composition.formula import format_formula, parse_formula, shortest
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import MODEL_FAMILIES
from superdrift.superconductors.encoding.tokens import N_SLOTS
from superdrift.superconductors.generation.contradictions import HIGHEST, contradictions, in_words
from superdrift.superconductors.generation.request import AmountRange, Request

T = TypeVar("T")

CLAUSES = (
    "a family (cuprates), 'Tc >= 90 K', 'with Ba Cu O', 'without Hg Tl', 'only Ba Cu O Y', '4-6 elements',"
    " 'Ba2Cu3O7 fixed', 'open 1', 'Sr 0-0.5'"
)
"""What a clause may be, for messages."""

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)"
_TO = r"\s*(?:-|–|to)\s*"
_TC = re.compile(rf"Tc\s*(?P<sign>>=|≥|at\s+least|<=|≤|<|>|=)\s*(?P<value>-?{_NUMBER})\s*(?P<unit>K?)", re.I)
_LIST = re.compile(r"(?P<word>with|without|only)(?:\s+(?P<symbols>.*))?", re.I)
_COUNT = re.compile(
    rf"(?:(?P<at>at\s+most|at\s+least|<=|>=|≤|≥)\s*(?P<bound>\d+)|(?P<low>\d+)(?:{_TO}(?P<high>\d+))?)\s*elements?",
    re.I,
)
_OPEN = re.compile(rf"open\s+(?P<low>{_NUMBER})(?:{_TO}(?P<high>{_NUMBER}))?", re.I)
_AMOUNT = re.compile(
    rf"(?P<symbol>[A-Za-z]{{1,2}})(?:\s+(?P<low>{_NUMBER})(?:{_TO}(?P<high>{_NUMBER}))?"
    rf"|\s*(?P<sign><=|>=|≤|≥)\s*(?P<bound>{_NUMBER}))"
)
_FIXED = re.compile(r"(?:(?P<before>.*\S)\s*[-–]|fixed\s+(?P<after>.*)|(?P<word>.*\S)\s+fixed)", re.I)
_AT_MOST = ("<=", "≤")


def parse_request(text: str, *, place: str) -> Request:
    """Read a request.

    Args:
        text: clauses, between commas or semicolons; docs/methods/diffusion.md lists them.
        place: where it stands, for messages, e.g. "generate.requests.barium".

    Raises:
        InputError: for a clause that cannot be read, and for clauses that exclude each other.
    """
    reading = _Reading()
    for clause in re.split("[,;]", text):
        try:
            reading.add(" ".join(clause.split()))
        except InputError as error:
            said = f"'{clause.strip()}'" if clause.strip() else f"'{text.strip()}'"
            raise InputError(f"{place}: {said}: {error}") from None
    request = reading.request()
    for problem in contradictions(request):
        raise InputError(f"{place}: '{text.strip()}': {problem}")
    return request


def describe(request: Request) -> str:
    """The one text for a request, however it was written; `parse_request` reads it back."""
    clauses = [request.family]
    if request.tc_at_least_k is not None:
        clauses.append(f"Tc >= {_shortest(request.tc_at_least_k)} K")
    implied = {symbol for symbol, (low, _) in request.amounts.items() if low > 0}
    for word, symbols in (
        ("with", request.required - implied), ("only", request.allowed), ("without", request.forbidden)
    ):  # fmt: skip
        if symbols:
            clauses.append(f"{word} {in_words(symbols)}")
    if request.n_elements != (1, N_SLOTS):
        low, high = request.n_elements
        clauses.append(f"{low} elements" if low == high else f"{low}-{high} elements")
    fixed = {symbol: Decimal(_shortest(amount)) for symbol, amount in request.fixed.items()}
    if fixed:
        clauses.append(f"{format_formula(fixed)} fixed")
    for symbol in sorted(request.amounts.keys() - fixed.keys(), key=ATOMIC_NUMBER.__getitem__):
        clauses.append(f"{symbol} {_range_in_words(request.amounts[symbol])}")
    if request.open_cations is not None:
        clauses.append(f"open {_range_in_words(request.open_cations)}")
    return ", ".join(clauses)


@dataclass
class _Reading:
    """What the clauses read so far say."""

    family: str | None = None
    tc: float | None = None
    lists: dict[str, frozenset[str]] = field(default_factory=dict)
    n_elements: tuple[int, int] | None = None
    amounts: dict[str, AmountRange] = field(default_factory=dict)
    open: AmountRange | None = None

    def add(self, clause: str) -> None:
        """Read one clause.

        Raises:
            InputError: what is wrong with it, without its text.
        """
        if not clause:
            raise InputError(f"an empty clause; write one, such as {CLAUSES}, or drop the comma")
        if clause.lower() in MODEL_FAMILIES:
            self.family = _once(self.family, clause.lower(), "family")
            return
        kinds: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], None]], ...] = (
            (_TC, self._tc), (_LIST, self._list), (_COUNT, self._count), (_OPEN, self._open), (_FIXED, self._fixed),
            (_AMOUNT, self._amount),
        )  # fmt: skip
        for pattern, read in kinds:
            match = pattern.fullmatch(clause)
            if match:
                read(match)
                return
        raise InputError(_unread(clause))

    def request(self) -> Request:
        """What was read."""
        present = {symbol for symbol, (low, _) in self.amounts.items() if low > 0}
        none = frozenset[str]()
        return Request(
            family=self.family or "everything", tc_at_least_k=self.tc, required=self.lists.get("with", none) | present,
            allowed=self.lists.get("only", none), forbidden=self.lists.get("without", none),
            n_elements=self.n_elements or (1, N_SLOTS), amounts=self.amounts, open_cations=self.open,
        )  # fmt: skip

    def _tc(self, match: re.Match[str]) -> None:
        if match["sign"].lower() not in (">=", "≥") and not match["sign"].lower().startswith("at"):
            raise InputError(
                "the critical temperature can be asked for from a value upward, as in 'Tc >= 90 K'; an amount of"
                " technetium is written 'Tc 0-0.5'"
            )
        value = float(match["value"])
        if value < 0:
            raise InputError("a temperature in K is not negative; write it like 'Tc >= 90 K'")
        self.tc = _once(self.tc, value, "Tc")

    def _list(self, match: re.Match[str]) -> None:
        word, symbols = match["word"].lower(), (match["symbols"] or "").split()
        if not symbols:
            raise InputError(f"no element is named; write symbols behind it, as in '{word} Ba Cu O'")
        if word == "only" and word in self.lists:
            raise InputError("'only' is given twice; name all elements in one")
        self.lists[word] = self.lists.get(word, frozenset()) | {_element(symbol) for symbol in symbols}

    def _count(self, match: re.Match[str]) -> None:
        if match["at"]:
            bound, most = int(match["bound"]), match["at"].lower().endswith("most") or match["at"] in _AT_MOST
            low, high = (1, bound) if most else (bound, N_SLOTS)
        else:
            low, high = int(match["low"]), int(match["high"] or match["low"])
        if max(low, high) > N_SLOTS:
            raise InputError(f"more than {N_SLOTS} elements cannot be drawn; ask for {N_SLOTS} at most")
        if not 1 <= low <= high:
            raise InputError("the fewest elements, 1 or more, stand first; write it like '4-6 elements'")
        self.n_elements = _once(self.n_elements, (low, high), "number of elements")

    def _open(self, match: re.Match[str]) -> None:
        low, high = _range(match["low"], match["high"], "open 0.9-1.1")
        self.open = _once(self.open, (low, high), "sum of the open cations")

    def _fixed(self, match: re.Match[str]) -> None:
        for symbol, amount in parse_formula(match["before"] or match["after"] or match["word"]).items():
            value = _on_grid(amount)
            if value == 0:
                raise InputError(f"no amount of {symbol}; to exclude it write 'without {symbol}'")
            self._give(_element(symbol), (value, value))

    def _amount(self, match: re.Match[str]) -> None:
        symbol = _element(match["symbol"])
        example = f"{symbol} 0-0.5"
        if match["sign"] in _AT_MOST:
            limits = _range("0", match["bound"], example)
        elif match["sign"]:  # Tc has been read as a temperature before
            limits = _range(match["bound"], str(HIGHEST), example)
        elif symbol == "Tc" and match["high"] is None:
            raise InputError(f"temperature or technetium? Write 'Tc >= {match['low']} K' or 'Tc{match['low']} fixed'")
        else:
            limits = _range(match["low"], match["high"], example)
        if limits[1] == 0:
            raise InputError(f"no amount of {symbol}; to exclude it write 'without {symbol}'")
        self._give(symbol, limits)

    def _give(self, symbol: str, limits: AmountRange) -> None:
        if symbol in self.amounts:
            raise InputError(
                f"{symbol} has an amount already, {_range_in_words(self.amounts[symbol])}; give it one of the two"
            )
        self.amounts[symbol] = limits


def _once(before: T | None, value: T, what: str) -> T:
    """The value of what can be given once."""
    if before is not None:
        raise InputError(f"the {what} is given twice; give it once")
    return value


def _element(symbol: str) -> str:
    if symbol not in ATOMIC_NUMBER:
        raise InputError(
            f"'{symbol}' is no element{_meant(symbol)}; write symbols such as Ba, with blanks between them"
        )
    if ATOMIC_NUMBER[symbol] > N_ELEMENTS:
        raise InputError(f"{symbol} lies beyond Cm, the last element that is drawn; leave it out")
    return symbol


def _meant(symbol: str) -> str:
    return f" (did you mean {symbol.capitalize()}?)" if symbol.capitalize() in ATOMIC_NUMBER else ""


def _range(low: str, high: str | None, example: str) -> AmountRange:
    limits = _on_grid(Decimal(low)), _on_grid(Decimal(high or low))
    if limits[0] > limits[1]:
        raise InputError(f"the range is upside down; the smaller number stands first, as in '{example}'")
    return limits


def _on_grid(amount: Decimal) -> float:
    if amount * 100 % 1 != 0:
        raise InputError(f"{shortest(amount)} is no whole number of hundredths, which is what is drawn; round it")
    if amount > Decimal(str(HIGHEST)):
        raise InputError(f"{shortest(amount)} atoms are more than can be drawn; give {HIGHEST:g} at most")
    return float(amount)


def _range_in_words(limits: AmountRange) -> str:
    low, high = (_shortest(end) for end in limits)
    return low if low == high else f"{low}-{high}"


def _shortest(number: float) -> str:
    return shortest(Decimal(repr(number)))


def _unread(clause: str) -> str:
    """Why a clause cannot be read, and what it might have been."""
    try:
        formula = parse_formula(clause)
    except InputError as error:
        if re.match("[A-Z][a-z]?[0-9]", clause):
            return str(error)
        family = difflib.get_close_matches(clause.lower(), MODEL_FAMILIES, n=1)
        meant = f" (did you mean {family[0]}?)" if family else ""
        return f"this is no clause{meant}; write {CLAUSES}"
    if set(formula.values()) == {1}:
        symbols = " ".join(formula)
        return (
            f"what of {symbols}? Write 'with {symbols}', 'without {symbols}' or 'only {symbols}', with blanks, not"
            " commas, between the elements of one list"
        )
    return f"what of this formula? Write '{clause} fixed' for exactly these amounts and more elements beside them"
