"""How long the stage `estimate` takes on a table of samples."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any


def speed(compounds: Path, samples: Path) -> Iterator[dict[str, Any]]:
    """Seconds of each step."""
    raise NotImplementedError((compounds, samples))
