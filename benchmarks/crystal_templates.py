"""How often template retrieval finds the structure of a compound it does not know: MP-20's binaries and ternaries.

Test structures are those of crystal_templates.csv, a draw of MP-20's test split; no formula of that split is in the
library. Matches by DiffCSP's definition, all pairs and those that pass CDVAE's validity; RMSE of the best match:

    python -m benchmarks.crystal_templates [--structures results/paper/crystals/structures.parquet] [--n 1000] [--quick]
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.inputs import CONFIG, ROOT, SEED, parsed, parser, start
from benchmarks.record import Row, origin, write
from superdrift.crystals.evaluation import targets
from superdrift.crystals.evaluation.targets import TOPS, Sought
from superdrift.crystals.settings import TemplateBlock
from superdrift.crystals.tables import STRUCTURES
from superdrift.crystals.templates.library import Library
from superdrift.crystals.templates.method import Proposal, TemplateMethod
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress
from superdrift.structures.rows import structure_of
from superdrift.structures.symmetry import primitive_atoms

IDS = ROOT / "benchmarks" / "crystal_templates.csv"
"""Names of the test structures in the Materials Project, in the order of a hash; the first n are measured."""
METRICS = {"match": "match", "match_valid": "match, valid", "space_group": "space group", "rmse": "RMSE"}
"""Quantity of the judge → metric of this benchmark."""
QUICK = 12
"""Structures that are measured with --quick."""


def main() -> None:
    """Measure, print and write benchmarks/crystal_templates.parquet."""
    made = parser("crystal_templates", __doc__, on_run=False)
    made.add_argument("--structures", type=Path, default=ROOT / "results/paper/crystals/structures.parquet")
    made.add_argument("--n", type=int, default=1000, help="how many test structures, the first of the list")
    made.add_argument("--rows", type=Path, help="Parquet file for one row per test structure and what is given")
    arguments = parsed(made)
    with tempfile.TemporaryDirectory() as folder:
        structures = embedded(Path(folder)) if arguments.quick else arguments.structures
        table = tables.read(structures, STRUCTURES)
        where = origin(None, structures=tables.read_metadata(structures).get("inputs"))
    wanted = table.filter(pc.equal(table["split"], "test"))
    if not arguments.quick:
        wanted = wanted.filter(pc.is_in(wanted["material_id"], pa.array(listed()[: arguments.n])))
    rows = measured(table, wanted.slice(0, QUICK) if arguments.quick else wanted)
    if arguments.rows is not None:
        pq.write_table(pa.Table.from_pylist(rows), arguments.rows)
    results = summary(rows)
    for row in results:
        print(
            "{given:<16} {subset:<20} {metric:<14} at {at:<3} {value:.3f}  {low:.3f}-{high:.3f}  {n:>5}".format(**row)
        )
    write(arguments.output, results, where)


def listed() -> list[str]:
    """Names of the test structures, in their order."""
    with IDS.open(encoding="utf-8", newline="") as stream:
        return [row["material_id"] for row in csv.DictReader(stream)]


def embedded(folder: Path) -> Path:
    """Known structures of the data that come with the project, read and gathered in a folder."""
    crystals, source = CONFIG["crystals"], CONFIG["crystals"]["catalogue"]["demo"]
    read = {**crystals["read"], "split": source["split"]}
    files = {name: folder / f"{name}.parquet" for name in ("read", "refused", "structures", "rejected")}
    _stage(
        "read", read, data=ROOT / "data/crystals_demo.csv.gz", name=source["data"], source="demo",
        structures=files["read"], rejected=files["refused"],
    )  # fmt: skip
    _stage("gather", {**crystals["gather"], "sources": ["demo"]}, **files)
    return files["structures"]


def _stage(name: str, settings: dict[str, Any], **values: Path | str) -> None:
    options = [part for key, value in values.items() for part in (f"--{key}", str(value))]
    command = [sys.executable, "-m", f"superdrift.crystals.stages.{name}", "--settings", json.dumps(settings)]
    done = subprocess.run([*command, "--seed", "1", *options], check=False, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"the stage {name} failed:\n{done.stderr}")


def measured(table: pa.Table, wanted: pa.Table) -> list[Row]:
    """One row per test structure and what is given: place and displacement of every proposal that matches.

    Raises:
        InputError: where no test structure is there, or the library knows a formula of the test.
    """
    block = TemplateBlock(**CONFIG["crystals"]["template"] | {"proposals": max(TOPS)})
    library = Library(table, parts=block.library, most_sites=block.most_sites)
    method = TemplateMethod(library, block, symprec=CONFIG["crystals"]["read"]["symprec"])
    known = set(library.structures["reduced_formula"].to_pylist()) & set(wanted["reduced_formula"].to_pylist())
    if not wanted.num_rows or known:
        raise InputError(f"{wanted.num_rows} test structures; formulas of them in the library: {sorted(known)[:5]}")
    rows, prototypes = [], set(library.structures["prototype"].to_pylist())
    with Progress(wanted.num_rows, "templates", "structure") as progress:
        for row in wanted.to_pylist():
            for given, atoms in (("formula", None), ("formula, atoms", primitive_atoms(row["prototype"]))):
                began = time.perf_counter()
                proposals = method.propose(row["reduced_formula"], atoms=atoms)
                seconds = time.perf_counter() - began
                seen = row["prototype"] in prototypes
                rows.append({**judged(row, proposals), "prototype_known": seen, "given": given, "seconds": seconds})
            progress.advance()
    return rows


def judged(row: Row, proposals: list[Proposal]) -> Row:
    """What a test structure's proposals are worth."""
    target = Sought(row["material_id"], structure_of(row), row["space_group"])
    found = [Sought(p.template["material_id"], p.structure, p.template["space_group"]) for p in proposals]
    return {
        "material_id": row["material_id"],
        "formula": row["reduced_formula"],
        "prototype": row["prototype"],
        "proposals": len(proposals),
        **targets.judged(target, found),
    }


def summary(rows: list[Row]) -> list[Row]:
    """Shares with Clopper and Pearson's intervals, RMSE with that of a bootstrap over structures."""
    found = []
    for given in dict.fromkeys(row["given"] for row in rows):
        mine = [row for row in rows if row["given"] == given]
        subsets = {
            "all": mine,
            "prototype known": [row for row in mine if row["prototype_known"]],
            "prototype unknown": [row for row in mine if not row["prototype_known"]],
        }
        for subset, chosen in subsets.items():
            for at in TOPS if chosen else ():
                found += [{"given": given, "subset": subset, "at": at, **row} for row in rates(chosen, at)]
    return found


def rates(rows: list[Row], at: int) -> list[Row]:
    """Match rate, unfiltered and filtered; RMSE of the matched; matches that agree in the space group."""
    found = targets.rates(rows, at, generator=np.random.default_rng(SEED))
    return [
        {"metric": METRICS[row["quantity"]], **{name: row[name] for name in ("value", "low", "high", "n")}}
        for row in found
        if row["quantity"] in METRICS and row["n"]
    ]


if __name__ == "__main__":
    start(main)
