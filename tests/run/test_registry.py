"""The registry of public files: local copies, wrong copies, downloads from this machine, no network."""

import functools
import hashlib
import http.server
import io
import os
import re
import subprocess
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from superdrift.run import archives, registry
from superdrift.run.errors import InputError
from superdrift.superconductors.data.cleaning import clean
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.data.readers import read_source

CONTENT = b"formula,tc_k\nMgB2,39\n"
REAL = os.environ.get("SUPERDRIFT_DATA")


@pytest.fixture
def one_file(monkeypatch):
    """Replace the registry by one file; returns a function that sets its address."""
    monkeypatch.delenv("SUPERDRIFT_DATA", raising=False)

    def place(address="http://127.0.0.1:9/nothing.csv", content=CONTENT):
        values = {
            "file": "sub/known.csv",
            "what": "a test",
            "licence": "MIT",
            "reader": "table",
            "address": address,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        contents = {"download": {"attempts": 1, "timeout_s": 5}, "files": {"known": values}}
        monkeypatch.setattr(registry, "_contents", lambda: contents)

    place()
    return place


@pytest.fixture
def server(tmp_path):
    """A web server on this machine that serves `CONTENT` as known.csv."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "known.csv").write_bytes(CONTENT)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.func.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/known.csv"
        running.shutdown()


def copy_in(folder, content=CONTENT, name="known.csv"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_every_public_file_is_pinned():
    entries = registry.load()
    assert set(entries) == {
        "literature", "literature_negatives", "supercon", "nims", "stanev", "critexam_train", "critexam_val",
        "critexam_test", "superdiff_cuprates", "superdiff_conditional", "intermetallics", "jarvis_supercon",
        "mp_20_val", "mp_20_test", "mpts_52_val", "mpts_52_test", "mp_20_mini", "3dsc_parents", "3dsc",
        "lemat_baseline", "jarvis_tc", "perov_5", "carbon_24", "mp_elements", "crystals_demo",
    }  # fmt: skip
    renamed = {
        "nims": "primary.tsv", "mp_20_val": "val.csv.gz", "mp_20_test": "test.csv.gz", "mpts_52_val": "val.csv.gz",
        "mpts_52_test": "test.csv.gz", "mp_elements": "mp-elemental-reference-entries.json.gz",
    }  # fmt: skip
    for entry in entries.values():
        assert entry.what
        assert entry.licence
        if entry.file not in (
            "literature.csv",
            "intermetallics.parquet",
            "crystals_demo.csv.gz",
        ):  # which come with the project
            assert re.fullmatch(r"[0-9a-f]{64}", entry.sha256 or entry.content)
            assert re.fullmatch(r"https://\S+/[0-9a-f]{40}(/\S+)?", entry.address)
            assert bool(entry.folder) == bool(entry.content)
            assert entry.folder or entry.address.endswith(renamed.get(entry.name, Path(entry.file).name))


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(
        InputError, match=r"'supercom' is not in .*literature, literature_negatives, supercon, nims, stanev"
    ):
        registry.locate("supercom")


def test_local_path(tmp_path):
    mine = copy_in(tmp_path, name="mine.csv")
    assert registry.local_path("supercon", key="prepare.sources") == "data/downloads/supercon/SuperCon_with_types.dat"
    assert registry.local_path("critexam_val", key="prepare.sources") == "data/downloads/critexam_val/val.csv"
    assert Path(registry.local_path("literature", key="prepare.sources")).name == "literature.csv"
    assert registry.local_path(str(mine), key="prepare.sources") == str(mine)
    with pytest.raises(InputError, match=r"'supercom' is neither an existing file nor a name.*prepare.sources"):
        registry.local_path("supercom", key="prepare.sources")


@pytest.mark.parametrize("place", [".", "sub", "deep/down", 'it\'s [a] *?{x}:$HOME \\ "é"'])
def test_copy_is_found_in_any_subfolder(one_file, monkeypatch, tmp_path, place):
    copy = copy_in(tmp_path / "local" / place)
    monkeypatch.setenv("SUPERDRIFT_DATA", str(tmp_path / "local"))
    registry.fetch("known", tmp_path / "out" / "known.csv")
    assert registry.locate("known").samefile(copy)
    assert (tmp_path / "out" / "known.csv").read_bytes() == CONTENT


def test_wrong_copy_stops_without_asking_the_network(one_file, server, monkeypatch, tmp_path):
    one_file(server)
    copy = copy_in(tmp_path / "local", b"tampered")
    monkeypatch.setenv("SUPERDRIFT_DATA", str(tmp_path / "local"))
    with pytest.raises(InputError) as caught:
        registry.fetch("known", tmp_path / "out" / "known.csv")
    message = str(caught.value)
    assert str(copy) in message
    assert hashlib.sha256(CONTENT).hexdigest() in message
    assert hashlib.sha256(b"tampered").hexdigest() in message
    assert "replace it" in message
    assert not (tmp_path / "out").exists()


def test_another_file_of_that_name_does_not_hide_the_right_copy(one_file, monkeypatch, tmp_path):
    copy_in(tmp_path / "local" / "a", b"someone else's known.csv")
    right = copy_in(tmp_path / "local" / "b")
    monkeypatch.setenv("SUPERDRIFT_DATA", str(tmp_path / "local"))
    assert registry.locate("known") == right


def test_variable_that_is_no_folder_is_named(one_file, monkeypatch, tmp_path):
    monkeypatch.setenv("SUPERDRIFT_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"SUPERDRIFT_DATA=.*nowhere is not a folder"):
        registry.fetch("known", tmp_path / "known.csv")


def test_download(one_file, server, tmp_path):
    one_file(server)
    registry.fetch("known", tmp_path / "out" / "known.csv")
    assert (tmp_path / "out" / "known.csv").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["known.csv"]


def test_download_of_other_content_leaves_nothing_and_keeps_what_was_there(one_file, server, tmp_path):
    one_file(server, content=b"what we expect")
    before = copy_in(tmp_path / "out", b"earlier")
    with pytest.raises(InputError, match="did not deliver 'known'"):
        registry.fetch("known", before)
    assert before.read_bytes() == b"earlier"
    assert [path.name for path in before.parent.iterdir()] == ["known.csv"]


@pytest.mark.parametrize("missing", ["port", "page"])
def test_no_network_and_no_copy_is_one_error(one_file, server, tmp_path, missing):
    address = "http://127.0.0.1:9/known.csv" if missing == "port" else server.replace("known", "absent")
    one_file(address)
    with pytest.raises(InputError) as caught:
        registry.fetch("known", tmp_path / "out" / "known.csv")
    message = str(caught.value)
    for part in (
        "'known' (known.csv) is missing",
        "SUPERDRIFT_DATA is not set",
        address,
        "set SUPERDRIFT_DATA",
    ):
        assert part in message
    assert list((tmp_path / "out").iterdir()) == []


def test_pooch_is_imported_only_to_download():
    code = "import sys, superdrift.run.registry as r; r.load(); print({'pooch', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_missing_registry_says_how_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(registry, "DATA", tmp_path)
    with pytest.raises(InputError, match="install the project in place"):
        registry.load()


def test_a_folder_of_a_repository_is_downloaded_packed_and_known_by_its_contents(tmp_path, monkeypatch, server):
    served = tmp_path / "served"
    with tarfile.open(served / "repo", "w:gz") as archive:
        member = tarfile.TarInfo("repo-1a/data/a.cif")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"abc"))
    archives.pack(served / "repo", "data", tmp_path / "expected.zip")
    values = {
        "file": "sub/folder.zip", "what": "a test", "licence": "MIT", "reader": "cif_archive", "folder": "data",
        "address": server.replace("known.csv", "repo"), "content": archives.content_sha256(tmp_path / "expected.zip"),
    }  # fmt: skip
    contents = {"download": {"attempts": 1, "timeout_s": 5}, "files": {"packed": values}}
    monkeypatch.setattr(registry, "_contents", lambda: contents)
    monkeypatch.delenv("SUPERDRIFT_DATA", raising=False)
    registry.fetch("packed", tmp_path / "out" / "folder.zip")
    with zipfile.ZipFile(tmp_path / "out" / "folder.zip") as packed:
        assert packed.read("a.cif") == b"abc"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["folder.zip"]
    values["content"] = "0" * 64
    with pytest.raises(InputError, match="SHA-256 of its contents expected 0000"):
        registry.fetch("packed", tmp_path / "other" / "folder.zip")


@pytest.mark.skipif(not REAL, reason="SUPERDRIFT_DATA names no folder with the public files")
def test_real_copies_have_the_registered_hashes():
    for name, entry in registry.load().items():
        if entry.address is not None:
            assert registry.locate(name) is not None


@pytest.mark.skipif(not (registry.DATA / "literature.csv").is_file(), reason="data/literature.csv is not there")
def test_literature_agrees_with_the_rule():
    rows = read_source("literature", registry.locate("literature"))
    compounds, dropped = clean(rows, malformed_rows="stop")
    assert [(rejection.text, rejection.reason) for rejection in dropped] == []
    assert {compound.family for compound in compounds} == set(COMPOUND_FAMILIES)
