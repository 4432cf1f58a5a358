"""Tc in hindsight: what was known at a cut-off, against the superconductors that were first reported after it.

For each cut-off the known compounds are prepared anew from the sources (`prepare.until_year`, no undated rows), the
estimators are fitted to them once (one draw of the folds), and every later compound at least 0.02 from everything known
then is estimated. Rivals in the same table: the published neighbours, extra trees on fractions, the mean of the family:

    python -m benchmarks.hindsight_tc [--run results/small] [--cutoffs 1995 2000 2005] [--quick]

The run's compounds.parquet, of all years, says what came later. Each cut-off replaces its own rows of
benchmarks/hindsight_tc.parquet.
"""

import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.inputs import CONFIG, parsed, parser, public_file, quick_config, stage_command, start
from benchmarks.record import Row, origin, write
from superdrift.io import tables
from superdrift.io.tables import matrix
from superdrift.run.errors import InputError
from superdrift.run.settings import from_mapping
from superdrift.superconductors.hindsight.later import COLUMNS as LATER_COLUMNS
from superdrift.superconductors.hindsight.later import later_compounds
from superdrift.superconductors.hindsight.tc import tc_in_hindsight
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS
from superdrift.superconductors.tc.fitting import fit
from superdrift.superconductors.tc.labelled_compositions import COLUMNS, distinct

CUTOFFS, CUTOFFS_IF_QUICK, SPACING = (1995, 2000, 2005), (1995,), 0.02
SHOWN = ("all", "without_iron", "cuprates", "pnictides", "others")
"""Subsets that are printed; the table has all."""


def main() -> None:
    """Measure, print, and write benchmarks/hindsight_tc.parquet."""
    options = parser("hindsight_tc", __doc__)
    options.add_argument("--cutoffs", type=int, nargs="+", help="last years that are known; 1995 2000 2005")
    arguments = parsed(options)
    config = quick_config() if arguments.quick else CONFIG
    every = tables.read(arguments.compounds, COMPOUNDS)
    for cutoff in arguments.cutoffs or (CUTOFFS_IF_QUICK if arguments.quick else CUTOFFS):
        with tempfile.TemporaryDirectory() as folder:
            then = known_then(config, cutoff, Path(folder))
        rows = measured(every, then, config, cutoff)
        for row in rows:
            if row["subset"] in SHOWN or arguments.quick:
                line = "{split} {model:<12} {metric:<15} {subset:<18} {value:9.3f} [{low:8.3f}, {high:8.3f}]  n = {n}"
                print(line.format(**row))
        write(arguments.output, rows, origin(arguments.compounds), part="split")


def known_then(config: dict[str, Any], cutoff: int, folder: Path) -> pa.Table:
    """compounds.parquet of what was known at the cut-off, made by the stage `prepare` from the sources."""
    settings = config["prepare"] | {"until_year": cutoff, "keep_undated": False}
    files = {"--sources": [public_file(name) for name in settings["sources"]],
             "--compounds": [folder / "compounds.parquet"], "--rejected": [folder / "rejected.parquet"]}  # fmt: skip
    command = stage_command("prepare", settings, seed=CONFIG["seed"])
    for name, paths in files.items():
        command += [name, *map(str, paths)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"the stage prepare failed for the cut-off {cutoff}:\n{done.stderr}")
    return tables.read(folder / "compounds.parquet", COMPOUNDS)


def measured(every: pa.Table, then: pa.Table, config: dict[str, Any], cutoff: int) -> list[Row]:
    """Scores of one cut-off, and what they were measured on."""
    settings = from_mapping(FitSettings, {**config["estimate"], "repeats": 1}, place="estimate")
    known = distinct(then.select(COLUMNS), settings.exclude_flags)
    later = later_compounds(every.select(LATER_COLUMNS), matrix(then["amounts"]), cutoff=cutoff, spacing=SPACING)
    fitted = fit(known, settings, seed=CONFIG["seed"])
    scores = tc_in_hindsight(fitted.estimator, known, later, forest=settings.forest, seed=CONFIG["seed"], cutoff=cutoff)
    return [asdict(score) | {"known_superconductors": int(known.superconducting.sum())} for score in scores]


if __name__ == "__main__":
    start(main)
