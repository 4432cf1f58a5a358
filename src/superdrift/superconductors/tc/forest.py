"""Extremely randomised trees (Geurts et al. 2006) for Tc: every compound is remembered, by many different trees.

They are better at interpolation than boosted trees, and worse on unknown systems; the estimate of Tc blends both. A
forest is not stored: scikit-learn offers pickles only, and fitting it again to the same rows takes seconds.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from superdrift.superconductors.settings.tc import ForestSettings


def fit_forest(
    x: NDArray[np.float32], tc: NDArray[np.float64], settings: ForestSettings, *, seed: int, threads: int
) -> Callable[[NDArray[np.float32]], NDArray[np.float64]]:
    """Fit a forest.

    Args:
        x: (n, f) features.
        tc: (n,) in K.
        settings: number of trees, and share of the features tried at each split.
        seed: of the draws; the forest is the same for any number of threads.
        threads: for fitting and predicting.

    Returns:
        What predicts: (m, f) features → (m,) Tc in K.
    """
    forest = ExtraTreesRegressor(
        settings.trees, max_features=settings.feature_fraction, random_state=seed % 2**32, n_jobs=threads
    ).fit(x, tc)
    forest.n_jobs = 1  # threads over trees add up in the order they finish; threads over rows do not

    def predict(rows: NDArray[np.float32]) -> NDArray[np.float64]:
        parts = [part for part in np.array_split(rows, threads) if len(part)]
        with ThreadPoolExecutor(threads) as pool:
            return np.concatenate([np.zeros(0), *pool.map(forest.predict, parts)])

    return predict
