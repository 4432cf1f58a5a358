"""The stages read and gather: tables of made-up sources, interruption, rejected rows."""

import pytest
from crystal_examples import SALTS, gather_read, known, read_folder, rock_salt, write_folder

from superdrift.crystals.stages import read as stage
from superdrift.crystals.tables import READ, REJECTED, STRUCTURES
from superdrift.io import tables
from superdrift.structures.matching import displacement
from superdrift.structures.rows import structure_of

LABELS = "material_id,split\nNaCl,test\nCsI,validation\nMgO,train\n"


def test_every_structure_is_a_row_that_gives_it_back(tmp_path):
    rows = tables.read(known(tmp_path), STRUCTURES).to_pylist()
    assert {row["material_id"] for row in rows} == set(SALTS)
    for row in rows:
        assert displacement(structure_of(row), SALTS[row["material_id"]]) == pytest.approx(0, abs=1e-4)
    assert [row["id"] for row in rows] == list(range(8))
    assert {row["prototype"] for row in rows if row["anonymous_formula"] == "AB2"} == {"AB2_cF12_225_a_c"}


def test_splits_and_duplicates_are_marked(tmp_path):
    more = {**SALTS, "NaCla": rock_salt("Na", "Cl", 5.7), "NaClz": SALTS["NaCl"].get_primitive_structure()}
    rows = tables.read(known(tmp_path, more, LABELS), STRUCTURES).to_pylist()
    by_name = {row["material_id"]: row for row in rows}
    assert by_name["NaCl"]["split"] == "test" and by_name["CsI"]["split"] == "validation"
    assert by_name["MgO"]["split"] == "train" and by_name["MgO"]["duplicate_of"] is None
    for name in ("NaCla", "NaClz"):
        assert by_name[name]["duplicate_of"] == by_name["NaCl"]["id"] and by_name[name]["split"] in ("test", "left_out")
    assert by_name["NaCl"]["prototype_known"]


def test_a_broken_file_is_a_rejected_row_and_no_crash(tmp_path):
    folder = write_folder(tmp_path / "folder")
    (folder / "aa.cif").write_text("data_nothing")
    (folder / "zz.json").write_text("{")
    assert read_folder(folder, tmp_path) == 0 and gather_read(tmp_path) == 0
    rows = {row["material_id"]: row for row in tables.read(tmp_path / "rejected.parquet", REJECTED).to_pylist()}
    assert set(rows) == {"aa", "zz"} and rows["aa"]["row"] == 9  # capitals stand first
    assert "cannot be read as cif" in rows["aa"]["reason"] and "cannot be read as json" in rows["zz"]["reason"]
    assert tables.read(tmp_path / "structures.parquet", STRUCTURES).num_rows == len(SALTS)


def test_a_source_without_any_structure_stops_the_run(tmp_path, capsys):
    folder = write_folder(tmp_path / "folder", {})
    (folder / "aa.cif").write_text("data_nothing")
    assert read_folder(folder, tmp_path) == 1
    assert (
        "no structure of source 'mine' can be used; the first rejected: cannot be read as cif"
        in capsys.readouterr().err
    )


def test_an_interrupted_run_goes_on_with_the_next_batch(tmp_path, monkeypatch):
    folder, whole, parts = write_folder(tmp_path / "folder"), tmp_path / "whole", tmp_path / "parts"
    assert read_folder(folder, whole) == 0
    understand, seen = stage._understood, []

    def killed(entries, **rest):
        seen.append(len(entries))
        if len(seen) == 3:
            raise KeyboardInterrupt
        return understand(entries, **rest)

    monkeypatch.setattr(stage, "_understood", killed)
    with pytest.raises(SystemExit):
        read_folder(folder, parts)
    assert not (parts / "read.parquet").exists()
    assert read_folder(folder, parts) == 0
    assert seen == [3, 3, 2, 2]  # the first two batches are not read again
    one, other = (tables.read(path / "read.parquet", READ) for path in (whole, parts))
    assert one.equals(other)


def test_processes_change_nothing(tmp_path):
    folder, one, two = write_folder(tmp_path / "folder"), tmp_path / "one", tmp_path / "two"
    assert read_folder(folder, one) == 0 and read_folder(folder, two, threads=2) == 0
    assert tables.read(one / "read.parquet", READ).equals(tables.read(two / "read.parquet", READ))
    for output in (one, two):
        assert gather_read(output, threads=1 if output == one else 2) == 0
    one, two = (tables.read(path / "structures.parquet", STRUCTURES) for path in (one, two))
    assert one.equals(two)


def test_another_split_of_a_source_is_read_again(tmp_path):
    folder = write_folder(tmp_path / "folder", labels=LABELS)
    for split, expected in (
        ("published", {"test", "validation", "train", None}),
        ("drawn", {None}),
        ("test", {"test"}),
    ):
        assert read_folder(folder, tmp_path, split=split) == 0
        assert set(tables.read(tmp_path / "read.parquet", READ)["assigned"].to_pylist()) == expected
