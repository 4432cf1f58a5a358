"""The share of superconductors, corrected for the classifier's errors by measured and published rates."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from superdrift.report.numbers import Number, share
from superdrift.superconductors.tc.corrected_share import Rate, corrected_share
from superdrift.superconductors.tc.matched_rates import METHODS, NEGATIVE, SUPERCONDUCTOR, UNLABELLED, MatchedRates

RATES = {"tp": SUPERCONDUCTOR, "fp": NEGATIVE, "fp_unlabelled": UNLABELLED}
"""Rates by the label of the compounds that they are measured on."""


@dataclass(frozen=True)
class Classified:
    """Valid compounds of one source, and how the classifiers classify them, each (n,).

    Attributes:
        superconducting: by method.
        distance: to the nearest known compound, half L1.
        family: of each.
    """

    superconducting: dict[str, NDArray[np.bool_]]
    distance: NDArray[np.float64]
    family: NDArray[np.str_]


@dataclass(frozen=True)
class Calibration:
    """Rates of the classifiers: measured on held-out compounds, and the published pair (tp, fp)."""

    measured: MatchedRates
    published: tuple[Rate, Rate]

    @classmethod
    def read(cls, held_out: Path, published: tuple[float, float]) -> Self:
        """From held_out.parquet; `published` is (tp, fp), taken as exact."""
        measured = MatchedRates.read(held_out)
        return cls(measured, (Rate.exact(published[0]), Rate.exact(published[1])))


def corrected_numbers(source: str, found: Classified, calibration: Calibration) -> list[Number]:
    """Raw share, rates at these compounds' distances, corrected share; likewise with the published rates.

    Rates of false positives are those of measured negatives; quantities with `unlabelled` are of the rates that result
    where all compounds listed without a Tc count as negatives. Those of the published method (neighbours' vote) end in
    `_knn`.

    Args:
        source: source of the compounds.
        found: its valid compounds, classified.
        calibration: the classifiers' rates.
    """
    rows, n = [], len(found.distance)
    for method in METHODS:
        suffix = "" if method == "estimator" else f"_{method}"
        hits = int(found.superconducting[method].sum())
        rows.append(share("estimate", source, f"sc_raw{suffix}", hits, n))
        places = found.distance, found.family, method
        matched = {name: calibration.measured.rate(*places, label) for name, label in RATES.items()}
        for name, rate in matched.items():
            values = (None, None, None) if rate is None else (rate.value, rate.low, rate.high)
            rows.append(
                Number("estimate", source, f"{name}_matched{suffix}", values[0], n, low=values[1], high=values[2])
            )
        pairs = {
            "": (matched["tp"], matched["fp"]),
            "_unlabelled_rates": (matched["tp"], matched["fp_unlabelled"]),
            "_published_rates": calibration.published,
        }
        for name, (true, false) in pairs.items():
            value, low, high = corrected_share(hits, n, true, false) if true and false else (None, None, None)
            rows.append(Number("estimate", source, f"sc_corrected{name}{suffix}", value, n, low=low, high=high))
    return rows
