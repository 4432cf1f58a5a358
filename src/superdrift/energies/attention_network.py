"""The default network of formation energies: attention among the elements of a compound, weighted by their share."""

from typing import Any

import torch
from torch import Tensor, nn

from superdrift.composition.elements import N_ELEMENTS
from superdrift.energies.element_descriptors import DESCRIPTORS, element_descriptors
from superdrift.learning.layers import AttentionLayer
from superdrift.learning.packing import Packing

LOG_SCALE = (-6.0, 3.0)
"""Least and largest log scale of the likelihood, so that no row's weight in the loss is without bounds."""
_ELEMENT_DEVIATION, _NUMBER_DEVIATION = 0.3, 0.1
"""Deviations of the embeddings at the start."""
_FREQUENCIES = 8
"""Waves of doubling frequency in which a fraction enters. Fixed by the size of stored models."""
_LOG_REDUCTION = (5.0, 8.0)
"""The log of a fraction is divided by these where it enters as it is, and where it enters in waves."""
_FRACTION_FEATURES = 2 + 4 * _FREQUENCIES


class AttentionNetwork(nn.Module):
    """Formation energy from the elements present, each a token, in no order.

    A token is the sum of embeddings of its element, its atomic fraction and the number of elements. Attention is
    weighted by stoichiometry (Goodall & Lee 2020, Roost); the energy is the mean of a contribution of each element,
    weighted by fraction (Wang et al. 2021, CrabNet), and so is the log scale of a Laplace distribution around it.

    Args:
        width: of the tokens, a multiple of `heads`.
        depth: layers.
        heads: attention heads.
        most_elements: compounds of more elements are embedded as if they had so many.
    """

    waves: Tensor
    descriptors: Tensor

    def __init__(self, *, width: int, depth: int, heads: int, most_elements: int) -> None:
        super().__init__()
        self.arguments: dict[str, Any] = {
            "width": width, "depth": depth, "heads": heads, "most_elements": most_elements
        }  # fmt: skip
        self.most_elements = most_elements
        self.element = nn.Embedding(N_ELEMENTS, width)
        nn.init.normal_(self.element.weight, std=_ELEMENT_DEVIATION)
        self.register_buffer("descriptors", torch.from_numpy(element_descriptors()))
        self.described = nn.Linear(DESCRIPTORS, width)
        self.register_buffer("waves", torch.pi * 2.0 ** torch.arange(_FREQUENCIES), persistent=False)
        self.share = nn.Sequential(nn.Linear(_FRACTION_FEATURES, width), nn.SiLU(), nn.Linear(width, width))
        self.number = nn.Embedding(most_elements, width)
        nn.init.normal_(self.number.weight, std=_NUMBER_DEVIATION)
        self.layers = nn.ModuleList(AttentionLayer(width, heads, biased=True) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2))

    def forward(self, fractions: Tensor) -> tuple[Tensor, Tensor]:
        """Energy and log scale of compounds of any number of elements.

        Args:
            fractions: (n, 96) atomic fractions, n ≥ 1; every row has at least one element.

        Returns:
            (n,) energy and (n,) log of the Laplace scale, in standard deviations of the training data.
        """
        count = (fractions > 0).sum(dim=1)
        order = count.argsort(stable=True)
        ranked = fractions[order]
        row, element = ranked.nonzero(as_tuple=True)
        sizes, rows = count.unique(return_counts=True)
        packing = Packing.of(list(zip(rows.tolist(), sizes.tolist(), strict=True)), int(sizes[-1]), fractions.device)
        number = count[order].clamp_max(self.most_elements)[row] - 1
        element, share, number = (packing.filled(entries) for entries in (element, ranked[row, element], number))
        h = self._tokens(element, share, number)
        logarithm = packing.rectangle(share.log())
        for layer in self.layers:
            h = layer(h, packing, logarithm)
        output = packing.rectangle(self.head(self.norm(h)).float())
        weight = packing.rectangle(share)
        if packing.absent is not None:
            weight = weight.masked_fill(packing.absent[:, 0, 0], 0.0)
        pooled = (output * weight[..., None]).sum(dim=1)[order.argsort()]
        return pooled[:, 0], pooled[:, 1].clamp(*LOG_SCALE)

    def _tokens(self, element: Tensor, share: Tensor, number: Tensor) -> Tensor:
        """(tokens,) element, atomic fraction, place of the number of elements → (tokens, width)."""
        logarithm = share.log()
        plain, slow = _LOG_REDUCTION
        angles = [part[:, None] * self.waves for part in (share, -logarithm / slow)]
        waves = [wave(angle) for angle in angles for wave in (torch.sin, torch.cos)]
        features = torch.cat([share[:, None], logarithm[:, None] / plain, *waves], dim=1)
        return (
            self.element(element)
            + self.described(self.descriptors[element])
            + self.share(features)
            + self.number(number)
        )
