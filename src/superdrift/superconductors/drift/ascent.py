"""The climb in the generator's latent space: many starts at once, moves that the generator proposes, and a lower bound.

A position is a compound's coordinates z (`diffusion.quantile_latent`) with the family and the class of Tc that they are
read under; under these, z ~ N(0, 1) is the generator. A step moves it in one of two ways, and keeps the move by the
rule of Metropolis at a temperature that falls from `hot_k` to `cold_k`:

- *in z*: some coordinates are turned, z' = √(1 − b²) z + b ξ (preconditioned Crank–Nicolson; Cotter et al., Stat. Sci.
  28, 424 (2013)), and read under a class of Tc that rises with the steps. Such a move leaves the generator's
  distribution as it is, so at a fixed temperature T and class the chain draws from generator · exp(f / T): what it
  finds is likely by the generator and high by the objective.
- *along the gradient*: amounts a move up the exact derivative of the objective, a' = a · exp(h a ∂f/∂a / max |a ∂f/∂a|
  + noise), on the grid of hundredths. The generator reads the result, and what it makes less likely counts against it:
  Δf − T · Δ(nats).
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from superdrift.run.progress import Progress
from superdrift.superconductors.drift.objective import Objective, Scores
from superdrift.superconductors.drift.transport import Transport
from superdrift.superconductors.settings.drift_ascent import AscentSettings

GRID = 0.01
"""Atoms per formula unit; step of the amounts that the generator writes."""
FEWEST_TURNED, LEAST_TURN, LEAST_STEP = 1 / 33, 0.1, 0.01
"""Least share of the coordinates that a move turns, least b, and least h; drawn between these and 1, 1 and
`largest_step`, evenly on a logarithmic scale, since no one size suits every compound."""
NOISE = 0.3
"""Of a step along the gradient, in units of h."""


@dataclass(frozen=True)
class Climbed:
    """What n trajectories went through; step 0 is the start.

    Attributes:
        z: (n, steps + 1, dimensions) coordinates held.
        amounts: (n, steps + 1, 96) compounds held.
        scores: of these, each (n, steps + 1).
        proposed: (n, steps, 96) compounds that were tried.
        values: (n, steps) what each of these is worth, K.
    """

    z: NDArray[np.float32]
    amounts: NDArray[np.float32]
    scores: Scores
    proposed: NDArray[np.float32]
    values: NDArray[np.float64]


@dataclass
class _State:
    """Where n trajectories are."""

    z: Tensor
    asked: Tensor
    amounts: NDArray[np.float32]
    nats: NDArray[np.float64]
    scores: Scores


class Ascent:
    """Climbs from many starts at once.

    Args:
        transport: compounds ↔ coordinates.
        objective: what is raised.
        settings: of the climb.
        generator: of all draws.
    """

    def __init__(
        self, transport: Transport, objective: Objective, settings: AscentSettings, generator: Generator
    ) -> None:
        self.transport, self.objective, self.settings, self.generator = transport, objective, settings, generator

    def climb(self, starts: NDArray[np.float32], own: Tensor, *, uphill: bool = True, label: str = "drift") -> Climbed:
        """Climb from each row.

        Args:
            starts: (s, 96) atoms per formula unit; n = s · trajectories climbs, those of one start side by side.
            own: (s, conditions) classes of family and Tc of each.
            uphill: False: every move is kept, whatever it is worth, at the start's own class: the control.
            label: for the progress line.

        Raises:
            InputError: for a start that tokens cannot hold.
        """
        self.transport.check(starts)
        starts = np.repeat(starts, self.settings.trajectories, axis=0)
        own = own.repeat_interleave(self.settings.trajectories, dim=0)
        codes = self.transport.coordinates(starts, own, self.generator)
        state = _State(codes.z, own, starts, codes.nats.sum(dim=1).numpy(), self.objective(starts))
        highest = self._highest(own)
        held, tried, values = [self._snapshot(state)], [], []
        with Progress(self.settings.steps, label, "step") as progress:
            for step in range(self.settings.steps):
                moved, along = self._moved(state, highest, step, uphill=uphill)
                tried.append(moved.amounts)
                values.append(moved.scores.value)
                kept = self._kept(state, moved, along, step) if uphill else np.ones(len(starts), dtype=bool)
                self._keep(state, moved, kept)
                if uphill:
                    self._resample(state, step)
                held.append(self._snapshot(state))
                progress.advance()
        z, amounts, scores = zip(*held, strict=True)
        joined = Scores(*(np.stack([getattr(s, name) for s in scores], axis=1) for name in vars(scores[0])))
        return Climbed(
            np.stack(z, axis=1), np.stack(amounts, axis=1), joined, np.stack(tried, axis=1), np.stack(values, axis=1)
        )  # fmt: skip

    def _temperature(self, step: int) -> float:
        """Of one step, K."""
        block = self.settings
        return block.hot_k * (block.cold_k / block.hot_k) ** (min(step, block.steps - 1) / max(1, block.steps - 1))

    def _resample(self, state: _State, step: int) -> None:
        """Among the trajectories of one start, as many copies of each as the colder temperature makes it worth."""
        m = self.settings.trajectories
        colder = 1 / self._temperature(step + 1) - 1 / self._temperature(step)
        if m == 1 or colder <= 0:
            return
        value = torch.from_numpy(state.scores.value).view(-1, m)
        weight = (colder * (value - value.amax(dim=1, keepdim=True))).exp().cumsum(dim=1)
        # Systematic resampling: one random number for each start, so that equal weights leave everything as it is.
        ticks = (torch.arange(m) + self._uniform(len(value))[:, None]) / m * weight[:, -1:]
        copied = torch.searchsorted(weight, ticks, right=True).clamp(max=m - 1)
        rows = (copied + m * torch.arange(len(value))[:, None]).flatten()
        state.z, state.asked = state.z[rows], state.asked[rows]
        at = rows.numpy()
        state.amounts, state.nats = state.amounts[at], state.nats[at]
        state.scores = Scores(**{name: values[at] for name, values in vars(state.scores).items()})

    def _highest(self, own: Tensor) -> Tensor:
        """(n, families) class of Tc that each way may end in; −1: not in that family."""
        distinct, place = own.unique(dim=0, return_inverse=True)
        block = self.settings
        ends = [self.transport.highest(row, block.to_k, any_family=block.families == "any") for row in distinct]
        return torch.stack(ends)[place]

    def _moved(self, state: _State, highest: Tensor, step: int, *, uphill: bool) -> tuple[_State, NDArray[np.bool_]]:
        """Every trajectory moved in one of the two ways, and (n,) which went along the gradient."""
        n = len(state.amounts)
        along = self._uniform(n) < (self.settings.gradient_share if uphill else 0.0)
        asked = self._asked(state, highest, step) if uphill else state.asked
        asked = torch.where(along[:, None], state.asked, asked)
        z, amounts, nats = state.z.clone(), state.amounts.copy(), state.nats.copy()
        turned = (~along).nonzero()[:, 0]
        if len(turned):
            z[turned] = self._turned(state.z[turned])
            amounts[turned.numpy()], nats[turned.numpy()] = self.transport.compounds(z[turned], asked[turned])
        stepped = along.nonzero()[:, 0].numpy()
        if len(stepped):
            amounts[stepped] = self._along_gradient(state.amounts[stepped])
            fits = self.transport.model.encoding.representable(amounts[stepped])
            nats[stepped[~fits]] = np.inf
            read = stepped[fits]
            codes = self.transport.coordinates(amounts[read], asked[read], self.generator)
            z[read] = codes.z
            nats[read] = np.where(codes.held.numpy(), codes.nats.sum(dim=1).numpy(), np.inf)
        scores = self.objective(amounts)
        scores = replace(scores, value=np.where(np.isfinite(nats), scores.value, -np.inf))
        return _State(z, asked, amounts, nats, scores), along.numpy()

    def _asked(self, state: _State, highest: Tensor, step: int) -> Tensor:
        """Family and class of Tc to read under.

        The class lies between the present one and what the step allows; where every family is open, now and then
        another is drawn.
        """
        block, n = self.settings, len(state.asked)
        family = state.asked[:, 0].clone()
        if block.families == "any":
            open_to = (highest >= 0).double()
            drawn = torch.multinomial(open_to, 1, generator=self.generator)[:, 0]
            family = torch.where(self._uniform(n) < block.family_share, drawn, family)
        end = highest.gather(1, family[:, None])[:, 0]
        low = state.asked[:, 1].minimum(end)
        risen = min(1.0, (step + 1) / max(1.0, block.rise * block.steps))
        top = low + torch.ceil((end - low) * risen).long()
        asked = low + ((top - low + 1) * self._uniform(n)).long().minimum(top - low)
        return torch.stack([family, asked], dim=1)

    def _turned(self, z: Tensor) -> Tensor:
        """Coordinates of which some are turned toward draws of the prior."""
        n, d = z.shape
        share, turn = self._scale(n, FEWEST_TURNED, 1.0), self._scale(n, LEAST_TURN, 1.0)
        chosen = torch.rand((n, d), generator=self.generator, dtype=torch.float64) < share[:, None]
        noise = torch.randn((n, d), generator=self.generator, dtype=torch.float64)
        return torch.where(chosen, (1 - turn**2).sqrt()[:, None] * z + turn[:, None] * noise, z)

    def _along_gradient(self, amounts: NDArray[np.float32]) -> NDArray[np.float32]:
        """Amounts after a step along the gradient, none below the grid."""
        slope = amounts * self.objective.gradient(amounts)
        steepest = np.abs(slope).max(axis=1, keepdims=True)
        size = self._scale(len(amounts), LEAST_STEP, self.settings.largest_step).numpy()[:, None]
        noise = torch.randn(amounts.shape, generator=self.generator, dtype=torch.float64).numpy()
        rise = size * (np.divide(slope, steepest, out=np.zeros_like(slope), where=steepest > 0) + NOISE * noise)
        moved = np.maximum(np.round(amounts * np.exp(rise), 2), GRID)
        return np.where(amounts > 0, moved, 0.0).astype(np.float32)

    def _kept(self, state: _State, moved: _State, along: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
        """(n,) moves that are kept."""
        gain = (moved.scores.value - state.scores.value) / self._temperature(step)
        gain[along] -= (moved.nats - state.nats)[along]
        return np.log(self._uniform(len(gain)).numpy()) < gain

    @staticmethod
    def _keep(state: _State, moved: _State, kept: NDArray[np.bool_]) -> None:
        rows = torch.from_numpy(kept)[:, None]
        state.z = torch.where(rows, moved.z, state.z)
        state.asked = torch.where(rows, moved.asked, state.asked)
        state.amounts = np.where(kept[:, None], moved.amounts, state.amounts)
        state.nats = np.where(kept, moved.nats, state.nats)
        state.scores = state.scores.replaced(kept, moved.scores)

    @staticmethod
    def _snapshot(state: _State) -> tuple[NDArray[np.float32], NDArray[np.float32], Scores]:
        return state.z.float().numpy(), state.amounts, state.scores

    def _uniform(self, n: int) -> Tensor:
        return torch.rand(n, generator=self.generator, dtype=torch.float64)

    def _scale(self, n: int, least: float, most: float) -> Tensor:
        """(n,) numbers between two ends, evenly on a logarithmic scale."""
        return least * (most / least) ** self._uniform(n)
