"""What marks real stoichiometry without chemistry: shares of SuperCon, of the published compounds, and of noise.

Noise: SuperCon's own rows with every amount changed by up to 0.05. The published compounds are `superdiff_cuprates` of
data/registry.yaml:

    python -m benchmarks.stoichiometry [--run results/small] [--quick]
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.inputs import SEED, parsed, parser, public_file, start
from benchmarks.record import origin, write
from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.site_balance import NOT_CATIONS, TOLERANCE, site_balanced
from superdrift.io.tables import matrix, read
from superdrift.superconductors.check.inputs import read_formulas
from superdrift.superconductors.tables import COMPOUNDS

LARGE = "Li Na K Rb Cs Be Mg Ca Sr Ba Sc Y La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hg Tl Pb Bi".split()


def main() -> None:
    """Measure, print and write benchmarks/stoichiometry.parquet."""
    arguments = parsed(parser("stoichiometry", __doc__))
    data = read(arguments.compounds, COMPOUNDS)
    chosen = np.array(data["superconducting"]) & np.array([not f for f in data["flags"].to_pylist()])
    families, amounts = np.array(data["family"].to_pylist()), matrix(data["amounts"]).astype(np.float64)
    stream = np.random.default_rng(SEED)
    results = []
    for family in ("cuprates", "pnictides", "others"):
        rows = amounts[chosen & (families == family)]
        noisy = np.round(rows + (rows > 0) * stream.uniform(-0.05, 0.05, rows.shape), 2)
        results += shares(family, "SuperCon", rows) + shares(family, "SuperCon with noise", np.maximum(noisy, 0))
    _, published = read_formulas([str(public_file("superdiff_cuprates"))])
    results += shares("cuprates", "published", published.astype(np.float64))
    for row in results:
        print("{family:<10} {rows:<20} {mark:<36} {value:.3f} {n:>6}".format(**row))
    write(arguments.output, results, origin(arguments.compounds))


def shares(family: str, name: str, amounts: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Share of the rows that bear each mark."""
    cation = np.ones(amounts.shape[1], dtype=bool)
    cation[[ATOMIC_NUMBER[symbol] - 1 for symbol in NOT_CATIONS]] = False
    large = np.zeros_like(cation)
    large[[ATOMIC_NUMBER[symbol] - 1 for symbol in LARGE]] = True
    broken = (amounts > 0) & ~_whole(amounts) & cation
    marks = {
        "all cations sum to a whole": site_balanced(amounts),
        "large and small cations each do": _whole(amounts[:, large].sum(axis=1))
        & _whole(amounts[:, cation & ~large].sum(axis=1)),
        "no single cation is fractional": broken.sum(axis=1) != 1,
        "some cation is whole": ((amounts > 0) & _whole(amounts) & cation).any(axis=1),
        "anions sum to a whole": _whole(amounts[:, ~cation].sum(axis=1)),
    }
    return [
        {"family": family, "rows": name, "mark": mark, "value": float(mask.mean()), "n": len(amounts)}
        for mark, mask in marks.items()
    ]


def _whole(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.abs(values - np.rint(values)) <= TOLERANCE


if __name__ == "__main__":
    start(main)
