"""What the generators of the families are trained and sampled with: settings of the stages, from a configuration."""

from collections.abc import Mapping
from typing import Any

CHANGED_BY_BASE = ("steps", "learning_rate", "validate_every")
"""Settings of the training that a family changes when it starts from another one's weights."""
OF_THE_PROCESS = ("kind", "steps")
"""Settings of the sampler that the process depends on: a model is not trained again to be sampled otherwise."""


def base_family(config: Mapping[str, Any], family: str) -> str | None:
    """Family whose weights the generator of another one starts from; None where it starts afresh."""
    base = config["train"]["base"]
    started = base is not None and family in base["versions"] and family != base["family"]
    return base["family"] if started else None


def train_settings(config: Mapping[str, Any], model: str, family: str | None = None) -> dict[str, Any]:
    """Settings of the stage train for a named model; a family that starts from the base changes those of the block."""
    block = dict(config["models"][model])
    block["sampler"] = {name: value for name, value in block["sampler"].items() if name in OF_THE_PROCESS}
    if family is not None and base_family(config, family):
        block["training"] = block["training"] | {name: config["train"]["base"][name] for name in CHANGED_BY_BASE}
    return {"model": block, **{name: config["train"][name] for name in ("device", "exclude_flags")}}


def sampler(config: Mapping[str, Any], family: str) -> dict[str, Any]:
    """Sampler of the generator for one family; settings that differ between families are given for each."""
    block = config["models"][config["train"]["model"]]["sampler"]
    return {name: value[family] if isinstance(value, dict) else value for name, value in block.items()}
