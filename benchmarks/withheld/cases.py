"""What is withheld, and which compounds are references: families, chemical systems of families that stay, placebos.

The families were fixed before anything was drawn. Withheld together from generator, checks, known compounds and null:
every compound that the family's rule or the system's elements fit, superconducting or not, and whatever lies within
0.02 of one. Iron pnictides, every compound of iron and phosphorus, arsenic or antimony, are one of them.
"""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.named import named
from benchmarks.inputs import SEED
from superdrift.composition.element_sets import element_set_numbers
from superdrift.composition.elements import ATOMIC_NUMBER, SYMBOLS
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions
from superdrift.run.seeds import generator

logger = logging.getLogger("superdrift")

FAMILIES = (
    "A15", "Fe 11", "Hg cuprates", "antiperovskites", "bismuth sulphides", "bismuthates", "borocarbides", "cobaltates",
    "dodecaborides", "fullerides", "hexaborides", "infinite layers", "rhodium borides", "rock-salt nitrides",
    "rutheno-cuprates", "skutterudites", "stannides 3-4-13", "tungsten bronzes",
)  # fmt: skip
"""Names of `benchmarks.families.named`."""
IRON_PNICTIDES = "iron pnictides"
REFERENCES = 5
"""Of each family or system, as far as it has so many."""
SYSTEMS = 20
"""Chemical systems of as many families of average linkage that stay."""
PLACEBOS = 20
"""References of each kind of placebo."""
NEAR = 0.02
"""Half L1, within which a compound goes with the one that is withheld."""

FAMILY, SYSTEM, KNOWN, MIXTURE = "withheld family", "withheld system", "known compound", "mixture"
"""Kinds of cases; the last two are placebos."""


@dataclass(frozen=True)
class Case:
    """One unit of the experiment.

    Attributes:
        kind: one of the four kinds.
        name: of the family, the elements of the system, or the number of the placebo.
        members: (k, 96) superconductors that are withheld for it, thinned; none for a placebo.
        references: (r, 96) that samples are drawn around.
    """

    kind: str
    name: str
    members: NDArray[np.float32]
    references: NDArray[np.float32]


def families(rows: NDArray[np.float32]) -> dict[str, NDArray[np.bool_]]:
    """Name → (n,) known superconductors that belong to a family that is withheld."""
    labels, found = named(rows), {}
    for name in FAMILIES:
        found[name] = labels == name
    has = {symbol: rows[:, ATOMIC_NUMBER[symbol] - 1] > 0 for symbol in ("Fe", "P", "As", "Sb")}
    found[IRON_PNICTIDES] = has["Fe"] & (has["P"] | has["As"] | has["Sb"])
    return found


def cases(
    rows: NDArray[np.float32], linked: NDArray[np.int64], *, most_families: int, systems: int, placebos: int
) -> list[Case]:
    """All units, in a fixed order.

    Args:
        rows: (n, 96) known superconductors, thinned.
        linked: (n,) family of each by average linkage.
        most_families: of `FAMILIES` and the iron pnictides, from the front.
        systems: how many withheld systems.
        placebos: how many of each kind.
    """
    stream, found = generator(SEED, "benchmark", "withheld"), list[Case]()
    gone = np.zeros(len(rows), dtype=bool)
    for name, members in list(families(rows).items())[:most_families]:
        if members.sum() <= REFERENCES:
            logger.warning("%s has %d members, too few to withhold it; left out", name, members.sum())
            continue
        found.append(Case(FAMILY, name, rows[members], _some(rows[members], REFERENCES, stream)))
        gone |= members
    numbers = element_set_numbers(atomic_fractions(rows))
    touched = np.isin(linked, np.unique(linked[gone]))
    able = np.flatnonzero(~touched & (np.bincount(numbers)[numbers] > 1) & (np.bincount(linked)[linked] > REFERENCES))
    for family in stream.permutation(np.unique(linked[able]))[:systems]:
        members = numbers == numbers[stream.choice(able[linked[able] == family])]
        name = "-".join(SYMBOLS[place] for place in np.flatnonzero(rows[members][0]))
        # One compound at least is no reference, so that the system can be found again.
        found.append(
            Case(SYSTEM, name, rows[members], _some(rows[members], min(REFERENCES, members.sum() - 1), stream))
        )
        gone |= members
    left, none = np.flatnonzero(~gone), np.zeros((0, rows.shape[1]), dtype=np.float32)
    for place, row in enumerate(stream.choice(left, placebos, replace=False).tolist()):
        found.append(Case(KNOWN, f"{KNOWN} {place}", none, rows[[row]]))
    for place in range(placebos):
        one, other = stream.choice(left, 2, replace=False)
        while linked[one] == linked[other]:
            one, other = stream.choice(left, 2, replace=False)
        found.append(Case(MIXTURE, f"{MIXTURE} {place}", none, _mixed(rows[one], rows[other])[None]))
    return found


def withheld(known: NDArray[np.float32], units: list[Case]) -> NDArray[np.bool_]:
    """(m,) known compounds that are withheld: all that belong to the families and systems, and what lies near one."""
    members, of_family = np.concatenate([case.members for case in units]), families(known)
    gone = np.zeros(len(known), dtype=bool)
    systems = element_set_numbers(np.concatenate([atomic_fractions(known), atomic_fractions(members)]))
    for case in units:
        if case.kind == FAMILY:
            gone |= of_family[case.name]
    of_systems = np.concatenate([np.full(len(case.members), case.kind == SYSTEM) for case in units])
    gone |= np.isin(systems[: len(known)], systems[len(known) :][of_systems])
    return gone | (CompositionIndex(np.concatenate([known[gone], members])).nearest(known)[0] < NEAR)


def _some(rows: NDArray[np.float32], most: int, stream: np.random.Generator) -> NDArray[np.float32]:
    return rows[stream.permutation(len(rows))[:most]]


def _mixed(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Half of each, at the size of the first."""
    return np.round((one + other * (one.sum() / other.sum())) / 2, 2).astype(np.float32)
