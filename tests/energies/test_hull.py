"""The hull: against scipy's linear programmes, against pymatgen's phase diagrams, and cases known by hand."""

import numpy as np
import pytest
from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
from pymatgen.core import Composition, Element
from scipy.optimize import linprog

from superdrift.energies.hull import Hull


def compositions(rng, n, *, elements, most):
    """Amounts (n, 96) of whole atoms, two to `most` of the first `elements` places of a mixed-up periodic table."""
    places = rng.permutation(96)[:elements]
    amounts = np.zeros((n, 96), dtype=np.float32)
    for row in amounts:
        size = rng.integers(2, most + 1)
        row[rng.choice(places, size, replace=False)] = rng.integers(1, 8, size)
    return amounts


def by_linprog(amounts, energies, query, *, others):
    """Hull energy of one query, slowly."""
    x = query / query.sum()
    fractions = amounts / amounts.sum(axis=1, keepdims=True, dtype=np.float64)
    usable = (fractions[:, x == 0] == 0).all(axis=1) & ((amounts > 0).sum(axis=1) > 1) & ~np.isnan(energies)
    if others:
        usable &= np.abs(fractions - x).sum(axis=1) / 2 > 1e-6
    elements = np.flatnonzero(x)
    columns = np.vstack([fractions[usable][:, elements], np.eye(len(elements))])
    cost = np.r_[energies[usable], np.zeros(len(elements))]
    return linprog(cost, A_eq=columns.T, b_eq=x[elements], bounds=(0, None), method="highs").fun


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize(("elements", "most", "phases"), [(3, 3, 40), (6, 4, 300), (12, 10, 400), (40, 6, 500)])
def test_the_hull_is_that_of_scipy(elements, most, phases, others):
    rng = np.random.default_rng([elements, others])
    known = compositions(rng, phases, elements=elements, most=min(most, 4))
    energies = rng.normal(-0.5, 0.8, phases)
    energies[::17] = np.nan
    rng = np.random.default_rng([elements, others])  # the same elements
    queries = np.vstack([compositions(rng, 60, elements=elements, most=most), known[:40]])
    own = rng.normal(0, 1, len(queries))
    found = Hull(known, energies).distance(queries, own, others=others)
    exact = queries.astype(np.float64)
    expected = [e - by_linprog(known, energies, x, others=others) for x, e in zip(exact, own, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-8)
    assert np.ptp(own - found) > 0.1, "the hull is not flat"


def test_many_phases_of_one_system_and_many_queries():
    """Degenerate on purpose: all phases on one plane, so that every vertex has many bases."""
    rng = np.random.default_rng(0)
    known = compositions(rng, 2000, elements=5, most=5)
    slope = np.linspace(-2, -1, 96)
    plane = known @ slope / known.sum(axis=1)
    found = Hull(known, plane).distance(known, plane)
    np.testing.assert_allclose(found, 0.0, atol=1e-7)


@pytest.mark.parametrize("others", [False, True])
def test_the_hull_is_that_of_pymatgen(others):
    energies = {"Fe2O3": -1.7, "FeO": -1.4, "Li2O": -2.0, "LiFeO2": -1.9, "Li5FeO4": -1.95, "FeO2": -0.3}
    entries = [PDEntry(Composition(f), e * Composition(f).num_atoms) for f, e in energies.items()]
    elements = [PDEntry(Composition(symbol), 0.0) for symbol in ("Li", "Fe", "O")]
    amounts = np.stack([vector(formula) for formula in energies])
    found = Hull(amounts, np.array(list(energies.values()))).distance(
        amounts, np.array(list(energies.values())), others=others
    )
    for entry, distance in zip(entries, found, strict=True):
        rest = [e for e in entries if e is not entry] if others else entries
        diagram = PhaseDiagram([*rest, *elements])
        expected = entry.energy_per_atom - diagram.get_hull_energy_per_atom(entry.composition)
        assert distance == pytest.approx(expected, abs=1e-8)
        if not others:
            assert distance == pytest.approx(diagram.get_e_above_hull(entry), abs=1e-8)


def vector(formula):
    amounts = np.zeros(96, dtype=np.float32)
    for symbol, amount in Composition(formula).get_el_amt_dict().items():
        amounts[Element(symbol).Z - 1] = amount
    return amounts


def test_a_mixture_of_two_compounds_worked_out_by_hand():
    hull = Hull(np.stack([vector("NaCl"), vector("Na3Cl")]), np.array([-2.0, -1.5]))
    # Na2Cl: Na3Cl to 2/3 and NaCl to 1/3 of its atoms (8/12 · 3/4 + 4/12 · 1/2 = 2/3 sodium).
    lowest = hull.lowest(np.stack([vector("Na2Cl"), vector("NaCl3")]))
    np.testing.assert_allclose(lowest, [-(1.5 * 2 / 3 + 2.0 / 3), -1.0])


def test_elements_come_back_into_the_basis():
    """The deepest phase takes the place of an element that the best mixture holds."""
    hull = Hull(np.stack([vector("LiFeO2"), vector("Li2O"), vector("Fe3O")]), np.array([-1.9, -2.0, -0.1]))
    assert hull.lowest(vector("Li4FeO2")[None])[0] == pytest.approx(-2.0 * 6 / 7)


def test_nan_stays_nan_and_no_compound_has_no_distance():
    hull = Hull(vector("NaCl")[None], np.array([-2.0]))
    queries = np.stack([vector("NaCl"), vector("NaCl"), np.zeros(96), -vector("NaCl"), vector("Na")])
    found = hull.distance(queries, np.array([np.nan, -1.0, -1.0, -1.0, 0.1]))
    np.testing.assert_allclose(found, [np.nan, 1.0, np.nan, np.nan, 0.1])


def test_without_known_compounds_the_elements_are_the_hull():
    hull = Hull(np.zeros((0, 96)), np.zeros(0))
    assert hull.distance(vector("NaCl")[None], np.array([-2.0])).tolist() == [-2.0]
    assert hull.distance(np.zeros((0, 96)), np.zeros(0)).shape == (0,)
    assert np.isnan(hull.distance(np.zeros((2, 96)), np.zeros(2))).all()


def test_elements_stay_at_zero_and_the_lower_of_two_energies_counts():
    known = np.stack([vector("Na"), vector("NaCl"), 3 * vector("NaCl"), vector("NaCl2")])
    hull = Hull(known, np.array([-5.0, -1.0, -2.0, 4.0]))
    np.testing.assert_allclose(hull.lowest(np.stack([vector("Na"), vector("NaCl")])), [0.0, -2.0])


def test_a_known_compound_is_measured_against_the_others():
    known = np.stack([vector("NaCl"), vector("Na3Cl"), vector("NaCl3")])
    hull = Hull(known, np.array([-2.0, -0.5, -0.5]))
    np.testing.assert_allclose(hull.distance(2 * known[:1], np.array([-2.0]), others=True), [-1.5])
