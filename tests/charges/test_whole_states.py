"""Whole states of chemistry at large: the table is SMACT's, the assignment the most common neutral one."""

import json
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import smact

from superdrift.charges.charge_text import charge_texts
from superdrift.charges.measured_states import CLOSED_SHELL, LEAST_SHARE, LEAST_STRUCTURES, MEASURED_STATES
from superdrift.charges.whole_states import whole_states
from superdrift.composition.elements import ELECTRONEGATIVITY, N_ELEMENTS, SYMBOLS
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector


def charges(*formulas, ions=None, soft=False):
    amounts = np.stack([to_vector(parse_formula(formula)) for formula in formulas])
    named = np.array(ions or [None] * len(formulas), dtype=object)
    return whole_states(amounts, named, soft=np.full(len(formulas), soft))


def test_the_table_is_that_of_smact():
    file = Path(smact.__file__).parent / "data" / "oxidation_states_icsd24_counts.json"
    counted = defaultdict(dict)
    for entry in json.loads(file.read_text(encoding="utf-8")):
        if entry["oxidation_state"] != 0:
            counted[entry["element"]][entry["oxidation_state"]] = entry["results_count"]
    expected = {}
    for symbol in SYMBOLS[:N_ELEMENTS]:
        total = sum(counted[symbol].values())
        states = {q: n / total for q, n in counted[symbol].items() if total and n / total >= LEAST_SHARE}
        if total >= LEAST_STRUCTURES or (total and len(states) == 1):
            expected[symbol] = states
    assert {s: set(states) for s, states in MEASURED_STATES.items()} == {s: set(v) for s, v in expected.items()}
    for symbol, states in MEASURED_STATES.items():
        assert states == pytest.approx(expected[symbol], abs=6e-4)
        assert list(states.values()) == sorted(states.values(), reverse=True)


def most_common(formula):
    """By brute force over all whole assignments, for formulas of whole amounts; None where none is neutral."""
    amounts = parse_formula(formula)
    options = [[(q, p) for q, p in MEASURED_STATES[s].items() if q > 0 or q == CLOSED_SHELL.get(s)] for s in amounts]
    best, found = -np.inf, None
    for chosen in product(*options):
        if sum(float(n) * q for n, (q, _) in zip(amounts.values(), chosen, strict=True)) != 0:
            continue
        own = {s: q for s, (q, _) in zip(amounts, chosen, strict=True)}
        cations = [ELECTRONEGATIVITY[s] for s, q in own.items() if q > 0]
        anions = [ELECTRONEGATIVITY[s] for s, q in own.items() if q < 0]
        likelihood = sum(float(n) * np.log(p) for n, (_, p) in zip(amounts.values(), chosen, strict=True))
        if anions and cations and max(cations) < min(anions) and likelihood > best:
            best, found = likelihood, own
    return found


@pytest.mark.parametrize(
    "formula",
    ["Fe2O3", "LiFePO4", "FeCr2O4", "PbTiO3", "KClO4", "Na2S2O3", "Li6PS5Cl", "CaC2O4", "Cu2ZnSnS4", "NaCl2", "BaO2",
     "La2CuO6", "Bi4Ti3O12", "Ca5P3O13H", "Cu3AsS4", "YBa2Cu3O8"],
)  # fmt: skip
def test_whole_assignments_are_those_of_brute_force(formula):
    found, expected = charges(formula)[0], most_common(formula)
    if expected is None:
        assert np.isnan(found).all()
    else:
        assert {SYMBOLS[i]: found[i] for i in np.flatnonzero(~np.isnan(found))} == expected


def test_only_the_redox_ion_holds_two_states():
    assert charge_texts(charges("Fe3O4", "YBa2Cu3O6", "Pr6O11", ions=["Fe", "Cu", None])).tolist() == [
        "Fe2.67+ O2-", "Ba2+ Y3+ Cu1.67+ O2-", "Pr3.67+ O2-",
    ]  # fmt: skip
    assert np.isnan(charges("Fe3O4", "Bi2Sr2CaCu2O8.3", ions=["O", "Cu"])).all()  # doped copper is judged elsewhere


def test_metals_beside_sulfur_hold_no_high_state():
    assert np.isnan(charges("FeS2", "NiS2", "MnS2", soft=True)).all()
    assert charge_texts(charges("FeF4"))[0] == "Fe4+ F1-"


def test_many_elements_end():
    lanthanides = "".join(f"{symbol}0.05" for symbol in SYMBOLS[56:71])
    assert charges(f"{lanthanides}Ba0.25CoO3", ions=["Co"]).shape == (1, 96)
    assert whole_states(np.zeros((0, 96)), np.zeros(0, dtype=object), soft=np.zeros(0, dtype=bool)).shape == (0, 96)
    assert np.isnan(charges("Nb", "He2O", "MgB2")).all()
