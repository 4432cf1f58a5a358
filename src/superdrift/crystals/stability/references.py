"""Energies of the elements, to which formation energies refer: the lowest entry of each in the Materials Project.

    python -m superdrift.crystals.stability.references --write

makes published/mp_elements.csv from the public file `mp_elements` (Riebesell et al., Nat. Mach. Intell. 7, 836 (2025));
without --write it says whether the file is what is made. Materials Project data, CC BY 4.0.
"""

import csv
import gzip
import io
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from pymatgen.core import Structure

from superdrift.run import registry
from superdrift.run.errors import InputError

FILE = Path(__file__).parent / "published" / "mp_elements.csv"
"""The energies: element, eV/atom, entry."""
COLUMNS = ("element", "energy_ev", "entry")
"""Columns of the file."""


@cache
def reference_energies() -> dict[str, float]:
    """Element → energy in eV/atom."""
    with FILE.open(encoding="utf-8", newline="") as stream:
        return {row["element"]: float(row["energy_ev"]) for row in csv.DictReader(stream)}


def formation_energy(structure: Structure, energy: float) -> float:
    """Formation energy in eV/atom.

    Args:
        structure: of the energy; its composition counts.
        energy: eV/atom, with the corrections of the Materials Project.

    Raises:
        InputError: where an element has no reference.
    """
    references, total = reference_energies(), 0.0
    for element, share in structure.composition.fractional_composition.items():
        if element.symbol not in references:
            raise InputError(f"no reference energy of {element.symbol}")
        total += share * references[element.symbol]
    return energy - total


def content() -> str:
    """The file's text, made from the public one.

    Raises:
        InputError: where that is not at hand.
    """
    path = registry.locate("mp_elements")
    if path is None:
        raise InputError(
            f"mp_elements is not at hand: put a copy in a folder and set {registry.VARIABLE} to that folder"
        )
    entries: dict[str, dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for element, entry in sorted(entries.items()):
        energy = (entry["energy"] + entry["correction"]) / sum(entry["composition"].values())
        writer.writerow([element, repr(round(energy, 8)), entry["entry_id"]])
    return text.getvalue()


def main(arguments: list[str]) -> int:
    """Write the file, or say whether it is what is made; 1 where it is not."""
    text = content()
    if "--write" in arguments:
        FILE.write_text(text, encoding="utf-8")
    elif not FILE.is_file() or FILE.read_text(encoding="utf-8") != text:
        print(f"{FILE.name} is not what is made; run this command again with --write")
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except InputError as error:
        sys.exit(f"error: {error}")
