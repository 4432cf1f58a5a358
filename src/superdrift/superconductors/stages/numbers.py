"""Stage numbers: the tables of a run → the numbers that the report states."""

import sys
from collections.abc import Iterable
from pathlib import Path

from superdrift.io.contract import RunFiles
from superdrift.report.numbers import Number, write
from superdrift.run.command import Run, command
from superdrift.superconductors.contract import CONTRACT
from superdrift.superconductors.report.corrected import Calibration, corrected_numbers
from superdrift.superconductors.report.run_numbers import (
    candidate_numbers,
    drift_numbers,
    energy_numbers,
    family_numbers,
    history_numbers,
    known_energy_numbers,
    measured_tc_numbers,
    prepare_numbers,
    score_numbers,
)
from superdrift.superconductors.report.source_numbers import (
    estimated_numbers,
    projected_numbers,
    read_screened,
    screened_numbers,
    training_numbers,
)
from superdrift.superconductors.settings.report import NumbersSettings
from superdrift.superconductors.sources import KNOWN, generated_names, source_name


def numbers(
    run: Run,
    settings: NumbersSettings,
    *,
    folder: Path,
    families: list[str],
    requests: list[str],
    references: list[str],
    inpainted: list[str],
    starts: list[str],
    energy_scores: list[Path],
    numbers: Path,
) -> None:
    """Compute report/numbers.parquet.

    Args:
        run: provenance.
        settings: what counts as distinct, and the published rates.
        folder: the run's folder; its files are found through the contract.
        families: model families that were sampled.
        requests: names of the requests that were sampled.
        references: references that were conditioned on by ILVR.
        inpainted: references of which part was drawn anew.
        starts: starts of the drift.
        energy_scores: scores of the models of formation energies, of this run or shipped.
        numbers: written.
    """
    files = RunFiles(CONTRACT, folder, run.reads)
    calibration = Calibration.read(files.path("held_out"), (settings.published_tp, settings.published_fp))
    sources, radius = generated_names(families, requests, references, starts, inpainted), settings.novel_radius
    compounds, phases = files.path("compounds"), files.path("phases")
    rows = [
        prepare_numbers(compounds, files.path("rejected")),
        *(history_numbers(family, path) for family, path in files.each("history", families).items()),
        score_numbers(files.path("scores")),
        _once(row for path in energy_scores for row in energy_numbers(path)),
        *(_of_source(source, files, radius=radius, rates=calibration) for source in sources),
        *(_of_known(family, files, radius=radius) for family in families),
        *(measured_tc_numbers(compounds, family) for family in families),
        *(known_energy_numbers(phases, family) for family in families),
        family_numbers(files.path("families"), sources),
        *(drift_numbers(start, path) for start, path in files.each("trajectories", starts).items()),
        candidate_numbers(files.path("candidates")),
    ]
    write(numbers, [row for part in rows for row in part], run.metadata)


def _once(rows: Iterable[Number]) -> list[Number]:
    """The first row of each source and quantity: every table of scores holds the same null."""
    found: dict[tuple[str, str], Number] = {}
    for row in rows:
        found.setdefault((row.source, row.quantity), row)
    return list(found.values())


def _of_source(source: str, files: RunFiles, *, radius: float, rates: Calibration) -> list[Number]:
    """Screening, projection and estimates of one source."""
    screening = read_screened(files.path("screened", source=source))
    rows = screened_numbers(screening, source, novel_radius=radius)
    rows += projected_numbers(screening, source, files.path("projected", source=source))
    values, classified = estimated_numbers(screening, source, files.path("estimated", source=source))
    return rows + values + corrected_numbers(source, classified, rates)


def _of_known(family: str, files: RunFiles, *, radius: float) -> list[Number]:
    """Screening of the known superconductors of a family."""
    screening = read_screened(files.path("screened", source=source_name(KNOWN, family)))
    return training_numbers(screening, family, novel_radius=radius)


main = command(numbers)

if __name__ == "__main__":
    sys.exit(main())
