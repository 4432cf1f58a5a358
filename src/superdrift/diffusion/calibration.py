"""Weights of drawn rows by which what they hold is as frequent as in a reference: calibration of a sample.

Drawn at a higher temperature, first tokens meet in rarer combinations, and rare ones come too often. Of all weights
that bring every token back to its frequency, those nearest to equal ones in relative entropy are exponentials of sums
over the tokens (Deville & Särndal 1992, case 2; raking, Deming & Stephan 1940): combinations stay rare, frequencies are
kept.
"""

import torch
from torch import Tensor, nn

RARE = 5
"""Rows; what fewer rows of the draws or of the reference hold is counted together, since its frequency is noise."""
ROUNDS = 50
"""Most steps of Newton's method; about ten are taken."""
CLOSE = 1e-6
"""Largest difference of a frequency and that wanted, from which no step is taken."""
LARGEST_STEP = 1.0
"""Of the logarithm of a factor, in one step."""
RIDGE = 1e-7
"""Pull of the logarithms of factors toward 0, for what all rows hold."""


def holdings(rows: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """What rows hold, one column each: first tokens, number of slots, conditions.

    Args:
        rows: (n, slots, fields + conditions) tokens, −1 in absent slots.
        sizes: number of first tokens, and of values of each condition, which are the last columns of a row.

    Returns:
        (n, k) of 0 and 1, double precision.
    """
    first, one_hot = rows[..., 0], nn.functional.one_hot
    there = torch.where(first >= 0, first, sizes[0])
    tokens = rows.new_zeros((len(rows), sizes[0] + 1)).scatter_(1, there, 1)[:, :-1]
    parts = [tokens, one_hot((first >= 0).sum(dim=1), rows.shape[1] + 1)]
    parts += [one_hot(rows[:, 0, c - len(sizes)], size) for c, size in enumerate(sizes) if c]
    return torch.cat(parts, dim=1).double()


def calibrated(held: Tensor, weights: Tensor, reference: Tensor, reference_weights: Tensor) -> Tensor:
    """Weights of drawn rows by which each column is as frequent as among the rows of a reference.

    Args:
        held: (n, k) of 0 and 1.
        weights: (n,) logarithms of the weights they are drawn with.
        reference: (m, k).
        reference_weights: (m,) logarithms.

    Returns:
        (n,) logarithms.
    """
    rare = (held.sum(dim=0) < RARE) | (reference.sum(dim=0) < RARE)
    held, reference = (_gathered(columns, rare) for columns in (held, reference))
    wanted = reference_weights.double().softmax(dim=0) @ reference
    start, factors = weights.double(), held.new_zeros(held.shape[1])
    ridge = RIDGE * torch.eye(len(factors), dtype=held.dtype, device=held.device)
    for _ in range(ROUNDS):
        shares = (start + held @ factors).softmax(dim=0)
        mean = shares @ held
        gap = wanted - mean - RIDGE * factors
        if float(gap.abs().max()) < CLOSE:
            break
        spread = (held * shares[:, None]).T @ held - mean.outer(mean)
        factors += torch.linalg.solve(spread + ridge, gap).clamp(-LARGEST_STEP, LARGEST_STEP)
    return start + held @ factors


def _gathered(columns: Tensor, rare: Tensor) -> Tensor:
    """Columns (n, k) that are not rare, and the sum of those that are."""
    return torch.cat([columns[:, ~rare], columns[:, rare].sum(dim=1, keepdim=True)], dim=1)
