"""Calibration of drawn rows: frequencies become those of a reference; weights that are right already stay."""

import pytest
import torch

from superdrift.diffusion.calibration import calibrated, holdings


def rows(n: int, shares: tuple[float, ...], seed: int) -> torch.Tensor:
    """(n, 3, 2) rows whose first tokens are there independently, in rising order; the last column is a condition."""
    generator = torch.Generator().manual_seed(seed)
    there = torch.rand((n, len(shares)), generator=generator) < torch.tensor(shares)
    found = torch.full((n, len(shares), 2), -1)
    for row, own in enumerate(there):
        tokens = own.nonzero()[:, 0]
        found[row, : len(tokens), 0], found[row, : len(tokens), 1] = tokens, int(own[0])
    return found[there.any(dim=1)]


def test_what_rows_hold():
    found = holdings(torch.tensor([[[0, 1], [2, 1]], [[1, 0], [-1, -1]]]), (3, 2))
    assert found.tolist() == [[1, 0, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 0, 1, 0]]


def test_frequencies_are_those_of_the_reference():
    draws, reference = rows(4000, (0.5, 0.4, 0.6, 0.3), 1), rows(4000, (0.2, 0.4, 0.7, 0.1), 2)
    held, wanted = holdings(draws, (4, 2)), holdings(reference, (4, 2))
    weights = calibrated(held, torch.zeros(len(held)), wanted, torch.zeros(len(wanted))).softmax(dim=0)
    assert weights @ held == pytest.approx(wanted.mean(dim=0), abs=1e-5)
    assert float(1 / (weights**2).sum() / len(held)) > 0.3


def test_equal_frequencies_leave_weights_as_they_are():
    draws = holdings(rows(500, (0.5, 0.4, 0.6), 1), (3, 2))
    weights = torch.linspace(-1, 1, len(draws))
    assert calibrated(draws, weights, draws, weights) == pytest.approx(weights.double(), abs=1e-4)


def test_what_is_rare_is_counted_together():
    draws, reference = rows(3000, (0.5, 0.001, 0.6, 0.001), 3), rows(3000, (0.5, 0.0, 0.6, 0.0), 4)
    held, wanted = holdings(draws, (4, 2)), holdings(reference, (4, 2))
    weights = calibrated(held, torch.zeros(len(held)), wanted, torch.zeros(len(wanted)))
    assert bool(weights.isfinite().all())
    assert float((weights.softmax(dim=0) @ held)[[1, 3]].sum()) < 1e-4
