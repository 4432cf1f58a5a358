"""Stage propose: known structures → structures proposed for formulas, by the method `template`."""

import logging
import sys
from pathlib import Path
from typing import Any

from superdrift.crystals.asked import asked_formulas
from superdrift.crystals.settings import ProposeSettings
from superdrift.crystals.tables import PROPOSALS, STRUCTURES
from superdrift.crystals.templates.library import COLUMNS, Library
from superdrift.crystals.templates.method import TemplateMethod, rows_of
from superdrift.io import tables
from superdrift.run.command import Run, command
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress

logger = logging.getLogger("superdrift")


def propose(run: Run, settings: ProposeSettings, *, structures: Path, proposals: Path) -> None:
    """Propose structures for the formulas of the settings and of parts of the split.

    A structure with the formula itself is a template too, where the library's parts hold it.

    Args:
        run: seed and provenance.
        settings: library, similarity, proposals, formulas.
        structures: known structures.
        proposals: table to write.
    """
    table = tables.read(structures, STRUCTURES, list(COLUMNS))
    library = Library(table, parts=settings.library, most_sites=settings.most_sites)
    method = TemplateMethod(library, settings, symprec=settings.symprec)
    formulas = asked_formulas(
        table, formulas=settings.formulas, splits=settings.splits, most=settings.most, seed=run.seed
    )
    empty = 0
    if not formulas:
        raise InputError(
            "nothing to propose for: give crystals.propose.formulas, or crystals.propose.splits that exist"
        )
    with tables.Writer(proposals, PROPOSALS, run.metadata) as writer:
        with Progress(len(formulas), "propose", "formula") as progress:
            for formula in formulas:
                rows = rows_of(formula, method.propose(formula))
                empty += not rows
                if rows:
                    writer.append(_columns(rows))
                progress.advance()
        if empty == len(formulas):
            writer.append(_columns([]))
    logger.info(
        "propose: %d formulas, %d without any template, of %d known structures", len(formulas), empty, len(library)
    )


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {column.name: [row[column.name] for row in rows] for column in PROPOSALS.columns}


main = command(propose)

if __name__ == "__main__":
    sys.exit(main())
