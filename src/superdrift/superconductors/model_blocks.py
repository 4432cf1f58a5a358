"""What the generators of the families are trained and sampled with: settings of the stages, from a configuration."""

from collections.abc import Collection, Mapping
from typing import Any

from superdrift.run.errors import InputError
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.request_text import describe, parse_request

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


def generate_settings(config: Mapping[str, Any], family: str, request: str | None = None) -> dict[str, Any]:
    """Settings of the stage generate: samples of a family, or of what a request of this name asks of its model."""
    block = {name: value for name, value in config["generate"].items() if name != "requests"}
    asked = None if request is None else describe(request_of(config, request))
    return {**block, "sampler": sampler(config, family), "request": asked}


def reference_settings(config: Mapping[str, Any], reference: str) -> dict[str, Any]:
    """What of the block `condition` holds for one reference: methods, samples and settings of the methods."""
    block = {name: value for name, value in config["condition"].items() if name not in ("model", "changes")}
    return merged(block, config["condition"]["changes"].get(reference, {}))


def by_method(config: Mapping[str, Any], method: str) -> list[str]:
    """References of a configuration that samples are drawn around by a method, in its order."""
    return [slug for slug in config["references"] if method in reference_settings(config, slug)["methods"]]


def condition_settings(config: Mapping[str, Any], reference: str) -> dict[str, Any]:
    """Settings of the stage condition for one reference."""
    block = reference_settings(config, reference)
    return {name: value for name, value in block.items() if name not in ("methods", "inpaint", "controls")}


def control_settings(config: Mapping[str, Any], reference: str) -> dict[str, Any]:
    """Settings of the stage control for one reference: as it was sampled, by the model that it was sampled with."""
    block = {name: value for name, value in reference_settings(config, reference).items()
             if name not in ("methods", "inpaint", "samples")}  # fmt: skip
    return {**block, "noise_floor": config["models"][config["condition"]["model"]]["noise_floor"]}


def inpaint_settings(config: Mapping[str, Any], reference: str, family: str) -> dict[str, Any]:
    """Settings of the stage inpaint for one reference, by the generator of a family."""
    block = reference_settings(config, reference)
    drawn = {name: block[name] for name in ("samples", "batch_size", "device", "threads")}
    elements = {name: config["generate"][name] for name in ("allowed_elements", "forbidden_elements")}
    return {**drawn, **block["inpaint"], **elements, "sampler": sampler(config, family)}


def family_of_start(config: Mapping[str, Any], start: str) -> str:
    """Family of the generator that the climb from a start, or from a set, goes by: of all families where there is one.

    Raises:
        InputError: where no generator of the run writes its compounds.
    """
    families, drift = config["families"], config["drift"]
    own = (config["catalogue"].get(start) or drift["sets"][start])["family"]
    if "everything" in families:
        return "everything"
    if own in families and drift["ascent"]["families"] == "own":
        return own
    raise InputError(
        f"the climb from {start} goes by the generator of everything, which families lacks; add it, or set"
        f" drift.ascent.families to own and add {own}"
    )


def asked_of_climb(text: str | None) -> Request:
    """What every compound on a climb holds, from `drift.ascent.asked`.

    Raises:
        InputError: for clauses that cannot be read, exclude each other, or ask for a Tc, which the climb raises anyway.
    """
    place = "drift.ascent.asked"
    request = Request() if text is None else parse_request(text, place=place)
    if request.tc_at_least_k is not None:
        raise InputError(f"{place}: a climb has no Tc to ask for; leave it out, and set drift.ascent.to_k to bound it")
    return request


def ascend_settings(config: Mapping[str, Any], start: str) -> dict[str, Any]:
    """Settings of the stage ascend for a start or a set of starts."""
    drift = config["drift"]
    block = {name: drift[name] for name in ("objective", "ascent", "exclude_flags", "device", "threads")}
    family = family_of_start(config, start)
    chosen = None if start in config["catalogue"] else drift["sets"][start]
    block |= {name: config["generate"][name] for name in ("allowed_elements", "forbidden_elements")}
    return {**block, "sampler": sampler(config, family), "start_set": chosen}


def merged(block: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A block with some of its values changed; dictionaries merge, the rest is replaced."""
    return {
        name: merged(value, changes[name])
        if isinstance(value, Mapping) and name in changes
        else changes.get(name, value)
        for name, value in block.items()
    }


def request_of(config: Mapping[str, Any], slug: str) -> Request:
    """What a request of the configuration asks for.

    Raises:
        InputError: where there is none of this name, or it cannot be read.
    """
    requests = config["generate"]["requests"]
    if slug not in requests:
        known = ", ".join(requests) or "none"
        raise InputError(f"generate.requests has no '{slug}'; it has {known}")
    return parse_request(requests[slug], place=f"generate.requests.{slug}")


def requested_family(config: Mapping[str, Any], slug: str) -> str:
    """Family of the model that a request of the configuration is drawn from.

    Raises:
        InputError: see `request_of`; where the run has no model to draw it from.
    """
    return drawing_family(request_of(config, slug), config["families"], place=f"generate.requests.{slug}")


def drawing_family(request: Request, families: Collection[str], *, place: str) -> str:
    """Family of the model that a request is drawn from: its own, or everything.

    Args:
        request: what is asked for.
        families: those that there are models of.
        place: where the request stands, for messages.

    Raises:
        InputError: where there is neither model.
    """
    for family in (request.family, "everything"):
        if family in families:
            return family
    wanted = "everything" if request.family == "everything" else f"{request.family} or everything"
    raise InputError(
        f"{place} asks for {request.family}, but there are models of {', '.join(families)} only; add {wanted} to"
        " `families`, or ask for one of those"
    )
