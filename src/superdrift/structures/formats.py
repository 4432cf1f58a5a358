"""Formats of structures that can be read, by the endings of files; nothing else, so that asking for them is quick."""

SUFFIXES = {
    ".cif": "cif",
    ".vasp": "poscar",
    ".poscar": "poscar",
    ".xyz": "extxyz",
    ".extxyz": "extxyz",
    ".json": "json",
}
"""Ending of a file's name → format of its text."""
