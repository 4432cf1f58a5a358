"""Charge counted from tokens: what valence the ions that take the remaining charge hold, and would hold.

Anions and plain cations hold a common charge, redox ions what remains; which valence is real is what makes a compound's
oxygen and doping plausible, and it depends on all amounts at once. Networks are poor at such sums. Here they are done
for the denoiser: the valence that the digits so far give is an input, and for each digit that may be drawn the valence
that it leads to is known, so that the network's output is a profile over valences instead of over digits.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

LOWEST, HIGHEST, STEP = -1.0, 7.0, 0.1
"""Grid of valences in e; what lies outside counts as its ends."""
KNOTS = round((HIGHEST - LOWEST) / STEP) + 1
LEAST_AMOUNT = 0.2
"""Atoms per formula unit; fewer ions count as so many where the remaining charge is shared among them."""


class ChargeCount(nn.Module):
    """The charge that the known digits of a row give, and how it changes with each slot's number.

    Slots hold running sums, so a row's charge is the sum over its slots of number · (own charge − charge of the next
    slot of the same class); hidden digits count as 0.

    Args:
        vocabulary: how many tokens each field has.
        units: what a step of each field adds to the number of a slot.
        classes: class of each token of the first field.
        charges: charge of each, in e; 0 for redox ions.
        redox: which of them take the remaining charge; where a row has none, all positive ones do.
    """

    def __init__(
        self, *, vocabulary: Sequence[int], units: Sequence[float], classes: Sequence[int], charges: Sequence[float],
        redox: Sequence[bool],
    ) -> None:  # fmt: skip
        super().__init__()
        self.register_buffer("hidden", torch.tensor(vocabulary), persistent=False)
        self.register_buffer("units", torch.tensor(units), persistent=False)
        # A hidden element counts for nothing: one more entry, of class −1.
        positive = [float(charge > 0 or takes) for charge, takes in zip(charges, redox, strict=True)]
        self.register_buffer("weights", torch.tensor([[*charges, 0], [*redox, 0], [*positive, 0]]), persistent=False)
        self.register_buffer("classes", torch.tensor([*classes, -1]), persistent=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(n, slots, fields) tokens → charge and amount of redox ions per row, (n, 2), and their slopes, (n, slots, 2).

        A slope is what one more atom in a slot's number adds.
        """
        number = (torch.where(x < self.hidden, x, 0) * self.units).sum(dim=-1)
        kind, own = self.classes[x[..., 0]], self.weights[:, x[..., 0]]
        same = nn.functional.pad(kind[:, 1:] == kind[:, :-1], (0, 1))
        charge, redox, positive = own - nn.functional.pad(own[..., 1:], (0, 1)) * same
        takes = torch.where((own[1] > 0).any(dim=1, keepdim=True), redox, positive)
        slopes = torch.stack([charge, takes], dim=-1)
        return (slopes * number[..., None]).sum(dim=1), slopes


def valence(charge: Tensor, amount: Tensor) -> Tensor:
    """Valence, in steps from the lowest on the grid, at which ions cancel a charge; clipped to the grid."""
    steps = (-charge / amount.clamp(min=LEAST_AMOUNT) - LOWEST) / STEP
    return steps.clamp(0, KNOTS - 1 - 1e-3)


def interpolated(values: Tensor, steps: Tensor) -> Tensor:
    """Values on the grid, (m, KNOTS), read at steps (m, k), linearly between knots: (m, k)."""
    knot = steps.long()
    share = steps - knot
    return values.gather(1, knot) * (1 - share) + values.gather(1, knot + 1) * share
