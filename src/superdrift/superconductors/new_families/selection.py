"""Which compounds go on the map: generated ones worth grouping, and known ones of the same family."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.superconductors.data.families import members
from superdrift.superconductors.data.row_selection import superconducting
from superdrift.superconductors.screening.verdicts import Verdicts
from superdrift.superconductors.sources import GENERATED, parse_name


def worth_grouping(screened: pa.Table) -> NDArray[np.bool_]:
    """Candidates that are valid by either rule of charges, or of metals alone and like known ones.

    The families of known compounds are on the map already, and a cloud of invalid rows is no new family.

    Args:
        screened: basic_pass, duplicate, novel, valid_published, charge_valid, metal_plausible.
    """
    verdicts = Verdicts.of(screened)
    return verdicts.candidate & (verdicts.valid | verdicts["metal_plausible"])


def known_family(compounds: pa.Table, *, source: str, generated_families: Collection[str]) -> NDArray[np.bool_]:
    """Known superconductors of a source's family; for a source that is no family's, of the families it generated.

    Args:
        compounds: family, superconducting.
        source: name of the source.
        generated_families: families of its generated compounds.
    """
    families = compounds["family"].to_pylist()
    kind, subject = parse_name(source)
    if kind == GENERATED:
        return superconducting(compounds) & members(families, subject)
    return superconducting(compounds) & np.isin(np.array(families, dtype=object), sorted(set(generated_families)))


def draw(table: pa.Table, mask: NDArray[np.bool_], *, most: int, stream: np.random.Generator) -> pa.Table:
    """At most `most` of the rows that a mask lets through, drawn at random, in the order of the table."""
    rows = np.flatnonzero(mask)
    if len(rows) > most:
        rows = np.sort(stream.choice(rows, most, replace=False))
    return table.take(pa.array(rows))
