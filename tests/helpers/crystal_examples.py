"""Structures everyone knows, as files and as tables, for tests of the crystals."""

import json
from pathlib import Path

from pymatgen.core import Lattice, Structure

from superdrift.crystals.stages.gather import main as gather
from superdrift.crystals.stages.read import main as read

READ = {"symprec": 0.1, "most_sites": 50, "batch_size": 3, "threads": 1, "split": "published"}
GATHER = {
    "ltol": 0.2, "stol": 0.3, "angle_tol": 5.0, "test_share": 0.2, "validation_share": 0.1, "threads": 1,
    "sources": ["mine"],
}  # fmt: skip


def rock_salt(metal, anion, a):
    """A compound with the structure of NaCl."""
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), [metal, anion], [[0, 0, 0], [0.5, 0.5, 0.5]])


def caesium_chloride(metal, anion, a):
    """A compound with the structure of CsCl."""
    return Structure(Lattice.cubic(a), [metal, anion], [[0, 0, 0], [0.5, 0.5, 0.5]])


def fluorite(metal, anion, a):
    """A compound with the structure of CaF2."""
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), [metal, anion], [[0, 0, 0], [0.25, 0.25, 0.25]])


SALTS = {
    "NaCl": rock_salt("Na", "Cl", 5.64), "KCl": rock_salt("K", "Cl", 6.29), "LiF": rock_salt("Li", "F", 4.03),
    "MgO": rock_salt("Mg", "O", 4.21), "CsCl": caesium_chloride("Cs", "Cl", 4.12),
    "CsI": caesium_chloride("Cs", "I", 4.57), "CaF2": fluorite("Ca", "F", 5.46), "BaF2": fluorite("Ba", "F", 6.20),
}  # fmt: skip


def write_folder(folder, structures=SALTS, labels=None):
    """A folder with a CIF for each structure and, if given, a table of labels."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, structure in structures.items():
        (folder / f"{name}.cif").write_text(structure.to(fmt="cif"), encoding="utf-8")
    if labels is not None:
        (folder / "labels.csv").write_text(labels, encoding="utf-8")
    return folder


def read_folder(folder, output, **settings):
    """Run the stage `read` on a folder; its exit status."""
    return read([
        "--settings", json.dumps({**READ, **settings}), "--seed", "1", "--data", str(folder), "--name", str(folder),
        "--source", "mine", "--structures", str(output / "read.parquet"), "--rejected", str(output / "refused.parquet"),
    ])  # fmt: skip


def gather_read(output, **settings):
    """Run the stage `gather` on what `read_folder` wrote; its exit status."""
    return gather([
        "--settings", json.dumps({**GATHER, **settings}), "--seed", "1", "--read", str(output / "read.parquet"),
        "--refused", str(output / "refused.parquet"), "--structures", str(output / "structures.parquet"),
        "--rejected", str(output / "rejected.parquet"),
    ])  # fmt: skip


def known(output, structures=SALTS, labels=None) -> Path:
    """A table of known structures."""
    folder = write_folder(output / "folder", structures, labels)
    assert read_folder(folder, output) == 0 and gather_read(output) == 0
    return output / "structures.parquet"
