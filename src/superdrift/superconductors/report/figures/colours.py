"""One colour for each family of superconductors in every figure."""

from superdrift.report.figure_style import OTHER, PALETTE
from superdrift.superconductors.data.families import MODEL_FAMILIES

COLOUR = dict(zip(MODEL_FAMILIES, PALETTE, strict=True))


def colour_of(source: str) -> str:
    """The colour of a family; sources that are no family (`ilvr-…`, `drift-…`) share a dark grey."""
    return COLOUR.get(source, OTHER)
