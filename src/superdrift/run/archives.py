"""Folders of many files as one zip archive: packed from a repository's archive, known by the contents of its files."""

import hashlib
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from superdrift.run.errors import InputError

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time that members carry: the first that zip knows, so that equal folders make equal archives. Fixed by the format."""


def content_sha256(path: Path) -> str:
    """SHA-256 over the names and the SHA-256 of all files of a zip archive, in the order of their names.

    Raises:
        InputError: when it is no zip archive, or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(member.filename for member in archive.infolist() if not member.is_dir())
            lines = [f"{hashlib.sha256(archive.read(name)).hexdigest()}  {name}\n" for name in names]
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{path} is no whole zip archive ({error}); delete it and run again") from error
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def pack(source: Path, folder: str, destination: Path) -> None:
    """Pack the files below one folder of a gzipped tar archive, as GitHub makes them, into a zip archive.

    Args:
        source: the tar archive; all its files lie in one folder, named after the repository and the commit.
        folder: path within the repository.
        destination: the zip archive to write; names in it are relative to `folder`.

    Raises:
        InputError: when it is no such archive, or has no such folder.
    """
    parts, files = PurePosixPath(folder).parts, {}
    try:
        with tarfile.open(source, "r:gz") as archive:
            for member in archive:
                within = PurePosixPath(member.name).parts[1:]
                if member.isfile() and within[: len(parts)] == parts:
                    content = archive.extractfile(member)
                    files["/".join(within[len(parts) :])] = content.read() if content else b""
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"{source} is no whole archive ({error}); delete it and run again") from error
    if not files:
        raise InputError(f"{source} has no folder {folder}; the repository has moved it")
    with zipfile.ZipFile(destination, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
