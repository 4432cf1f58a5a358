"""Every setting of a stage is declared once: in the configuration, or taken from another block of it."""

import importlib
import inspect
import pkgutil
from dataclasses import fields, is_dataclass
from typing import get_args

import pytest
from configurations import ROOT, load, settings_of

import superdrift
from superdrift.charges.oxidation_state_sets import OXIDATION_SETS
from superdrift.charges.settings import OxidationStates
from superdrift.diffusion.samplers import SAMPLERS
from superdrift.energies.ensemble import NETWORKS
from superdrift.energies.settings import EnergyBlock
from superdrift.run.schema import kind_of
from superdrift.run.settings import declarations, sources
from superdrift.superconductors.data.families import MODEL_FAMILIES
from superdrift.superconductors.generation.model import DENOISERS, PROCESSES
from superdrift.superconductors.settings import Configuration
from superdrift.superconductors.settings.data import Flags, ModelFamily
from superdrift.superconductors.settings.generation import ModelSettings


def modules():
    """Every module of the package that declares settings of a block or a stage."""
    for found in pkgutil.walk_packages(superdrift.__path__, "superdrift."):
        if "settings" in found.name.split(".") and found.name != "superdrift.run.settings":
            yield importlib.import_module(found.name)


BLOCKS = sorted(
    {
        value
        for module in modules()
        for value in vars(module).values()
        if inspect.isclass(value) and is_dataclass(value) and "settings" in value.__module__.split(".")
        and value.__module__ != "superdrift.run.settings"
    },
    key=lambda block: (block.__module__, block.__name__),
)  # fmt: skip


def paths():
    """Declared places, as they are written in `passed`: * for the names of models and for each family."""
    for path, _, declared in settings_of(load()):
        parts = [str(part) for part in path]
        yield ".".join(parts), declared
        if path[0] == "models" and len(path) > 1:
            yield ".".join(["models", "*", *parts[2:]]), declared
        if path[:2] == ("crystals", "catalogue") and len(path) == 4:
            yield f"crystals.catalogue.*.{parts[3]}", declared
        if path[:2] == ("screen", "n_elements") and len(path) == 3:
            yield "screen.n_elements.*", declared


PLACES = dict(paths())


def test_blocks_are_found():
    assert Configuration in BLOCKS and EnergyBlock in BLOCKS and len(BLOCKS) > 30


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_every_field_has_a_meaning_or_a_source(block):
    declared = declarations(block)
    assert set(declared) | set(sources(block)) == {field.name for field in fields(block)}
    assert all(len(declaration.meaning) > 4 for declaration in declared.values())


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_no_setting_is_declared_a_second_time(block):
    for name in (field.name for field in fields(block)):
        declaring = [cls.__name__ for cls in block.__mro__ if name in vars(cls).get("__annotations__", {})]
        assert len(declaring) == 1, f"{name} is declared by {' and '.join(declaring)}"


def test_every_declared_setting_stands_in_the_configuration():
    """A stage's settings are its block's, inherited; none is declared beside the configuration."""
    known = {declared.origin for _, _, declared in settings_of(load())} | {
        declaration.origin for declaration in declarations(Configuration).values()
    }
    for block in BLOCKS:
        beside = [name for name, declaration in declarations(block).items() if declaration.origin not in known]
        assert not beside, f"{block.__name__}: {beside}"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_what_is_taken_from_another_block_is_declared_there(block):
    for places in sources(block).values():
        assert set(places) <= set(PLACES)


def test_choices_are_what_the_code_offers():
    model = declarations(ModelSettings)
    assert get_args(ModelFamily) == MODEL_FAMILIES
    assert set(get_args(OxidationStates)) == set(OXIDATION_SETS)
    assert set(model["process"].choices) == set(PROCESSES)
    assert {kind_of(block) for block in model["denoiser"].alternatives} == set(DENOISERS)
    assert {kind_of(block) for block in model["sampler"].alternatives} == set(SAMPLERS)
    assert set(declarations(EnergyBlock)["use"].choices) == {*NETWORKS, "shipped"}


def test_every_flag_is_explained():
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    (flags,) = get_args(get_args(Flags)[0])
    assert all(f"`{flag}`" in text for flag in get_args(flags))
