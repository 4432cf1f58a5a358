"""The fetch stage as a command."""

import hashlib

import pytest

from superdrift.run import registry
from superdrift.superconductors.stages.fetch import main

CONTENT = b"1\tMgB2\t39\t3\n"


@pytest.fixture(autouse=True)
def one_file(monkeypatch, tmp_path):
    values = {"file": "known.dat", "what": "a test", "licence": "MIT", "reader": "supercon"}
    values |= {"address": "http://127.0.0.1:9/known.dat", "sha256": hashlib.sha256(CONTENT).hexdigest()}
    contents = {"download": {"attempts": 1, "timeout_s": 5}, "files": {"known": values}}
    monkeypatch.setattr(registry, "_contents", lambda: contents)
    monkeypatch.setenv("SUPERDRIFT_DATA", str(tmp_path / "local"))
    (tmp_path / "local").mkdir()


def fetch(tmp_path, name="known"):
    output = tmp_path / "downloads" / "known.dat"
    return main(["--settings", "{}", "--seed", "0", "--name", name, "--output", str(output)]), output


def test_copy(tmp_path):
    (tmp_path / "local" / "known.dat").write_bytes(CONTENT)
    status, output = fetch(tmp_path)
    assert status == 0
    assert output.read_bytes() == CONTENT


def test_wrong_copy_ends_with_one_line(tmp_path, capsys):
    (tmp_path / "local" / "known.dat").write_bytes(b"other")
    status, output = fetch(tmp_path)
    assert status == 1
    assert not output.exists()
    error = capsys.readouterr().err
    assert "SHA-256 expected" in error
    assert len(error.splitlines()) == 1


def test_unknown_name(tmp_path, capsys):
    assert fetch(tmp_path, "knwon")[0] == 1
    assert "'knwon' is not in data/registry.yaml; it has known" in capsys.readouterr().err


def test_neither_copy_nor_network(tmp_path, capsys):
    status, output = fetch(tmp_path)
    assert status == 1
    assert not output.exists()
    assert "http://127.0.0.1:9/known.dat cannot be downloaded" in capsys.readouterr().err
