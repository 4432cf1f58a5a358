"""Text of a file to structures: CIF, POSCAR, extended XYZ, JSON of pymatgen or ASE."""

import io
import json
import warnings
from collections.abc import Callable
from typing import Any

from pymatgen.core import Structure
from pymatgen.io.cif import CifParser
from pymatgen.io.vasp import Poscar

from superdrift.run.errors import InputError


def read_structures(text: str, form: str) -> list[Structure]:
    """Every structure in a text.

    Args:
        text: the contents of a file.
        form: one of the values of `formats.SUFFIXES`.

    Raises:
        InputError: where the text is not of this format, or holds no structure.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pymatgen warns of what it mends: roundings, names of settings
            found = _READERS[form](text)
    except InputError:
        raise
    except Exception as error:  # each parser has exceptions of its own for text that is not of its format
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"cannot be read as {form}: {reason}") from error
    if not found:
        raise InputError(f"holds no structure that can be read as {form}")
    return found


def _cif(text: str) -> list[Structure]:
    return CifParser(io.StringIO(text)).parse_structures(primitive=False, on_error="raise")


def _poscar(text: str) -> list[Structure]:
    return [Poscar.from_str(text).structure]


def _json(text: str) -> list[Structure]:
    """Pymatgen's dictionary of a structure or a list of them, with or without "structure" around it; else ASE's."""
    data = json.loads(text)
    if isinstance(data, dict) and "ids" in data:
        return _ase(text, "json")
    return [_of_dictionary(entry) for entry in (data if isinstance(data, list) else [data])]


def _of_dictionary(entry: Any) -> Structure:
    inner = entry.get("structure", entry) if isinstance(entry, dict) else {}
    if not {"lattice", "sites"} <= set(inner):
        raise InputError(
            "cannot be read as json: no structure of pymatgen (lattice, sites) and no database of ASE (ids)"
        )
    return Structure.from_dict(inner)


def _extxyz(text: str) -> list[Structure]:
    return _ase(text, "extxyz")


def _ase(text: str, form: str) -> list[Structure]:
    """Structures of a format that ASE reads."""
    try:
        from ase.io import read  # optional, and needed for these two formats only  # noqa: PLC0415
        from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415
    except ImportError:
        raise InputError(f"{form} is read by ASE, which is not installed: pip install 'superdrift[crystals]'") from None
    frames = read(io.StringIO(text), index=":", format=form)
    if any(not frame.pbc.all() for frame in frames):
        raise InputError(f"cannot be read as {form}: not periodic in three directions (Lattice, pbc)")
    return [AseAtomsAdaptor.get_structure(frame) for frame in frames]


_READERS: dict[str, Callable[[str], list[Structure]]] = {
    "cif": _cif,
    "poscar": _poscar,
    "json": _json,
    "extxyz": _extxyz,
}
