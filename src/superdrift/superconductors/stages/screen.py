"""Stage screen: projected samples + known compounds → one row of verdicts per sample."""

import sys
from collections.abc import Mapping
from pathlib import Path

from superdrift.io import tables
from superdrift.metals.intermetallics import listed_path
from superdrift.metals.metal_check import MetalCheck
from superdrift.run.command import Run, command
from superdrift.run.compiled import set_threads
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress
from superdrift.superconductors.screening.known_charges import charge_check
from superdrift.superconductors.screening.known_metals import metal_check
from superdrift.superconductors.screening.novelty import KnownCompounds
from superdrift.superconductors.screening.screener import Screener
from superdrift.superconductors.settings.screening import ScreenSettings
from superdrift.superconductors.tables import COMPOUNDS, PROJECTED, SAMPLES, SCREENED


def screen(
    run: Run,
    settings: ScreenSettings,
    *,
    projected: Path,
    samples: Path,
    compounds: Path,
    screened: Path,
    training: str = "false",
) -> None:
    """Judge every row of a source.

    Args:
        run: seed and provenance.
        settings: radii, rules, and the range of elements and noise floor of the source's model.
        projected: the rows to judge.
        samples: the same rows before projection, for the validity that the model itself reached.
        compounds: known compounds; superconductors and others all count as known.
        screened: written, in row order.
        training: true when the rows are known compounds themselves (a baseline): amounts are judged as they
            stand, and the nearest known compound is the nearest of another composition.
    """
    if training not in ("true", "false"):
        raise InputError(f"--training is '{training}'; write true or false")
    set_threads(settings.threads)
    run.reads({listed_path().name: listed_path()})
    screener = known_screener(settings, compounds, baseline=training == "true")
    rows = tables.read(projected, PROJECTED, ["id", "rule"])
    moved = rows.num_rows > 0 and rows["rule"][0].as_py() != "none"
    before = tables.read_batches(samples, SAMPLES, ["id", "amounts"]) if moved else None
    with (
        tables.Writer(screened, SCREENED, run.metadata) as writer,
        Progress(rows.num_rows, f"screen {projected.parent.name}", "row") as progress,
    ):
        for group in tables.read_batches(projected, PROJECTED, ["id", "amounts"]):
            raw = None if before is None else next(before)
            if raw is not None and not raw["id"].equals(group["id"]):
                raise InputError(f"{samples} and {projected} do not hold the same rows; make the latter again")
            for start in range(0, max(1, group.num_rows), settings.batch_size):
                part = group.slice(start, settings.batch_size)
                given = None if raw is None else tables.matrix(raw.slice(start, settings.batch_size)["amounts"])
                writer.append(screener.screen(part["id"].to_numpy(), tables.matrix(part["amounts"]), given))
                progress.advance(part.num_rows)


def known_screener(
    settings: ScreenSettings,
    compounds: Path,
    *,
    baseline: bool,
    all_rows: bool = False,
    metals: MetalCheck | None = None,
    thresholds: Mapping[str, Mapping[str, float]] | None = None,
) -> Screener:
    """A screener that knows the compounds of a table.

    Args:
        settings: of the screening.
        compounds: the table.
        baseline: the rows to judge are these compounds themselves.
        all_rows: judge rows that fail the basic checks too.
        metals: the check of metals; None: fitted to the table, once there is one to judge.
        thresholds: those of the charge check; None: fitted to the table.
    """
    known = tables.read(compounds, COMPOUNDS, ["formula", "superconducting", "amounts", "flags"])
    radii = {"known_radius": settings.known_radius, "novel_radius": settings.novel_radius}
    return Screener(
        settings,
        KnownCompounds(tables.matrix(known["amounts"]), known["formula"].to_pylist(), **radii, others=baseline),
        charge_check(known, settings.charge, thresholds),
        metals or metal_check(known, threads=settings.threads),
        exact=baseline or all_rows,
        all_rows=all_rows,
    )


main = command(screen)

if __name__ == "__main__":
    sys.exit(main())
