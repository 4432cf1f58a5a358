"""Flags on data quality: a flagged row is kept, and whoever uses it decides. docs/data.md lists them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.formal_valence import formal_valence
from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.near_duplicates import near_pairs
from superdrift.superconductors.data.cleaning import entries_by_composition
from superdrift.superconductors.data.compound import Compound
from superdrift.superconductors.data.records import AMBIENT_ELEMENTS, PRESSURE_ELEMENTS, needs_pressure, record_tc_k
from superdrift.superconductors.encoding.tokens import on_grid
from superdrift.superconductors.settings.data import PrepareSettings

Mask = NDArray[np.bool_]


PERCENT_TOLERANCE = 1.0
"""Atomic percent; amounts that sum to 100 within this are percentages (analyses rarely close to better than 1 %): a
property of published analyses, not a setting."""

RECORD_MARGIN = 1.03
"""Factor; onset and midpoint of one transition differ by about 3 %, so a Tc beyond that is no established one."""

COPPER_VALENCE_RANGE = (0.0, 4.0)
"""e; oxidation states of copper, metal to Cs2CuF6: a mean outside says that a digit of the formula is lost. A fact of
chemistry; the valences of real cuprates are a setting (`copper_valence`)."""


def flag(compounds: Sequence[Compound], amounts: NDArray[np.float32], settings: PrepareSettings) -> list[list[str]]:
    """Flags of each compound.

    Args:
        compounds: accepted rows.
        amounts: (n, 96) their vectors, atoms per formula unit.
        settings: thresholds.

    Returns:
        One list of flags per row, in the order of docs/data.md.
    """
    largest, total = amounts.max(axis=1), amounts.sum(axis=1, dtype=np.float64)
    large = largest > settings.atomic_percent_from
    percent = large & (np.abs(total - 100) <= PERCENT_TOLERANCE)
    masks = {
        "repeated_element": np.array(["repeated_element" in c.notes for c in compounds]),
        "zero_amount": np.array(["zero_amount" in c.notes for c in compounds]),
        "atomic_percent": percent,
        "large_amounts": large & ~percent,
        "element": (amounts > 0).sum(axis=1) == 1,
        "high_pressure": np.array([c.tc_k is not None and needs_pressure(c.amounts) for c in compounds]),
        "misprint_suspect": misprint_suspect(compounds, amounts, settings),
        "disagreement": disagreement(compounds, settings.disagreement_k),
        "oxygen_placeholder": oxygen_placeholder(compounds, amounts, settings.copper_valence),
        "off_grid": ~on_grid(amounts),
    }
    return [[name for name, mask in masks.items() if mask[i]] for i in range(len(compounds))]


def disagreement(compounds: Sequence[Compound], limit_k: float) -> Mask:
    """(n,) entries of a composition whose Tc span more than `limit_k` K."""
    mask = np.zeros(len(compounds), dtype=bool)
    for rows in entries_by_composition(compounds).values():
        tc = [compounds[i].tc_k or 0.0 for i in rows]
        mask[rows] = max(tc) - min(tc) > limit_k
    return mask


def oxygen_placeholder(
    compounds: Sequence[Compound], amounts: NDArray[np.float32], copper_valence: Sequence[float]
) -> Mask:
    """(n,) cuprates whose oxygen is a whole number that puts copper outside the valences of real cuprates."""
    copper = _copper_valence(compounds, amounts)
    outside = (copper < copper_valence[0]) | (copper > copper_valence[1])
    return outside & _whole_oxygen(amounts)


def misprint_suspect(compounds: Sequence[Compound], amounts: NDArray[np.float32], settings: PrepareSettings) -> Mask:
    """(n,) rows whose formula or Tc can hardly be meant, by four rules.

    A Tc beyond the record of its class or, without a cation between copper–oxygen planes, beyond that of the
    other compounds; an element that never superconducted alone; copper in a valence that does not exist; a Tc
    far above all of several near neighbours. Below them nothing is suspect: dopants suppress Tc. What needs
    pressure is measured against no ambient record.
    """
    tc = np.array([np.nan if c.tc_k is None else c.tc_k for c in compounds])
    bound = RECORD_MARGIN * np.array(
        [np.inf if needs_pressure(c.amounts) else record_tc_k(c.amounts.keys()) for c in compounds]
    )
    lone = np.array(
        [
            c.tc_k is not None and len(c.amounts) == 1 and not c.amounts.keys() & (AMBIENT_ELEMENTS | PRESSURE_ELEMENTS)
            for c in compounds
        ]
    )
    copper = _copper_valence(compounds, amounts)
    impossible = ((copper < COPPER_VALENCE_RANGE[0]) | (copper > COPPER_VALENCE_RANGE[1])) & ~_whole_oxygen(amounts)
    return (tc > bound) | lone | impossible | (excess(tc, amounts, settings) > settings.outlier_k)


def excess(tc_k: NDArray[np.float64], amounts: NDArray[np.float32], settings: PrepareSettings) -> NDArray[np.float64]:
    """How far each Tc lies above the highest among its near neighbours, in K.

    Args:
        tc_k: (n,) critical temperatures; nan where not superconducting.
        amounts: (n, 96) atoms per formula unit.
        settings: `group_radius` and `outlier_neighbours`.

    Returns:
        (n,) K; nan for negatives, and where fewer than `outlier_neighbours` superconductors lie within.
    """
    rows = np.flatnonzero(np.isfinite(tc_k))
    result = np.full(len(tc_k), np.nan)
    if not len(rows):
        return result
    pairs = near_pairs(amounts[rows], settings.group_radius)
    left, right = np.concatenate([pairs, pairs[:, ::-1]]).T
    highest = np.full(len(rows), -np.inf)
    np.maximum.at(highest, left, tc_k[rows][right])
    enough = np.bincount(left, minlength=len(rows)) >= settings.outlier_neighbours
    result[rows[enough]] = (tc_k[rows] - highest)[enough]
    return result


def _copper_valence(compounds: Sequence[Compound], amounts: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n,) formal valence of copper in cuprates; nan elsewhere, and where copper is not the redox ion."""
    found = formal_valence(amounts)
    cuprate = np.array([c.family == "cuprates" for c in compounds], dtype=bool)
    return np.where(cuprate & (found.ion == "Cu"), found.valence, np.nan)


def _whole_oxygen(amounts: NDArray[np.float32]) -> Mask:
    oxygen = amounts[:, ATOMIC_NUMBER["O"] - 1]
    return (oxygen > 0) & (oxygen == np.rint(oxygen))
