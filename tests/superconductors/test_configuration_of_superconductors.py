"""The configuration of a run: presets are accepted, every kind of mistake is told, config.yaml is as it is declared."""

import math
import subprocess
import sys

import pytest
import yaml
from configurations import PRESETS, ROOT, changed, keys_of, load, settings_of

from superdrift.configuration import commented, main, validate
from superdrift.run.errors import InputError

CONFIG = load("test")
SETTINGS = list(settings_of(CONFIG))


def place(path):
    return ".".join(map(str, path))


def message(config):
    """What is said of a configuration that cannot be used."""
    with pytest.raises(InputError) as caught:
        validate(config)
    return str(caught.value)


@pytest.mark.parametrize("presets", PRESETS)
def test_every_preset_is_valid(presets):
    validate(load(*presets))


def test_gpu_preset_moves_training_and_sampling_to_cuda():
    config = load("small", "gpu")
    assert {config[key]["device"] for key in ("train", "generate", "condition", "drift", "energy")} == {"cuda"}


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"sead": 3}, ["unknown key 'sead'", "did you mean 'seed'?"]),
        ({"generate": {"sampels": 3}}, ["unknown key 'sampels' at generate", "did you mean 'samples'?"]),
        ({"generate": {"samples": 0}}, ["generate.samples = 0", "at least 1", "per family"]),
        ({"generate": {"samples": 2.5}}, ["generate.samples = 2.5", "of type integer"]),
        (
            {"prepare": {"validation_fraction": 0.9}},
            ["prepare.validation_fraction = 0.9", "greater than 0", "at most 0.5", "share of each family"],
        ),
        ({"prepare": {"outlier_k": 0}}, ["prepare.outlier_k = 0", "greater than 0", "(K; a Tc this far above"]),
        ({"prepare": {"outlier_k": math.nan}}, ["prepare.outlier_k = NaN", "of type number"]),
        ({"families": ["cuprate"]}, ['"cuprate"', "cuprates", "did you mean 'cuprates'?"]),
        ({"families": ["cuprates", "cuprates"]}, ["families", 'must not hold "cuprates" twice']),
        (
            {"hindsight": {"cutoffs": [1995], "tops": [100, 20000]}},
            ["hindsight.tops holds 20000", "rank.keep = 10000", "raise it or lower tops"],
        ),
        (
            {"hindsight": {"cutoffs": [1990, 2000]}, "prepare": {"until_year": 2000}},
            ["hindsight.cutoffs holds 2000", "prepare.until_year = 2000", "earlier cut-offs"],
        ),
        ({"hindsight": {"cutoffs": [95]}}, ["hindsight.cutoffs", "95", "1911"]),
        ({"hindsight": {"nulls": ["random"]}}, ["hindsight.nulls", '"random"', "pettifor"]),
        ({"references": ["ybco-sf"]}, ["references names 'ybco-sf'", "did you mean 'ybco-se'?"]),
        (
            {"catalogue": {"new": {"formula": "YBa2Cu3Ox", "family": "cuprates"}}},
            ["catalogue.new.formula", "Ox"],
        ),
        (
            {"catalogue": {"mgb": {"formula": "MgB2", "family": "cuprates"}}},
            ["catalogue.mgb.family = 'cuprates'", "MgB2 is one of the others", "write others or everything"],
        ),
        (
            {"catalogue": {"no-copper": {"formula": "Ba2Cu0Fe2As2O3", "family": "cuprates"}}},
            ["catalogue.no-copper.family", "is one of the pnictides"],
        ),
        (
            {"catalogue": {"yb": {"formula": "YBCO", "family": "cuprates"}}},
            ["catalogue.yb.formula", "'YBCO' is a phase name", "usually YBa2Cu3O7"],
        ),
        (
            {"catalogue": {"water": {"formula": "D2O", "family": "others"}}},
            ["catalogue.water.formula", "D is deuterium"],
        ),
        (
            {"catalogue": {"New One": {"formula": "YBa2Cu3O7", "family": "cuprates"}}},
            ["the name 'New One' at catalogue", "lower-case letters, digits, hyphens"],
        ),
        ({"train": {"model": "maskd"}}, ["train.model names 'maskd'", "did you mean 'masked'?"]),
        ({"condition": {"model": "masked"}}, ["condition.model = 'masked' is not gaussian"]),
        (
            {"condition": {"changes": {"ybco": {"samples": 5}}}},
            ["condition.changes has 'ybco', which references does not name", "did you mean 'ybco-se'?"],
        ),
        ({"condition": {"changes": {"naalge": {"sample": 5}}}}, ["unknown key 'sample' at condition.changes.naalge"]),
        ({"condition": {"changes": {"naalge": {"samples": 0}}}}, ["condition.changes.naalge.samples = 0"]),
        ({"condition": {"scales": [1]}}, ["condition.scales.0 = 1: must be at least 2", "keep the whole reference"]),
        ({"condition": {"scales": [2, 97]}}, ["condition.scales.1 = 97: must be at least 2 and at most 48"]),
        ({"condition": {"samples": 0}}, ["condition.samples = 0: must be at least 1"]),
        (
            {"catalogue": {"berkelium": {"formula": "YBa2Cu3O6Bk", "family": "cuprates"}}},
            ["catalogue.berkelium.formula: YBa2Cu3O6Bk: element Bk (Z = 97) lies beyond Z = 96; drop it"],
        ),
        (
            {"catalogue": {"nothing": {"formula": "Y0", "family": "others"}}},
            ["catalogue.nothing.formula: Y0: all amounts are zero"],
        ),
        (
            {
                "catalogue": {"many": {"formula": "YBaLaSrCaBiTlPbCu3O7", "family": "cuprates"}},
                "references": ["many"],
                "condition": {"methods": ["inpaint"]},
            },
            ["condition.methods of many names inpaint: the generator cannot write YBaLaSrCaBiTlPbCu3O7", "by ilvr"],
        ),
        (
            {"condition": changed(CONFIG["condition"], ("inpaint", "depths"), [1.5])},
            ["condition.inpaint.depths.0 = 1.5", "at most 1"],
        ),
        (
            {"condition": changed(CONFIG["condition"], ("inpaint", "depths"), [0.0])},
            ["condition.inpaint.depths.0 = 0.0", "greater than 0"],
        ),
        (
            {
                "references": ["naalge"],
                "condition": {
                    "changes": {"naalge": {"methods": ["inpaint"], "inpaint": {"keep": ["Na", "Al", "Ge"]}}},
                },
            },
            ["condition.inpaint.keep of naalge names all elements of NaAlGe"],
        ),
        (
            {
                "references": ["ybco-se", "naalge"],
                "condition": changed(CONFIG["condition"], ("inpaint", "keep"), ["Cu"]) | {"methods": ["inpaint"]},
            },
            ["condition.inpaint.keep of naalge: NaAlGe has no Cu"],
        ),
        (
            {
                "references": ["naalge"],
                "condition": {"changes": {"naalge": {"inpaint": {"redraw": "amounts", "keep": ["Na", "Al"]}}}},
            },
            ["condition.inpaint.depths of naalge (NaAlGe): depth 0.5", "no amount could change", "a greater depth"],
        ),
        (
            {"condition": {"methods": ["inpaint"]}, "train": {"model": "published"}},
            ["condition.methods names inpaint, but train.model = 'published' is not masked"],
        ),
        ({"energy": {"use": "atention"}}, ["energy.use", "did you mean 'attention'?"]),
        (
            {"energy": {"attention": CONFIG["energy"]["attention"] | {"heads": 3}}},
            ["energy.attention.width = 128 is not a multiple of its heads, 3"],
        ),
        (
            {"models": changed(CONFIG["models"], ("masked", "denoiser", "heads"), 5)},
            ["models.masked.denoiser.width = 48 is not a multiple of its heads, 5"],
        ),
        (
            {"models": changed(CONFIG["models"], ("masked", "denoiser", "kind"), "mlp")},
            ["unknown key 'heads' at models.masked.denoiser; it may hold kind, width, depth"],
        ),
        (
            {"models": changed(CONFIG["models"], ("continuous", "denoiser", "kind"), "mpl")},
            ['models.continuous.denoiser.kind = "mpl"', "slot_transformer, mlp, unet1d", "did you mean 'mlp'?"],
        ),
        (
            {"models": changed(CONFIG["models"], ("masked", "sampler", "min_p"), ...)},
            ["models.masked.sampler lacks min_p"],
        ),
        ({"train": {"device": "gpu"}}, ['train.device = "gpu"', "cpu, cuda"]),
        ({"train": {"base": {}}}, ["train.base lacks family, learning_rate, steps, validate_every, versions"]),
        ({"run": "../elsewhere"}, ["run = ", "letters, digits"]),
        ({"prepare": {"copper_valence": [2.8, 1.7]}}, ["prepare.copper_valence = [2.8, 1.7]", "smaller number"]),
        (
            {"generate": {"requests": {"High": "cuprates"}}},
            ["the name 'High' at generate.requests", "lower-case letters, digits, hyphens"],
        ),
        ({"generate": {"requests": {"a": 90}}}, ["generate.requests.a"]),
        (
            {"generate": {"requests": {"a": "cuprates, Sr 0.125", "b": "cuprates, without O"}}},
            [
                "generate.requests.a: 'Sr 0.125': 0.125 is no whole",
                "generate.requests.b: 'cuprates, without O': cuprates",
            ],
        ),
        (
            {"generate": {"requests": {"a": "pnictides"}}},
            ["generate.requests.a asks for pnictides", "add pnictides or everything to `families`"],
        ),
        (
            {"generate": {"requests": {"a": "cuprates, with Hg"}, "forbidden_elements": ["Hg", "Tl"]}},
            [
                "a: 'cuprates, with Hg', with generate.allowed_elements and generate.forbidden_elements: Hg required",
            ],
        ),
        (
            {"generate": {"requests": {"a": "cuprates, only Cu O Y"}, "allowed_elements": ["Ba"]}},
            ["'only Y Cu O' and 'only Ba' share no element"],
        ),
        (
            {"generate": {"requests": {"a": "cuprates"}, "allowed_elements": ["Ba", "O"]}},
            ["generate.requests.a: 'cuprates', with", "cuprates have Cu O, but Cu is excluded"],
        ),
        (
            {"generate": {"requests": {"a": "cuprates, 8 elements"}}},
            ["no sample would pass screen.n_elements.cuprates = [2, 7]"],
        ),
        (
            {"train": {"model": "continuous"}, "generate": {"requests": {"a": "cuprates"}}},
            ["generate.requests.a: a gaussian model cannot be asked for anything; set train.model to a masked one"],
        ),
        (
            {
                "models": changed(CONFIG["models"], ("masked", "condition_forgotten"), None),
                "generate": {"requests": {"a": "cuprates, Tc >= 90 K"}},
            },
            ["generate.requests.a: 'cuprates, Tc >= 90 K': models.masked.condition_forgotten is null"],
        ),
        ({"rank": {"forbidden_elements": ["lead"]}}, ['rank.forbidden_elements.0 = "lead"', "symbols of elements"]),
    ],
)
def test_mistakes_are_named_with_place_and_remedy(change, parts):
    config = load("test")
    for key, value in change.items():
        config[key] = config[key] | value if isinstance(value, dict) else value
    told = message(config)
    for part in parts:
        assert part in told


def test_a_catalogue_entry_may_use_the_model_of_everything():
    validate(changed(CONFIG, ("catalogue", "mgb"), {"formula": "MgB2", "family": "everything"}))


def test_a_request_without_tc_needs_no_conditions():
    config = changed(
        CONFIG, ("generate", "requests"), {"barium": "cuprates, with Ba", "strontium": "cuprates, Sr 0-0.5"}
    )
    validate(changed(config, ("models", "masked", "condition_forgotten"), None) | {"starts": []})


def test_one_mistake_is_told_once():
    assert message(changed(CONFIG, ("train", "base"), {})).count("\n") == 1


def test_no_base_is_a_choice():
    validate(changed(CONFIG, ("train", "base"), None))


def test_numbers_of_the_command_line_are_numbers():
    config = load("test")
    config["generate"]["samples"] = "5000"
    config["generate"]["batch_size"] = "1e3"
    config["condition"]["scales"] = ["2", "4"]
    config["condition"]["shared_noise"] = "false"
    config["drift"]["published"]["learning_rate"] = "5e-2"
    config["train"]["base"] = "null"
    validate(config)
    assert config["generate"]["samples"] == 5000
    assert isinstance(config["generate"]["batch_size"], int) and config["generate"]["batch_size"] == 1000
    assert config["condition"]["scales"] == [2, 4]
    assert config["condition"]["shared_noise"] is False
    assert config["drift"]["published"]["learning_rate"] == 0.05
    assert config["train"]["base"] is None


def test_text_that_is_no_number_stays_an_error():
    told = message(changed(CONFIG, ("generate", "samples"), "many"))
    assert 'generate.samples = "many": must be of type integer' in told


def test_a_missing_block_is_named():
    assert "lacks screen" in message(changed(CONFIG, ("screen",), ...))


def over_the_edge(declared):
    """Values just outside of what is declared, and what is told of them."""
    limits, whole = declared.limits, declared.type is int
    for name, word, direction in (("at_least", "at least", -1), ("at_most", "at most", 1)):
        bound = getattr(limits, name)
        if bound is not None:
            outside = bound + direction if whole else math.nextafter(bound, direction * math.inf)
            yield outside, f"{word} {bound}"
    for name, word in (("above", "greater than"), ("below", "less than")):
        bound = getattr(limits, name)
        if bound is not None:
            yield bound, f"{word} {bound}"


def test_every_bound_of_a_number_is_kept():
    pushed = 0
    for path, _, declared in SETTINGS:
        for value, words in over_the_edge(declared):
            told = message(changed(CONFIG, path, value))
            assert f"{place(path)} = " in told and words in told, told
            assert declared.meaning[:40] in told
            assert (declared.limits.unit or "") in told
            pushed += 1
    assert pushed > 250


def test_every_choice_pattern_and_type_is_kept():
    for path, value, declared in SETTINGS:
        told = message(changed(CONFIG, path, {"no": "such"} if not isinstance(value, dict) else "nothing"))
        assert place(path) in told
        if declared.choices:
            told = message(changed(CONFIG, path, "no-such-choice"))
            assert f'{place(path)} = "no-such-choice" is not one of' in told
            assert ", ".join(declared.choices) in told or path[-1] == "kind"
        if declared.limits.pattern:
            told = message(changed(CONFIG, path, "?"))
            assert place(path) in told and declared.limits.form in told


def test_every_list_has_the_entries_that_are_declared():
    for path, value, declared in SETTINGS:
        if not isinstance(value, list):
            continue
        if declared.limits.unique and value:
            assert f"{place(path)} = " in message(changed(CONFIG, path, [*value, value[0]]))
        if declared.limits.fewest:
            assert "fewest entries" in message(changed(CONFIG, path, value[: declared.limits.fewest - 1]))
        if declared.limits.most:
            told = message(changed(CONFIG, path, value * (declared.limits.most // len(value) + 1)))
            assert "most entries" in told


def test_unknown_and_missing_keys_are_told_at_every_level():
    blocks = [((), CONFIG, None), *((path, value, d) for path, value, d in SETTINGS if isinstance(value, dict))]
    for path, value, declared in blocks:
        free = declared is not None and declared.items is not None and not declared.keys.choices
        for key in [] if free else value:
            misspelt = f"{key}x" if len(key) > 2 else f"{key}{key}"
            told = message(changed(changed(CONFIG, (*path, misspelt), 1), (*path, key), ...))
            where = place(path) or "the top level"
            assert f"{where} lacks {key};" in told
            if key != "kind":  # without it the other keys cannot be judged
                assert f"unknown key '{misspelt}' at {where}; did you mean '{key}'?" in told
    assert len(blocks) > 30


def test_every_kind_of_a_part_is_tried():
    seen = {value["kind"] for _, value, declared in SETTINGS if declared.alternatives}
    assert seen == {"slot_transformer", "mlp", "unet1d", "unmask", "ancestral"}
    assert all(keys_of(value, declared) for _, value, declared in SETTINGS if declared.alternatives)


def test_config_yaml_is_as_it_is_declared():
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    remedy = "run: python -m superdrift.configuration --write config.yaml"
    assert commented(yaml.safe_load(text)) == text, remedy
    assert max(map(len, text.splitlines())) <= 120


def test_every_meaning_stands_in_config_yaml():
    text = " ".join((ROOT / "config.yaml").read_text(encoding="utf-8").replace("#", " ").split())
    for path, _, declared in settings_of(load()):
        assert declared.meaning and " ".join(declared.meaning.split()) in text, place(path)


def test_writing_keeps_values_and_changes_comments(tmp_path, capsys):
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(load(), sort_keys=False), encoding="utf-8")
    assert main([str(file), "--write"]) == 0
    assert file.read_text(encoding="utf-8") == (ROOT / "config.yaml").read_text(encoding="utf-8")
    assert main([str(file)]) == 0
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")


def test_a_wrong_file_is_left_alone(tmp_path, capsys):
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(changed(load(), ("seed",), -1)), encoding="utf-8")
    before = file.read_text(encoding="utf-8")
    assert main([str(file), "--write"]) == 1
    assert file.read_text(encoding="utf-8") == before
    assert "seed = -1" in capsys.readouterr().err


def test_the_snakefile_loads_no_pytorch():
    code = "import sys, superdrift.configuration; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
