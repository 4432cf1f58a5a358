"""Projection of samples on a rule before they are judged; `none`, the only rule so far, passes them through.

Moving amounts to the nearest exactly neutral assignment makes most noisy samples "valid" and erases their
doping; a rule that is added here has to show that it tells good samples from bad ones, not that it raises a
share.
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.errors import InputError

RULES = ("none",)


def project_amounts(amounts: NDArray[np.float32], *, rule: str) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Projected amounts, and how far each row moved.

    Args:
        amounts: (n, 96) atoms per formula unit, as drawn.
        rule: one of `RULES`.

    Returns:
        (n, 96) amounts and (n,) half the L1 distance of atomic fractions.

    Raises:
        InputError: for a rule that does not exist.
    """
    if rule not in RULES:
        raise InputError(f"unknown projection rule '{rule}' (config: project.rule); choose one of {', '.join(RULES)}")
    return amounts, np.zeros(len(amounts))
