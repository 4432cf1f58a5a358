"""Sources: names from kinds and back, and what follows from the configuration."""

from pathlib import Path

import pytest
import yaml

from superdrift.run.errors import InputError
from superdrift.superconductors.contract import CONTRACT
from superdrift.superconductors.data.families import MODEL_FAMILIES
from superdrift.superconductors.sources import (
    CONDITIONED,
    DRIFTED,
    GENERATED,
    INPAINTED,
    KNOWN,
    PROPOSED,
    REQUESTED,
    Sources,
    generated_names,
    method_and_family,
    null_name,
    parse_name,
    source_name,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def config():
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "kind", "subject"),
    [
        ("everything", GENERATED, "everything"),
        ("ilvr-ybco-se", CONDITIONED, "ybco-se"),
        ("request-barium", REQUESTED, "barium"),
        ("request-cuprates", REQUESTED, "cuprates"),
        ("drift-ybco", DRIFTED, "ybco"),
        ("training-cuprates", KNOWN, "cuprates"),
        ("ilvr-drift-x", CONDITIONED, "drift-x"),
        ("inpaint-ybco-se", INPAINTED, "ybco-se"),
        ("null-noise-cuprates", PROPOSED, "noise-cuprates"),
    ],
)
def test_a_name_is_its_kind_and_subject(name, kind, subject):
    assert parse_name(name) == (kind, subject)
    assert source_name(kind, subject) == name


@pytest.mark.parametrize("name", ["cuprate", "ilvr-", "", "Drift-ybco"])
def test_what_is_no_source_is_told(name):
    with pytest.raises(InputError, match=f"no source is called '{name}'; one is everything, "):
        parse_name(name)


def test_sources_of_a_configuration(config):
    config["generate"]["requests"] = {"barium": "cuprates, with Ba", "boron": "with B"}
    sources = Sources(config)
    names = generated_names(config["families"], ["barium", "boron"], config["references"], config["starts"])
    assert [source.name for source in sources.generated] == names
    assert {"request-barium", "request-boron", "cuprates", "ilvr-ybco-se", "drift-ybco"} <= set(names)
    assert [source.name for source in sources.known] == [f"training-{family}" for family in MODEL_FAMILIES]
    assert all(source.known and source.noise_floor == 0 for source in sources.known)
    for source in (*sources.generated, *sources.known):
        assert sources[source.name] == source
        artifact, _ = CONTRACT.match(source.samples)
        assert "amounts" in [column.name for column in artifact.table.columns]


def test_noise_and_family_are_those_of_the_model(config):
    config["models"]["masked"]["noise_floor"] = 0.01
    sources = Sources(config)
    assert (sources["others"].noise_floor, sources["others"].family) == (0.01, "others")
    assert (sources["ilvr-naalge"].noise_floor, sources["ilvr-naalge"].family) == (0.08, "others")
    assert (sources["drift-ybco"].noise_floor, sources["drift-ybco"].family) == (0.0, "cuprates")
    assert sources["training-pnictides"].family == "pnictides"
    assert sources["ilvr-naalge"].samples == "condition/naalge/samples.parquet"
    assert sources["drift-ybco"].samples == "drift/ybco/samples.parquet"
    assert sources["others"].samples == "generate/others/samples.parquet"
    assert sources["training-others"].samples == "prepare/compounds.parquet"


def test_a_request_is_drawn_from_the_model_of_its_family_or_of_everything(config):
    config["models"]["masked"]["noise_floor"] = 0.01
    config["generate"]["requests"] = {"barium": "cuprates, with Ba", "boron": "with B"}
    source = Sources(config)["request-barium"]
    assert (source.name, source.family, source.noise_floor) == ("request-barium", "cuprates", 0.01)
    assert source.samples == "generate/request/barium/samples.parquet" and not source.known
    assert Sources(config)["request-boron"].family == "everything"
    assert Sources(config | {"families": ["everything"]})["request-barium"].family == "everything"
    with pytest.raises(InputError, match=r"requests\.boron asks for everything, but there are models of cuprates only"):
        Sources(config | {"families": ["cuprates"]})
    with pytest.raises(InputError, match=r"generate\.requests has no 'bariun'; it has barium, boron"):
        Sources(config)["request-bariun"]


def test_proposals_of_a_null(config):
    source = Sources(config)[null_name("noise", "others")]
    assert (source.name, source.family, source.noise_floor) == ("null-noise-others", "others", 0.0)
    assert source.samples == "null/noise-others/samples.parquet"
    assert source.projection == {"rule": "charge_valid"}
    assert Sources(config)["null-pettifor-others"].projection == Sources(config)["others"].projection == {}


def test_method_and_family_of_proposals():
    assert method_and_family("cuprates") == ("generator", "cuprates")
    assert method_and_family("null-noise-everything") == ("noise", "everything")
    for name in ("ilvr-ybco-se", "training-others", "null-noise", "null-others"):
        with pytest.raises(InputError, match=f"source '{name}' proposes for no family"):
            method_and_family(name)


def test_a_compound_that_the_catalogue_lacks_is_told(config):
    with pytest.raises(InputError, match="source 'drift-gold': the catalogue has no 'gold'; it has ybco-se"):
        Sources(config)["drift-gold"]


def test_no_other_file_knows_the_prefixes():
    here = ROOT / "src/superdrift/superconductors/sources.py"
    meanings = here.with_name("contract.py")  # says in words what a source's folder is called
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "workflow").rglob("*.smk"), ROOT / "Snakefile"]
    prefixes = [
        f"{quote}{prefix}-{end}"
        for prefix in ("request", "ilvr", "drift", "training", "null")
        for quote in "\"'"
        for end in "\"'{"
    ]
    for file in files:
        if file not in (here, meanings):
            text = file.read_text(encoding="utf-8")
            assert not [prefix for prefix in prefixes if prefix in text], file
