"""The estimators of Tc and superconductivity: held-out scores, rivals, withheld doping series, speed.

    python -m benchmarks.estimators [--run results/small] [--quick]
    python -m benchmarks.estimators --parts speed --samples results/paper/generate/cuprates/samples.parquet

Parts: scores (all splits, as often as config.yaml says), rivals (other estimators in the same folds), series (doping
series predicted with all near-duplicates withheld), speed (the stage `estimate` on a table of samples; without
`--samples`, on 500,000 made of the run's cuprates). Each part replaces its own rows of benchmarks/estimators.parquet.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.estimators.rivals import rivals
from benchmarks.estimators.series import series
from benchmarks.estimators.speed import speed
from benchmarks.inputs import CONFIG, ROOT, parsed, parser, quick_config, start
from benchmarks.record import origin, write
from superdrift.io import tables
from superdrift.run.settings import from_mapping
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS
from superdrift.superconductors.tc.fitting import fit
from superdrift.superconductors.tc.labelled_compositions import COLUMNS, Known, distinct

Row = dict[str, Any]
ROWS, ROWS_IF_QUICK = 500_000, 1000
"""Rows of the part `speed` without a table of samples."""


def main() -> None:
    """Measure, print, and write benchmarks/estimators.parquet."""
    options = parser("estimators", __doc__)
    options.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    options.add_argument("--samples", type=Path, help="samples.parquet that the part `speed` estimates")
    arguments = parsed(options)
    config = quick_config() if arguments.quick else CONFIG
    settings = from_mapping(FitSettings, config["estimate"], place="estimate")
    known = distinct(tables.read(arguments.compounds, COMPOUNDS, COLUMNS), settings.exclude_flags)
    for part in arguments.parts:
        rows = []
        for row in PARTS[part](known, settings, arguments):
            print("  ".join(f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()))
            rows.append({"part": part, **row})
        write(arguments.output, rows, origin(arguments.compounds), part="part")


def _scores(known: Known, settings: FitSettings, _: argparse.Namespace) -> Iterator[Row]:
    for found in fit(known, settings, seed=CONFIG["seed"]).scores:
        yield asdict(found)


def _series(known: Known, settings: FitSettings, arguments: argparse.Namespace) -> Iterator[Row]:
    folder = arguments.output.parent if arguments.quick else ROOT / "docs" / "figures"
    return series(known, settings, folder / "doping.svg")


def _speed(_: Known, __: FitSettings, arguments: argparse.Namespace) -> Iterator[Row]:
    return speed(arguments.run, arguments.samples, rows=ROWS_IF_QUICK if arguments.quick else ROWS)


PARTS: dict[str, Callable[[Known, FitSettings, argparse.Namespace], Iterator[Row]]] = {
    "scores": _scores,
    "rivals": lambda known, settings, _: rivals(known, settings),
    "series": _series,
    "speed": _speed,
}


if __name__ == "__main__":
    start(main)
