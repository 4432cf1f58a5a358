"""The crystals' contract: its document, and the outputs of the rules."""

import re
from pathlib import Path

import pytest

from superdrift.crystals.contract import CONTRACT, METHODS, documents, main
from superdrift.superconductors.contract import CONTRACT as OTHER

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {"source": "mp-20-test", "method": "template"}


@pytest.mark.parametrize("place", documents())
def test_documents_are_what_is_made(place, capsys):
    assert main([]) == 0, "run: python -m superdrift.crystals.contract --write"
    assert capsys.readouterr().out == ""


def test_every_output_of_a_rule_is_an_artifact_and_every_artifact_an_output():
    made = set()
    for file in sorted((ROOT / "workflow/rules/crystals").glob("*.smk")):
        for block in re.findall(r"^    output:\n((?:        .*\n)+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            for pattern in re.findall(r'f"\{CRYSTALS\}/([^"]+)"', block):
                place = "crystals/" + re.sub(r"\{+(\w+)\}+", lambda found: EXAMPLES[found[1]], pattern)
                found = CONTRACT.match(place)
                assert found is not None, f"{file}: {place} is not in the contract"
                made.add(found[0].name)
    assert made == {artifact.name for artifact in CONTRACT.artifacts}


def test_no_artifact_of_one_domain_is_one_of_the_other():
    for artifact in CONTRACT.artifacts:
        assert artifact.pattern.startswith("crystals/")
        assert OTHER.match(artifact.place(**{name: EXAMPLES[name] for name in artifact.wildcards})) is None
    assert CONTRACT.wildcards["source"].pattern == OTHER.wildcards["source"].pattern  # one workflow, one wildcard
    assert all(re.fullmatch(CONTRACT.wildcards["method"].pattern, method) for method in METHODS)


def test_tables_of_both_domains_have_names_of_their_own():
    assert not set(CONTRACT.tables) & set(OTHER.tables)
