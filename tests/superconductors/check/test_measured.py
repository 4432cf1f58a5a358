"""What was measured of known compounds: several entries, negatives, pressure, neighbours within the radius."""

import numpy as np
import pytest
import yaml

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.command import Run
from superdrift.run.settings import from_mapping
from superdrift.superconductors.check.formulas import _CONFIG
from superdrift.superconductors.check.measured import measured, unmeasured
from superdrift.superconductors.settings.data import PrepareSettings
from superdrift.superconductors.stages.prepare import prepare

ROWS = (
    "formula,tc_k", "MgB2,39", "Mg2B4,38", "MgB2,37.5", "MgB2,36", "MgB2,0", "H3S,200", "Cu,0", "Nb0.75Zr0.25,10.8",
)  # fmt: skip
EXPECTED = {
    "MgB2": ("MgB2", True, 37.75, 36.0, 39.0, 4),
    "H3S": ("H3S", True, 200.0, 200.0, 200.0, 1),
    "Cu2": ("Cu", False, None, None, None, 1),
    "Nb0.754Zr0.246": ("Nb0.75Zr0.25", True, 10.8, 10.8, 10.8, 1),
    "Nb0.76Zr0.24": (None, None, None, None, None, 0),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    own = folder / "own.csv"
    own.write_text("\n".join(ROWS) + "\n")
    block = yaml.safe_load(_CONFIG.read_text())["prepare"] | {"sources": [str(own)]}
    settings = from_mapping(PrepareSettings, block, place="prepare")
    prepare(Run(0, {}), settings, sources=[own], compounds=folder / "c.parquet", rejected=folder / "r.parquet")
    amounts = np.array([to_vector(parse_formula(formula)) for formula in EXPECTED], dtype=np.float32)
    return dict(zip(EXPECTED, measured(amounts, folder / "c.parquet", radius=0.005).to_pylist(), strict=True))


@pytest.mark.parametrize("formula", EXPECTED)
def test_what_was_measured(found, formula):
    row = found[formula]
    *values, entries = EXPECTED[formula]
    names = ("known_formula", "known_superconducting", "known_tc_k", "known_tc_low_k", "known_tc_high_k")
    assert [row[name] for name in names] == values
    assert (row["known_source"] or "").count("own.csv, line") == min(entries, 3)
    assert ("and 1 more" in (row["known_source"] or "")) == (entries == 4)


def test_a_measurement_under_pressure_is_flagged(found):
    assert found["H3S"]["known_flags"] == ["high_pressure"]


def test_nothing_is_said_where_nothing_was_measured():
    assert unmeasured(2).to_pylist() == [dict.fromkeys(unmeasured(0).column_names)] * 2
