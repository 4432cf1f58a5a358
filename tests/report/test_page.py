"""The page takes the sections that a domain passes: a made-up domain shows its own, with nothing edited in report/."""

import html
import re

import pytest
from jinja2 import DictLoader, FileSystemLoader, UndefinedError

from superdrift.report.numbers import Numbers, share
from superdrift.report.page import Fact, write_page
from superdrift.report.sections import CaptionedFigure, Caveat, Section, caveats_section, figures_section

RECORD = {
    "stage": "anneal",
    "settings": {"hours": 12},
    "seed": 7,
    "commit": "c0ffee" * 6,
    "code": "0123abcd",
    "inputs": {"glasses.csv": "ab" * 32},
    "versions": {"numpy": "2.4.6"},
}
NUMBERS = Numbers([share("anneal", "silicates", "clear", 3, 4)])
CLEAR = Section(
    "clarity",
    "How clear the glasses are",
    "clarity.html.j2",
    DictLoader({"clarity.html.j2": '<p>{{ name }}: {{ numbers.get("silicates", "clear") | interval }}</p>'}),
    {"name": "SiO2 <glass>", "numbers": NUMBERS},
)


def page(path, *sections, **changes):
    """The text of a page of the made-up domain."""
    write_page(
        path,
        **{
            "run_name": "kiln",
            "title": "Glasses of run “kiln”",
            "lead": "Molten & cooled.",
            "facts": [Fact("glasses", "4")],
            "sections": sections,
            "provenance": [(["samples"], RECORD), (["this page"], RECORD | {"stage": "report"})],
            "details": {"Furnace": {"kelvin": 1900}, "Mould": {}},
            "footer": "Every number is in numbers.parquet.",
        }
        | changes,
    )
    return path.read_text(encoding="utf-8")


def headings(text):
    return re.findall(r"<h[23][^>]*>(.*?)</h[23]>", text)


def test_a_made_up_domain_shows_its_sections_in_order(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/colour.html.j2").write_text("<p>{{ formula | formula }} is {{ colour }}</p>\n")
    colour = Section(
        "colour",
        "Their colour",
        "colour.html.j2",
        FileSystemLoader(tmp_path / "templates"),
        {"formula": "Na2SiO3", "colour": "green"},
        [CLEAR],
    )
    text = page(tmp_path / "report.html", colour, None, caveats_section([Caveat("Glass flows.", "Slowly.")]))
    assert headings(text) == [
        "Their colour",
        "How clear the glasses are",
        "What these numbers cannot tell",
        "Provenance",
        "Settings",
        "Software",
    ]
    assert "Na<sub>2</sub>" in text and "is green</p>" in text
    assert "<p>SiO2 &lt;glass&gt;: 75.0 % <small>(" in text
    assert "<li><b>Glass flows.</b> Slowly.</li>" in text


def test_the_page_has_its_head_and_its_provenance(tmp_path):
    text = page(tmp_path / "report.html", CLEAR)
    assert "<title>superdrift: run kiln</title>" in text and "<h1>Glasses of run “kiln”</h1>" in text
    assert '<p class="lead">Molten &amp; cooled.</p>' in text
    assert "<div><dt>glasses</dt><dd>4</dd></div>" in text
    assert "ab" * 32 in text and "numpy 2.4.6" in text
    assert '"kelvin": 1900' in html.unescape(text) and "Mould" not in text
    assert text.rstrip().endswith("</html>")


def test_the_page_knows_no_material(tmp_path):
    text = page(tmp_path / "report.html", CLEAR).lower()
    assert not [word for word in ("superconduct", "cuprate", "compound", "candidate") if word in text]


def test_figures_are_inlined_and_numbered(tmp_path):
    for name in ("kiln", "cooling"):
        (tmp_path / f"{name}.svg").write_text(
            f'<?xml version="1.0"?>\n<svg width="9" height="9"><g id="{name}"/></svg>'
        )
    figures = [CaptionedFigure(tmp_path / f"{name}.svg", name, f"The {name}.") for name in ("kiln", "cooling")]
    text = page(tmp_path / "report.html", figures_section(figures))
    assert "<?xml" not in text and '<svg><g id="kiln-kiln"/></svg>' in text
    assert "<b>Figure 2. cooling.</b> The cooling." in text
    assert figures_section([]) is None


def test_two_sections_of_one_key_are_refused(tmp_path):
    with pytest.raises(ValueError, match="two sections of the page have the key 'clarity'"):
        page(tmp_path / "report.html", CLEAR, CLEAR)
    assert not (tmp_path / "report.html").exists()


def test_a_value_that_a_template_lacks_is_an_error(tmp_path):
    missing = Section(CLEAR.key, CLEAR.title, CLEAR.template, CLEAR.templates, {"numbers": NUMBERS})
    with pytest.raises(UndefinedError, match="'name' is undefined"):
        page(tmp_path / "report.html", missing)
