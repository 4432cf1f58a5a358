"""The structures that come with the project: small, of a licence that allows it, and made by their rule."""

import json
import os

import pytest

from superdrift.crystals.data.readers import read_source
from superdrift.crystals.embedded import FILE, RECORD, ROWS, main
from superdrift.run import registry


def test_they_are_small_and_say_where_they_come_from():
    assert FILE.stat().st_size < 2_000_000 and registry.locate("crystals_demo") == FILE
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert "CC BY 4.0" in record["licence"]
    for name, source in record["sources"].items():
        assert source["sha256"] == registry.entry_of(name).sha256 and (source["split"], source["rows"]) == ROWS[name]


def test_every_row_has_its_part_of_the_split_and_its_energies():
    entries = read_source("crystals_demo", FILE)
    assert len(entries) == sum(rows for _, rows in ROWS.values())
    for part, rows in ROWS.values():
        assert sum(entry.assigned == part for entry in entries) == rows
    assert all(entry.e_above_hull_ev is not None and entry.form == "cif" for entry in entries)


@pytest.mark.skipif(not os.environ.get("SUPERDRIFT_DATA"), reason="SUPERDRIFT_DATA names no folder with public files")
def test_they_are_what_their_rule_makes(capsys):
    assert main([]) == 0
    assert capsys.readouterr().out == ""
