"""Verdicts: nulls count as false, the sets of rows, and the amounts of some of them."""

from itertools import product

import made_up_run
import numpy as np
import pyarrow as pa

from superdrift.superconductors.new_families.selection import worth_grouping
from superdrift.superconductors.ranking import verdict_gates
from superdrift.superconductors.screening.judged_amounts import judged_amounts
from superdrift.superconductors.screening.verdicts import VERDICTS, Verdicts
from superdrift.superconductors.settings.ranking import RankSettings
from superdrift.superconductors.tables import SCREENED

NAMES = ("basic_pass", "duplicate", "novel", "metallic", "valid_published", "charge_valid")


def every_case():
    """Each combination of the verdicts that decide, with null for charge_valid too."""
    cases = list(product(*[(False, True)] * 5, (False, True, None)))
    return pa.table({name: [case[i] for case in cases] for i, name in enumerate(NAMES)}), cases


def test_verdicts_are_the_columns_that_are_true_or_false():
    assert set(VERDICTS) == {column.name for column in SCREENED.columns if column.type == pa.bool_()}


def test_sets_of_rows():
    table, cases = every_case()
    verdicts = Verdicts.of(table)
    for row, (basic, duplicate, novel, metallic, published, charge) in enumerate(cases):
        assert verdicts.candidate[row] == (basic and novel and not duplicate)
        assert verdicts.valid[row] == bool(published or charge)
        assert verdicts.plausible[row] == bool(published or charge or metallic)
        assert verdicts.passed("metallic")[row] == (basic and metallic)
        assert verdicts["charge_valid"][row] == (charge is True)


def test_who_uses_them_agrees():
    table, cases = every_case()
    metals = [row % 3 == 0 if case[NAMES.index("metallic")] else None for row, case in enumerate(cases)]
    table = table.append_column("metal_plausible", pa.array(metals, pa.bool_()))
    table = table.append_column("superconductor_valence", pa.nulls(len(table), pa.bool_()))
    verdicts = Verdicts.of(table)
    assert (worth_grouping(table) == (verdicts.candidate & (verdicts.valid | verdicts["metal_plausible"]))).all()
    settings = RankSettings(
        require_charge_valid=False, allow_metallic=True, require_metal_plausible=False, forbidden_elements=[],
        spacing=0.02, keep=1,
    )  # fmt: skip
    passed = np.logical_and.reduce(list(verdict_gates(table, settings).values()))
    assert (passed == verdicts.candidate).all()


def test_amounts_of_some_rows(tmp_path):
    formulas = ["LaCuO3", "La2CuO4", "Nb3Sn", "YBa2Cu3O7"]
    path = made_up_run.write_screened(tmp_path / "s.parquet", formulas, np.random.default_rng(0))
    found = judged_amounts(path, np.array([False, True, True, False]))
    assert [row[np.flatnonzero(row)].tolist() for row in found] == [[4, 1, 2], [3, 1]]
    assert judged_amounts(path, np.zeros(4, dtype=bool)).shape == (0, 96)
