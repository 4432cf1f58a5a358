"""The layers that encoder, decoder and predictor share: a residual trunk, and digits read and written per element."""

import torch
from torch import Tensor, nn

from superdrift.composition.elements import N_ELEMENTS
from superdrift.superconductors.encoding.digits import symbols


class Residual(nn.Module):
    """x + W2·SiLU(W1·LayerNorm(x)), the pre-normalised residual block."""

    def __init__(self, width: int, *, dropout: float) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Dropout(dropout), nn.Linear(width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, width) → (n, width)."""
        return x + self.inner(x)


def trunk(inputs: int, *, width: int, depth: int, dropout: float) -> nn.Sequential:
    """(n, inputs) → (n, width) by `depth` residual blocks."""
    blocks = [Residual(width, dropout=dropout) for _ in range(depth)]
    return nn.Sequential(nn.Linear(inputs, width), *blocks, nn.LayerNorm(width), nn.SiLU())


def fraction_features(amounts: Tensor) -> Tensor:
    """(n, 96) atoms per formula unit → (n, 192) atomic fractions and their square roots.

    The roots spread small fractions: a dopant of 1 % enters as 0.1. An absent element's root has no finite derivative;
    it is taken as 0, and so is what the other elements' derivatives owe to it.
    """
    fractions = amounts / amounts.sum(dim=1, keepdim=True)
    there = fractions > 0
    roots = torch.where(there, torch.where(there, fractions, 1.0).sqrt(), 0.0)
    return torch.cat([fractions, roots], dim=1)


class DigitReader(nn.Module):
    """Sums a function of the embeddings of each present element and its digits (deep sets, Zaheer et al. 2017).

    The embeddings of the digits are shared by all elements, so that a digit learned on one is known on all.
    """

    def __init__(self, *, width: int, integers: int) -> None:
        super().__init__()
        self.element = nn.Embedding(N_ELEMENTS, width)
        self.places = nn.ModuleList(nn.Embedding(size, width) for size in symbols(integers))
        self.inner = nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU())

    def forward(self, digits: Tensor) -> Tensor:
        """(n, 3, 96) digits → (n, width)."""
        row, element = (digits > 0).any(dim=1).nonzero(as_tuple=True)
        summed = self.element(element)
        for place, embedding in enumerate(self.places):
            summed = summed + embedding(digits[row, place, element])
        summed = self.inner(summed)
        return summed.new_zeros(len(digits), summed.shape[1]).index_add(0, row, summed)


class DigitHead(nn.Module):
    """Logits of an element's digits from the decoder's state, by a matrix of each element's own.

    One matrix shared by all elements (scaled and shifted by the element) learned several times more slowly.
    """

    def __init__(self, *, width: int, integers: int) -> None:
        super().__init__()
        self.size = sum(symbols(integers))
        self.out = nn.Linear(width, N_ELEMENTS * self.size)

    def forward(self, hidden: Tensor, row: Tensor, element: Tensor) -> Tensor:
        """Logits (pairs, integers + 20) for pairs of a row of `hidden` (n, width) and an element (index, Z − 1)."""
        return self.all_elements(hidden)[row, element]

    def all_elements(self, hidden: Tensor) -> Tensor:
        """Logits (n, 96, integers + 20) for every row of `hidden` (n, width) and every element."""
        return self.out(hidden).unflatten(1, (N_ELEMENTS, self.size))
