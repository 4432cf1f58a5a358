"""Settings of the charge check."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChargeSettings:
    """The charge check: what it accepts, learned from known compounds; see config.yaml."""

    coverage: float
    neighbours: int
    radius: float
    bandwidth: float
    overall_weight: float
    nominal_weight: float
    min_known: int
    tolerance: float
