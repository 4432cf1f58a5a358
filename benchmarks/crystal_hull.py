"""How right a potential's energy above the hull of known structures is: 300 structures, each left out of its hull.

The structures of crystal_hull.csv are binaries and ternaries of the Materials Project with at most 20 atoms: 200 drawn
of MP-20's test split, and 100 drawn of those of MPTS-52 that are listed more than 0.1 eV/atom above the hull, of which
MP-20 has none. Energies are the source's own (what the hull alone costs), the potential's of the structure as it
stands, and of `--relaxed` of them once relaxed; listed distances are at least 0, and so are the compared ones:

    python -m benchmarks.crystal_hull [--relaxed 30] [--quick]
"""

import csv
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from benchmarks.inputs import CONFIG, ROOT, SEED, parsed, parser, public_file, start
from benchmarks.record import Row, origin, write
from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.crystals.data.entries import number_in
from superdrift.crystals.data.readers import FORMATION, HULL, rows_of_table
from superdrift.crystals.stability.hull import METASTABLE, Known, KnownHull
from superdrift.crystals.stability.potential import Potential, load
from superdrift.crystals.stability.references import formation_energy
from superdrift.crystals.stability.relaxation import relax
from superdrift.crystals.stability.settings import StabilityBlock
from superdrift.energies.formation_energies import read_energies
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress
from superdrift.run.seeds import derive
from superdrift.statistics.bootstrap import bootstrapped, ranking_auc
from superdrift.statistics.intervals import exact_share
from superdrift.structures.files import read_structures

IDS = ROOT / "benchmarks" / "crystal_hull.csv"
"""Source and name of the structures; by `chosen`, drawn by a hash of the name."""
SOURCES = ("mp_20_val", "mp_20_test", "mpts_52_val", "mpts_52_test")
"""Sources with formation energies: the hull."""
PHASES = ("critexam_train", "critexam_val", "critexam_test")
"""More competitors, by composition alone."""
NUMBERS = {"mp_20_test": 200, "mpts_52": 100}
"""Structures drawn."""
MOST_ATOMS = 20
"""Of MP-20, and so of those of MPTS-52."""
QUICK = 12
"""Structures that are measured with --quick, of the embedded ones."""
_SUM = re.compile(r"_chemical_formula_sum\s+'?([^'\n]+)'?")


def main() -> None:
    """Measure, print and write benchmarks/crystal_hull.parquet."""
    made = parser("crystal_hull", __doc__, on_run=False)
    made.add_argument("--relaxed", type=int, default=30, help="how many of the structures are relaxed, too")
    made.add_argument("--rows", type=Path, help="CSV file for one row per structure and energy")
    arguments = parsed(made)
    block = StabilityBlock(**CONFIG["crystals"]["stability"])
    potential = load(block.potential, block.device)
    entries = list(embedded() if arguments.quick else public())
    wanted = places(entries, quick=arguments.quick)
    rows = measured(entries, wanted, potential, block, relaxed=3 if arguments.quick else arguments.relaxed,
                    phases=() if arguments.quick else PHASES)  # fmt: skip
    if arguments.rows is not None:
        with arguments.rows.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    results = summary(rows)
    for row in results:
        print("{hull:<22} {energy:<22} {subset:<14} {metric:<14} {value:.4f} {low:.4f}-{high:.4f} {n:>5}".format(**row))
    write(arguments.output, results, origin(None, potential=potential.name, fmax=block.fmax, steps=block.steps))


def public() -> Iterator[Row]:
    """Structures of the public files: source, name, formula, CIF, energies."""
    for source in SOURCES:
        yield from _entries(source, rows_of_table(public_file(source)))


def embedded() -> Iterator[Row]:
    """Structures that come with the project."""
    yield from _entries("crystals_demo", rows_of_table(ROOT / "data/crystals_demo.csv.gz"))


def _entries(source: str, rows: list[dict[str, str]]) -> Iterator[Row]:
    for row in rows:
        found = _SUM.search(row["cif"])
        if found is None:
            raise InputError(f"{source}: {row['material_id']} has no _chemical_formula_sum; correct its CIF")
        amounts = parse_formula(found[1].replace(" ", ""))
        yield {
            "source": source,
            "name": row["material_id"],
            "formula": reduced_formula(amounts),
            "elements": len(amounts),
            "atoms": int(sum(amounts.values())),
            "cif": row["cif"],
            "formation": number_in(row, FORMATION),
            "listed": number_in(row, HULL),
        }


def chosen(entries: list[Row]) -> list[Row]:
    """What crystal_hull.csv lists: a draw of the structures that qualify."""

    def drawn(qualify: list[Row], number: int) -> list[Row]:
        return sorted(qualify, key=lambda entry: derive(SEED, "crystal_hull", entry["name"]))[:number]

    common = [entry for entry in entries if entry["elements"] in (2, 3) and entry["atoms"] <= MOST_ATOMS]
    above = [e for e in common if e["source"].startswith("mpts_52") and e["listed"] > METASTABLE]
    test = [entry for entry in common if entry["source"] == "mp_20_test"]
    return drawn(test, NUMBERS["mp_20_test"]) + drawn(above, NUMBERS["mpts_52"])


def listed() -> list[tuple[str, str]]:
    """Source and name of the structures that are measured."""
    with IDS.open(encoding="utf-8", newline="") as stream:
        return [(row["source"], row["material_id"]) for row in csv.DictReader(stream)]


def places(entries: list[Row], *, quick: bool) -> list[int]:
    """Places of the measured structures among the entries.

    Raises:
        InputError: where one is missing.
    """
    if quick:
        return sorted(range(len(entries)), key=lambda place: derive(SEED, entries[place]["name"]))[:QUICK]
    at = {(entry["source"], entry["name"]): place for place, entry in enumerate(entries)}
    missing = [pair for pair in listed() if pair not in at]
    if missing:
        raise InputError(f"{missing[0][1]} is not in {missing[0][0]}: that file is not the one the list was drawn from")
    return [at[pair] for pair in listed()]


def measured(
    entries: list[Row],
    wanted: list[int],
    potential: Potential,
    block: StabilityBlock,
    *,
    relaxed: int,
    phases: tuple[str, ...],
) -> list[Row]:
    """One row per structure, energy and hull: distance found, distance listed, seconds of CPU."""
    structures = [read_structures(entries[place]["cif"], "cif")[0] for place in wanted]
    energies = formation_energies(entries, wanted, structures, potential, block, relaxed=relaxed)
    energy_of = np.array([entry["formation"] for entry in entries])
    known = Known([entry["name"] for entry in entries], [entry["formula"] for entry in entries], energy_of,
                  lambda row: read_structures(entries[row]["cif"], "cif")[0])  # fmt: skip
    hulls = {"known structures": KnownHull(known)}
    if phases:
        hulls["and compositions"] = KnownHull(known, [read_energies(public_file(name)) for name in phases])
    rows = []
    for place, structure, found in zip(wanted, structures, energies, strict=True):
        entry = entries[place]
        itself = hulls["known structures"].same(entry["formula"], structure, name=entry["name"])
        for hull, competitors in hulls.items():
            for energy, (value, seconds) in found.items():
                above = competitors.above(entry["formula"], value, itself)
                part = {"source": entry["source"], "name": entry["name"], "formula": entry["formula"]}
                rows.append({**part, "hull": hull, "energy": energy, "above": max(above, 0.0),
                             "listed": entry["listed"], "seconds": seconds,
                             "formation_error": value - entry["formation"]})  # fmt: skip
    return rows


def formation_energies(
    entries: list[Row],
    wanted: list[int],
    structures: list[Structure],
    potential: Potential,
    block: StabilityBlock,
    *,
    relaxed: int,
) -> list[dict[str, tuple[float, float]]]:
    """Of each structure the formation energies in eV/atom with the seconds of CPU they took, by where they are from."""
    found = [{"of the source": (entries[place]["formation"], 0.0)} for place in wanted]
    began = time.process_time()
    points = potential.points(structures)
    seconds = (time.process_time() - began) / len(structures)
    for energies, structure, point in zip(found, structures, points, strict=True):
        if point.energy_ev is not None:
            energies["as it stands"] = (formation_energy(structure, point.energy_ev), seconds)
    spread = np.linspace(0, len(wanted) - 1, min(relaxed, len(wanted))).astype(int)
    with Progress(len(spread), "relax", "structure") as progress:
        for row in spread:
            began = time.process_time()
            limits = {"fmax": block.fmax, "steps": block.steps, "most_sites": block.most_sites}
            result = relax(structures[row], potential, **limits)
            if result.energy_ev is not None:
                energy = formation_energy(structures[row], result.energy_ev)
                found[row]["relaxed"] = (energy, time.process_time() - began)
            progress.advance()
    return found


def summary(rows: list[Row]) -> list[Row]:
    """Scores of all structures that have the energy, and of those that were relaxed, too."""
    also = {row["name"] for row in rows if row["energy"] == "relaxed"}
    found = []
    for hull, energy in dict.fromkeys((row["hull"], row["energy"]) for row in rows):
        mine = [row for row in rows if (row["hull"], row["energy"]) == (hull, energy)]
        subsets = {"all": mine, "relaxed too": [row for row in mine if row["name"] in also]}
        for subset, chosen_rows in subsets.items():
            if chosen_rows and not (energy == "relaxed" and subset == "all"):
                found += [{"hull": hull, "energy": energy, "subset": subset, **row} for row in scores(chosen_rows)]
    return found


def scores(rows: list[Row]) -> list[Row]:
    """Each with its 95 % interval: bootstrap over structures, Clopper and Pearson's of shares."""
    above, truth = (np.array([row[name] for row in rows]) for name in ("above", "listed"))
    far, found = truth > METASTABLE, []

    def add(metric: str, interval: tuple[float, float, float], n: int) -> None:
        found.append({"metric": metric, **dict(zip(("value", "low", "high"), interval, strict=True)), "n": n})

    def mean(metric: str, values: NDArray[np.float64]) -> None:
        if len(values):
            drawn = bootstrapped(values, np.arange(len(values)), lambda v: float(v.mean()), np.random.default_rng(SEED))
            add(metric, drawn, len(values))

    mean("MAE", np.abs(above - truth))
    mean("MAE, near", np.abs(above - truth)[~far])
    mean("MAE, far", np.abs(above - truth)[far])
    mean("MAE, formation", np.abs(np.array([row["formation_error"] for row in rows])))
    mean("CPU s", np.array([row["seconds"] for row in rows]))
    auc = ranking_auc(far, above, np.arange(len(rows)), np.random.default_rng(SEED))
    if auc is not None:
        add("AUC", auc, len(rows))
        add("false passes", exact_share(int((above[far] <= METASTABLE).sum()), int(far.sum())), int(far.sum()))
    add("missed", exact_share(int((above[~far] > METASTABLE).sum()), int((~far).sum())), int((~far).sum()))
    return found


if __name__ == "__main__":
    start(main)
