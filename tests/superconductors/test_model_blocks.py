"""Settings of the stages that draw samples around references, from a configuration."""

from configurations import load

from superdrift.configuration import validate
from superdrift.run.settings import from_mapping
from superdrift.superconductors.model_blocks import by_method, condition_settings, inpaint_settings
from superdrift.superconductors.settings import ConditionSettings, InpaintSettings


def test_what_changes_for_one_reference_changes_for_it_alone():
    config = load()
    config["condition"]["changes"] = {
        "naalge": {
            "methods": ["ilvr", "inpaint"], "samples": 7, "inpaint": {"keep": ["Ge"], "tolerance": {"anions": 0.1}},
        },
        "liga2rh": {"scales": [5], "methods": ["inpaint"]},
    }  # fmt: skip
    validate(config)
    assert by_method(config, "inpaint") == ["liga2rh", "naalge"]
    assert "naalge" in by_method(config, "ilvr") and "liga2rh" not in by_method(config, "ilvr")
    own = from_mapping(InpaintSettings, inpaint_settings(config, "naalge", "others"), place="inpaint")
    assert (own.samples, own.keep, own.tolerance) == (7, ["Ge"], {"cations": 0.0, "anions": 0.1})
    assert own.sampler["element_temperature"] == 1.0
    other = from_mapping(InpaintSettings, inpaint_settings(config, "liga2rh", "others"), place="inpaint")
    assert (other.samples, other.keep) == (config["condition"]["samples"], [])
    ilvr = from_mapping(ConditionSettings, condition_settings(config, "naalge"), place="condition")
    assert (ilvr.samples, ilvr.scales) == (7, [2, 3, 4])
