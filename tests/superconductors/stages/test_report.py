"""Stages numbers and report: from the tables of a run to its numbers, tables, figures and page."""

import re
from html.parser import HTMLParser

import made_up_run
import pytest

from superdrift.io import tables
from superdrift.report.numbers import Numbers
from superdrift.superconductors.stages import numbers, report


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A made-up run and the folder of its report."""
    root = made_up_run.build_run(tmp_path_factory.mktemp("staged"))
    for stage, arguments in zip((numbers, report), made_up_run.arguments(root, root / "report"), strict=True):
        assert stage.main(arguments) == 0
    return root


def test_everything_is_written(made):
    written = {path.relative_to(made / "report").as_posix() for path in (made / "report").rglob("*.*")}
    figures = ("critical_temperature", "shares", "estimators", "map", "copper_valence", "drift", "training")
    assert written == {"numbers.parquet", "table1.csv", "table2.csv", "report.html"} | {
        f"figures/{name}.svg" for name in figures
    }


def test_numbers_cover_every_source_and_are_plausible(made):
    found = Numbers.read(made / "report/numbers.parquet")
    for source in ("cuprates", "others", "ilvr-ybco-se", "drift-ybco"):
        assert found.value(source, "samples") == made_up_run.N
        assert found.value(source, "new_families") == 1
    assert found.get("cuprates", "tc_mean_training").stage == "prepare"
    assert found.get("cuprates", "sc_raw_training").value is None
    for row in found.rows:
        if row.low is not None and row.value is not None:
            assert row.low <= row.value <= row.high, row
    assert tables.read_metadata(made / "report/numbers.parquet")["stage"] == "numbers"


class _Tags(HTMLParser):
    void = frozenset({"meta", "br", "wbr", "link", "img", "hr"})

    def __init__(self):
        super().__init__()
        self.open, self.names, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.names += [value for name, value in attrs if name == "id"]
        self.links += [v for n, v in attrs if n in ("src", "href", "xlink:href") and not v.startswith(("#", "data:"))]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_page_is_whole_and_needs_no_network(made):
    text = (made / "report/report.html").read_text(encoding="utf-8")
    tags = _Tags()
    tags.feed(text)
    assert tags.open == [] and tags.links == []
    assert len(tags.names) == len(set(tags.names))
    assert "<script" not in text and text.count("<figure") == 7


def test_page_says_what_the_numbers_say(made):
    text = (made / "report/report.html").read_text(encoding="utf-8")
    found = Numbers.read(made / "report/numbers.parquet")
    assert f"<dd>{found.value('all', 'tc_highest'):.0f} K</dd>" in text
    assert f"{100 * found.value('cuprates', 'charge_valid'):.1f} %" in text
    assert "Formation energies were not estimated in this run" in text
    assert "ab" * 32 in text  # the data file's SHA-256
    ranks = re.findall(r'<tr><td class="n">(\d+)</td><td class="formula">', text)
    assert ranks == [str(rank) for rank in range(1, 26)]


def test_the_same_run_gives_the_same_page(made, tmp_path):
    arguments = made_up_run.arguments(made, made / "report")[1]
    before = (made / "report/report.html").read_text(encoding="utf-8")
    assert report.main(arguments) == 0
    assert (made / "report/report.html").read_text(encoding="utf-8") == before


def test_a_run_without_references_starts_and_clusters(made, tmp_path):
    commands = [list(c) for c in made_up_run.arguments(made, tmp_path)]
    for command in commands:
        for option in ("--cluster-sources", "--groups", "--clustered", "--start-names", "--trajectories",
                       "--references", "--reference-formulas"):  # fmt: skip
            if option in command:
                first = command.index(option) + 1
                while first < len(command) and not command[first].startswith("--"):
                    del command[first]
    assert numbers.main(commands[0]) == 0 and report.main(commands[1]) == 0
    assert not (tmp_path / "figures/map.svg").exists()
    assert "Table 2" not in (tmp_path / "report.html").read_text(encoding="utf-8").split("<footer>")[0]


def test_lists_of_different_length_are_refused(made, tmp_path, caplog):
    command = made_up_run.arguments(made, tmp_path)[0]
    del command[command.index("--screened") + 1]
    assert numbers.main(command) == 1
    assert "--sources has 4 names and --screened 3 files" in caplog.text
    assert not (tmp_path / "numbers.parquet").exists()


@pytest.mark.parametrize(
    "template", ["report/templates/page.html.j2", "superconductors/report/templates/checks.html.j2"]
)
def test_a_changed_template_rewrites_the_page_and_nothing_else(finished_copy, template):
    file = finished_copy.folder / "src/superdrift" / template
    file.write_text(file.read_text(encoding="utf-8") + "<!-- changed -->\n", encoding="utf-8")
    planned = set(re.findall(r"^(\w+) +\d+$", finished_copy.snakemake("--dry-run").stdout, re.MULTILINE))
    assert planned - {"all", "total"} == {"report"}
