"""What a schema cannot say of the superconductors' part of a configuration; `superdrift.configuration` asks."""

from collections.abc import Iterator, Mapping
from typing import Any

from superdrift.composition.elements import SYMBOLS
from superdrift.run.configuration import nearest, shown
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import family_of
from superdrift.superconductors.encoding import tokens
from superdrift.superconductors.generation.contradictions import contradictions_within
from superdrift.superconductors.generation.drawn_together import drawn_together
from superdrift.superconductors.generation.reference import reference_vector
from superdrift.superconductors.generation.request_text import describe
from superdrift.superconductors.model_blocks import (
    asked_of_climb,
    by_method,
    family_of_start,
    reference_settings,
    request_of,
    requested_family,
)


def inconsistencies(config: Mapping[str, Any]) -> Iterator[str]:
    """Slugs that must exist, formulas that must parse, parts that must fit each other."""
    yield from _catalogue(config)
    yield from _models(config)
    yield from _requests(config)
    yield from _climbs(config)
    yield from _ranges(config)


def _climbs(config: Mapping[str, Any]) -> Iterator[str]:
    """Whether each start can be climbed from by the method chosen."""
    drift, model = config["drift"], config["models"].get(config["train"]["model"])
    if drift["method"] == "published":
        for slug in config["starts"]:
            if slug in drift["sets"]:
                yield f"starts names the set '{slug}'; drift.method = published climbs from single formulas"
        return
    for slug in config["starts"]:
        if slug in config["catalogue"] or slug in drift["sets"]:
            try:
                family_of_start(config, slug)
            except InputError as error:
                yield f"starts: {error}"
    if config["starts"] and model and (model["process"] != "masked" or model["condition_forgotten"] is None):
        yield (
            "drift.method = ascent needs a masked generator that is told Tc, which"
            f" models.{config['train']['model']} is not: set train.model, or condition_forgotten of the model, e.g. to"
            " 0.15, or drift.method to published"
        )
    try:
        asked_of_climb(drift["ascent"]["asked"])
    except InputError as error:
        yield str(error)


def _catalogue(config: Mapping[str, Any]) -> Iterator[str]:
    catalogue, sets = config["catalogue"], config["drift"]["sets"]
    for slug in config["references"]:
        if slug not in catalogue:
            yield f"references names '{slug}', which the catalogue does not hold{nearest(slug, catalogue)}"
    for slug in config["starts"]:
        if slug not in catalogue and slug not in sets:
            yield (
                f"starts names '{slug}', which the catalogue does not hold, nor drift.sets"
                f"{nearest(slug, [*catalogue, *sets])}"
            )
    for slug in sorted(catalogue.keys() & sets.keys()):
        yield f"drift.sets.{slug} has the name of an entry of the catalogue; name it otherwise"
    for slug, entry in catalogue.items():
        try:
            amounts = reference_vector(entry["formula"])
        except InputError as error:
            yield f"catalogue.{slug}.formula: {error}"
        else:
            family = family_of([SYMBOLS[number] for number in amounts.nonzero()[0]])
            if entry["family"] not in ("everything", family):
                yield (
                    f"catalogue.{slug}.family = '{entry['family']}': {entry['formula']} is one of the {family} by its "
                    f"elements; write {family} or everything, or correct the formula"
                )


def _models(config: Mapping[str, Any]) -> Iterator[str]:
    models = config["models"]
    for place in ("train", "condition"):
        name = config[place]["model"]
        if name not in models:
            yield f"{place}.model names '{name}', which models does not hold{nearest(name, models)}"
    networks = {f"models.{name}.denoiser": model["denoiser"] for name, model in models.items()}
    networks["energy.attention"] = config["energy"]["attention"]
    for place, network in networks.items():
        if network.get("heads") and network["width"] % network["heads"]:
            yield (
                f"{place}.width = {network['width']} is not a multiple of its heads, {network['heads']};"
                " each head takes an equal part"
            )
    yield from _references(config)


def _references(config: Mapping[str, Any]) -> Iterator[str]:
    """Whether each reference can be conditioned on by its methods."""
    for slug in config["condition"]["changes"]:
        if slug not in config["references"]:
            hint = nearest(slug, config["references"])
            yield f"condition.changes has '{slug}', which references does not name{hint or '; add it there'}"
    models, chosen = config["models"], {"ilvr": config["condition"]["model"], "inpaint": config["train"]["model"]}
    model = models.get(chosen["ilvr"])
    if by_method(config, "ilvr") and model and model["process"] != "gaussian":
        yield f"condition.model = '{chosen['ilvr']}' is not gaussian; ILVR needs a gaussian model"
    inpainted, model = by_method(config, "inpaint"), models.get(chosen["inpaint"])
    if inpainted and model and model["process"] != "masked":
        yield (
            f"condition.methods names inpaint, but train.model = '{chosen['inpaint']}' is not masked; choose a masked"
            " model, or ilvr"
        )
    for slug in inpainted:
        yield from _kept(config, slug)


def _kept(config: Mapping[str, Any], slug: str) -> Iterator[str]:
    """Whether what stays of a reference is part of it, and leaves something to draw anew."""
    if slug not in config["catalogue"]:
        return
    try:
        amounts = reference_vector(config["catalogue"][slug]["formula"])
    except InputError:
        return  # said of the catalogue
    block, formula = reference_settings(config, slug)["inpaint"], config["catalogue"][slug]["formula"]
    own, keep = {SYMBOLS[number] for number in amounts.nonzero()[0]}, set(block["keep"])
    if not tokens.representable(amounts[None]).all():
        yield (
            f"condition.methods of {slug} names inpaint: the generator cannot write {formula}, with more than"
            f" {tokens.N_SLOTS} elements, {tokens.MAX_INTEGER + 1} atoms or more in its cations or its anions, or an"
            " amount below 0.01; condition it by ilvr"
        )
    elif foreign := sorted(keep - own):
        yield f"condition.inpaint.keep of {slug}: {formula} has no {', '.join(foreign)}; drop it"
    elif keep and block["redraw"] == "tokens":
        yield f"condition.inpaint.keep of {slug} has no part in redraw = tokens; leave it empty"
    elif own <= keep:
        yield f"condition.inpaint.keep of {slug} names all elements of {formula}; leave one to draw anew"
    elif block["redraw"] != "tokens":
        redraw, tolerance = block["redraw"], block["tolerance"]
        for depth in block["depths"]:
            try:
                drawn_together(sorted(own - keep), depth, redraw=redraw, tolerance=tolerance)
            except InputError as error:
                yield f"condition.inpaint.depths of {slug} ({formula}): {error}"


def _requests(config: Mapping[str, Any]) -> Iterator[str]:
    generate = config["generate"]
    limits = {key: frozenset(generate[key]) for key in ("allowed_elements", "forbidden_elements")}
    for slug in generate["requests"]:
        place = f"generate.requests.{slug}"
        try:
            request = request_of(config, slug)
            family = requested_family(config, slug)
        except InputError as error:
            yield str(error)
            continue
        said = f"{place}: '{describe(request)}'"
        for problem in contradictions_within(request, *limits.values()):
            yield f"{said}, with generate.{' and generate.'.join(limits)}: {problem}"
        (low, high), (fewest, most) = request.n_elements, config["screen"]["n_elements"][family]
        if low > most or high < fewest:
            passes = f"screen.n_elements.{family} = {shown([fewest, most])}"
            yield f"{said}: no sample would pass {passes}; change one of the two"
        model = config["models"].get(config["train"]["model"])
        if model and model["process"] != "masked":
            yield f"{place}: a {model['process']} model cannot be asked for anything; set train.model to a masked one"
        elif model and request.tc_at_least_k is not None and model["condition_forgotten"] is None:
            yield (
                f"{said}: models.{config['train']['model']}.condition_forgotten is null, so that the generator is told"
                " no Tc; set it, e.g. to 0.15, or leave Tc out"
            )


def _ranges(config: Mapping[str, Any]) -> Iterator[str]:
    ranges = {f"screen.n_elements.{family}": pair for family, pair in config["screen"]["n_elements"].items()}
    for place, (low, high) in {"prepare.copper_valence": config["prepare"]["copper_valence"], **ranges}.items():
        if low > high:
            yield f"{place} = {shown([low, high])}: the smaller number stands first"
    yield from _hindsight(config)


def _hindsight(config: Mapping[str, Any]) -> Iterator[str]:
    cutoffs, until = config["hindsight"]["cutoffs"], config["prepare"]["until_year"]
    for year in cutoffs if until is not None else ():
        if year >= until:
            yield (
                f"hindsight.cutoffs holds {year}, but prepare.until_year = {until} leaves nothing that was reported"
                " later; give earlier cut-offs, or set prepare.until_year to null"
            )
    most = max(config["hindsight"]["tops"])
    if cutoffs and most > config["rank"]["keep"]:
        yield f"hindsight.tops holds {most}, but rank.keep = {config['rank']['keep']}; raise it or lower tops"
