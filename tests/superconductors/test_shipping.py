"""The configuration of what ships, and which entries of a provenance differ."""

import json

import pytest
from configurations import load

from superdrift.configuration import validate
from superdrift.superconductors import shipping

MADE = {"settings": {"a": [1, 2]}, "seed": 1, "code": "c", "commit": "x", "versions": {"numpy": "2"}}


def test_it_is_the_preset_as_snakemake_merges_it():
    validate(shipping.configuration())
    assert shipping.configuration() == load("shipped")


@pytest.mark.parametrize(
    ("change", "differ"),
    [
        ({}, []),
        ({"commit": "y", "versions": {}}, []),
        ({"settings": {"a": (1, 2)}}, []),
        ({"settings": {"a": [2, 1]}}, ["settings"]),
        ({"seed": 2, "code": "d"}, ["code", "seed"]),
        ({"inputs": {}}, ["inputs"]),
    ],
)
def test_what_differs(change, differ, tmp_path):
    path = tmp_path / "made.json"
    path.write_text(json.dumps({"provenance": MADE}))
    assert shipping.differing(path, MADE | change) == differ


def test_all_of_a_missing_file_differs(tmp_path):
    assert shipping.differing(tmp_path / "none.json", MADE) == ["code", "seed", "settings"]
