"""Formulas of whole tables are those of single compounds."""

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from superdrift.composition.atom_counts import whole_counts
from superdrift.composition.elements import SYMBOLS
from superdrift.composition.formula import format_formula, parse_formula, reduced_formula
from superdrift.composition.formulas import count_formulas, formulas
from superdrift.composition.vector import to_vector
from superdrift.superconductors.data.families import families_of, family_of

HUNDREDTHS = st.integers(1, 9999).map(lambda n: f"{n // 100}.{n % 100:02d}")
COMPOUNDS = st.dictionaries(st.sampled_from(SYMBOLS[:96]), HUNDREDTHS, min_size=1, max_size=8)


@given(st.lists(COMPOUNDS, min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_texts_agree_with_those_of_single_compounds(compounds):
    exact = [parse_formula("".join(symbol + amount for symbol, amount in one.items())) for one in compounds]
    amounts = np.stack([to_vector(one) for one in exact])
    assert formulas(amounts) == [format_formula(one) for one in exact]
    assert count_formulas(whole_counts(amounts)) == [reduced_formula(one) for one in exact]
    assert families_of(amounts).tolist() == [family_of(one) for one in exact]


def test_unusual_amounts_and_no_rows():
    unusual = {"La": Decimal("0.001"), "Cu": Decimal(1000), "O": Decimal("0.12345")}
    amounts = np.stack([to_vector(unusual), to_vector(parse_formula("Nb3Sn1"))])
    assert formulas(amounts) == ["La0.001Cu1000O0.12345", "Nb3Sn"]
    assert formulas(np.zeros((0, 96), dtype=np.float32)) == []
    assert families_of(np.zeros((0, 96))).tolist() == []
