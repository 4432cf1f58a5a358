"""Stage relax: structures proposed → the first of each formula relaxed by a potential and judged by the hull."""

import hashlib
import json
import logging
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch

from superdrift.crystals.stability.hull import COLUMNS
from superdrift.crystals.stability.judging import Judge, measured_error
from superdrift.crystals.stability.potential import load
from superdrift.crystals.stability.references import FILE
from superdrift.crystals.stability.relaxation import Relaxed
from superdrift.crystals.stability.relaxation import relax as relaxed_one
from superdrift.crystals.stability.settings import StabilityBlock
from superdrift.crystals.tables import PROPOSALS, RELAXED, STRUCTURES
from superdrift.energies.formation_energies import read_energies
from superdrift.io import tables
from superdrift.io.batch_files import BatchFiles
from superdrift.run.command import Run, command
from superdrift.run.pool import in_order
from superdrift.run.progress import Progress
from superdrift.structures.rows import row_of, structure_of

logger = logging.getLogger("superdrift")


def relax(
    run: Run,
    settings: StabilityBlock,
    *,
    proposals: Path,
    structures: Path,
    relaxed: Path,
    phases: list[Path],
) -> None:
    """Relax and judge, batch by batch.

    Args:
        run: seed and provenance.
        settings: potential, relaxation, hull, batches, processes.
        proposals: structures proposed.
        structures: known structures.
        relaxed: table to write.
        phases: tables of formation energies with more competitors; may be none.
    """
    run.reads({FILE.name: FILE})
    potential = load(settings.potential, settings.device)
    table = tables.read(structures, STRUCTURES, [*COLUMNS, "e_above_hull_ev"])
    judge = Judge(table, [read_energies(path) for path in phases], known_stays=settings.known_stays)
    error, compared = measured_error(
        potential, judge.hull, table, number=settings.checked, most_sites=settings.most_sites, seed=run.seed
    )
    constants = {"e_above_hull_error_ev": error, "potential": potential.name}
    rows, size = _first(proposals, settings.proposals), settings.batch_size
    batches = [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]
    files = BatchFiles(relaxed, RELAXED, _resume_key(run, settings, potential.name), run.metadata)
    waiting = files.waiting(len(batches))
    done = len(rows) - sum(len(batches[number]) for number in waiting)
    work, processes = partial(relaxed_rows, settings=settings), 1 if settings.device == "cuda" else settings.threads
    with Progress(len(rows), "relax", "structure", done=done) as progress:
        results = in_order(work, (batches[number] for number in waiting), processes=min(processes, len(batches)))
        for number, found in zip(waiting, results, strict=True):
            judged = [_row(*pair, judge, constants) for pair in zip(batches[number], found, strict=True)]
            files.add(number, {column.name: [row[column.name] for row in judged] for column in RELAXED.columns})
            progress.advance(len(judged))
    files.gather(len(batches))
    _tell(relaxed, error, compared)


def relaxed_rows(rows: list[dict[str, Any]], *, settings: StabilityBlock) -> list[Relaxed]:
    """What becomes of some proposals, in a process of its own."""
    torch.set_num_threads(1)  # cells are small: more processes, not more threads
    potential = load(settings.potential, settings.device)
    limits = {"fmax": settings.fmax, "steps": settings.steps, "most_sites": settings.most_sites}
    return [relaxed_one(structure_of(row), potential, **limits) for row in rows]


def _first(proposals: Path, most: int) -> list[dict[str, Any]]:
    """The first proposals of each formula."""
    columns = ["formula", "rank", "lattice", "species", "coordinates", "occupancies"]
    return [row for row in tables.read(proposals, PROPOSALS, columns).to_pylist() if row["rank"] <= most]


def _resume_key(run: Run, settings: StabilityBlock, potential: str) -> str:
    """Hash of everything that the rows depend on."""
    rest = {name: value for name, value in asdict(settings).items() if name not in ("relax", "threads")}
    whatever = {"settings": rest, "potential": potential, "seed": run.seed}
    whatever |= {name: run.metadata[name] for name in ("code", "inputs")}
    return hashlib.sha256(json.dumps(whatever, sort_keys=True).encode()).hexdigest()


def _row(proposal: dict[str, Any], found: Relaxed, judge: Judge, constants: dict[str, Any]) -> dict[str, Any]:
    return {
        "formula": proposal["formula"],
        "rank": proposal["rank"],
        **row_of(found.structure),
        "volume": float(found.structure.volume),
        **{name: getattr(found, name) for name in ("reason", "converged", "steps", "fmax", "energy_ev")},
        **asdict(judge.judge(found.structure, found.energy_ev)),
        **constants,
    }


def _tell(relaxed: Path, error: float | None, compared: int) -> None:
    rows = tables.read(relaxed, RELAXED, ["reason", "converged", "stable", "metastable"])
    failed = rows.num_rows - rows["reason"].null_count
    number = {name: sum(filter(None, rows[name].to_pylist())) for name in ("converged", "stable", "metastable")}
    logger.info(
        "relax: %d structures, %d converged, %d failed; %d stable, %d within 0.1 eV/atom of the hull; error %s",
        rows.num_rows, number["converged"], failed, number["stable"], number["metastable"],
        "not measured" if error is None else f"{error * 1000:.0f} meV/atom on {compared} known structures",
    )  # fmt: skip


main = command(relax)

if __name__ == "__main__":
    sys.exit(main())
