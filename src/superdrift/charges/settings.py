"""Settings of the charge check, and the choice of SMACT's oxidation states."""

from dataclasses import dataclass
from typing import Literal

from superdrift.composition.settings import Radius
from superdrift.run.settings import Count, Share, setting

OxidationStates = Literal["smact14", "icsd16", "icsd24", "pymatgen_sp", "wiki"]
"""SMACT's sets of oxidation states."""


@dataclass(frozen=True)
class ChargeSettings:
    """The charge check: what it accepts, learned from known compounds."""

    coverage: float = setting(
        "share of the known (oxygen measured), each judged by the others, that is accepted", above=0, at_most=1
    )
    neighbours: Count = setting("known compounds nearest by their cations")
    radius: Radius = setting("weight of a neighbour: exp(−distance / radius)", unit="half L1 over cations")
    bandwidth: float = setting("of the smoothing", unit="e", above=0, at_most=2)
    overall_weight: float = setting(
        "weight, in neighbours, of the density among all known compounds of the ion", above=0, at_most=100
    )
    nominal_weight: float = setting(
        "weight of cuprates whose oxygen is a whole number, so mostly not measured", above=0, at_most=1
    )
    min_known: Count = setting("known compounds with a redox ion below which its literature range is used instead")
    tolerance: Share = setting("where all charges are fixed: largest |sum of charges| / sum of anion charges")
