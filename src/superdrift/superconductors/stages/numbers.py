"""Rule `numbers`: every number of the run that is reported anywhere, from its tables."""

import sys
from collections.abc import Iterable
from pathlib import Path

from superdrift.report.numbers import Number, write
from superdrift.run.command import Run, command
from superdrift.superconductors.report.corrected import Calibration, corrected_numbers
from superdrift.superconductors.report.provenance_records import paired
from superdrift.superconductors.report.run_numbers import (
    candidate_numbers,
    drift_numbers,
    energy_numbers,
    history_numbers,
    known_energy_numbers,
    measured_tc_numbers,
    prepare_numbers,
    score_numbers,
)
from superdrift.superconductors.report.source_numbers import (
    estimated_numbers,
    group_numbers,
    projected_numbers,
    read_screened,
    screened_numbers,
    training_numbers,
)
from superdrift.superconductors.settings import NumbersSettings


def numbers(
    run: Run,
    settings: NumbersSettings,
    *,
    compounds: Path,
    rejected: Path,
    scores: Path,
    held_out: Path,
    phases: Path,
    energy_scores: list[Path],
    candidates: Path,
    history_families: list[str],
    histories: list[Path],
    sources: list[str],
    screened: list[Path],
    estimated: list[Path],
    projected: list[Path],
    training_families: list[str],
    training_screened: list[Path],
    cluster_sources: list[str],
    groups: list[Path],
    start_names: list[str],
    trajectories: list[Path],
    numbers: Path,
) -> None:
    """Compute report/numbers.parquet. Each list of names is parallel to the lists of files that follow it.

    `sources` goes with `screened`, `estimated` and `projected`; `training_screened` are the known
    superconductors of a version, run through the same screening.
    """
    curves = paired(history_families, histories, of="--history-families", option="--histories")
    known = paired(training_families, training_screened, of="--training-families", option="--training-screened")
    found = paired(cluster_sources, groups, of="--cluster-sources", option="--groups")
    climbs = paired(start_names, trajectories, of="--start-names", option="--trajectories")
    verdicts, estimates, projections = (
        paired(sources, files, of="--sources", option=option)
        for option, files in (
            ("--screened", screened),
            ("--estimated", estimated),
            ("--projected", projected),
        )
    )
    measured = score_numbers(scores)
    calibration = Calibration.read(held_out, (settings.published_tp, settings.published_fp))
    radius = settings.novel_radius
    rows = [
        prepare_numbers(compounds, rejected),
        *(history_numbers(family, path) for family, path in curves.items()),
        measured,
        _once(row for path in energy_scores for row in energy_numbers(path)),
        *(_of_source(s, verdicts[s], estimates[s], projections[s], radius=radius, rates=calibration) for s in sources),
        *(training_numbers(read_screened(path), family, novel_radius=radius) for family, path in known.items()),
        *(measured_tc_numbers(compounds, family) for family in known),
        *(known_energy_numbers(phases, family) for family in known),
        *(group_numbers(source, path) for source, path in found.items()),
        *(drift_numbers(start, path) for start, path in climbs.items()),
        candidate_numbers(candidates),
    ]
    write(numbers, [row for part in rows for row in part], run.metadata)


def _once(rows: Iterable[Number]) -> list[Number]:
    """The first row of each source and quantity: every table of scores holds the same null."""
    found: dict[tuple[str, str], Number] = {}
    for row in rows:
        found.setdefault((row.source, row.quantity), row)
    return list(found.values())


def _of_source(
    source: str, screened: Path, estimated: Path, projected: Path, *, radius: float, rates: Calibration
) -> list[Number]:
    """Screening, projection and estimates of one source."""
    screening = read_screened(screened)
    rows = screened_numbers(screening, source, novel_radius=radius)
    rows += projected_numbers(screening, source, projected)
    values, classified = estimated_numbers(screening, source, estimated)
    return rows + values + corrected_numbers(source, classified, rates)


main = command(numbers)

if __name__ == "__main__":
    sys.exit(main())
