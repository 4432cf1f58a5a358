"""Stage evaluate: proposals of the methods, and a draw of known structures beside them → verdicts and numbers."""

import logging
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from superdrift.crystals.asked import asked_formulas
from superdrift.crystals.evaluation.judge import judge
from superdrift.crystals.evaluation.subjects import Subject, name_of, of_known, of_proposals
from superdrift.crystals.evaluation.targets import Sought
from superdrift.crystals.settings import EvaluateSettings, Part
from superdrift.crystals.tables import EVALUATED, EVALUATION, PROPOSALS, STRUCTURES
from superdrift.io import tables
from superdrift.run.command import Run, command, paired
from superdrift.run.seeds import derive
from superdrift.structures.rows import structure_of

logger = logging.getLogger("superdrift")


def evaluate(
    run: Run, settings: EvaluateSettings, *, structures: Path, methods: list[str], proposals: list[Path],
    evaluated: Path, evaluation: Path,
) -> None:  # fmt: skip
    """Judge the proposals of every method, and as many known structures as the settings say.

    Sought are the known structures of `crystals.propose.splits` whose formulas were asked for, each once.

    Args:
        run: seed and provenance.
        settings: what is compared, what was asked for.
        structures: known structures.
        methods: names of the methods.
        proposals: a table for each method, in the same order.
        evaluated: table of verdicts to write.
        evaluation: table of numbers to write.
    """
    by_method = paired(methods, proposals, of="--methods", option="--proposals")
    table = tables.read(structures, STRUCTURES)
    known = table.filter(pc.is_null(table["duplicate_of"]))
    asked = asked_formulas(table, formulas=settings.formulas, splits=settings.splits, most=settings.most, seed=run.seed)
    subjects: list[Subject] = []
    for method, path in by_method.items():
        subjects += of_proposals(method, tables.read(path, PROPOSALS).to_pylist())
    subjects += of_known(_drawn(known, settings.known, run.seed))
    sought = _sought(known, settings.splits, asked)
    found = judge(
        subjects, settings, symprec=settings.symprec, seed=run.seed, known=known,
        targets=dict.fromkeys(by_method, sought) if sought else None,
    )  # fmt: skip
    tables.write(evaluated, EVALUATED, _columns(found.rows, EVALUATED), run.metadata)
    tables.write(evaluation, EVALUATION, _columns(found.numbers, EVALUATION), run.metadata)
    logger.info(
        "evaluate: %d proposals, %d known structures, %d sought", sum(s.known_id is None for s in subjects),
        sum(s.known_id is not None for s in subjects), len(sought),
    )  # fmt: skip


def _drawn(known: pa.Table, most: int, seed: int) -> list[dict[str, Any]]:
    """Known structures that are judged, by a hash of seed and name."""
    origins = zip(known["source"].to_pylist(), known["material_id"].to_pylist(), strict=True)
    places = [derive(seed, "crystals", "evaluate", *origin) for origin in origins]
    drawn = sorted(range(len(places)), key=places.__getitem__)[:most]
    return known.take(pa.array(drawn, pa.int64())).to_pylist()


def _sought(known: pa.Table, splits: list[Part], formulas: list[str]) -> list[Sought]:
    """Ordered known structures that the proposals should hold."""
    wanted = pc.and_(
        pc.is_in(known["split"], pa.array(splits, pa.string())),
        pc.is_in(known["reduced_formula"], pa.array(formulas, pa.string())),
    )
    return [
        Sought(name_of(row), structure_of(row), row["space_group"])
        for row in known.filter(pc.and_(wanted, pc.is_null(known["occupancies"]))).to_pylist()
    ]


def _columns(rows: list[dict[str, Any]], table: tables.Table) -> dict[str, list[Any]]:
    """Rows by column."""
    return {column.name: [row[column.name] for row in rows] for column in table.columns}


main = command(evaluate)

if __name__ == "__main__":
    sys.exit(main())
