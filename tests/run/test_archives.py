"""Folders of a repository as zip archives, known by their contents."""

import io
import tarfile
import zipfile

import pytest

from superdrift.run.archives import content_sha256, pack
from superdrift.run.errors import InputError

FILES = {
    "repo-1a/data/b.cif": b"b",
    "repo-1a/data/sub/a.cif": b"a",
    "repo-1a/data2/c.cif": b"c",
    "repo-1a/README": b"r",
}


@pytest.fixture
def tarball(tmp_path):
    path = tmp_path / "repo.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_only_the_folder_is_packed(tarball, tmp_path):
    pack(tarball, "data", tmp_path / "data.zip")
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"b.cif": b"b", "sub/a.cif": b"a"}


def test_the_way_of_packing_does_not_count_and_contents_and_names_do(tarball, tmp_path):
    pack(tarball, "data", tmp_path / "data.zip")

    def other(**files):
        with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return content_sha256(tmp_path / "other.zip")

    expected = content_sha256(tmp_path / "data.zip")
    assert other(**{"sub/a.cif": b"a", "b.cif": b"b"}) == expected
    assert other(**{"sub/a.cif": b"a", "b.cif": b"B"}) != expected
    assert other(**{"sub/a.cif": b"a", "c.cif": b"b"}) != expected


def test_a_missing_folder_and_a_damaged_archive_are_told(tarball, tmp_path):
    with pytest.raises(InputError, match="has no folder nothing"):
        pack(tarball, "nothing", tmp_path / "data.zip")
    (tmp_path / "damaged.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match="no whole zip archive"):
        content_sha256(tmp_path / "damaged.zip")
    tarball.write_bytes(tarball.read_bytes()[:40])
    with pytest.raises(InputError, match="no whole archive"):
        pack(tarball, "data", tmp_path / "data.zip")
