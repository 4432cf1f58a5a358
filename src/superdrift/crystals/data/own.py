"""Your own structures: a file, or a folder of CIF, POSCAR, extended XYZ, JSON, with a table of labels beside them."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from superdrift.crystals.data.entries import SPLITS, Entry, number_in
from superdrift.io.text import decode, read_content
from superdrift.run.errors import InputError
from superdrift.structures.formats import SUFFIXES

LABELS = "labels.csv"
"""Name of the table of labels in a folder of your own."""
COLUMNS = ("material_id", "formation_energy_ev", "e_above_hull_ev", "tc_k", "split")
"""Columns of that table; the first must be there."""


def read_own(path: Path) -> Iterator[Entry]:
    """Every structure of a file or folder; a file that cannot be read is an entry with the reason.

    Args:
        path: a file, or a folder whose files (and those of its folders) are read in the order of their names.

    Yields:
        Entries named after their file, without its ending; of several structures in a file `name-0`, `name-1`, ….

    Raises:
        InputError: for labels that cannot be used.
    """
    files = files_of(path)
    folder = path if path.is_dir() else path.parent
    labels, used = _labels(folder / LABELS), set()
    number = 0
    for file in files:
        for entry in _entries(file, file.relative_to(folder).with_suffix("").as_posix()):
            number += 1
            used.add(entry.material_id)
            yield replace(entry, number=number, **labels.get(entry.material_id, {}))
    unused = [name for name in labels if name not in used] if path.is_dir() else []
    if unused:
        raise InputError(f"{folder / LABELS} labels '{unused[0]}', which no file there is named; correct material_id")


def files_of(path: Path) -> list[Path]:
    """Files that a source of your own is read from: the file itself, or those of a folder, labels left out.

    Raises:
        InputError: for a file whose ending names no format.
    """
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in SUFFIXES)
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: its ending names no format; give one of {', '.join(SUFFIXES)}, or a folder of them")
    return [path]


def _entries(file: Path, name: str) -> Iterator[Entry]:
    """The entries of one file."""
    form = SUFFIXES[file.suffix.lower()]
    try:
        content = read_content(file)
        texts = _PARTS[form](content.decode("utf-8") if form == "json" else decode(content, str(file)))
    except (InputError, ValueError, KeyError) as error:
        yield Entry(0, name, "", form, problem=f"cannot be read as {form}: {' '.join(str(error).split())}")
        return
    for place, text in enumerate(texts):
        yield Entry(0, name if len(texts) == 1 else f"{name}-{place}", text, form)


def _whole(text: str) -> list[str]:
    return [text]


def _cif_blocks(text: str) -> list[str]:
    """The data blocks of a CIF; those without a cell (of a publication, say) left out."""
    blocks = [block for block in re.split(r"(?mi)^(?=data_)", text) if "_cell_length_a" in block.lower()]
    return blocks or [text]


def _json_structures(text: str) -> list[str]:
    """Each entry of a list, and each row of a database of ASE, as a text of its own."""
    data: Any = json.loads(text)
    if isinstance(data, list):
        return [json.dumps(entry) for entry in data] or [text]
    if isinstance(data, dict) and "ids" in data:
        return [json.dumps({str(i): data[str(i)], "ids": [i], "nextid": i + 1}) for i in data["ids"]] or [text]
    return [text]


def _frames(text: str) -> list[str]:
    """The frames of an extended XYZ: a line with the number of atoms, a line with the cell, a line an atom."""
    lines, frames, start = text.splitlines(), [], 0
    while start < len(lines) and lines[start].strip():
        end = start + 2 + int(lines[start])
        frames.append("\n".join(lines[start:end]) + "\n")
        start = end
    return frames or [text]


_PARTS: dict[str, Callable[[str], list[str]]] = {
    "cif": _cif_blocks,
    "poscar": _whole,
    "json": _json_structures,
    "extxyz": _frames,
}
"""What takes a text apart into one text a structure, by format."""


def _labels(path: Path) -> dict[str, dict[str, Any]]:
    """material_id → the labels of an entry."""
    if not path.is_file():
        return {}
    rows = csv.DictReader(io.StringIO(decode(read_content(path), str(path))))
    header = rows.fieldnames or []
    if "material_id" not in header:
        raise InputError(f"{path} has no column material_id; it may have {', '.join(COLUMNS)}")
    unknown = sorted(set(header) - set(COLUMNS))
    if unknown:
        raise InputError(f"{path} has a column '{unknown[0]}'; it may have {', '.join(COLUMNS)}")
    return {row["material_id"]: _label(row, f"{path}, line {line}") for line, row in enumerate(rows, start=2)}


def _label(row: dict[str, Any], place: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in COLUMNS[1:4]:
        try:
            found[name] = number_in(row, (name,))
        except ValueError:
            raise InputError(f"{place}: {name} '{row[name]}' is no number; correct it, or leave it empty") from None
    split = (row.get("split") or "").strip()
    if split and split not in SPLITS:
        raise InputError(f"{place}: split '{split}' is none of {', '.join(SPLITS)}; correct it, or leave it empty")
    return found | {"assigned": split or None}
