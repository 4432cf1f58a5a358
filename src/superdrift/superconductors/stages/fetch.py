"""Stage fetch: one public file, from the folder SUPERDRIFT_DATA if that has a copy, else by download."""

import sys
from pathlib import Path

from superdrift.run import registry
from superdrift.run.command import Run, command
from superdrift.superconductors.settings.data import FetchSettings


def fetch(run: Run, settings: FetchSettings, *, name: str, output: Path) -> None:
    """Fetch one file of data/registry.yaml and check its SHA-256.

    Args:
        run: seed and provenance (the file is written unchanged, so neither is used).
        settings: nothing to choose.
        name: name in the registry.
        output: path to write.
    """
    registry.fetch(name, output)


main = command(fetch)

if __name__ == "__main__":
    sys.exit(main())
