"""Conformal intervals of Tc: residuals of held-out compounds, relative to an expected error that grows with distance.

Conformal prediction with normalised residuals (Papadopoulos et al. 2002; Lei et al., JASA 113, 1094 (2018)). The
expected error is learned: it may only grow with the distance to the known and with the disagreement of the forest's
trees, which is large where the known foretell little. The two tails are calibrated apart, because errors of Tc are
skewed, and so are near and far compounds (Mondrian bins; Vovk et al. 2005), and each family by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from superdrift.run.errors import InputError
from superdrift.statistics.conformal import conformal_quantiles
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.tc.tree_text import TreeText

MIN_EXPECTED_ERROR = 0.1
"""K; no compound's expected error is below it, so that residuals relative to it stay finite. Part of the method."""
FAR = 0.05
"""Half L1 to the nearest known superconductor from which a compound is far: near-duplicates are held out together up to
there (`estimate.group_radius` in config.yaml). Stored quantiles are those of near and of far compounds."""
MIN_RESIDUALS = 60
"""Residuals from which a family's quantiles, near or far, are its own: at a coverage of 90 % three lie beyond each end.
Part of the method."""
_HALVES = 2
"""The expected error of each half of the folds is learned on the other."""
_MONOTONE = (0, 1, 1, 0, 0, 0)
"""Columns of `Difficulty.columns` with which the expected error may only grow (1), so that no interval narrows with
them."""
_TREES = 80
"""Trees of the expected error. Conformal quantiles keep the coverage whatever it is; how wide intervals are depends on
it."""
_OPTIONS = {
    "objective": "poisson", "num_leaves": 8, "learning_rate": 0.1, "lambda_l2": 1.0, "seed": 0, "deterministic": True,
    "force_row_wise": True, "verbosity": -1, "monotone_constraints": list(_MONOTONE), "num_threads": 1,
}  # fmt: skip
"""LightGBM's parameters of the expected error: a small smooth model, the same on any machine. Chosen by hand like
`_TREES`."""


@dataclass(frozen=True)
class Difficulty:
    """How difficult each estimate of Tc is: the estimate and signs of its error, each (n,).

    Attributes:
        tc: estimate, K.
        distance: to the nearest known superconductor, half L1.
        spread: deviation of the trees of the forest, K.
        family: number in `COMPOUND_FAMILIES`.
    """

    tc: NDArray[np.float64]
    distance: NDArray[np.float64]
    spread: NDArray[np.float64]
    family: NDArray[np.int64]

    def __getitem__(self, rows: NDArray[np.bool_]) -> "Difficulty":
        """Some of the rows."""
        return Difficulty(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def columns(self) -> NDArray[np.float64]:
        """(n, 6) what the expected error depends on."""
        families = np.eye(len(COMPOUND_FAMILIES))[self.family]
        return np.column_stack([self.tc, self.distance, self.spread, families])


@dataclass(frozen=True)
class Residuals:
    """Held-out estimates with the measured Tc, and the fold of each."""

    difficulty: Difficulty
    measured: NDArray[np.float64]
    fold: NDArray[np.int64]

    def __getitem__(self, rows: NDArray[np.bool_]) -> "Residuals":
        """Some of the rows."""
        return Residuals(self.difficulty[rows], self.measured[rows], self.fold[rows])

    @classmethod
    def joined(cls, parts: Iterable["Residuals"]) -> "Residuals":
        """The rows of all."""
        parts = list(parts)
        signs = [
            np.concatenate([getattr(part.difficulty, name) for part in parts])
            for name in Difficulty.__dataclass_fields__
        ]
        measured, fold = (np.concatenate([getattr(part, name) for part in parts]) for name in ("measured", "fold"))
        return cls(Difficulty(*signs), measured, fold)


class Interval:
    """A calibrated interval: [tc + lower · expected error, tc + upper · expected error], cut off at 0 K.

    Args:
        text: the trees of the expected error, as LightGBM writes them.
        tails: for each family the quantiles of the normalised residuals of near and of far compounds.
    """

    def __init__(self, text: str, tails: Mapping[str, Sequence[Sequence[float]]]) -> None:
        self.text = text
        self._error = TreeText(text)
        ordered = np.array([tails[family] for family in COMPOUND_FAMILIES], dtype=np.float64)
        self._tails = ordered.reshape(len(COMPOUND_FAMILIES), 2, 2)

    @property
    def tails(self) -> dict[str, Any]:
        """For each family [[lower, upper] of near compounds, [lower, upper] of far ones]."""
        return dict(zip(COMPOUND_FAMILIES, self._tails.tolist(), strict=True))

    @classmethod
    def calibrate(cls, residuals: Residuals, *, coverage: float) -> Self:
        """Learn the expected error, then take the quantiles of the residuals relative to it.

        For the quantiles, each residual is compared with an error expected from the other half of the folds.

        Args:
            residuals: of held-out compounds near the known and far from it.
            coverage: share of compounds that the interval is to hold.

        Raises:
            InputError: when there is nothing to calibrate on.
        """
        if len(residuals.measured) == 0:
            raise InputError("no held-out superconductor to calibrate the Tc intervals on; add compounds")
        relative = np.zeros(len(residuals.measured))
        for half in range(_HALVES):
            rows = residuals.fold % _HALVES == half
            if rows.any():
                error = _expected(_learn(residuals if rows.all() else residuals[~rows]), residuals.difficulty[rows])
                relative[rows] = (residuals.measured - residuals.difficulty.tc)[rows] / error
        return cls(_learn(residuals).text, _tails(relative, residuals.difficulty, coverage))

    def bounds(self, difficulty: Difficulty) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper ends, (n,) each, in K."""
        error = _expected(self._error, difficulty)
        tails = self._tails[difficulty.family, (difficulty.distance >= FAR).astype(np.int64)]
        return np.maximum(difficulty.tc + tails[:, 0] * error, 0.0), difficulty.tc + tails[:, 1] * error

    def describe(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"expected_error": self.text, "tails": self.tails}


def _tails(
    relative: NDArray[np.float64], difficulty: Difficulty, coverage: float
) -> dict[str, list[tuple[float, float]]]:
    """Quantiles for each family, near and far; no tail is shorter far from the known than near it."""
    tails = {}
    for number, family in enumerate(COMPOUND_FAMILIES):
        own = difficulty.family == number
        found = []
        for band in (difficulty.distance < FAR, difficulty.distance >= FAR):
            enough = [rows for rows in (own & band, band) if rows.sum() >= MIN_RESIDUALS]
            found.append(conformal_quantiles(relative[enough[0]] if enough else relative, coverage))
        (low, high), (far_low, far_high) = found
        tails[family] = [(low, high), (min(low, far_low), max(high, far_high))]
    return tails


def _learn(residuals: Residuals) -> TreeText:
    """Trees of the expected absolute residual."""
    import lightgbm as lgb  # slow to import, and needed only for fitting  # noqa: PLC0415

    rows = len(residuals.measured)
    error = np.abs(residuals.measured - residuals.difficulty.tc)
    options = _OPTIONS | {"min_data_in_leaf": int(np.clip(rows // 200, 3, 200))}
    data = lgb.Dataset(residuals.difficulty.columns(), label=np.maximum(error, MIN_EXPECTED_ERROR))
    return TreeText(lgb.train(options, data, num_boost_round=_TREES).model_to_string())


def _expected(error: TreeText, difficulty: Difficulty) -> NDArray[np.float64]:
    return np.maximum(error.predict(difficulty.columns(), threads=1), MIN_EXPECTED_ERROR)
