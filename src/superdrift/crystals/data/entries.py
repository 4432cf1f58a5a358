"""What a source holds before it is understood: one text a structure, with what the source says of it."""

from dataclasses import dataclass
from typing import Any

SPLITS = ("train", "validation", "test")
"""Parts of a split."""


@dataclass(frozen=True)
class Entry:
    """One structure of a source, as it stands there.

    Attributes:
        number: row in the source, from 1.
        material_id: its name there.
        text: CIF or another text that holds this structure alone.
        form: format of the text (`structures.formats.SUFFIXES`).
        formation_energy_ev: as the source gives it, eV/atom; None: not given.
        e_above_hull_ev: likewise, eV/atom.
        tc_k: likewise, in K.
        assigned: part of the split that the source assigns.
        problem: why it cannot be used; empty where it can.
    """

    number: int
    material_id: str
    text: str
    form: str
    formation_energy_ev: float | None = None
    e_above_hull_ev: float | None = None
    tc_k: float | None = None
    assigned: str | None = None
    problem: str = ""


def number_in(values: dict[str, Any], names: tuple[str, ...]) -> float | None:
    """The first of some fields that is given, as a finite number; None where none is.

    Raises:
        ValueError: for a text that is no finite number.
    """
    text = next((str(values[name]).strip() for name in names if str(values.get(name) or "").strip()), "")
    if not text or text.lower() in ("nan", "none", "null"):
        return None
    found = float(text)
    if abs(found) == float("inf"):
        raise ValueError(f"'{text}' is not finite")
    return found
