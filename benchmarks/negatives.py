"""How often estimators call measured non-superconductors superconducting that no training row resembles.

The compounds are those of benchmarks/measured_nonsuperconductors.csv, none of them in data/literature.csv. Judged are
the estimators that come with the project, or those of a run; a compound within 0.02 of what they were fitted to is
refused and named. Rows of other names stay in the table, so that estimators stand side by side:

    python -m benchmarks.negatives [--run results/small] [--name before]
"""

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.inputs import CONFIG, ROOT, start
from benchmarks.record import origin, write
from superdrift.composition.distance import TOLERANCE
from superdrift.composition.formula import parse_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError
from superdrift.statistics.intervals import independent_share
from superdrift.superconductors.check import shipped
from superdrift.superconductors.check.estimates import load_estimates
from superdrift.superconductors.tc.classification import classified_superconducting
from superdrift.superconductors.tc.estimator import Estimator

LISTED = ROOT / "benchmarks" / "measured_nonsuperconductors.csv"
RADIUS = 0.02
METHODS = {"trees": "superconducting_probability", "knn": "superconducting_probability_knn"}


def main() -> None:
    """Measure, print and write benchmarks/negatives.parquet."""
    arguments = parsed()
    compounds = arguments.run / "prepare" / "compounds.parquet" if arguments.run else shipped.COMPOUNDS
    if not compounds.is_file():
        raise InputError(f"no {compounds}; name a run that has come so far with --run")
    estimator = load_estimates(compounds, CONFIG, embedded=arguments.run is None).estimator
    with LISTED.open(encoding="utf-8", newline="") as stream:
        formulas = [row["formula"] for row in csv.DictReader(stream)]
    results = measured(estimator, formulas, arguments.name)
    for row in results:
        line = (
            "{estimators} {method:<6} {formula:<18} {value:.3f} [{low:.3f}, {high:.3f}] n = {n} distance {nearest:.3f}"
        )
        print(line.format(**row))
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    write(arguments.output, results, origin(compounds), part="estimators")


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line; quick figures never replace the committed ones."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.negatives", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    made.add_argument("--run", type=Path, help="folder of a run whose estimators are judged; else the project's own")
    made.add_argument("--name", help="of the estimators in the table; the run's folder, or shipped")
    made.add_argument("--quick", action="store_true", help="write elsewhere; it takes seconds anyway")
    made.add_argument("--output", type=Path, help="table to write; benchmarks/negatives.parquet, elsewhere if quick")
    found = made.parse_args(arguments)
    found.name = found.name or (found.run.name if found.run else "shipped")
    folder = ROOT / "results" / "benchmarks-quick" if found.quick else ROOT / "benchmarks"
    found.output = found.output or folder / "negatives.parquet"
    return found


def measured(estimator: Estimator, formulas: list[str], name: str) -> list[dict[str, Any]]:
    """Probability of each compound, and of each method the false-positive rate (formula `all`) with Wilson's interval.

    Raises:
        InputError: where training rows resemble every one of the compounds.
    """
    amounts = np.array([to_vector(parse_formula(formula)) for formula in formulas])
    nearest, _ = CompositionIndex(estimator.neighbours.known.amounts).nearest(amounts)
    far = nearest >= RADIUS - TOLERANCE
    for formula, distance in zip(np.array(formulas)[~far], nearest[~far], strict=True):
        print(f"refused: {formula} lies {distance:.4f} from a training row of '{name}', nearer than {RADIUS}")
    if not far.any():
        raise InputError(f"training rows of '{name}' resemble all of {LISTED}; judge other estimators, or list others")
    estimates = estimator.estimate(amounts[far])
    rows = []
    for method, column in METHODS.items():
        rows += rated(np.array(formulas)[far], estimates[column], nearest[far], estimators=name, method=method)
    return rows


def rated(
    formulas: NDArray[np.str_], probability: NDArray[np.float64], nearest: NDArray[np.float64], **names: str
) -> list[dict[str, Any]]:
    """Rows of one method: the rate first, then each compound's probability; `nearest` is the (smallest) distance."""
    wrong = classified_superconducting(probability)
    value, low, high = independent_share(int(wrong.sum()), len(wrong))
    everything = {"formula": "all", "value": value, "low": low, "high": high, "n": len(wrong),
                  "nearest": float(nearest.min())}  # fmt: skip
    single = [
        {"formula": str(f), "value": float(p), "low": np.nan, "high": np.nan, "n": 1, "nearest": float(d)}
        for f, p, d in zip(formulas, probability, nearest, strict=True)
    ]
    return [names | row for row in (everything, *single)]


if __name__ == "__main__":
    start(main)
