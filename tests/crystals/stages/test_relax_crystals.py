"""The stage relax, with an analytic potential: rows, reasons, and a kill -9 in the middle."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from crystal_examples import SALTS, known
from fake_potential import Fake, use
from limits import HANG_S
from project import ROOT

from superdrift.crystals.stability import potential
from superdrift.crystals.stages.relax import main
from superdrift.crystals.tables import PROPOSALS, RELAXED
from superdrift.io import tables
from superdrift.structures.rows import row_of

pytest.importorskip("ase")
SETTINGS = {
    "relax": True, "potential": "chgnet", "device": "cpu", "fmax": 0.05, "steps": 5, "most_sites": 8, "proposals": 2,
    "known_stays": True, "phases": [], "checked": 3, "batch_size": 3, "threads": 1,
}  # fmt: skip
PHASES = "formula,target\nNaCl,-2\nKCl,-2.2\nMgO,-3\nLiF,-3\n"


@pytest.fixture(autouse=True)
def _fake(monkeypatch):
    monkeypatch.setitem(potential.POTENTIALS, "chgnet", Fake)
    use()
    yield
    potential.load.cache_clear()


def proposed(folder, count=6):
    """A table of proposals: three of each of some salts, the third of which is not looked at."""
    rows = []
    for name, structure in list(SALTS.items())[:count]:
        for rank in (1, 2, 3):
            moved = structure.copy()
            moved.scale_lattice(structure.volume * (0.9 + 0.1 * rank))
            rows.append({
                "formula": name, "rank": rank, "score": 0.0, **row_of(moved), "n_sites": len(moved),
                "volume": moved.volume, "space_group": 225, "prototype": "AB_cF8_225_a_b", "template": 0,
                "template_source": "mine", "template_id": name, "template_formula": name, "replaced": [],
            })  # fmt: skip
    columns = {column.name: [row[column.name] for row in rows] for column in PROPOSALS.columns}
    tables.write(folder / "proposals.parquet", PROPOSALS, columns, {})


def arguments(folder, **settings):
    return [
        "--settings", json.dumps({**SETTINGS, **settings}), "--seed", "1", "--proposals",
        str(folder / "proposals.parquet"), "--structures", str(folder / "structures.parquet"), "--relaxed",
        str(folder / "relaxed.parquet"), "--phases", str(folder / "phases.csv"),
    ]  # fmt: skip


@pytest.fixture
def inputs(tmp_path):
    """Known structures, competitors and proposals in a folder."""
    known(tmp_path)
    (tmp_path / "phases.csv").write_text(PHASES)
    proposed(tmp_path)
    return tmp_path


def relaxed(folder):
    return tables.read(folder / "relaxed.parquet", RELAXED)


def test_the_first_proposals_are_rows_with_verdicts(inputs):
    assert main(arguments(inputs)) == 0
    rows = relaxed(inputs).to_pylist()
    assert [(row["formula"], row["rank"]) for row in rows] == [(name, rank) for name in list(SALTS)[:6]
                                                               for rank in (1, 2)]  # fmt: skip
    assert {row["potential"] for row in rows} == {"fake 1"} and not any(row["reason"] for row in rows)
    for row in rows:
        assert row["stable"] == (row["e_above_hull_ev"] <= 0) and row["metastable"] == (row["e_above_hull_ev"] <= 0.1)
    assert {row["e_above_hull_error_ev"] for row in rows} == {None}  # the known structures here have no energies


def test_what_cannot_be_relaxed_is_a_row_with_its_reason(inputs):
    assert main(arguments(inputs, most_sites=2)) == 0
    rows = {row["formula"]: row for row in relaxed(inputs).to_pylist()}
    assert rows["NaCl"]["reason"].startswith("8 sites") and rows["NaCl"]["stable"] is None
    assert rows["NaCl"]["energy_ev"] is None and rows["CsCl"]["reason"] is None


def test_no_proposals_are_an_empty_table(inputs):
    proposed(inputs, count=0)
    assert main(arguments(inputs)) == 0 and relaxed(inputs).num_rows == 0


def test_without_the_package_one_line_names_the_extra(inputs, monkeypatch, capsys):
    monkeypatch.setitem(potential.POTENTIALS, "chgnet", potential.Chgnet)
    monkeypatch.setitem(sys.modules, "chgnet.model.dynamics", None)
    assert main(arguments(inputs)) == 1
    said = capsys.readouterr().err
    assert "crystals.stability.potential = chgnet is not installed: pip install -e '.[crystals]'" in said
    assert said.count("\n") == 1


SLOW = """
import sys, time
sys.path[:0] = [{helpers!r}]
from fake_potential import Fake, use
class Slow(Fake):
    def calculator(self):
        time.sleep({seconds})
        return super().calculator()
use(Slow)
from superdrift.crystals.stages.relax import main
sys.exit(main({arguments!r}))
"""


def test_killed_in_the_middle_and_run_again_the_table_is_equal(inputs):
    assert main(arguments(inputs)) == 0
    whole = relaxed(inputs)
    (inputs / "relaxed.parquet").unlink()
    code = SLOW.format(helpers=str(ROOT / "tests/helpers"), seconds=1.0, arguments=arguments(inputs))
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    first, parts = inputs / ".relaxed.parts/000000.parquet", inputs / ".relaxed.parts"
    started = time.monotonic()
    while not first.is_file() and process.poll() is None and time.monotonic() - started < HANG_S:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL and not (inputs / "relaxed.parquet").exists()
    assert 1 <= len(list(parts.glob("0*.parquet"))) < 4
    kept = tables.read(first, RELAXED)
    assert main(arguments(inputs)) == 0
    assert relaxed(inputs).equals(whole) and kept.equals(whole.slice(0, 3)) and not parts.exists()
