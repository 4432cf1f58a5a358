"""The page for people: one HTML file with everything inside, from the sections that a domain passes."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from superdrift import __version__
from superdrift.io.files import write_whole
from superdrift.report.sections import TEMPLATES, Section, rendered

Record = tuple[list[str], dict[str, Any]]
"""Names of what was made, and the provenance record in its metadata."""


@dataclass(frozen=True)
class Fact:
    """A figure at the head of the page, and what it is."""

    label: str
    value: str


def write_page(
    path: Path,
    *,
    run_name: str,
    title: str,
    lead: str,
    facts: Sequence[Fact],
    sections: Sequence[Section | None],
    provenance: Sequence[Record],
    details: Mapping[str, Any],
    footer: str,
) -> None:
    """Write report.html.

    Args:
        path: the page.
        run_name: name of the run.
        title: heading of the page.
        lead: what the run did, in a sentence or two below the heading.
        facts: the figures that a reader wants first.
        sections: what the page shows, in order; None for one that this run has no data for.
        provenance: what was made, and its provenance record; the first read the data, the last is the page.
        details: further descriptions (JSON) to unfold below the settings, by heading; an empty one is left out.
        footer: where the numbers of the page come from.

    Raises:
        ValueError: when two sections have the same key.
    """
    shown = [section for section in sections if section is not None]
    keys = Counter(["provenance", *(part.key for section in shown for part in (section, *section.subsections))])
    repeated = [key for key, times in keys.items() if times > 1]
    if repeated:
        raise ValueError(f"two sections of the page have the key '{repeated[0]}'; give each its own")
    values = {
        "run_name": run_name,
        "version": __version__,
        "title": title,
        "lead": lead,
        "facts": facts,
        "sections": shown,
        "provenance": provenance,
        "inputs": dict(sorted(provenance[0][1]["inputs"].items())),
        "details": {title: json.dumps(what, indent=2, sort_keys=True) for title, what in details.items() if what},
        "footer": footer,
    }
    write_whole(path, rendered("page.html.j2", TEMPLATES, values).encode())
