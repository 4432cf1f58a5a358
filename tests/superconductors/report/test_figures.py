"""The figures: the same bytes each time, no names shared on a page, none without data."""

import re
import xml.etree.ElementTree as ET

import made_up_run

from superdrift.io import tables
from superdrift.learning.history import HISTORY
from superdrift.report.formatting import inline_svg
from superdrift.report.numbers import Numbers
from superdrift.superconductors.report.figures import (
    composition_map,
    copper_valence,
    critical_temperature,
    drift,
    estimator_errors,
    shares,
    training_curves,
)
from superdrift.superconductors.report.run_numbers import score_numbers


def _figure(run_folder, path):
    return critical_temperature.draw(run_folder / "prepare/compounds.parquet", run_folder / "candidates.parquet", path)


def test_figures_are_the_same_bytes_each_time(run_folder, tmp_path):
    first, second = (_figure(run_folder, tmp_path / name / "tc.svg").read_bytes() for name in "ab")
    assert first == second
    assert b"<dc:date>" not in first


def test_error_by_distance_is_drawn_where_it_was_measured(run_folder, tmp_path):
    numbers = Numbers(score_numbers(run_folder / "estimate/models/scores.parquet"))
    drawn = estimator_errors.draw(numbers, tmp_path / "estimators.svg")
    assert drawn.stat().st_size > 10_000
    assert estimator_errors.draw(Numbers([]), tmp_path / "nothing.svg") is None


def test_inlined_figures_share_no_names(run_folder, tmp_path):
    histories = {"cuprates": run_folder / "train/cuprates/history.parquet"}
    paths = [
        _figure(run_folder, tmp_path / "tc.svg"),
        training_curves.draw(histories, tmp_path / "training.svg"),
    ]
    names = [set(re.findall(r'\bid="([^"]+)"', inline_svg(path))) for path in paths]
    assert names[0] and names[1] and not names[0] & names[1]
    for path in paths:
        text = inline_svg(path)
        ET.fromstring(text)
        assert text.startswith("<svg") and set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= set().union(*names)


def test_figures_without_data_are_left_out(tmp_path, run_folder):
    assert drift.draw({}, tmp_path / "d.svg") is None
    assert composition_map.draw({}, run_folder / "cluster/families.parquet", tmp_path / "m.svg") is None
    assert shares.draw(Numbers([]), tmp_path / "s.svg") is None
    others = {"others": run_folder / "screen/others/screened.parquet"}
    assert copper_valence.draw(others, {}, tmp_path / "c.svg") is None
    empty = tmp_path / "history.parquet"
    nothing = tables.read(run_folder / "train/others/history.parquet", HISTORY).slice(0, 0)
    tables.write(empty, HISTORY, nothing, made_up_run.RECORD)
    assert training_curves.draw({"others": empty}, tmp_path / "t.svg") is None
    assert not list(tmp_path.glob("*.svg"))
