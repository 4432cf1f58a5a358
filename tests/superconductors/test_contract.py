"""The contract and what is made from it: documents, the outputs of the rules, the meanings of columns."""

import re
from pathlib import Path

import pytest

from superdrift.superconductors.contract import CONTRACT, documents, main

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {
    "source": "ilvr-ybco-se",
    "family": "cuprates",
    "request": "barium",
    "reference": "ybco-se",
    "start": "ybco",
    "null": "noise-cuprates",
    "CONDITIONER": "continuous",
    "network": "attention",
    "member": "0",
}


def outputs():
    """Every output of a rule in the run's folder, with examples in the place of its wildcards."""
    for file in sorted((ROOT / "workflow/rules").rglob("*.smk")):
        text = file.read_text(encoding="utf-8")
        for _, block in re.findall(r"^( +)output:\n((?:\1    .*\n)+)", text, re.MULTILINE):
            for pattern in re.findall(r'f"\{RUN\}/([^"]+)"', block):
                yield file.name, re.sub(r"\{+(\w+)\}+", lambda found: EXAMPLES[found[1]], pattern)


@pytest.mark.parametrize("place", documents())
def test_documents_are_what_is_made(place):
    assert (ROOT / place).read_text(encoding="utf-8") == documents()[place], (
        "run: python -m superdrift.superconductors.contract --write"
    )


def test_the_command_says_that_all_is_well(capsys):
    assert main([]) == 0
    assert capsys.readouterr().out == ""


def test_every_output_of_a_rule_is_an_artifact_and_every_artifact_an_output():
    made = set()
    for file, place in outputs():
        found = CONTRACT.match(place) or CONTRACT.match(f"{place}/shares.svg")  # a folder of figures
        assert found is not None, f"{file}: {place} is not in the contract"
        made.add(found[0].name)
    assert made == {artifact.name for artifact in CONTRACT.artifacts}


def test_names_and_places_are_unique():
    for values in ([a.name for a in CONTRACT.artifacts], [a.pattern for a in CONTRACT.artifacts]):
        assert len(values) == len(set(values))


def test_meanings_repeat_no_value_of_a_setting():
    """What is a setting is named, e.g. screen.known_radius, so that the meaning holds for every run."""
    for table in CONTRACT.tables.values():
        for column in table.columns:
            assert not re.search(r"within \d|\b0\.\d", column.meaning), f"{table.name}.{column.name}"


def test_a_group_says_which_group_it_is():
    meanings = {
        table.name: column.meaning
        for table in CONTRACT.tables.values()
        for column in table.columns
        if column.name == "group"
    }
    assert set(meanings) == {"compounds", "held_out", "clustered", "groups", "doping", "families", "candidates"}
    for meaning in meanings.values():
        assert meaning.startswith(("near-duplicate group", "held-out group", "group of its source"))
