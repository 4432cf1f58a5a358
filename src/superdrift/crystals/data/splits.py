"""Splits that keep apart what must not be known: by formula, as published or drawn, and by prototype.

Both are drawn by a hash of the name, so that a structure that joins the sources moves no other.
"""

from collections.abc import Sequence

from superdrift.run.seeds import derive

LEFT_OUT = "left_out"
"""Rows that a split must not use: their formula is held out, and they are not."""
_ALL = 2**63
"""Number of different seeds that `derive` makes. Fixed by it."""


def drawn(seed: int, kind: str, name: str, *, test: float, validation: float) -> str:
    """Part that a name is drawn for: test or validation with these chances, else train."""
    place = derive(seed, "crystals", kind, name) / _ALL
    return "test" if place < test else "validation" if place < test + validation else "train"


def split_by_formula(
    formulas: Sequence[str], assigned: Sequence[str | None], *, seed: int, test: float, validation: float
) -> list[str]:
    """Part of each row: what it is assigned, else a draw of its formula; no formula in two parts.

    A formula of the test is nowhere else, one of the validation not in training: such rows are left out.
    """
    wanted = [
        part or drawn(seed, "formula", formula, test=test, validation=validation)
        for formula, part in zip(formulas, assigned, strict=True)
    ]
    return without_held_out(formulas, wanted)


def split_by_prototype(
    formulas: Sequence[str], prototypes: Sequence[str], *, seed: int, test: float, validation: float
) -> list[str]:
    """Part of each row by a draw of its prototype; no prototype in two parts, and no formula either."""
    parts = {name: drawn(seed, "prototype", name, test=test, validation=validation) for name in set(prototypes)}
    return without_held_out(formulas, [parts[prototype] for prototype in prototypes])


def without_held_out(formulas: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The parts, those rows left out whose formula a stricter part holds."""
    test = {formula for formula, part in zip(formulas, wanted, strict=True) if part == "test"}
    validation = {formula for formula, part in zip(formulas, wanted, strict=True) if part == "validation"} - test
    held = {"test": frozenset(), "validation": test, "train": test | validation}
    return [LEFT_OUT if formula in held[part] else part for formula, part in zip(formulas, wanted, strict=True)]


def known_prototypes(formulas: Sequence[str], prototypes: Sequence[str], split: Sequence[str]) -> list[bool]:
    """Whether a training row of another formula has the prototype of each row."""
    trained: dict[str, set[str]] = {}
    for formula, prototype, part in zip(formulas, prototypes, split, strict=True):
        if part == "train":
            trained.setdefault(prototype, set()).add(formula)
    return [
        bool(trained.get(prototype, set()) - {formula}) for formula, prototype in zip(formulas, prototypes, strict=True)
    ]
