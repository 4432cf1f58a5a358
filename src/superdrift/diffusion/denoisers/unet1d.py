"""A denoiser of Gaussian diffusion: a one-dimensional U-Net along a vector (Ho et al. 2020, appendix B)."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from superdrift.diffusion.denoisers.base import Denoiser
from superdrift.diffusion.denoisers.time_embedding import sinusoidal

GROUPS = 8
"""Groups of each group normalisation."""
HEADS, HEAD_WIDTH = 4, 32
"""Attention heads and their width, at every resolution."""


class Unet1d(Denoiser):
    """U-Net with two residual blocks and linear attention per resolution, full attention in the middle.

    Of width 48 with multipliers (1, 2, 3, 6) it is that of SuperDiff (Yuan & Dordevic 2024): 5.56 million parameters.

    Args:
        shape: (length,) of one datum; a multiple of 2^(resolutions − 1).
        width: channels at full resolution.
        multipliers: channels of each resolution, as multiples of `width`.
    """

    def __init__(self, *, shape: Sequence[int], width: int, multipliers: Sequence[int]) -> None:
        super().__init__()
        (self.length,) = shape
        self.width, time = width, 4 * width
        sizes = [width, *(width * m for m in multipliers)]
        pairs = list(pairwise(sizes))
        self.time = nn.Sequential(nn.Linear(width, time), nn.GELU(), nn.Linear(time, time))
        self.first = nn.Conv1d(1, width, 7, padding=3)
        last = len(pairs) - 1
        self.down = nn.ModuleList(_Down(a, b, time, halve=i < last) for i, (a, b) in enumerate(pairs))
        self.middle = _Middle(sizes[-1], time)
        self.up = nn.ModuleList(_Up(a, b, time, double=i > 0) for i, (a, b) in reversed(list(enumerate(pairs))))
        self.last_block = _ResidualBlock(2 * width, width, time)
        self.last = nn.Conv1d(width, 1, 1)

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        """(n, length) and (n,) or (1,) → predicted noise (n, length)."""
        time = self.time(sinusoidal(t, self.width))
        h = first = self.first(x_t[:, None])
        kept: list[Tensor] = []
        for down in self.down:
            h = down(h, time, kept)
        h = self.middle(h, time)
        for up in self.up:
            h = up(h, time, kept)
        return self.last(self.last_block(torch.cat([h, first], dim=1), time))[:, 0]


class _Down(nn.Module):
    def __init__(self, inner: int, outer: int, time: int, *, halve: bool) -> None:
        super().__init__()
        self.one, self.two = _ResidualBlock(inner, inner, time), _ResidualBlock(inner, inner, time)
        self.attention = _Normed(inner, _LinearAttention(inner))
        self.change = nn.Conv1d(inner, outer, 4, 2, 1) if halve else nn.Conv1d(inner, outer, 3, padding=1)

    def forward(self, h: Tensor, time: Tensor, kept: list[Tensor]) -> Tensor:
        h = self.one(h, time)
        kept.append(h)
        h = self.attention(self.two(h, time))
        kept.append(h)
        return self.change(h)


class _Middle(nn.Module):
    def __init__(self, size: int, time: int) -> None:
        super().__init__()
        self.one, self.two = _ResidualBlock(size, size, time), _ResidualBlock(size, size, time)
        self.attention = _Normed(size, _Attention(size))

    def forward(self, h: Tensor, time: Tensor) -> Tensor:
        return self.two(self.attention(self.one(h, time)), time)


class _Up(nn.Module):
    def __init__(self, inner: int, outer: int, time: int, *, double: bool) -> None:
        super().__init__()
        self.one, self.two = (_ResidualBlock(outer + inner, outer, time) for _ in range(2))
        self.attention = _Normed(outer, _LinearAttention(outer))
        widen = [nn.Upsample(scale_factor=2, mode="nearest")] if double else []
        self.change = nn.Sequential(*widen, nn.Conv1d(outer, inner, 3, padding=1))

    def forward(self, h: Tensor, time: Tensor, kept: list[Tensor]) -> Tensor:
        h = self.one(torch.cat([h, kept.pop()], dim=1), time)
        h = self.two(torch.cat([h, kept.pop()], dim=1), time)
        return self.change(self.attention(h))


class _ResidualBlock(nn.Module):
    """Two convolutions; the time scales and shifts what comes out of the first."""

    def __init__(self, inner: int, outer: int, time: int) -> None:
        super().__init__()
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(time, 2 * outer))
        self.one, self.two = nn.Conv1d(inner, outer, 3, padding=1), nn.Conv1d(outer, outer, 3, padding=1)
        self.norm_one, self.norm_two = nn.GroupNorm(GROUPS, outer), nn.GroupNorm(GROUPS, outer)
        self.skip = nn.Conv1d(inner, outer, 1) if inner != outer else nn.Identity()

    def forward(self, h: Tensor, time: Tensor) -> Tensor:
        scale, shift = self.time(time)[:, :, None].chunk(2, dim=1)
        inside = functional.silu(self.norm_one(self.one(h)) * (1 + scale) + shift)
        return functional.silu(self.norm_two(self.two(inside))) + self.skip(h)


class _Normed(nn.Module):
    """Residual branch behind a normalisation over channels."""

    def __init__(self, size: int, inside: nn.Module) -> None:
        super().__init__()
        self.norm, self.inside = _ChannelNorm(size), inside

    def forward(self, h: Tensor) -> Tensor:
        return h + self.inside(self.norm(h))


class _ChannelNorm(nn.Module):
    """Layer normalisation over the channels of each position, with a gain and no bias."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(size))

    def forward(self, h: Tensor) -> Tensor:
        return functional.layer_norm(h.transpose(1, 2), (h.shape[1],), self.gain).transpose(1, 2)


class _Attention(nn.Module):
    """Full attention between positions."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.heads_of = nn.Conv1d(size, 3 * HEADS * HEAD_WIDTH, 1, bias=False)
        self.out = nn.Conv1d(HEADS * HEAD_WIDTH, size, 1)

    def forward(self, h: Tensor) -> Tensor:
        n, _, length = h.shape
        q, k, v = self.heads_of(h).reshape(n, 3, HEADS, HEAD_WIDTH, length).transpose(-1, -2).unbind(1)
        mixed = functional.scaled_dot_product_attention(q, k, v)
        return self.out(mixed.transpose(-1, -2).reshape(n, -1, length))


class _LinearAttention(nn.Module):
    """Attention whose cost is linear in the length (Shen et al. 2021, "Efficient attention")."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.heads_of = nn.Conv1d(size, 3 * HEADS * HEAD_WIDTH, 1, bias=False)
        self.out = nn.Sequential(nn.Conv1d(HEADS * HEAD_WIDTH, size, 1), _ChannelNorm(size))

    def forward(self, h: Tensor) -> Tensor:
        n, _, length = h.shape
        q, k, v = self.heads_of(h).reshape(n, 3, HEADS, HEAD_WIDTH, length).unbind(1)
        context = k.softmax(dim=-1) @ v.transpose(-1, -2)
        mixed = context.transpose(-1, -2) @ (q.softmax(dim=-2) * HEAD_WIDTH**-0.5)
        return self.out(mixed.reshape(n, -1, length))
