"""The sections of the superconductors' page: each with its template in templates/ and the values it shows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import PackageLoader
from markupsafe import Markup

from superdrift.io import tables
from superdrift.report.formatting import number, whole
from superdrift.report.numbers import Numbers
from superdrift.report.page import Fact
from superdrift.report.sections import CaptionedFigure, Section, caveats_section, figures_section
from superdrift.superconductors.data.families import MODEL_FAMILIES
from superdrift.superconductors.report.caveats import candidate_caveats, report_caveats
from superdrift.superconductors.report.table1 import PUBLISHED, Row
from superdrift.superconductors.sources import REQUESTED, source_name
from superdrift.superconductors.tables import CANDIDATES

TEMPLATES = PackageLoader("superdrift.superconductors.report")

FOOTER = (
    "The numbers on this page come from numbers.parquet, table1.csv and table2.csv beside it and from "
    "candidates.parquet; docs/methods/numbers.md defines them."
)


def sections(
    numbers: Numbers,
    *,
    candidates: Path,
    requests: Mapping[str, Path],
    table1: Sequence[Row],
    table2: Sequence[Row],
    figures: Sequence[CaptionedFigure],
    top: int,
    groups: int,
) -> list[Section | None]:
    """The sections in the order of the page; None for one that this run has no data for.

    Args:
        numbers: the run's numbers.
        candidates: candidates.parquet; its first `top` rows are shown.
        requests: name → samples of each request; their metadata says what was asked for.
        table1: rows of Table 1.
        table2: rows of Table 2; the `groups` largest groups of each reference are shown.
        figures: the figures that this run has.
        top: candidates shown.
        groups: groups shown of each reference.
    """
    return [
        _best_candidates(numbers, candidates, top),
        _requests(numbers, requests),
        _table1(numbers, table1),
        _table2(table2, groups),
        _section("estimators", "The estimators, on held-out compounds", {"numbers": numbers}),
        figures_section(figures),
        caveats_section(report_caveats(numbers)),
    ]


def lead(numbers: Numbers) -> str:
    """What the run did, in two sentences."""
    families = _sampled(numbers)
    drawn_by = f"{len(families)} model{'' if len(families) == 1 else 's'}"
    return (
        f"From {whole(numbers.value('all', 'accepted'))} known compounds, {drawn_by} "
        f"({', '.join(families)}) drew {whole(_total(numbers, 'samples'))} compositions. Each was screened, its "
        "critical temperature estimated, and what remained ranked."
    )


def facts(numbers: Numbers) -> list[Fact]:
    """The figures at the head of the page."""
    found = [
        Fact("candidates that pass every gate", whole(numbers.value("all", "candidates"))),
        Fact("distinct, novel, valid ionic compounds drawn", whole(_total(numbers, "distinct_novel_valid"))),
        Fact(
            Markup("highest estimated T<sub>c</sub> of a candidate"),
            f"{number(numbers.value('all', 'tc_highest'), 0)} K",
        ),
    ]
    if numbers.get("estimator-grouped", "mae"):
        error = number(numbers.value("estimator-grouped", "mae"))
        found.append(Fact("typical error of that estimate, on unseen chemical systems", f"{error} K"))
    return found


def _best_candidates(numbers: Numbers, candidates: Path, top: int) -> Section:
    """The first candidates by rank, each with its caveats."""
    data = tables.read(candidates, CANDIDATES).sort_by("rank").slice(0, top)
    rows = [row | {"caveats": candidate_caveats(row)} for row in data.to_pylist()]
    values = {"candidates": rows, "total": numbers.value("all", "candidates")}
    return _section("best-candidates", "The best candidates", values)


def _requests(numbers: Numbers, requests: Mapping[str, Path]) -> Section | None:
    """What was asked for, and how much came of it."""
    if not requests:
        return None
    texts = {slug: tables.read_metadata(path)["settings"]["request"] for slug, path in requests.items()}
    rows = [{"name": slug, "text": text, "source": source_name(REQUESTED, slug)} for slug, text in texts.items()]
    return _section("requests", "What was asked for", {"requests": rows, "numbers": numbers})


def _table1(numbers: Numbers, rows: Sequence[Row]) -> Section | None:
    """Table 1, and below it the checks that it lacks."""
    if not rows:
        return None
    values = {"families": _together(rows, "version"), "published": PUBLISHED}
    checks = {"families": _sampled(numbers), "numbers": numbers}
    return _section(
        "table1",
        "Table 1: the model of each family",
        values,
        [_section("checks", "Checks that the published method does not have", checks)],
    )


def _table2(rows: Sequence[Row], groups: int) -> Section | None:
    """Table 2, the largest groups of each reference, its methods one below the other."""
    if not rows:
        return None
    references = [
        of_method[:groups] for of_one in _together(rows, "reference") for of_method in _together(of_one, "method")
    ]
    return _section("table2", "Table 2: compounds drawn from a reference", {"references": references})


def _section(key: str, title: str, values: Mapping[str, Any], subsections: Sequence[Section] = ()) -> Section:
    """A section whose template is named like it."""
    return Section(key, title, f"{key.replace('-', '_')}.html.j2", TEMPLATES, values, subsections)


def _sampled(numbers: Numbers) -> list[str]:
    """Families of the models that this run sampled."""
    return [family for family in MODEL_FAMILIES if numbers.get(family, "samples")]


def _total(numbers: Numbers, quantity: str) -> int:
    """Sum of a count over the families."""
    return round(sum(numbers.value(family, quantity) or 0 for family in _sampled(numbers)))


def _together(rows: Sequence[Row], *columns: str) -> list[list[Row]]:
    """Rows that share the values of some columns, in order of their first appearance."""
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[column] for column in columns), []).append(row)
    return list(found.values())
