"""The page: formulas, doubts, figures inside it, and what a run without results says."""

import re
import xml.etree.ElementTree as ET

import made_up_run
import pytest

from superdrift.io import tables
from superdrift.learning.history import HISTORY
from superdrift.report.numbers import Numbers
from superdrift.report.page import doubts, formula_html, inline_svg, number, percent
from superdrift.superconductors.report import figures, maps
from superdrift.superconductors.report.estimator_figures import by_distance
from superdrift.superconductors.report.provenance_records import records
from superdrift.superconductors.report.run_numbers import score_numbers


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("La1.85Sr0.15CuO4", "La<sub>1.85</sub>Sr<sub>0.15</sub>CuO<sub>4</sub>"),
        ("YCu3O6Se_xAs_y", "YCu<sub>3</sub>O<sub>6</sub>Se<sub>x</sub>As<sub>y</sub>"),
        ("Na1-xAl1-yMg_{x+y}Ge", "Na<sub>1-x</sub>Al<sub>1-y</sub>Mg<sub>x+y</sub>Ge"),
        ("Sr0.5-0.8Y(As0.1-0.3)O6-6.1", "Sr<sub>0.5-0.8</sub>Y(As<sub>0.1-0.3</sub>)O<sub>6-6.1</sub>"),
        ("Ba<script>", "Ba&lt;script&gt;"),
        (None, "–"),
    ],
)
def test_formula_html(formula, expected):
    assert formula_html(formula).replace("<wbr>", "") == expected


def test_undefined_numbers_are_dashes_not_zeros():
    assert (number(None), percent(None), percent(0.0), percent(0.123)) == ("–", "–", "0.0 %", "12.3 %")


def test_doubts_name_what_speaks_against_a_candidate():
    good = {"metallic": False, "novel": True, "charge_valid": True, "valid_published": True,
            "site_balanced": True, "applicable": True}  # fmt: skip
    assert doubts(good) == []
    assert doubts(good | {"charge_valid": None}) == ["no valence picture"]
    assert doubts(good | {"charge_valid": False, "applicable": False}) == ["unusual valence", "far from data"]
    assert doubts(good | {"metallic": True, "charge_valid": None, "site_balanced": False}) == ["metallic"]


def test_files_of_one_making_share_a_provenance_record(run_folder):
    files = [(name, run_folder / f"screen/{name}/screened.parquet") for name in ("cuprates", "others")]
    found = records([("compounds", run_folder / "prepare/compounds.parquet"), *files])
    assert [names for names, _ in found] == [["compounds"], ["cuprates", "others"]]
    assert found[0][1]["inputs"] == {"supercon.csv": "ab" * 32}


def _figure(run_folder, path):
    return figures.critical_temperatures(
        run_folder / "prepare/compounds.parquet", run_folder / "candidates.parquet", path
    )


def test_figures_are_the_same_bytes_each_time(run_folder, tmp_path):
    first, second = (_figure(run_folder, tmp_path / name / "tc.svg").read_bytes() for name in "ab")
    assert first == second
    assert b"<dc:date>" not in first


def test_numbers_below_zero_have_a_minus_sign_and_zero_has_none():
    assert (number(-2.084, 2), number(-0.001, 2), number(-1234.5, 0)) == ("\u22122.08", "0.00", "\u22121\u202f234")


def test_error_by_distance_is_drawn_where_it_was_measured(run_folder, tmp_path):
    numbers = Numbers(score_numbers(run_folder / "estimate/models/scores.parquet"))
    drawn = by_distance(numbers, tmp_path / "estimators.svg")
    assert drawn.stat().st_size > 10_000
    assert by_distance(Numbers([]), tmp_path / "nothing.svg") is None


def test_inlined_figures_share_no_names(run_folder, tmp_path):
    histories = {"cuprates": run_folder / "train/cuprates/history.parquet"}
    paths = [
        _figure(run_folder, tmp_path / "tc.svg"),
        figures.training_curves(histories, tmp_path / "training.svg"),
    ]
    names = [set(re.findall(r'\bid="([^"]+)"', inline_svg(path))) for path in paths]
    assert names[0] and names[1] and not names[0] & names[1]
    for path in paths:
        text = inline_svg(path)
        ET.fromstring(text)
        assert text.startswith("<svg") and set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= set().union(*names)


def test_figures_without_data_are_left_out(tmp_path, run_folder):
    assert maps.drift_climbs({}, tmp_path / "d.svg") is None
    assert maps.composition_map({}, {}, tmp_path / "m.svg") is None
    assert figures.shares(Numbers([]), tmp_path / "s.svg") is None
    others = {"others": run_folder / "screen/others/screened.parquet"}
    assert figures.copper_valence(others, {}, tmp_path / "c.svg") is None
    empty = tmp_path / "history.parquet"
    nothing = tables.read(run_folder / "train/others/history.parquet", HISTORY).slice(0, 0)
    tables.write(empty, HISTORY, nothing, made_up_run.RECORD)
    assert figures.training_curves({"others": empty}, tmp_path / "t.svg") is None
    assert not list(tmp_path.glob("*.svg"))
