"""A fast denoiser of Gaussian diffusion: a residual network over the whole vector, preconditioned per entry."""

from collections.abc import Sequence
from math import prod

from torch import Tensor, nn
from torch.nn import functional

from superdrift.diffusion.denoisers.time_embedding import sinusoidal
from superdrift.diffusion.preconditioning import GaussianPreconditioner

TIME_WIDTH = 128
"""Width of the sinusoidal time embedding."""


class ResidualMlp(nn.Module):
    """Residual multilayer perceptron over all entries of a datum, whose blocks see the time.

    Args:
        shape: shape of one datum.
        width: hidden units.
        depth: residual blocks.
    """

    def __init__(self, *, shape: Sequence[int], width: int, depth: int) -> None:
        super().__init__()
        size = prod(shape)
        self.time = nn.Sequential(nn.Linear(TIME_WIDTH, width), nn.SiLU(), nn.Linear(width, width))
        self.first = nn.Linear(size, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(depth))
        self.last = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, size))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """(n, *shape) and (n,) or (1,) → (n, *shape)."""
        time = self.time(sinusoidal(t, TIME_WIDTH).to(x.dtype))
        h = self.first(x.flatten(1))
        for block in self.blocks:
            h = block(h, time)
        return self.last(h).reshape(x.shape)


class _Block(nn.Module):
    """Two layers whose normalised input is scaled and shifted by the time."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.time = nn.Linear(width, 2 * width)
        self.one, self.two = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        nn.init.zeros_(self.two.weight)

    def forward(self, h: Tensor, time: Tensor) -> Tensor:
        scale, shift = self.time(functional.silu(time)).chunk(2, dim=1)
        inside = self.one(self.norm(h) * (1 + scale) + shift)
        return h + self.two(functional.silu(inside))


def preconditioned_mlp(
    *, shape: Sequence[int], alpha_bar: Tensor, least_deviation: float, width: int, depth: int
) -> GaussianPreconditioner:  # fmt: skip
    """The denoiser `mlp`: a residual multilayer perceptron behind the preconditioner; arguments of both."""
    network = ResidualMlp(shape=shape, width=width, depth=depth)
    return GaussianPreconditioner(network, shape=shape, alpha_bar=alpha_bar, least_deviation=least_deviation)
