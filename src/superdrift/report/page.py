"""The page for people: one HTML file with everything inside, from the numbers, the tables and the figures."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from superdrift import __version__
from superdrift.io import tables
from superdrift.io.files import write_whole
from superdrift.report.numbers import Numbers
from superdrift.superconductors.data.families import VERSIONS
from superdrift.superconductors.report.provenance_records import Record
from superdrift.superconductors.report.table1 import PUBLISHED, Row
from superdrift.superconductors.tables import CANDIDATES

ABSENT = "–"
_AMOUNT = re.compile(r"_\{([^}]*)\}|_([A-Za-z])|(?<=[A-Za-z)\]}])(\d+(?:\.\d*)?(?:[–-][\d.]+|(?:[+-][a-z])+)?)")


@dataclass(frozen=True)
class Picture:
    """One figure: its file, what it shows in a few words, and the caption below it."""

    path: Path
    title: str
    caption: str


def write_page(
    path: Path,
    *,
    run_name: str,
    numbers: Numbers,
    candidates: Path,
    table1: Sequence[Row],
    table2: Sequence[Row],
    pictures: Sequence[Picture],
    estimators: Mapping[str, Any],
    provenance: Sequence[Record],
    top: int,
    groups: int,
) -> None:
    """Write report.html.

    Args:
        path: the page.
        run_name: name of the run.
        numbers: the run's numbers.
        candidates: candidates.parquet; its first `top` rows are shown.
        table1: rows of Table 1.
        table2: rows of Table 2; the `groups` largest groups of each reference are shown.
        pictures: the figures that this run has.
        estimators: description of the fitted estimators.
        provenance: what was made, and its provenance record; the first read the data, the last is the page.
        top: candidates shown.
        groups: groups shown of each reference.
    """
    text = _environment().get_template("page.html.j2").render(
        run_name=run_name,
        version=__version__,
        numbers=numbers,
        versions=[v for v in VERSIONS if numbers.get(v, "samples")],
        totals=_totals(numbers),
        candidates=candidate_rows(candidates, top),
        table1=_together(table1, "version"),
        table2=[rows[:groups] for rows in _together(table2, "reference")],
        published=PUBLISHED,
        pictures=[(p, Markup(inline_svg(p.path))) for p in pictures],
        estimators=json.dumps(estimators, indent=2, sort_keys=True) if estimators else "",
        provenance=provenance,
        inputs=_inputs(provenance),
    )  # fmt: skip
    write_whole(path, text.encode())


def candidate_rows(candidates: Path, top: int) -> list[dict[str, Any]]:
    """The first `top` candidates by rank, each with the doubts about it in words."""
    data = tables.read(candidates, CANDIDATES).sort_by("rank").slice(0, top)
    return [row | {"doubts": doubts(row)} for row in data.to_pylist()]


def doubts(candidate: Mapping[str, Any]) -> list[str]:
    """What speaks against a candidate, in a word or two each; see docs/methods/numbers.md."""
    ionic = not candidate["metallic"]
    found = {
        "metallic": not ionic,
        "near a known compound": not candidate["novel"],
        "unusual valence": ionic and candidate["charge_valid"] is False,
        "no valence picture": ionic and candidate["charge_valid"] is None,
        "fails published check": not candidate["valid_published"],
        "sites not balanced": ionic and not candidate["site_balanced"],
        "far from data": not candidate["applicable"],
    }
    return [name for name, holds in found.items() if holds]


def formula_html(formula: str | None) -> Markup:
    """A formula with its amounts as subscripts; knows `Se_x`, `Mg_{x+y}` and ranges like `Sr0.1–0.3` too."""
    if not formula:
        return Markup(ABSENT)
    pieces, end = [], 0
    for match in _AMOUNT.finditer(formula):
        pieces += [escape(formula[end : match.start()]), Markup("<sub>"), escape(match[match.lastindex or 0])]
        pieces.append(Markup("</sub><wbr>"))
        end = match.end()
    return Markup("").join([*pieces, escape(formula[end:])])


def inline_svg(path: Path) -> str:
    """An SVG for use inside the page: no XML prologue, and names of its own, so that figures share none."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    prefix = re.sub(r"\W", "-", path.stem)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", text)
    return re.sub(
        r'(<svg[^>]*?) width="[^"]*"',
        r"\1",
        re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1),
        count=1,
    )


def number(value: float | None, digits: int = 1) -> str:
    """A figure with a fixed number of decimals, thin thousands and a minus sign; a dash where it is not defined."""
    return ABSENT if value is None else f"{value:z,.{digits}f}".replace(",", "\u202f").replace("-", "\u2212")


def whole(value: float | None) -> str:
    """A count; a dash where it is not defined."""
    return number(value, 0)


def percent(share: float | None, digits: int = 1) -> str:
    """A share in per cent; a dash where it is not defined."""
    return ABSENT if share is None else f"{number(100 * share, digits)} %"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("superdrift.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"formula": formula_html, "number": number, "whole": whole, "percent": percent}
    return environment


def _totals(numbers: Numbers) -> dict[str, int]:
    """Sums over the unconditional versions, for the headline."""
    own = [v for v in VERSIONS if numbers.get(v, "samples")]
    return {name: round(sum(numbers.value(v, name) or 0 for v in own)) for name in ("samples", "distinct_novel_valid")}


def _together(rows: Sequence[Row], column: str) -> list[list[Row]]:
    """Rows that share a value of one column, in order of its first appearance."""
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return list(found.values())


def _inputs(provenance: Sequence[Record]) -> dict[str, str]:
    """The data files that the run read, with their SHA-256: the inputs of the first stage."""
    return dict(sorted(provenance[0][1]["inputs"].items())) if provenance else {}
