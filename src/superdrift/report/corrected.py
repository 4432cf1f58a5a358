"""The share of superconductors, corrected for the classifier's errors by measured and published rates."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from superdrift.composition.families import FAMILIES
from superdrift.estimators.correction import Rate, corrected_share
from superdrift.report.numbers import Number

METHOD = "estimator-grouped"
"""Whose rates: those of the classifier that makes the estimates, on chemical systems it was not fitted to."""


@dataclass(frozen=True)
class Calibration:
    """True- and false-positive rates of the classifier by family (`all`: of every row), and the published."""

    measured: dict[str, tuple[Rate, Rate]]
    published: tuple[Rate, Rate]

    @classmethod
    def of(cls, scores: Iterable[Number], published: tuple[float, float]) -> Self:
        """Take the rates from the scores of the estimators; `published` is (tp, fp)."""
        found = {row.quantity: _rate(row) for row in scores if row.source == METHOD}
        rates = {}
        for subset in ("all", *FAMILIES):
            tp, fp = (found.get(name if subset == "all" else f"{name}_{subset}") for name in ("tp", "fp"))
            if tp is not None and fp is not None:
                rates[subset] = (tp, fp)
        return cls(rates, (Rate.exact(published[0]), Rate.exact(published[1])))

    def rates_of(self, source: str) -> tuple[Rate, Rate] | None:
        """Rates of the source's own family where they were measured, else of all compounds."""
        return self.measured.get(source, self.measured.get("all"))


def corrected_numbers(source: str, hits: int, n: int, calibration: Calibration) -> list[Number]:
    """Corrected share with its interval, and the same with the published rates as a sensitivity row.

    Args:
        source: source of the compounds.
        hits: compounds classified superconducting.
        n: valid compounds they were counted among.
        calibration: the classifier's rates.
    """
    rates = {
        "sc_corrected": calibration.rates_of(source),
        "sc_corrected_published_rates": calibration.published,
    }
    rows = []
    for quantity, pair in rates.items():
        value, low, high = corrected_share(hits, n, *pair) if pair else (None, None, None)
        rows.append(Number("estimate", source, quantity, value, n, low=low, high=high))
    return rows


def _rate(row: Number) -> Rate | None:
    """A score as a rate; without an interval it is taken as exact."""
    if row.value is None:
        return None
    if row.low is None or row.high is None:
        return Rate.exact(row.value)
    return Rate(row.value, row.low, row.high)
