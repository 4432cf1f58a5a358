"""Reading structures: folders of your own with labels, public archives, and everything that may be wrong with them."""

import json
import os
import zipfile

import pytest
from crystal_examples import SALTS, rock_salt, write_folder
from pymatgen.io.ase import AseAtomsAdaptor

from superdrift.crystals.data.cleaning import formula_with_tc, row_of_entry, temperatures
from superdrift.crystals.data.entries import Entry
from superdrift.crystals.data.readers import READERS, read_source, sources, superconductor_formula
from superdrift.run import registry
from superdrift.run.errors import InputError

LIMITS = {"symprec": 0.1, "most_sites": 20}
LABELS = "material_id,formation_energy_ev,tc_k,split\nNaCl,-2.1,,test\nMgO,,0.5,\n"
XYZ = '2\nLattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3 pbc="T T T"\nCs 0 0 0\nCl 2 2 2\n'


def by_name(entries):
    return {entry.material_id: entry for entry in entries}


def test_a_folder_with_labels_is_a_source(tmp_path):
    entries = by_name(read_source("mine", write_folder(tmp_path / "mine", labels=LABELS)))
    assert set(entries) == set(SALTS) and sorted(e.number for e in entries.values()) == list(range(1, 9))
    salt, oxide = entries["NaCl"], entries["MgO"]
    assert (salt.formation_energy_ev, salt.assigned, salt.tc_k) == (-2.1, "test", None)
    assert (oxide.formation_energy_ev, oxide.assigned, oxide.tc_k) == (None, None, 0.5)


def test_many_structures_in_a_file_are_numbered(tmp_path):
    pytest.importorskip("ase")
    (tmp_path / "md.xyz").write_text(XYZ + XYZ.replace("Cs", "Rb"))
    (tmp_path / "two.json").write_text(json.dumps([s.as_dict() for s in (SALTS["NaCl"], SALTS["MgO"])]))
    (tmp_path / "two.cif").write_text(SALTS["NaCl"].to(fmt="cif") + "\n" + SALTS["CaF2"].to(fmt="cif"))
    entries = read_source("mine", tmp_path)
    assert [e.material_id for e in entries] == ["md-0", "md-1", "two-0", "two-1", "two-0", "two-1"]
    formulas = [row_of_entry(entry, **LIMITS)["reduced_formula"] for entry in entries]
    assert formulas == ["CsCl", "RbCl", "NaCl", "CaF2", "NaCl", "MgO"]


def test_a_database_of_ase_is_a_source(tmp_path):
    files = pytest.importorskip("ase.io")
    atoms = [AseAtomsAdaptor.get_atoms(SALTS[name]) for name in ("NaCl", "BaF2")]
    files.write(tmp_path / "known.json", atoms)
    entries = read_source("mine", tmp_path / "known.json")
    assert [row_of_entry(entry, **LIMITS)["reduced_formula"] for entry in entries] == ["NaCl", "BaF2"]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("name,tc_k\nNaCl,3\n", "has no column material_id"),
        ("material_id,gap\nNaCl,3\n", "has a column 'gap'"),
        ("material_id,tc_k\nNaCl,warm\n", "line 2: tc_k 'warm' is no number"),
        ("material_id,split\nNaCl,tset\n", "line 2: split 'tset' is none of train, validation, test"),
        ("material_id,tc_k\nNaBr,3\n", "labels 'NaBr', which no file there is named"),
    ],
)
def test_labels_that_cannot_be_used_are_told(tmp_path, labels, told):
    with pytest.raises(InputError, match=told):
        read_source("mine", write_folder(tmp_path / "mine", labels=labels))


def test_what_is_no_source_is_told(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_source("mine", tmp_path / "nothing")
    with pytest.raises(InputError, match="holds no structure"):
        read_source("mine", tmp_path)
    (tmp_path / "mine.csv").write_text("a")
    with pytest.raises(InputError, match="its ending names no format"):
        read_source("mine", tmp_path / "mine.csv")
    with pytest.raises(InputError, match="'literature' holds no structures; choose one of mp_20_val"):
        read_source("literature", registry.locate("literature"))


def entry(structure, **changes):
    return Entry(1, "x", structure.to(fmt="cif"), "cif", **changes)


def test_a_row_says_what_it_is():
    row = row_of_entry(entry(SALTS["CaF2"], formation_energy_ev=-4.2), **LIMITS)
    assert row["reduced_formula"] == "CaF2" and row["anonymous_formula"] == "AB2" and row["elements"] == ["Ca", "F"]
    assert row["space_group"] == 225 and row["n_sites"] == 12 and row["formation_energy_ev"] == -4.2
    assert row["formula"] == "Ca4F8" and row["volume"] == pytest.approx(5.46**3)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (Entry(1, "x", "", "cif", problem="it burnt"), "it burnt"),
        (Entry(1, "x", "data_x", "cif"), "cannot be read as cif"),
        (entry(SALTS["NaCl"] * [2, 2, 1]), "32 sites in its cell; crystals.read.most_sites = 20"),
        (entry(rock_salt("Na", "Cl", 0.8)), "two atoms 0.40 Å apart"),
        (Entry(1, "x", SALTS["NaCl"].to(fmt="cif").replace("Na", "Qq"), "cif"), "'Qq' is no chemical element"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(broken, told):
    with pytest.raises(InputError, match=told):
        row_of_entry(broken, **LIMITS)


def test_names_of_3dsc_hold_the_formula_that_has_a_tc(tmp_path):
    assert superconductor_formula("Ag0.15Sn0.85Te1-MP-mp-1481-synth_doped") == "Ag0.15Sn0.85Te1"
    assert superconductor_formula("mp-1481") == ""
    (tmp_path / "tc.csv").write_text("name,Tc\nSn0.85Ag0.15Te1,2.1\nAg3Sn17Te20,2.3\nMgB2,0\nNb?,9\n")
    known = temperatures(tmp_path / "tc.csv")
    assert list(known.values()) == [pytest.approx(2.2)]
    named = Entry(1, "Ag0.15Sn0.85Te1-MP-mp-1481", "", "cif")
    assert known[formula_with_tc(named, {"reduced_formula": "SnTe"})] == pytest.approx(2.2)
    assert formula_with_tc(Entry(1, "mp-1", "", "cif"), {"reduced_formula": "SnTe"}) == "SnTe"


def test_archives_are_read_in_the_order_of_their_names(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("b/two.cif", "a/one.cif", "metadata.csv"):
            archive.writestr(name, SALTS["NaCl"].to(fmt="cif"))
    assert [(e.number, e.material_id) for e in READERS["cif_archive"](tmp_path / "x.zip")] == [(1, "one"), (2, "two")]


COUNTS = {
    "mp_20_val": 7140, "mp_20_test": 7118, "mpts_52_val": 5000, "mpts_52_test": 8096, "mp_20_mini": 2573,
    "3dsc_parents": 4704, "3dsc": 10904, "lemat_baseline": 9935, "jarvis_tc": 1056, "perov_5": 18928,
    "carbon_24": 10153, "crystals_demo": 1400,
}  # fmt: skip


@pytest.mark.skipif(not os.environ.get("SUPERDRIFT_DATA"), reason="SUPERDRIFT_DATA names no folder with public files")
@pytest.mark.parametrize("name", COUNTS)
def test_public_sources_hold_what_the_registry_says(name):
    entries = read_source(name, registry.locate(name))
    assert len(entries) == COUNTS[name] and set(COUNTS) == set(sources())
    if registry.entry_of(name).reader == "poscar_splits":
        assert {entry.assigned for entry in entries} == {"train", "validation", "test"}
    if registry.entry_of(name).reader == "cif_table":
        assert sum(entry.e_above_hull_ev is not None for entry in entries) > 0.99 * len(entries)
    row_of_entry(entries[0], symprec=0.1, most_sites=300)
