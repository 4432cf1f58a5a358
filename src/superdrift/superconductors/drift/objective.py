"""What the drift raises: Tc by an ensemble, less what its members disagree by, less the distance to the known.

    f(x) = mean − spread_weight · spread − distance_weight · max(0, d(x) − near)                                   in K

An optimiser finds where its objective errs high. The members of the ensemble err apart from each other far from their
compounds, so a lower bound of what they say is climbed (as in LaMBO, Stanton et al., ICML 2022, and in Bayesian
optimisation at large); where all err alike, only the distance to what they learned from can tell.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superdrift.superconductors.drift.ensemble import TcEnsemble
from superdrift.superconductors.settings.drift_ascent import ObjectiveSettings

GRADIENT_CALLS = 3
"""Calls of the predictor that a gradient counts as: forward, and twice as much back."""
_BATCH, _PAIRS = 8192, 1024
"""Rows at once, and rows that are compared with all known compounds at once: bound the memory."""


@dataclass(frozen=True)
class Scores:
    """Of n compounds, each (n,).

    Attributes:
        tc_k: mean of the ensemble, K.
        spread_k: standard deviation of its members, K.
        distance: half L1 to the nearest compound that it learned from.
        value: what is raised, K.
    """

    tc_k: NDArray[np.float64]
    spread_k: NDArray[np.float64]
    distance: NDArray[np.float64]
    value: NDArray[np.float64]

    def replaced(self, rows: NDArray[np.bool_], other: "Scores") -> "Scores":
        """These, with some rows those of others."""
        return Scores(*(np.where(rows, vars(other)[name], own) for name, own in vars(self).items()))


class Objective:
    """The objective of (n, 96) amounts.

    Args:
        ensemble: of Tc; single precision.
        learned_from: (m, 96) amounts of the compounds that it learned from.
        settings: the weights.

    Attributes:
        calls: of the predictor so far, one per compound, `GRADIENT_CALLS` per gradient.
    """

    def __init__(self, ensemble: TcEnsemble, learned_from: NDArray[np.floating], settings: ObjectiveSettings) -> None:
        self.ensemble, self.settings, self.calls = ensemble, settings, 0
        self._device = next(ensemble.parameters()).device
        known = torch.from_numpy(np.unique(learned_from, axis=0).astype(np.float32)).to(self._device)
        self._known = known / known.sum(dim=1, keepdim=True)

    def __call__(self, amounts: NDArray[np.floating]) -> Scores:
        """Scores of (n, 96) amounts; nothing at all is worth minus infinity."""
        tc, spread, distance = (np.zeros(len(amounts)) for _ in range(3))
        some = amounts.sum(axis=1) > 0
        rows = torch.from_numpy(amounts[some].astype(np.float32)).to(self._device)
        with torch.no_grad():
            found = [self.ensemble(part) for part in rows.split(_BATCH) if len(part)]
        if found:
            tc[some], spread[some] = (torch.cat(parts).double().cpu().numpy() for parts in zip(*found, strict=True))
        distance[some] = self._nearest(rows)
        self.calls += int(some.sum())
        return Scores(tc, spread, distance, np.where(some, self._value(tc, spread, distance), -np.inf))

    def gradient(self, amounts: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, 96) derivative of mean − spread_weight · spread by the amounts, K per atom.

        0 for absent elements. The distance is left out: it is not smooth.
        """
        rows = torch.from_numpy(amounts.astype(np.float32)).to(self._device).requires_grad_()
        parts = []
        for part in rows.split(_BATCH):
            tc, spread = self.ensemble(part)
            (found,) = torch.autograd.grad((tc - self.settings.spread_weight * spread).sum(), part)
            parts.append(found.double().cpu().numpy())
        self.calls += GRADIENT_CALLS * len(amounts)
        return np.where(amounts > 0, np.concatenate(parts), 0.0)

    def _nearest(self, rows: Tensor) -> NDArray[np.float64]:
        """(n,) half L1 distance of atomic fractions to the nearest compound learned from."""
        fractions = rows / rows.sum(dim=1, keepdim=True)
        parts = [torch.cdist(part, self._known, p=1).amin(dim=1) / 2 for part in fractions.split(_PAIRS)]
        return torch.cat(parts).double().cpu().numpy() if parts else np.zeros(0)

    def _value(
        self, tc: NDArray[np.float64], spread: NDArray[np.float64], distance: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        block = self.settings
        return tc - block.spread_weight * spread - block.distance_weight * np.maximum(distance - block.near, 0.0)
