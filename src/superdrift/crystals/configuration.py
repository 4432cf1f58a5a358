"""What a schema cannot say of the block `crystals` of a configuration; `superdrift.configuration` asks."""

from collections.abc import Iterator, Mapping
from typing import Any

from superdrift.composition.formula import integer_counts, parse_formula
from superdrift.run.configuration import nearest
from superdrift.run.errors import InputError


def inconsistencies(crystals: Mapping[str, Any]) -> Iterator[str]:
    """Sources that must be in the catalogue, shares that must leave something to train on, formulas that must parse."""
    catalogue, gather = crystals["catalogue"], crystals["gather"]
    for slug in crystals["sources"]:
        if slug not in catalogue:
            yield f"crystals.sources names '{slug}', which crystals.catalogue does not hold{nearest(slug, catalogue)}"
    held = gather["test_share"] + gather["validation_share"]
    if held > 0.5:
        yield f"crystals.gather.test_share and validation_share are {held:g} together; lower one, to at most 0.5"
    for formula in crystals["propose"]["formulas"]:
        try:
            integer_counts(parse_formula(formula))
        except InputError as error:
            yield f"crystals.propose.formulas: {error}"
