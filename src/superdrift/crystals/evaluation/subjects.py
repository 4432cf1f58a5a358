"""What is judged: structures of a run's tables, of files and of Python, or the reason why there is none."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pymatgen.core import Structure

from superdrift.crystals.data.entries import Entry
from superdrift.run.errors import InputError
from superdrift.structures.files import read_structures
from superdrift.structures.rows import structure_of

KNOWN, GIVEN = "known", "given"
"""Sets that are no method's: known structures, and those that somebody asks about."""


@dataclass(frozen=True)
class Subject:
    """A structure to judge.

    Attributes:
        group: what it is counted with: a method, `KNOWN` or `GIVEN`.
        name: its name there.
        structure: None where it cannot be read.
        rank: place among the proposals for its formula, from 1; None: it is no proposal.
        known_id: its id among the known structures, with which it is not compared; None: it is none of them.
        problem: why there is no structure.
    """

    group: str
    name: str
    structure: Structure | None
    rank: int | None = None
    known_id: int | None = None
    problem: str = ""


def of_proposals(method: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[Subject]:
    """Subjects of rows of `tables.PROPOSALS`."""
    for row in rows:
        yield Subject(method, f"{row['formula']}-{row['rank']}", structure_of(row), rank=row["rank"])


def of_known(rows: Iterable[Mapping[str, Any]]) -> Iterator[Subject]:
    """Subjects of rows of `tables.STRUCTURES`."""
    for row in rows:
        yield Subject(KNOWN, name_of(row), structure_of(row), known_id=row["id"])


def name_of(row: Mapping[str, Any]) -> str:
    """Name of a known structure: its source, and what it is called there."""
    return f"{row['source']}:{row['material_id']}"


def of_entries(entries: Iterable[Entry]) -> Iterator[Subject]:
    """Subjects of what stands in files; what cannot be read is one with the reason."""
    for entry in entries:
        try:
            structure = None if entry.problem else read_structures(entry.text, entry.form)[0]
            yield Subject(GIVEN, entry.material_id, structure, problem=entry.problem)
        except InputError as error:
            yield Subject(GIVEN, entry.material_id, None, problem=str(error))


def of_objects(structures: Iterable[Any]) -> Iterator[Subject]:
    """Subjects of structures of pymatgen or atoms of ASE, named by their place, from 0.

    Raises:
        InputError: for an object that is neither.
    """
    for place, given in enumerate(structures):
        if isinstance(given, Structure):
            yield Subject(GIVEN, str(place), given)
        elif hasattr(given, "get_scaled_positions"):
            yield _of_atoms(str(place), given)
        else:
            raise InputError(
                f"structure {place} is a {type(given).__name__}; give structures of pymatgen or atoms of ASE"
            )


def _of_atoms(name: str, atoms: Any) -> Subject:
    from pymatgen.io.ase import AseAtomsAdaptor  # needs ASE, which is optional  # noqa: PLC0415

    if not all(atoms.pbc):
        return Subject(GIVEN, name, None, problem="not periodic in three directions (cell, pbc)")
    return Subject(GIVEN, name, AseAtomsAdaptor.get_structure(atoms))


def plain(structure: Structure) -> Structure:
    """The structure without oxidation states and other properties."""
    bare = Structure(structure.lattice, [site.species for site in structure], structure.frac_coords)
    return bare.remove_oxidation_states()
