"""The registry of public files: where each lives, what it hashes to, how a local copy is accepted instead."""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from superdrift.run import archives
from superdrift.run.errors import InputError
from superdrift.run.provenance import sha256

DATA = Path(__file__).resolve().parents[3] / "data"
"""The project's data folder: the registry, and the files that come with the project."""

VARIABLE = "SUPERDRIFT_DATA"
"""Environment variable that names a folder with local copies."""


@dataclass(frozen=True)
class Entry:
    """One public file.

    Attributes:
        name: how config and command line call it.
        file: path below its folder, e.g. `critexam_ef/train.csv`; the last part is the file name.
        what: one sentence on its contents.
        licence: licence of the data.
        reader: how it is read.
        address: where it is downloaded from; None for a file that comes with the project.
        sha256: what it must hash to; None for a file that comes with the project, and for a folder.
        folder: folder within the archive at `address` whose files are packed into a zip archive, the entry's file.
        content: what the files of that zip archive must hash to (`archives.content_sha256`), however it is packed.
    """

    name: str
    file: str
    what: str
    licence: str
    reader: str
    address: str | None = None
    sha256: str | None = None
    folder: str | None = None
    content: str | None = None


def load() -> dict[str, Entry]:
    """All entries by name.

    Raises:
        InputError: when the registry is missing (the package was installed away from its repository).
    """
    return {name: Entry(name, **values) for name, values in _contents()["files"].items()}


def entry_of(name: str) -> Entry:
    """The entry of that name.

    Raises:
        InputError: for an unknown name; the message lists the known ones.
    """
    entries = load()
    if name not in entries:
        raise InputError(f"'{name}' is not in data/registry.yaml; it has {', '.join(entries)}")
    return entries[name]


def local_path(source: str, *, key: str) -> str:
    """Where a source of data lies once it is fetched; what the workflow declares as input.

    Args:
        source: name in the registry, or the path of your own file.
        key: where it stands in the config, for messages, e.g. "energy.phases".

    Returns:
        `data/downloads/{name}/{file}` for a public file, else the path of the file itself.

    Raises:
        InputError: when it is neither.
    """
    entries = load()
    if source not in entries:
        if not Path(source).is_file():
            raise InputError(
                f"source '{source}' is neither an existing file nor a name in data/registry.yaml "
                f"({', '.join(entries)}); correct {key}"
            )
        if source.startswith("-"):
            raise InputError(f"source '{source}' would be read as an option: write ./{source} in {key}")
        return source
    entry = entries[source]
    if entry.address is not None:
        return f"data/downloads/{source}/{PurePosixPath(entry.file).name}"
    return own_path(entry.file)


def own_path(file: str) -> str:
    """Path of a file of the project's data folder, e.g. `energy/model.json`; relative where it can be."""
    return project_path(DATA / file)


def project_path(file: str | Path) -> str:
    """Path of a file of the project, e.g. `src/superdrift/cli.py`; relative where it can be."""
    path = DATA.parent / file
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def verify(entry: Entry, path: Path) -> None:
    """Check the SHA-256 of a copy.

    Raises:
        InputError: naming the file, the expected and the found hash, and what to do.
    """
    expected = entry.content or entry.sha256
    if expected is None:
        return
    found = _hash_of(entry, path)
    if found != expected:
        what = "SHA-256 of its contents" if entry.content else "SHA-256"
        raise InputError(
            f"{path} is not what data/registry.yaml calls '{entry.name}': {what} expected {expected}, "
            f"found {found}; replace it by the file from {entry.address}, or delete it and run again"
        )


def _hash_of(entry: Entry, path: Path) -> str:
    return archives.content_sha256(path) if entry.content else sha256(path)


def locate(name: str) -> Path | None:
    """Path of a verified local copy: with the project, or in the folder SUPERDRIFT_DATA; else None.

    The copy may lie there under its registry path or, by file name, in any subfolder.

    Raises:
        InputError: for an unknown name, a SUPERDRIFT_DATA that is no folder, or copies that all hash wrongly.
    """
    entry = entry_of(name)
    if entry.address is None:
        return DATA / entry.file if (DATA / entry.file).is_file() else None
    folder = os.environ.get(VARIABLE)
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise InputError(f"{VARIABLE}={folder} is not a folder; correct it, or unset it to download")
    copies = sorted(
        (path for path in Path(folder).rglob(PurePosixPath(entry.file).name) if path.is_file()),
        key=lambda path: (path != Path(folder, entry.file), str(path)),
    )
    for path in copies:
        if _hash_of(entry, path) == (entry.content or entry.sha256):
            return path
    if copies:
        verify(entry, copies[0])
    return None


def fetch(name: str, destination: Path) -> None:
    """Put a file in place: from a local copy, else by download; it appears whole and verified, or not at all.

    Args:
        name: name in the registry.
        destination: path to write.

    Raises:
        InputError: when there is neither a copy nor a network, or when what was found hashes wrongly.
    """
    entry, copy = entry_of(name), locate(name)
    if entry.address is None and copy is None:
        raise InputError(f"{DATA / entry.file} is missing: it comes with the project; check it out again")
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=f".{destination.name}.") as folder:
        whole = Path(folder, destination.name)
        if copy is not None:
            shutil.copyfile(copy, whole)
        else:
            _download(entry, whole)
        verify(entry, whole)
        whole.replace(destination)


def _download(entry: Entry, destination: Path) -> None:
    """Download with retries; progress on a terminal only."""
    import pooch  # slow to import, and needed only here  # noqa: PLC0415
    import requests  # noqa: PLC0415

    settings = _contents()["download"]
    pooch.get_logger().setLevel("ERROR")
    name = f"{destination.name}.archive" if entry.folder else destination.name
    store = pooch.create(
        path=destination.parent,
        base_url="",
        registry={name: entry.sha256},
        urls={name: entry.address},
        retry_if_failed=settings["attempts"] - 1,
    )
    downloader = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=settings["timeout_s"])
    file = PurePosixPath(entry.file).name
    remedy = f"fetch it on a machine that can, put it in a folder as {file}, and set {VARIABLE} to that folder"
    try:
        store.fetch(name, downloader=downloader)
        if entry.folder:
            archives.pack(destination.with_name(name), entry.folder, destination)
    except requests.RequestException as error:
        folder = os.environ.get(VARIABLE)
        searched = f"{VARIABLE}={folder} has no {file}" if folder else f"{VARIABLE} is not set"
        raise InputError(
            f"'{entry.name}' ({file}) is missing: {searched}, and {entry.address} cannot be downloaded "
            f"({type(error).__name__}); {remedy}"
        ) from error
    except ValueError as error:  # pooch: the download hashes wrongly
        raise InputError(
            f"{entry.address} did not deliver '{entry.name}', SHA-256 {entry.sha256} ({error}); {remedy}"
        ) from error


def _contents() -> dict[str, Any]:
    path = DATA / "registry.yaml"
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"{path} does not exist: install the project in place (pip install -e .) from a full checkout"
        ) from error
