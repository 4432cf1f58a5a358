"""The tables of oxidation states: complete, without contradiction, and all of them used."""

import math

import numpy as np

from superdrift.charges.formal_valence import _surroundings
from superdrift.charges.ion_charges import (
    _COMMON,
    ANIONS,
    CHARGES_IN,
    COMMON_CHARGES,
    LITERATURE_RANGES,
    LONE_PAIR_IONS,
    REDOX_IONS,
    REDUCED_CHARGES,
)
from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS

TABLES = (COMMON_CHARGES, REDUCED_CHARGES, LITERATURE_RANGES, *(charges for _, charges in CHARGES_IN))


def test_every_symbol_is_an_element_of_the_vector():
    symbols = {*ANIONS, *REDOX_IONS, *LONE_PAIR_IONS, *(symbol for table in TABLES for symbol in table)}
    assert all(ATOMIC_NUMBER[symbol] <= N_ELEMENTS for symbol in symbols)


def test_an_element_has_one_common_charge_and_anions_a_negative_one():
    listed = [symbol for _, symbols in _COMMON for symbol in symbols.split()]
    assert len(listed) == len(set(listed))
    assert all(COMMON_CHARGES[symbol] < 0 for symbol in ANIONS)
    assert {symbol for symbol, charge in COMMON_CHARGES.items() if charge < 0} == {*ANIONS, "At"}


def test_every_ion_that_takes_the_remaining_charge_has_a_range_of_the_literature():
    assert set(LITERATURE_RANGES) == {*REDOX_IONS, *LONE_PAIR_IONS}
    assert not set(REDOX_IONS) & set(LONE_PAIR_IONS)
    assert all(0 < lowest < highest for lowest, highest in LITERATURE_RANGES.values())


def test_the_surroundings_of_the_tables_are_those_that_formal_valence_finds():
    found = _surroundings(np.eye(N_ELEMENTS), iron=np.zeros(N_ELEMENTS, dtype=bool))
    assert set(found) == {name for name, _ in CHARGES_IN}


def test_charges_are_numbers_or_undefined():
    for table in (COMMON_CHARGES, REDUCED_CHARGES, *(charges for _, charges in CHARGES_IN)):
        assert all(isinstance(charge, float) and (math.isnan(charge) or charge != 0) for charge in table.values())
