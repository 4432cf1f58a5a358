"""Reading sources of structures: tables with CIF, archives of CIF, POSCAR with a split; your own files in `own`."""

import csv
import gzip
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from superdrift.crystals.data.entries import Entry, number_in
from superdrift.crystals.data.own import read_own
from superdrift.run import registry
from superdrift.run.errors import InputError

FORMATION, HULL = ("formation_energy_per_atom",), ("e_above_hull", "energy_above_hull")
"""Names of the columns of energies in the public tables, eV/atom."""
_PARTS = {"train": "train", "val": "validation", "test": "test"}
_3DSC = re.compile(r"(?P<formula>.+)-MP-(?P<material>mp-\d+)(?:-synth_doped)?")


def read_source(name: str, path: Path) -> list[Entry]:
    """Every structure of one source, in order.

    Args:
        name: name in data/registry.yaml, or the path of your own file or folder as the config gives it.
        path: the file or folder.

    Raises:
        InputError: when it is missing, is not what its name says, or holds nothing.
    """
    entry = registry.load().get(name)
    if not path.exists():
        raise InputError(f"source '{name}': {path} does not exist; give a name in data/registry.yaml or a path")
    if entry is None:
        found = list(read_own(path))
    else:
        registry.verify(entry, path)
        if entry.reader not in READERS:
            raise InputError(f"source '{name}' holds no structures; choose one of {', '.join(sources())}")
        try:
            found = list(READERS[entry.reader](path))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise InputError(f"{path} cannot be read as {entry.reader}: {error}; delete it and run again") from error
    if not found:
        raise InputError(f"{path} holds no structure; give a file or folder of CIF, extended XYZ or JSON")
    return found


def sources() -> list[str]:
    """Names in the registry that `read_source` can read."""
    return [name for name, entry in registry.load().items() if entry.reader in READERS]


def superconductor_formula(material_id: str) -> str:
    """Formula that gives a structure its Tc: what stands before `-MP-` in 3DSC's names; empty for other names."""
    found = _3DSC.fullmatch(material_id)
    return found["formula"] if found else ""


def rows_of_table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV, gzipped or not, by column."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode("utf-8")
    csv.field_size_limit(sys.maxsize)
    return list(csv.DictReader(io.StringIO(text)))


def _cif_table(path: Path) -> Iterator[Entry]:
    """CSV with material_id, cif, energies and, in some, the part of the split."""
    for number, row in enumerate(rows_of_table(path), start=1):
        yield Entry(
            number,
            row["material_id"],
            row["cif"],
            "cif",
            formation_energy_ev=number_in(row, FORMATION),
            e_above_hull_ev=number_in(row, HULL),
            assigned=row.get("split") or None,
        )


def _cif_archive(path: Path) -> Iterator[Entry]:
    """A zip archive with a CIF for each structure, named after it; in the order of the names."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".cif"))
        for number, name in enumerate(names, start=1):
            yield Entry(number, PurePosixPath(name).stem, archive.read(name).decode("utf-8", "replace"), "cif")


def _poscar_splits(path: Path) -> Iterator[Entry]:
    """A zipped JSON: part of the split → name → POSCAR, its line ends written as backslash and n."""
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        data: dict[str, Any] = json.loads(archive.read(name))
    rows = ((part, material, text) for part in _PARTS for material, text in data[part].items())
    for number, (part, material, text) in enumerate(rows, start=1):
        yield Entry(number, material, text.replace("\\n", "\n"), "poscar", assigned=_PARTS[part])


READERS: dict[str, Callable[[Path], Iterator[Entry]]] = {
    "cif_table": _cif_table,
    "cif_archive": _cif_archive,
    "poscar_splits": _poscar_splits,
}
"""Readers of public sources of structures, by the registry's `reader`."""
