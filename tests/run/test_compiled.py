"""Kernels run by the interpreter and compiled: the same results, bit for bit."""

import numpy as np
import pytest
from random_compositions import some_amounts

from superdrift.charges.smact_rule import published_validity
from superdrift.composition import nearest_compositions
from superdrift.composition.atom_counts import published_counts, whole_counts
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.energies.hull import Hull
from superdrift.run import compiled


@pytest.fixture(autouse=True)
def nothing_compiled(monkeypatch):
    monkeypatch.setattr(compiled, "_ready", set())


ROWS = 40
KNOWN = some_amounts(3, 300).astype(np.float32)
MANY = np.resize(KNOWN, (compiled.FEW_ROWS + 1, KNOWN.shape[1]))


def validity(amounts):
    return published_validity(whole_counts(amounts))


def hull(amounts):
    energies = -np.random.default_rng(0).random(len(KNOWN))
    return np.concatenate([Hull(KNOWN, energies).lowest(amounts, others=others) for others in (False, True)])


def nearest(amounts, **options):
    return np.concatenate(CompositionIndex(KNOWN).several(amounts, 5, **options), axis=1)


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (whole_counts, {}),
        (published_counts, {}),
        (validity, {}),
        (hull, {}),
        (nearest, {}),
        (nearest, {"others": True}),
        (nearest, {"metric": "euclidean"}),
        (nearest, {"metric": "euclidean", "others": True}),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_interpreted_equals_compiled(function, options, seed, monkeypatch):
    amounts = np.round(some_amounts(seed, ROWS), 3).astype(np.float32)
    amounts[:5] = KNOWN[:5]
    amounts[~amounts.any(axis=1), 5] = 1
    interpreted = function(amounts, **options)
    monkeypatch.setattr(compiled, "FEW_ROWS", 0)
    monkeypatch.setattr(nearest_compositions, "FEW_PAIRS", 0)
    assert not compiled._ready
    np.testing.assert_array_equal(interpreted, function(amounts, **options))
    assert compiled._ready


def test_what_is_compiled_serves_few_rows_too(monkeypatch):
    many = whole_counts(MANY)
    monkeypatch.setattr(np, "errstate", None)  # of the interpreted way alone
    np.testing.assert_array_equal(whole_counts(MANY[:3]), many[:3])


def test_a_few_rows_compile_nothing(monkeypatch):
    def fail(*_, **__):
        raise AssertionError("compiled")

    monkeypatch.setattr(compiled, "_compiled", fail)
    whole_counts(MANY[:-1])
    with pytest.raises(AssertionError, match="compiled"):
        whole_counts(MANY)
