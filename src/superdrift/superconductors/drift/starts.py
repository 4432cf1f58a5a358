"""Starts of the published drift: a formula as digits, and whether the VAE holds it."""

import logging

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superdrift.composition.distance import half_l1
from superdrift.composition.formula import format_formula, parse_formula
from superdrift.composition.vector import from_vector, to_vector
from superdrift.run.errors import InputError
from superdrift.superconductors.drift.landscape import Landscape
from superdrift.superconductors.drift.vae import Vae
from superdrift.superconductors.encoding.digits import amounts_of, representable, to_digits

logger = logging.getLogger("superdrift")


def start_digits(formula: str, *, slug: str, integers: int) -> NDArray[np.int64]:
    """Digits (1, 3, 96) of a start.

    Raises:
        InputError: for no formula, or one that the digits cannot hold exactly.
    """
    vector = to_vector(parse_formula(formula))[None]
    if not representable(vector, integers=integers).all():
        raise InputError(
            f"start {slug} = '{formula}' cannot be written in the drift's digits: amounts need at most two decimals and"
            f" must lie below {integers}; scale or round the formula in the catalogue, or raise"
            " drift.published.vae.integers"
        )
    return to_digits(vector)


@torch.no_grad()
def check_start(vae: Vae, landscape: Landscape, digits: Tensor, *, slug: str, tolerance: float) -> None:
    """Log what the mean position of a start, (1, 3, 96) digits, decodes to; warn where that is another composition."""
    wanted = amounts_of(digits, dtype=torch.float64).cpu().numpy()
    found = landscape.decode(vae.encode(digits)).cpu().numpy()
    distance = float(half_l1(wanted, found)[0])
    texts = formula_of(wanted[0]), formula_of(found[0]) or "nothing"
    logger.info("start %s (%s) decodes to %s, at distance %.3f", slug, *texts, distance)
    if distance > tolerance:
        logger.warning(
            "start %s: the VAE does not hold this composition (%.3f > %.3f): the drift starts from about %s instead;"
            " train longer (drift.published.vae.steps) or give data with its neighbours",
            slug, distance, tolerance, texts[1],
        )  # fmt: skip


def formula_of(amounts: NDArray[np.floating]) -> str | None:
    """Formula of one row, (96,) amounts; None where nothing is decoded."""
    return format_formula(from_vector(amounts.astype(np.float32))) or None
