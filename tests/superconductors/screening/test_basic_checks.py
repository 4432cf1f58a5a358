"""The published basic checks and their reasons."""

import numpy as np

from superdrift.superconductors.screening.basic_checks import basic_checks


def rows(*cases):
    amounts = np.zeros((len(cases), 96))
    for row, case in zip(amounts, cases, strict=True):
        for index, value in case.items():
            row[index] = value
    return amounts


def test_reasons():
    cases = rows(
        {7: 4.004, 28: 1.0, 56: 1.85},
        {7: 4, 28: 1, 56: -0.2},
        {7: 4},
        {},
        dict.fromkeys(range(8), 1),
        {7: np.nan, 28: 1},
    )
    found = basic_checks(cases, n_elements=[2, 7], noise_floor=0.08)
    assert found.passed.tolist() == [True, False, False, False, False, False]
    assert found.failure.tolist() == [
        None,
        "negative amount of La (-0.20)",
        "1 element, not 2 to 7",
        "no element is left",
        "8 elements, not 2 to 7",
        "an amount is not a finite number",
    ]
    assert found.compound.tolist() == [True, False, True, False, True, False]
    assert found.amounts[0, 7] == np.float32(4.0)


def test_noise_below_the_floor_is_removed_with_its_sign():
    found = basic_checks(rows({7: 4, 28: 1, 56: -0.07, 1: 0.079}), n_elements=[2, 7], noise_floor=0.08)
    # 0.079 is rounded to 0.08 first, and that is not below the floor
    assert found.passed[0]
    assert found.n_elements[0] == 3
    assert found.amounts[0, 56] == 0


def test_exact_amounts_of_a_table_stay():
    found = basic_checks(rows({7: 4, 28: 0.995, 29: 0.005}), n_elements=[2, 7], noise_floor=0.08, exact=True)
    assert found.amounts[0, 29] == np.float32(0.005)
    assert found.n_elements[0] == 3


def test_no_rows():
    assert len(basic_checks(np.zeros((0, 96)), n_elements=[2, 7], noise_floor=0.0).passed) == 0
