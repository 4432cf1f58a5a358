"""Facts of superconductivity: what needs pressure, and the records of each class."""

import pytest

from superdrift.composition.formula import parse_formula
from superdrift.superconductors.data.records import needs_pressure, record_tc_k


@pytest.mark.parametrize(
    ("formula", "pressure"),
    [("LaH10", True), ("H3S", True), ("SiH4", True), ("YH6", True), ("CaH6", True), ("O2", True), ("S", True),
     ("Fe", True), ("Ca", True), ("PdH", False), ("Th4H15", False), ("Nb", False), ("Pb", False), ("H2O", False),
     ("NH4Cl", False), ("CH4", False), ("MgB2", False), ("YBa2Cu3O7", False), ("Na0.35CoO3.3H2.6", False)],
)  # fmt: skip
def test_what_needs_pressure(formula, pressure):
    assert needs_pressure(parse_formula(formula)) == pressure


@pytest.mark.parametrize(
    ("formula", "record"),
    [("HgBa2Ca2Cu3O8", 138.0), ("TlBa2Ca2Cu3O9", 133.5), ("YBa2Cu3O7", 126.0), ("CaCuO2", 126.0), ("KCuO2", 126.0),
     ("CuAlO2", 41.8), ("LaFeAsO", 56.5), ("MgB2", 41.8)],
)  # fmt: skip
def test_the_record_of_a_class(formula, record):
    assert record_tc_k(parse_formula(formula).keys()) == record
