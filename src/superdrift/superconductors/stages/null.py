"""Stage null: known compounds → as many proposals without a model as the generator makes samples."""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.substitution import data_mined
from superdrift.composition.vector import atomic_fractions, distinct_compositions
from superdrift.io import tables
from superdrift.run import seeds
from superdrift.run.command import Run, command
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import members
from superdrift.superconductors.data.row_selection import superconducting, unflagged
from superdrift.superconductors.nulls.noise import shaken
from superdrift.superconductors.nulls.substitution import pettifor, substituted
from superdrift.superconductors.settings.hindsight import NullSettings
from superdrift.superconductors.tables import COMPOUNDS, SAMPLES


def null(run: Run, settings: NullSettings, *, compounds: Path, method: str, family: str, samples: Path) -> None:
    """Draw proposals of one null for one family.

    Args:
        run: seed and provenance.
        settings: how the null proposes, and how many.
        compounds: prepare/compounds.parquet; the superconductors that the generator of the family learns from.
        method: substitution, pettifor or noise.
        family: cuprates, pnictides, others or everything.
        samples: the table to write.
    """
    table = tables.read(compounds, COMPOUNDS, ["family", "superconducting", "flags", "amounts"])
    chosen = members(table["family"].to_pylist(), family) & superconducting(table)
    known = tables.matrix(table["amounts"])[chosen & unflagged(table, settings.exclude_flags)]
    if len(known) == 0:
        raise InputError(f"no known compound of the family {family} is left to propose from; drop the family")
    known = known[distinct_compositions(atomic_fractions(known))]
    amounts = _proposed(known, method, settings, seeds.generator(run.seed, "null", method, family))
    tables.write(samples, SAMPLES, {"id": np.arange(len(amounts)), "amounts": amounts}, run.metadata)


def _proposed(
    known: NDArray[np.float32], method: str, settings: NullSettings, generator: np.random.Generator
) -> NDArray[np.float32]:
    if method == "noise":
        return shaken(known, settings.samples, relative_sd=settings.noise, generator=generator)
    if method not in ("substitution", "pettifor"):
        raise InputError(f"hindsight.nulls names '{method}'; it may hold substitution, pettifor, noise")
    chances = data_mined() if method == "substitution" else pettifor(settings.pettifor_reach)
    return substituted(known, chances, settings.samples, whole_share=settings.whole_share, generator=generator)


main = command(null)

if __name__ == "__main__":
    sys.exit(main())
