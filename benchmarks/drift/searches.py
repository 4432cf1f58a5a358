"""Ways from a compound to one of higher Tc, all at the same number of calls of one objective.

Every search starts from the same compounds, raises the same objective, and tells what it met with the objective's value
and the number of calls until then. None was tuned on the starts of the table; ours on other compounds of its half.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from deap import base, creator, tools
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.inputs import CONFIG
from superdrift.composition.elements import N_ELEMENTS
from superdrift.composition.substitution import data_mined
from superdrift.composition.vector import round_amounts
from superdrift.run.errors import InputError
from superdrift.run.seeds import derive, generator
from superdrift.run.settings import from_mapping
from superdrift.superconductors.drift.ascent import Ascent
from superdrift.superconductors.drift.judgement import Found
from superdrift.superconductors.drift.objective import GRADIENT_CALLS, Objective
from superdrift.superconductors.drift.transport import transport_of
from superdrift.superconductors.generation.inpainting import Inpainter
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.sampling import Sampling
from superdrift.superconductors.nulls.substitution import replaced
from superdrift.superconductors.settings.drift_ascent import AscentSettings
from superdrift.superconductors.settings.generation import InpaintingSettings

CPU = torch.device("cpu")
MOST_ELEMENTS = 8
"""Elements of a compound that tokens hold; searches that write compositions freely keep to it."""
DEPTHS = [0.25, 0.5, 0.75]
"""Shares of the start's elements that samples around it have drawn anew."""
SHARED_DRAWS = 30
"""Best-of-N draws one pool for all starts, of this many budgets, and gives each start a part of it, drawn anew."""
POPULATION, CROSSED, SPREAD = 30, 0.5, 0.2
"""Of the genetic algorithm: individuals, share of children of two parents, relative change of an amount."""
WHOLE = 0.5
"""Share of the substitutions that replace an element wholly."""
RESTARTS, LEARNING_RATE, ABSENT = 10, 0.3, 1e-3
"""Of the direct gradient: climbs from each start, Adam's rate on the logarithms of the fractions, and the fraction that
elements start from that the compound does not have."""


@dataclass(frozen=True)
class Setting:
    """What all searches share.

    Attributes:
        model: the generator.
        objective: what is raised.
        starts: (s, 96) atoms per formula unit.
        own: (s, 2) classes of family and Tc of the starts.
        calls: of the objective, for each start.
        ascent: block of the default drift.
    """

    model: Model
    objective: Objective
    starts: NDArray[np.float32]
    own: Tensor
    calls: int
    ascent: dict[str, Any]


Search = Callable[[Setting, int], Found]
"""A setting and a seed → what was met."""


def ascent(setting: Setting, seed: int, *, families: str, gradient_share: float = 0.0) -> Found:
    """The default drift."""
    block = from_mapping(AscentSettings, setting.ascent, place="drift.ascent")
    cost = 1 + GRADIENT_CALLS * gradient_share
    steps = int((setting.calls / block.trajectories - 1) / cost)
    block = from_mapping(
        AscentSettings,
        setting.ascent | {"steps": steps, "families": families, "gradient_share": gradient_share},
        place="drift.ascent",
    )
    repeat, n = block.trajectories, len(setting.starts)
    drawing = torch.Generator().manual_seed(derive(seed, "ascent", families, gradient_share))
    climbed = Ascent(transport_of(setting.model, sampler(), Request()), setting.objective, block, drawing).climb(
        setting.starts, setting.own, label="ascent"
    )
    call = np.broadcast_to(1 + np.ceil((np.arange(steps) + 1) * cost * repeat), (n, repeat, steps))
    start = np.broadcast_to(np.arange(n)[:, None, None], call.shape)
    return Found(
        start.ravel(), climbed.proposed.reshape(-1, N_ELEMENTS), climbed.values.ravel(),
        call.ravel().astype(np.int64),
    )  # fmt: skip


def best_of_n(setting: Setting, seed: int) -> Found:
    """Draws of the generator, asked for the highest Tc that enough compounds have; each start has draws of its own."""
    drawn = _pool(setting, seed)
    stream = generator(seed, "best of n")
    scores = setting.objective(drawn).value
    mine = np.stack([stream.permutation(len(drawn))[: setting.calls] for _ in setting.starts])
    return _found(drawn[mine], scores[mine])


def _pool(setting: Setting, seed: int) -> NDArray[np.float32]:
    sampling = Sampling(setting.model, sampler(), device=CPU, request=Request(tc_at_least_k=1000.0))
    size, n = CONFIG["generate"]["batch_size"], SHARED_DRAWS * setting.calls
    parts = [sampling.batch(min(size, n - at), derive(seed, "pool", at)) for at in range(0, n, size)]
    return round_amounts(np.concatenate(parts), noise_floor=0.0)


def sampler() -> dict[str, Any]:
    """The sampler of config.yaml, for the generator of all families."""
    block = CONFIG["models"][CONFIG["train"]["model"]]["sampler"]
    return {name: value["everything"] if isinstance(value, dict) else value for name, value in block.items()}


def inpainted(setting: Setting, seed: int) -> Found:
    """Samples around the start: a quarter, half or three quarters of its elements drawn anew, ranked."""
    block = CONFIG["condition"]["inpaint"] | {"depths": DEPTHS, "new_element": False, "distinct": False}
    options = sampler()
    settings = from_mapping(InpaintingSettings, block, place="condition.inpaint")
    amounts = np.zeros((len(setting.starts), setting.calls, N_ELEMENTS), dtype=np.float32)
    for number, reference in enumerate(setting.starts):
        inpainter = Inpainter(setting.model, options, reference, settings, device=CPU)
        parts = []
        for place, depth in enumerate(settings.depths):
            count = setting.calls // len(DEPTHS) + (place < setting.calls % len(DEPTHS))
            try:
                parts.append(inpainter.sample(depth, count, derive(seed, "inpainted", number, place)).amounts)
            except InputError:  # nothing that was drawn holds what stays
                parts.append(np.repeat(reference[None], count, axis=0))
        amounts[number] = round_amounts(np.concatenate(parts), noise_floor=0.0)
    return _scored(setting, amounts)


def substitution(setting: Setting, seed: int) -> Found:
    """The start with one to three elements replaced, wholly or in part, by data-mined chances."""
    stream, chances = generator(seed, "substitution"), data_mined()
    parts = []
    for reference in setting.starts:
        part = np.repeat(reference[None], setting.calls, axis=0)
        turns = stream.integers(1, 4, setting.calls)
        for turn in range(3):
            rows = turns > turn
            part[rows] = replaced(part[rows], chances, whole_share=WHOLE, generator=stream)
        parts.append(part)
    return _scored(setting, np.stack(parts))


def genetic(setting: Setting, seed: int) -> Found:
    """A (μ + λ) genetic algorithm over compositions, by DEAP: replaced elements, changed amounts, mixtures of two."""
    if not hasattr(creator, "Highest"):
        creator.create("Highest", base.Fitness, weights=(1.0,))
    stream, chances = generator(seed, "genetic"), data_mined()
    n, rounds = len(setting.starts), (setting.calls - 1) // POPULATION
    parents = np.repeat(setting.starts[:, None], POPULATION, axis=1)
    worth = np.repeat(setting.objective(setting.starts).value[:, None], POPULATION, axis=1)
    met, values = [], []
    for _ in range(rounds):
        children = _children(parents, stream, chances)
        value = setting.objective(children.reshape(-1, N_ELEMENTS)).value.reshape(n, POPULATION)
        met.append(children)
        values.append(value)
        for number in range(n):
            pool = np.concatenate([parents[number], children[number]])
            pool_worth = np.concatenate([worth[number], value[number]])
            distinct = np.unique(pool, axis=0, return_index=True)[1]
            chosen = _best(pool_worth, distinct)
            parents[number], worth[number] = pool[chosen], pool_worth[chosen]
    return _found(np.concatenate(met, axis=1), np.concatenate(values, axis=1))


def _best(worth: NDArray[np.float64], distinct: NDArray[np.int64]) -> list[int]:
    """Places of the individuals that live on, by DEAP's selection of the best; few distinct ones are repeated."""
    individuals = [_Individual(int(place), float(worth[place])) for place in distinct]
    best = [one.place for one in tools.selBest(individuals, POPULATION)]
    return (best * (POPULATION // len(best) + 1))[:POPULATION]


class _Individual:
    """A place with a fitness, as DEAP's tools take it."""

    def __init__(self, place: int, worth: float) -> None:
        self.place, self.fitness = place, creator.Highest((worth,))


def _children(
    parents: NDArray[np.float32], stream: np.random.Generator, chances: NDArray[np.float64]
) -> NDArray[np.float32]:
    """One child for each parent (s, p, 96): a mixture with another parent of its start, or a mutation."""
    s, p, _ = parents.shape
    other = np.take_along_axis(parents, stream.integers(p, size=(s, p))[:, :, None], axis=1)
    share = stream.random((s, p, 1))
    mixed = np.where(stream.random(parents.shape) < share, parents, other)
    children = parents * np.exp(SPREAD * stream.standard_normal(parents.shape))
    exchanged = stream.random((s, p)) < 1 / 2
    children[exchanged] = replaced(parents[exchanged], chances, whole_share=WHOLE, generator=stream)
    children = np.where(stream.random((s, p, 1)) < CROSSED, mixed, children)
    empty = children.sum(axis=2) <= 0
    children[empty] = parents[empty]
    return _on_grid(children.reshape(-1, N_ELEMENTS)).reshape(parents.shape)


def direct_gradient(setting: Setting, seed: int) -> Found:
    """Adam on the logarithms of the atomic fractions of all elements, up the objective's exact gradient (KIAGO's idea).

    The fractions are those of the start, spread by noise anew for each climb; what is met is written with the start's
    number of atoms, its eight largest elements on the grid of hundredths.
    """
    stream, n = generator(seed, "gradient"), len(setting.starts)
    steps = setting.calls // (RESTARTS * (GRADIENT_CALLS + 1))
    atoms = setting.starts.sum(axis=1, keepdims=True)
    fractions = np.maximum(setting.starts / atoms, ABSENT)
    logits = torch.from_numpy(np.log(np.repeat(fractions, RESTARTS, axis=0)))
    logits = (logits + 0.3 * torch.from_numpy(stream.standard_normal(logits.shape))).requires_grad_()
    optimiser, total = torch.optim.Adam([logits], lr=LEARNING_RATE, maximize=True), np.repeat(atoms, RESTARTS, axis=0)
    met, values = [], []
    for _ in range(steps):
        shares = torch.softmax(logits, dim=1)
        slope = torch.from_numpy(setting.objective.gradient(shares.detach().numpy()))
        optimiser.zero_grad()
        (shares * slope).sum().backward()
        optimiser.step()
        written = _on_grid((torch.softmax(logits, dim=1).detach().numpy() * total).astype(np.float32))
        met.append(written.reshape(n, RESTARTS, N_ELEMENTS))
        values.append(setting.objective(written).value.reshape(n, RESTARTS))
    cost = GRADIENT_CALLS + 1
    call = np.repeat((np.arange(steps) + 1) * RESTARTS * cost, RESTARTS)
    found = _found(np.concatenate(met, axis=1), np.concatenate(values, axis=1))
    return Found(found.start, found.amounts, found.value, np.tile(call, n))


def _on_grid(amounts: NDArray[np.floating]) -> NDArray[np.float32]:
    """Rows with at most `MOST_ELEMENTS`, in hundredths."""
    least = np.sort(amounts, axis=1)[:, -MOST_ELEMENTS][:, None]
    kept = np.where(amounts >= least, np.round(amounts, 2), 0.0)
    return np.where(kept.sum(axis=1, keepdims=True) > 0, kept, amounts).astype(np.float32)


def _scored(setting: Setting, amounts: NDArray[np.float32]) -> Found:
    """(s, c, 96) amounts, scored."""
    values = setting.objective(amounts.reshape(-1, N_ELEMENTS)).value
    return _found(amounts, values.reshape(amounts.shape[:2]))


def _found(amounts: NDArray[np.float32], values: NDArray[np.float64]) -> Found:
    """(s, c, 96) amounts and their values (s, c), met in this order."""
    s, c = values.shape
    return Found(
        np.repeat(np.arange(s), c), amounts.reshape(-1, N_ELEMENTS), values.ravel(), np.tile(np.arange(c) + 1, s)
    )
