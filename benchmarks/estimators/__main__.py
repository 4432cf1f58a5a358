"""The estimators of Tc and superconductivity: held-out scores, rivals, withheld doping series, speed.

    python benchmarks/estimators results/small/prepare/compounds.parquet
    python benchmarks/estimators COMPOUNDS --parts speed --samples results/paper/generate/cuprates/samples.parquet

Parts: scores (all splits, as often as config.yaml says), rivals (other estimators in the same folds), series (doping
series predicted with all near-duplicates withheld), speed (the stage `estimate` on a table of samples). Each part
replaces its own rows of benchmarks/estimators.parquet.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from rivals import rivals
from series import series
from speed import speed

from superdrift.io import tables
from superdrift.io.tables import METADATA_KEY
from superdrift.run.settings import from_mapping
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS
from superdrift.superconductors.tc.fitting import fit
from superdrift.superconductors.tc.labelled_compositions import COLUMNS, Known, distinct

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = ROOT / "benchmarks" / "estimators.parquet"
Row = dict[str, Any]


def main() -> None:
    """Measure, print, and write benchmarks/estimators.parquet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("compounds", type=Path)
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=["scores", "rivals", "series"])
    parser.add_argument("--samples", type=Path, help="samples.parquet that the part `speed` estimates")
    arguments = parser.parse_args()
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    settings = from_mapping(FitSettings, config["estimate"], place="estimate")
    known = distinct(tables.read(arguments.compounds, COMPOUNDS, COLUMNS), settings.exclude_flags)
    for part in arguments.parts:
        if part == "speed" and arguments.samples is None:
            parser.error("the part `speed` needs --samples")
        rows = []
        for row in PARTS[part](known, settings, arguments):
            print("  ".join(f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()))
            rows.append({"part": part, **row})
        _write(part, rows, arguments.compounds)


def _scores(known: Known, settings: FitSettings, _: argparse.Namespace) -> Iterator[Row]:
    for found in fit(known, settings, seed=yaml.safe_load((ROOT / "config.yaml").read_text())["seed"]).scores:
        yield asdict(found)


PARTS: dict[str, Callable[[Known, FitSettings, argparse.Namespace], Iterator[Row]]] = {
    "scores": _scores,
    "rivals": lambda known, settings, _: rivals(known, settings),
    "series": lambda known, settings, _: series(known, settings, ROOT / "docs" / "figures" / "doping.svg"),
    "speed": lambda _known, _settings, arguments: speed(arguments.compounds.parents[1], arguments.samples),
}


def _write(part: str, rows: list[Row], compounds: Path) -> None:
    """Replace the rows of one part."""
    names = ("part", "model", "split", "metric", "subset", "value", "low", "high", "unit", "n", "repeats", "repeat_sd")
    origin = {}
    if WRITTEN.is_file():
        before = pq.read_table(WRITTEN)
        origin = json.loads((before.schema.metadata or {}).get(METADATA_KEY, b"{}"))
        rows = [row for row in before.to_pylist() if row["part"] != part] + rows
    origin[part] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).date().isoformat(),
        "compounds": tables.read_metadata(compounds).get("inputs"),
    }
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: json.dumps(origin)}), WRITTEN)


if __name__ == "__main__":
    main()
