"""Fields of three kinds, diffused together with their exact joint posterior, come back with their distribution."""

import math

import pytest
import torch
from torch import Generator, Tensor

from superdrift.diffusion.categorical import CategoricalDiffusion
from superdrift.diffusion.combined import CombinedDiffusion
from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.diffusion.samplers import ancestral
from superdrift.diffusion.wrapped import WrappedDiffusion, wrapped_score

STEPS = 100
SHARES = torch.tensor([0.3, 0.7])
SIZE, SIZE_DEVIATION = torch.tensor([-1.5, 1.0]), 0.6
PLACE, PLACE_DEVIATION = torch.tensor([0.05, 0.45]), 0.04
"""A kind of two; given the kind, a size N(SIZE, SIZE_DEVIATION²) and a place, wrapped normal likewise."""


def combined(**wrapped) -> CombinedDiffusion:
    processes = {
        "kind": CategoricalDiffusion(shape=(1,), classes=2, steps=STEPS),
        "size": GaussianDiffusion(shape=(1,), steps=STEPS),
        "place": WrappedDiffusion(shape=(1,), steps=STEPS, **wrapped),
    }
    return CombinedDiffusion(processes, weights={"kind": 1.0, "size": 2.0, "place": 0.5})


def exact(process: CombinedDiffusion):
    """Exact denoiser of all fields: the posterior of the kind, and the noises given each kind weighted with it."""
    size, place = process.processes["size"], process.processes["place"]
    images = torch.arange(-3, 4)

    def denoiser(x_t: dict[str, Tensor], t: Tensor) -> dict[str, Tensor]:
        alpha_bar, sigma = size.alpha_bar[t][:, None], place.sigma[t][:, None]
        variance = alpha_bar * SIZE_DEVIATION**2 + 1 - alpha_bar
        apart = x_t["size"] - alpha_bar.sqrt() * SIZE  # (n, 2), given each kind
        spread = (sigma.square() + PLACE_DEVIATION**2).sqrt()
        offset = x_t["place"] - PLACE
        wrapped = torch.logsumexp(-(offset[..., None] + images).square() / (2 * spread[..., None].square()), dim=-1)
        logits = SHARES.log() - apart.square() / (2 * variance) + wrapped
        known = torch.nn.functional.one_hot(x_t["kind"][:, 0].clamp(max=1), 2).float()
        posterior = torch.where(x_t["kind"] == 2, logits.softmax(dim=1), known)
        noise = (1 - alpha_bar).sqrt() * apart / variance
        score = wrapped_score(offset, spread.expand_as(offset), images=place.images) / place.score_norm[t][:, None]
        mixed = [(posterior * each).sum(dim=1, keepdim=True) for each in (noise, score)]
        return {"kind": logits[:, None], "size": mixed[0], "place": mixed[1]}

    return denoiser


def data(n: int, generator: Generator) -> dict[str, Tensor]:
    kind = torch.multinomial(SHARES, n, replacement=True, generator=generator)
    noise = torch.randn(2, n, generator=generator)
    place = (PLACE[kind] + PLACE_DEVIATION * noise[1]).remainder(1)
    return {"kind": kind[:, None], "size": (SIZE[kind] + SIZE_DEVIATION * noise[0])[:, None], "place": place[:, None]}


@pytest.mark.parametrize("wrapped", [{}, {"corrections": 1, "correction": 0.1}], ids=["plain", "corrected"])
def test_the_joint_distribution_comes_back(wrapped):
    process, n = combined(**wrapped), 4_000
    x_0 = ancestral(process, exact(process), samples=n, steps=STEPS, generator=Generator().manual_seed(0))
    kind = x_0["kind"][:, 0]
    torch.testing.assert_close(kind.bincount() / n, SHARES, atol=4 * 0.5 / math.sqrt(n), rtol=0)
    for value in (0, 1):
        size, place = x_0["size"][kind == value], x_0["place"][kind == value]
        assert float(size.mean()) == pytest.approx(float(SIZE[value]), abs=0.06)
        assert float(size.std()) == pytest.approx(SIZE_DEVIATION, rel=0.06)
        mean = torch.exp(2j * math.pi * (place - PLACE[value])).mean()
        assert float(mean.angle()) / (2 * math.pi) == pytest.approx(0, abs=0.005)
        assert math.sqrt(-math.log(float(mean.abs())) / 2) / math.pi == pytest.approx(PLACE_DEVIATION, rel=0.1)


def test_losses_are_the_weighted_sum_and_least_for_the_exact_denoiser():
    process, n = combined(), 20_000
    x_0, level = data(n, Generator().manual_seed(1)), (torch.arange(n) + 0.5) / n
    right = exact(process)

    def unaware(x_t, t):
        apart = right({**x_t, "place": torch.rand(n, 1, generator=Generator().manual_seed(2))}, t)
        return {**right(x_t, t), "size": apart["size"], "kind": apart["kind"]}

    corruption = process.corrupt(x_0, level, Generator().manual_seed(3))
    prediction = right(*corruption.inputs)
    alone = {f: p.compare(prediction[f], corruption.target[f]) for f, p in process.processes.items()}
    losses = process.losses(right, x_0, level, Generator().manual_seed(3))
    torch.testing.assert_close(losses, alone["kind"] + 2 * alone["size"] + 0.5 * alone["place"])
    assert (
        losses.shape == (n,) and losses.mean() < process.losses(unaware, x_0, level, Generator().manual_seed(3)).mean()
    )


def test_one_level_for_all_fields():
    process = combined()
    (x_t, t), _ = process.corrupt(data(4, Generator().manual_seed(4)), torch.full((4,), 0.5), Generator())
    assert set(x_t) == {"kind", "size", "place"} and (t == 51).all()


class Fitted(GaussianDiffusion):
    """Remembers what it was fitted to."""

    def fit(self, x_0: Tensor) -> None:
        """Remember."""
        self.fitted = x_0


def test_every_field_is_fitted():
    process = CombinedDiffusion(
        {"a": Fitted(shape=(1,), steps=3), "b": Fitted(shape=(1,), steps=3)}, weights={"a": 1, "b": 1}
    )
    process.fit({"a": torch.ones(2, 1), "b": torch.zeros(2, 1)})
    assert process.processes["a"].fitted.sum() == 2 and process.processes["b"].fitted.sum() == 0


def test_fields_must_share_the_time_and_have_weights():
    processes = {"a": GaussianDiffusion(shape=(1,), steps=3), "b": GaussianDiffusion(shape=(1,), steps=4)}
    with pytest.raises(ValueError, match=r"T = \[3, 4\]"):
        CombinedDiffusion(processes, weights={"a": 1.0, "b": 1.0})
    with pytest.raises(ValueError, match=r"weights for \['a'\]"):
        CombinedDiffusion({"a": processes["a"], "b": processes["a"]}, weights={"a": 1.0})


def test_corrections_of_different_number_are_refused():
    places = {name: WrappedDiffusion(shape=(1,), steps=3, corrections=n) for name, n in (("a", 1), ("b", 2), ("c", 0))}
    with pytest.raises(ValueError, match=r"\[1, 2\] corrections"):
        CombinedDiffusion(places, weights=dict.fromkeys(places, 1.0))
    del places["b"]
    assert CombinedDiffusion(places, weights=dict.fromkeys(places, 1.0)).corrections == 1
