"""Stage blocks: known compounds → how far each chemical system lies from the rest: the null of the test of families."""

import sys
from dataclasses import fields
from pathlib import Path

from superdrift.io import tables
from superdrift.run.command import Run, command
from superdrift.superconductors.data.row_selection import superconducting, unflagged
from superdrift.superconductors.new_families.blocks import known_blocks
from superdrift.superconductors.new_families.tables import BLOCKS
from superdrift.superconductors.settings.new_families import BlocksSettings
from superdrift.superconductors.tables import COMPOUNDS


def blocks(run: Run, settings: BlocksSettings, *, compounds: Path, blocks: Path) -> None:
    """Take each chemical system out of the known compounds once.

    Args:
        run: provenance.
        settings: how compounds are thinned and linked, which rows are in no block.
        compounds: known compounds.
        blocks: written.
    """
    known = tables.read(compounds, COMPOUNDS, ["superconducting", "amounts", "flags"])
    amounts = tables.matrix(known["amounts"])
    found = known_blocks(
        amounts[superconducting(known) & unflagged(known, settings.exclude_flags)],
        amounts,
        spacing=settings.spacing,
        cut=settings.cut,
        fewest_members=settings.fewest_members,
    )
    columns = {field.name: getattr(found, field.name) for field in fields(found)}
    tables.write(blocks, BLOCKS, columns, run.metadata)


main = command(blocks)

if __name__ == "__main__":
    sys.exit(main())
