"""New families: where the tree of average linkage is cut, and what the test of a new family can see.

python -m benchmarks.families [--run results/small] [--quick]
"""

import numpy as np

from benchmarks.families.cut import cuts
from benchmarks.families.detection import detection
from benchmarks.families.statistics import statistics
from benchmarks.inputs import CONFIG, SEED, parsed, parser, start
from benchmarks.record import origin, write
from superdrift.io import tables
from superdrift.superconductors.data.row_selection import superconducting, unflagged
from superdrift.superconductors.new_families.blocks import known_blocks
from superdrift.superconductors.new_families.linkage import average_linkage, cut_tree, thinned
from superdrift.superconductors.tables import COMPOUNDS

IF_QUICK = 1500
"""Known compounds with --quick."""


def main() -> None:
    """Measure, print and write benchmarks/families.parquet."""
    arguments = parsed(parser("families", __doc__))
    compounds = tables.read(arguments.compounds, COMPOUNDS, ["amounts", "superconducting", "flags"])
    if arguments.quick:
        compounds = compounds.take(np.random.default_rng(SEED).permutation(compounds.num_rows)[:IF_QUICK])
    known = tables.matrix(compounds["amounts"])
    rows = known[superconducting(compounds) & unflagged(compounds, CONFIG["cluster"]["exclude_flags"])]
    rows = rows[thinned(rows, CONFIG["cluster"]["spacing"])]
    tree = average_linkage(rows)
    linked = cut_tree(tree, CONFIG["cluster"]["cut"])
    given = {key: CONFIG["cluster"][key] for key in ("spacing", "cut", "fewest_members")}
    blocks = known_blocks(rows, known, **given)
    results = [*cuts(rows, tree), *detection(rows, known, linked, blocks), *statistics(rows, known, linked, blocks)]
    for row in results:
        print("{part:<12} {version:<10} {name:<42} {value:7.3f} ± {sd:.3f}  p {p_value:.4f}  n {n}".format(**row))
    write(arguments.output, results, origin(arguments.compounds))


if __name__ == "__main__":
    start(main)
