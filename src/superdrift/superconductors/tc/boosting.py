"""Gradient-boosted trees (LightGBM, Ke et al. 2017) for Tc and for superconductivity, and how many trees there are.

Early stopping on held-out groups chooses the size of the trees and their number; the model is then fitted again on all
rows it may see. Stored as LightGBM's own text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from superdrift.run.errors import InputError
from superdrift.superconductors.settings.tc import BoostingSettings
from superdrift.superconductors.tc.tree_text import BoostedNodes, TreeText

if TYPE_CHECKING:
    import lightgbm as lgb

TARGETS = {"tc": "regression", "superconducting": "binary"}
"""LightGBM's objective for each target."""


@dataclass(frozen=True)
class Size:
    """What early stopping chose: leaves of a tree, and trees."""

    leaves: int
    trees: int

    @classmethod
    def typical(cls, sizes: Sequence[Self]) -> Self:
        """The most frequent number of leaves (of equal ones the smallest), and its median number of trees."""
        numbers, counts = np.unique([size.leaves for size in sizes], return_counts=True)
        leaves = int(numbers[counts.argmax()])
        return cls(leaves, int(np.median([size.trees for size in sizes if size.leaves == leaves])))


class Trees:
    """Boosted trees, fitted."""

    def __init__(self, model: TreeText | BoostedNodes) -> None:
        self._model = model

    @classmethod
    def fit(
        cls, x: NDArray[np.float32], y: NDArray[np.floating], target: str, size: Size, settings: BoostingSettings, *,
        seed: int, weight: NDArray[np.float64] | None = None,
    ) -> Self:  # fmt: skip
        """Fit trees of a given size.

        Args:
            x: (n, f) features.
            y: (n,) Tc in K, or whether superconducting.
            target: tc or superconducting.
            size: of the trees, and their number.
            settings: the rest.
            seed: of the draws of rows and features.
            weight: (n,) of the rows of one kind beside each other, where the target is one of two kinds; None: equal.
        """
        import lightgbm as lgb  # slow to import, and needed only for fitting  # noqa: PLC0415

        options = _options(target, size.leaves, settings, seed)
        booster = lgb.train(options, _dataset(x, y, target, weight), num_boost_round=size.trees)
        return cls(TreeText(booster.model_to_string()))

    def predict(self, x: NDArray[np.float32], *, threads: int) -> NDArray[np.float64]:
        """Tc in K, or the probability of superconductivity at equal prior odds, (n,)."""
        return self._model.predict(x, threads=threads)

    @property
    def text(self) -> str:
        """The model as LightGBM writes it; of a model that was fitted here, or read from such a text."""
        if isinstance(self._model, BoostedNodes):
            raise TypeError("trees read from their nodes have no text")
        return self._model.text

    @property
    def nodes(self) -> BoostedNodes:
        """The model as it ships."""
        return self._model if isinstance(self._model, BoostedNodes) else self._model.stored

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From what `text` gave.

        Raises:
            InputError: when it is not that.
        """
        try:
            return cls(TreeText(text))
        except (KeyError, ValueError) as error:
            raise InputError(f"stored trees cannot be read ({error}); run the rule `fit` again") from error


def choose_size(
    x: NDArray[np.float32], y: NDArray[np.floating], held_out: NDArray[np.bool_], target: str,
    settings: BoostingSettings, *, seed: int, weight: NDArray[np.float64] | None = None,
) -> tuple[Size, Trees]:  # fmt: skip
    """The size of lowest loss on rows held out, among the leaves in the settings, and the trees of that size.

    Args:
        x: (n, f) features.
        y: (n,) target.
        held_out: (n,) rows that judge; the others are fitted to.
        target: tc or superconducting.
        settings: what to choose from, and when to stop.
        seed: of the draws of rows and features.
        weight: as of `Trees.fit`.
    """
    import lightgbm as lgb  # slow to import, and needed only for fitting  # noqa: PLC0415

    weight = np.ones(len(y)) if weight is None else weight
    learning, judging = ((x[rows], y[rows], target, weight[rows]) for rows in (~held_out, held_out))
    training = _dataset(*learning)
    best: tuple[float, Size, str] | None = None
    for leaves in settings.leaves:
        judge = _dataset(*judging, reference=training)
        booster = lgb.train(
            _options(target, leaves, settings, seed), training,
            num_boost_round=settings.most_trees, valid_sets=[judge],
            callbacks=[lgb.early_stopping(settings.patience, verbose=False)],
        )  # fmt: skip
        loss = next(iter(booster.best_score["valid_0"].values()))
        if best is None or loss < best[0]:
            best = (loss, Size(leaves, max(booster.best_iteration, 1)), booster.model_to_string())
    if best is None:
        raise InputError("estimate.boosting.leaves is empty; give at least one number of leaves")
    return best[1], Trees(TreeText(best[2]))


def _dataset(
    x: NDArray[np.float32], y: NDArray[np.floating], target: str, weight: NDArray[np.float64] | None,
    reference: "lgb.Dataset | None" = None,
) -> "lgb.Dataset":  # fmt: skip
    """Rows with their targets; both kinds weigh the same in total where the target is one of two kinds."""
    import lightgbm as lgb  # slow to import, and needed only for fitting  # noqa: PLC0415

    balanced = None
    if target == "superconducting":
        share = np.clip(np.average(y, weights=weight), 1 / (len(y) + 1), len(y) / (len(y) + 1))
        balanced = (1.0 if weight is None else weight) * np.where(y > 0.5, 0.5 / share, 0.5 / (1 - share))
    return lgb.Dataset(x, label=y, weight=balanced, reference=reference, free_raw_data=False)


def _options(target: str, leaves: int, settings: BoostingSettings, seed: int) -> dict[str, Any]:
    """LightGBM's parameters; rows are summed in one order whatever the number of threads."""
    return {
        "objective": TARGETS[target],
        "num_leaves": leaves,
        "learning_rate": settings.learning_rate,
        "min_data_in_leaf": settings.fewest_in_leaf,
        "feature_fraction": settings.feature_fraction,
        "bagging_fraction": settings.row_fraction,
        "bagging_freq": 1,
        "lambda_l2": settings.l2,
        "num_threads": 1,  # threads that wait for each other spin; folds run side by side instead
        "seed": seed % 2**31,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
