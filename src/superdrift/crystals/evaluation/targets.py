"""How often proposals hold the structure that is sought: DiffCSP's match, filtered and not, and OMatG's METRe.

DiffCSP (Jiao et al., NeurIPS 2023): a target counts as found where one of its first k proposals matches by its
tolerances; filtered, pairs of which either is not valid (CDVAE) are misses. All targets are the denominator. RMSE is
the mean over found targets of the least displacement, in units of (V/N)^(1/3). OMatG (Höllmer et al., ICML 2025): METRe
is the share of targets that any structure matches; in cRMSE targets without a match count as the tolerance.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pymatgen.core import Structure

from superdrift.run.errors import InputError
from superdrift.statistics.bootstrap import bootstrapped
from superdrift.statistics.intervals import exact_share
from superdrift.structures.matching import DIFFCSP, diffcsp_valid, displacement

logger = logging.getLogger("superdrift")

TOPS = (1, 5, 20)
"""Proposals that are looked at, as is usual. Fixed, so that rates compare."""


@dataclass(frozen=True)
class Sought:
    """A target, or a proposal for it.

    Attributes:
        name: its own.
        structure: None for a proposal that cannot be compared, which matches nothing.
        space_group: its number; None: none found.
    """

    name: str
    structure: Structure | None
    space_group: int | None


def judged(target: Sought, proposals: Sequence[Sought]) -> dict[str, Any]:
    """What the proposals for a target's formula are worth, best first.

    Returns:
        rmsd: displacement of each proposal, None where it does not match. pair_valid: it matches, and both are valid.
        same_group: whether the space groups are the same.

    Raises:
        InputError: for a target without a structure.
    """
    truth = target.structure
    if truth is None:
        raise InputError(f"target {target.name} has no structure; leave it out")
    found = [_distance(truth, proposal.structure) for proposal in proposals]
    valid = diffcsp_valid(truth)
    return {
        "valid": valid,
        "rmsd": found,
        "pair_valid": [
            valid and rmsd is not None and proposal.structure is not None and diffcsp_valid(proposal.structure)
            for rmsd, proposal in zip(found, proposals, strict=True)
        ],
        "same_group": [proposal.space_group == target.space_group for proposal in proposals],
    }


def rates(rows: Sequence[dict[str, Any]], at: int, *, generator: np.random.Generator) -> list[dict[str, Any]]:
    """Match rates and RMSE, of all pairs and of valid ones; matches that agree in the space group.

    Args:
        rows: what `judged` says of each target.
        at: so many proposals are looked at.
        generator: for the intervals of the means, by bootstrap.
    """
    shown = [_first(row, at) for row in rows]
    best = [_least(row["rmsd"]) for row in shown]
    valid = [_least([d for d, ok in zip(row["rmsd"], row["pair_valid"], strict=True) if ok]) for row in shown]
    places = [next((i for i, d in enumerate(row["rmsd"]) if d is not None), None) for row in shown]
    agree = [row["same_group"][place] for row, place in zip(shown, places, strict=True) if place is not None]
    return [
        share("match", _number(best), len(rows)),
        share("match_valid", _number(valid), len(rows)),
        share("space_group", sum(agree), len(agree)),
        mean("rmse", [d for d in best if d is not None], generator),
        mean("rmse_valid", [d for d in valid if d is not None], generator),
    ]


def metre(rows: Sequence[dict[str, Any]], *, generator: np.random.Generator) -> list[dict[str, Any]]:
    """OMatG's METRe and cRMSE, over all proposals."""
    best = [_least(row["rmsd"]) for row in rows]
    corrected = [DIFFCSP.stol if d is None else d for d in best]
    return [share("metre", _number(best), len(rows)), mean("metre_crmse", corrected, generator)]


def share(quantity: str, hits: int, n: int) -> dict[str, Any]:
    """A share with Clopper and Pearson's 95 % interval; no value where nothing is counted."""
    value, low, high = exact_share(hits, n) if n else (None, None, None)
    return {"quantity": quantity, "hits": int(hits), "n": n, "value": value, "low": low, "high": high, "unit": "1"}


def mean(quantity: str, values: Sequence[float], generator: np.random.Generator) -> dict[str, Any]:
    """A mean of displacements with the interval of a bootstrap; no value where there are none."""
    value, low, high = None, None, None
    if values:
        value, low, high = bootstrapped(np.array(values), np.arange(len(values)), _average, generator)
    return {
        "quantity": quantity, "hits": None, "n": len(values), "value": value, "low": low, "high": high,
        "unit": "(V/N)^(1/3)",
    }  # fmt: skip


def _distance(truth: Structure, proposal: Structure | None) -> float | None:
    """Displacement of a proposal; None also where pymatgen finds no mapping of an odd cell and raises."""
    try:
        return None if proposal is None else displacement(truth, proposal)
    except Exception as error:  # of many kinds
        logger.info("a proposal cannot be compared and counts as a miss: %s", error)
        return None


def _first(row: dict[str, Any], at: int) -> dict[str, Any]:
    return {name: row[name][:at] for name in ("rmsd", "pair_valid", "same_group")}


def _least(distances: Sequence[float | None]) -> float | None:
    return min((d for d in distances if d is not None), default=None)


def _number(distances: Sequence[float | None]) -> int:
    return sum(d is not None for d in distances)


def _average(values: np.typing.NDArray[np.float64]) -> float:
    return float(values.mean())
