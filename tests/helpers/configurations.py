"""config.yaml and the presets as Snakemake merges them, and walks over what is declared of them."""

import copy
from collections.abc import Mapping
from pathlib import Path

import yaml

from superdrift.configuration import Configuration
from superdrift.run.schema import kind_of
from superdrift.run.settings import declarations

ROOT = Path(__file__).resolve().parents[2]
PRESETS = (
    (),
    ("demo",),
    ("test",),
    ("small",),
    ("small", "gpu"),
    ("shipped",),
    ("crystals-demo",),
    ("crystals-demo", "crystals-relax"),
)


def load(*presets):
    """config.yaml with presets merged into it as Snakemake does: dictionaries merge, the rest is replaced."""

    def merge(base, update):
        for key, value in update.items():
            if isinstance(value, dict) and isinstance(base.get(key), dict):
                merge(base[key], value)
            else:
                base[key] = copy.deepcopy(value)
        return base

    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    for name in presets:
        merge(config, yaml.safe_load((ROOT / f"workflow/presets/{name}.yaml").read_text(encoding="utf-8")))
    return config


def changed(config, path, value):
    """A copy of a configuration with one value replaced, or taken out where it is ..."""
    config = copy.deepcopy(config)
    inner = config
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return config


def keys_of(value, declared):
    """What is declared of the keys of a block or dict, and of the entries of a list."""
    if declared.alternatives:
        return declarations(next(block for block in declared.alternatives if kind_of(block) == value["kind"]))
    if isinstance(value, Mapping):
        return dict.fromkeys(value, declared.items) if declared.items else declarations(declared.type)
    return dict.fromkeys(range(len(value)), declared.items) if isinstance(value, list) else {}


def walk(value, declared, path=()):
    """Every setting of a configuration: its path, its value, its declaration."""
    for key, inner in keys_of(value, declared).items():
        yield (*path, key), value[key], inner
        yield from walk(value[key], inner, (*path, key))


def settings_of(config):
    """`walk` over a whole configuration."""
    for key, declared in declarations(Configuration).items():
        yield (key,), config[key], declared
        yield from walk(config[key], declared, (key,))
