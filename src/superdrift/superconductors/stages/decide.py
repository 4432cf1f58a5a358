"""Stage decide: the groups of all sources → which of them are new families."""

import sys
from pathlib import Path

from superdrift.io import tables
from superdrift.run.command import Run, command, paired
from superdrift.run.errors import InputError
from superdrift.superconductors.new_families.blocks import Blocks
from superdrift.superconductors.new_families.decision import decide_groups, pooled_controls
from superdrift.superconductors.new_families.tables import BLOCKS, CONTROLS, FAMILIES, GROUPS
from superdrift.superconductors.settings.new_families import DecideSettings


def decide(
    run: Run,
    settings: DecideSettings,
    *,
    sources: list[str],
    versions: list[str],
    groups: list[Path],
    blocks: Path,
    families: Path,
    controls: list[Path] = [],  # noqa: B006 - never changed
) -> None:
    """Test the groups of a run together. The lists of versions and groups are parallel to `sources`.

    Args:
        run: provenance.
        settings: size of the strata, rate of false discoveries.
        sources: names of the sources.
        versions: family of the model of each.
        groups: cluster/{source}/groups.parquet of each.
        blocks: cluster/blocks.parquet.
        families: written: cluster/families.parquet.
        controls: tables of the columns `CONTROLS`, of samples that show the filter's footprint alone; groups of
            references without any are not tested.

    Raises:
        InputError: when the lists differ in length.
    """
    if len(versions) != len(sources):
        raise InputError(f"--sources has {len(sources)} names and --versions {len(versions)}; give each its version")
    rows, of_rows = [], []
    for (source, path), version in zip(
        paired(sources, groups, of="--sources", option="--groups").items(), versions, strict=True
    ):
        found = tables.read(path, GROUPS).to_pylist()
        rows += [{"source": source} | row for row in found]
        of_rows += [version] * len(found)
    decided = decide_groups(
        rows,
        of_rows,
        Blocks.of(tables.read(blocks, BLOCKS)),
        pooled_controls([row for path in controls for row in tables.read(path, CONTROLS).to_pylist()]),
        fewest_families=settings.fewest_families,
        false_discovery_rate=settings.false_discovery_rate,
    )
    columns = {column.name: [row[column.name] for row in decided] for column in FAMILIES.columns}
    tables.write(families, FAMILIES, columns, run.metadata)


main = command(decide)

if __name__ == "__main__":
    sys.exit(main())
