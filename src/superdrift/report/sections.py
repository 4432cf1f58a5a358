"""Sections of the page: a domain passes a list of them, each with a template of its own and the values it shows.

What every domain needs stands here: a section of figures and one of caveats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from superdrift.report.formatting import FILTERS

TEMPLATES = PackageLoader("superdrift.report")
"""The templates of the page itself, and of the sections that every domain shares."""


@dataclass(frozen=True)
class Section:
    """One section of the page.

    Attributes:
        key: its name in links to the page, `report.html#key`; no two of a page share one.
        title: its heading.
        template: file name of its template; the filters of report/formatting.py are at hand.
        templates: where that lies: `PackageLoader("superdrift.DOMAIN.report")` for the folder templates/ of a package.
        values: what the template shows, by name; a name that it lacks is an error.
        subsections: parts with a smaller heading each, below what the template shows.
    """

    key: str
    title: str
    template: str
    templates: BaseLoader
    values: Mapping[str, Any]
    subsections: Sequence["Section"] = field(default=())

    def html(self) -> Markup:
        """What stands below the heading, without the subsections."""
        return rendered(self.template, self.templates, self.values)


@dataclass(frozen=True)
class CaptionedFigure:
    """One figure: its file (SVG), what it shows in a few words, and the caption below it."""

    path: Path
    title: str
    caption: str


@dataclass(frozen=True)
class Caveat:
    """What the numbers of a page cannot tell: a short statement, and why."""

    statement: str
    explanation: str


def figures_section(figures: Sequence[CaptionedFigure]) -> Section | None:
    """The figures, numbered in their order; None where there are none."""
    return Section("figures", "Figures", "figures.html.j2", TEMPLATES, {"figures": figures}) if figures else None


def caveats_section(caveats: Sequence[Caveat]) -> Section:
    """What the numbers of the page cannot tell, as a list."""
    title = "What these numbers cannot tell"
    return Section("caveats", title, "caveats.html.j2", TEMPLATES, {"caveats": caveats})


def rendered(template: str, templates: BaseLoader, values: Mapping[str, Any]) -> Markup:
    """A template filled with values; text is escaped, Markup is not."""
    environment = Environment(
        loader=templates, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= FILTERS
    return Markup(environment.get_template(template).render(values))
