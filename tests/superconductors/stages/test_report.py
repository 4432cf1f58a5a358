"""Stages numbers and report: from the tables of a run to its numbers, tables, figures and page."""

import re
import shutil
from html.parser import HTMLParser

import made_up_run
import pytest

from superdrift.io import tables
from superdrift.report.numbers import Numbers
from superdrift.run.provenance import sha256
from superdrift.superconductors.stages import numbers, report


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A made-up run and the folder of its report."""
    root = made_up_run.build_run(tmp_path_factory.mktemp("staged"))
    for stage, arguments in zip((numbers, report), made_up_run.arguments(root), strict=True):
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
    for source in made_up_run.SOURCES:
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
    arguments = made_up_run.arguments(made)[1]
    before = (made / "report/report.html").read_text(encoding="utf-8")
    assert report.main(arguments) == 0
    assert (made / "report/report.html").read_text(encoding="utf-8") == before


def test_inputs_are_all_recorded(made):
    """Each file that the numbers were computed from, though the command names only the run's folder."""
    inputs = tables.read_metadata(made / "report/numbers.parquet")["inputs"]
    places = [f"{stage}.parquet" for stage in ("prepare/compounds", "prepare/rejected", "candidates")]
    places += [f"estimate/models/{name}.parquet" for name in ("scores", "held_out", "phases")]
    places += ["cluster/families.parquet"]
    places += [f"screen/training-{family}/screened.parquet" for family in ("cuprates", "others")]
    places += [f"train/{family}/history.parquet" for family in ("cuprates", "others")]
    places += ["drift/ybco/trajectories.parquet"]
    kinds = ("project/{}/projected", "screen/{}/screened", "estimate/{}/estimated")
    places += [f"{kind}.parquet".format(source) for kind in kinds for source in made_up_run.SOURCES]
    expected = {place: sha256(made / place) for place in places}
    scores = {
        name: sha256(made / f"train/energy/{name}") for name in ("attention/scores.parquet", "elemnet/scores.parquet")
    }
    assert inputs == expected | scores


def test_requests_are_on_the_page(made):
    page = (made / "report/report.html").read_text(encoding="utf-8")
    section = page.split('id="requests"')[1].split("</section>")[0]
    assert "<td>barium</td><td>cuprates, with Ba</td>" in section
    assert f'<td class="n">{made_up_run.N}</td>' in section


def test_a_run_without_requests_references_and_starts(made, tmp_path):
    shutil.copytree(made, tmp_path / "run")
    shutil.rmtree(tmp_path / "run/report")
    for folder in (
        "drift",
        "cluster/ilvr-ybco-se",
        "screen/ilvr-ybco-se",
        "screen/drift-ybco",
        "screen/request-barium",
    ):
        shutil.rmtree(tmp_path / "run" / folder)
    commands = made_up_run.arguments(tmp_path / "run", requests=False, references=False, starts=False)
    assert numbers.main(commands[0]) == 0 and report.main(commands[1]) == 0
    assert not (tmp_path / "run/report/figures/drift.svg").exists()
    page = (tmp_path / "run/report/report.html").read_text(encoding="utf-8")
    assert "Table 2" not in page.split("<footer>")[0] and "What was asked for" not in page


def test_a_missing_table_is_named(made, tmp_path, caplog):
    shutil.copytree(made, tmp_path / "run")
    (tmp_path / "run/screen/others/screened.parquet").unlink()
    (tmp_path / "run/report/numbers.parquet").unlink()
    assert numbers.main(made_up_run.arguments(tmp_path / "run")[0]) == 1
    assert "screen/others/screened.parquet does not exist" in caplog.text
    assert not (tmp_path / "run/report/numbers.parquet").exists()


def test_a_formula_for_each_reference(made, caplog):
    command = made_up_run.arguments(made)[1]
    del command[command.index("--catalogue") + 1]
    assert report.main(command) == 1
    assert "--catalogue has no formula of ybco-se" in caplog.text


@pytest.mark.parametrize(
    "template", ["report/templates/page.html.j2", "superconductors/report/templates/checks.html.j2"]
)
def test_a_changed_template_rewrites_the_page_and_nothing_else(finished_copy, template):
    file = finished_copy.folder / "src/superdrift" / template
    file.write_text(file.read_text(encoding="utf-8") + "<!-- changed -->\n", encoding="utf-8")
    planned = set(re.findall(r"^(\w+) +\d+$", finished_copy.snakemake("--dry-run").stdout, re.MULTILINE))
    assert planned - {"all", "total"} == {"report"}
