"""ILVR: the low-pass against an independent implementation, and the identity that each sample obeys."""

import pytest
import torch
from torch import Generator, Tensor
from torch.nn import functional

from superdrift.diffusion import ilvr
from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.run.errors import InputError


@pytest.mark.parametrize("n", [2, 3, 4])
def test_low_pass_is_antialiased_cubic_resampling(n):
    x = torch.randn(1, 1, 1, 96, generator=Generator().manual_seed(0), dtype=torch.float64)
    coarse = functional.interpolate(x, size=(1, 96 // n), mode="bicubic", antialias=True)
    again = functional.interpolate(coarse, size=(1, 96), mode="bicubic", antialias=True).flatten()
    ours = ilvr.low_pass(96, n).double() @ x.flatten()
    inner = slice(6 * n, -6 * n)  # at the edges torch renormalises where the published resizer mirrors
    torch.testing.assert_close(ours[inner], again[inner], atol=1e-6, rtol=0)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_low_pass_keeps_constants_is_symmetric_about_the_middle_and_no_projector(n):
    phi = ilvr.low_pass(96, n).double()
    torch.testing.assert_close(phi @ torch.ones(96, dtype=torch.float64), torch.ones(96, dtype=torch.float64))
    torch.testing.assert_close(phi.flip(0, 1), phi, atol=1e-6, rtol=0)
    assert abs(float(torch.linalg.matrix_norm(phi @ phi - phi, 2)) - 0.25) < 0.001


def test_scale_one_is_the_identity():
    torch.testing.assert_close(ilvr.low_pass(96, 1), torch.eye(96))


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_projector_is_orthogonal_and_keeps_what_down_sampling_sees(n):
    p, phi = ilvr.projector(96, n).double(), ilvr.low_pass(96, n).double()
    torch.testing.assert_close(p @ p, p, atol=1e-5, rtol=0)
    torch.testing.assert_close(p, p.T, atol=1e-5, rtol=0)
    assert round(float(p.trace())) == -(-96 // n)
    torch.testing.assert_close(phi @ p, phi, atol=1e-5, rtol=0)  # phi sees x through the down-sampling alone
    torch.testing.assert_close(ilvr.projector(96, 1), torch.eye(96), atol=1e-5, rtol=0)


def test_a_reordered_low_pass_filters_along_the_other_order():
    order = torch.randperm(96, generator=Generator().manual_seed(4))
    phi, x = ilvr.low_pass(96, 3), torch.randn(96, generator=Generator().manual_seed(5))
    torch.testing.assert_close((ilvr.reordered(phi, order.numpy()) @ x)[order], phi @ x[order])


@pytest.mark.parametrize("shared", [True, False])
def test_with_a_projector_samples_have_just_the_low_frequencies_of_the_reference(shared):
    process, p = GaussianDiffusion(shape=(96,), steps=20), ilvr.projector(96, 3)
    y = torch.zeros(96)
    y[[7, 28, 38, 55]] = torch.tensor([7.0, 3.0, 1.0, 2.0])
    x_0 = ilvr.condition(
        process, exact_noise(process), y, samples=5, phi=p, shared_noise=shared, ends_at_reference=True,
        generator=Generator().manual_seed(1),
    )  # fmt: skip
    torch.testing.assert_close(x_0 @ p.T, (y @ p.T).expand(5, -1), atol=1e-4, rtol=0)
    assert x_0.std(dim=0).mean() > 0.2


def exact_noise(process):
    """The expected noise for data that is N(0, 1) in every entry."""
    return lambda x_t, t: (1 - process.alpha_bar[t][:, None]).sqrt() * x_t


class Recording(GaussianDiffusion):
    """Remembers what the last step proposed and what the reference was corrupted to."""

    def step(self, denoiser, x_t: Tensor, t: int, generator: Generator) -> Tensor:
        """One step, remembered."""
        self.proposed = super().step(denoiser, x_t, t, generator)
        return self.proposed

    def noised(self, x_0: Tensor, t: Tensor, epsilon: Tensor) -> Tensor:
        """One corruption, remembered."""
        self.reference = super().noised(x_0, t, epsilon)
        return self.reference


@pytest.mark.parametrize("shared", [True, False])
def test_last_step_obeys_the_identity_of_ilvr(shared):
    process, phi = Recording(shape=(96,), steps=20), ilvr.low_pass(96, 3)
    y = torch.zeros(96)
    y[[7, 28, 38, 55]] = torch.tensor([7.0, 3.0, 1.0, 2.0])
    x_0 = ilvr.condition(
        process, exact_noise(process), y, samples=5, phi=phi, shared_noise=shared,
        generator=Generator().manual_seed(1),
    )  # fmt: skip
    assert process.reference.shape == ((1 if shared else 5), 96)
    torch.testing.assert_close(x_0 - process.proposed, (process.reference - process.proposed) @ phi.T)
    assert 0 < float((process.reference - y).abs().max()) < 1, "the reference is noised down to the last step"


def test_samples_share_the_low_frequencies_of_the_reference():
    process, phi = GaussianDiffusion(shape=(96,), steps=100), ilvr.low_pass(96, 2)
    y = torch.zeros(96)
    y[[7, 28, 38, 55]] = torch.tensor([7.0, 3.0, 1.0, 2.0])
    x_0 = ilvr.condition(
        process, exact_noise(process), y, samples=50, phi=phi, shared_noise=True, generator=Generator().manual_seed(2)
    )
    free = torch.randn(50, 96, generator=Generator().manual_seed(3))
    apart = ((x_0 - y) @ phi.T).norm(dim=1).mean()
    assert apart < 0.3 * ((free - y) @ phi.T).norm(dim=1).mean()
    assert x_0.std(dim=0).mean() > 0.2, "the high frequencies stay free"


def test_free_steps_are_the_models_own():
    process, phi = GaussianDiffusion(shape=(96,), steps=20), ilvr.low_pass(96, 2)
    y, refined = torch.ones(96), []

    def step(denoiser, x_t, t, generator):
        return torch.full_like(x_t, float(t))

    def noised(x_0, t, epsilon):
        refined.append(int(t))
        return x_0.expand_as(epsilon)

    process.step, process.noised = step, noised
    for free, value in ((0, 3.0), (1, 1.0), (5, 1.0)):
        refined.clear()
        x_0 = ilvr.condition(
            process, exact_noise(process), 3 * y, samples=2, phi=phi, shared_noise=True, free_steps=free,
            generator=Generator().manual_seed(1),
        )  # fmt: skip
        assert refined == list(range(20, free, -1))
        torch.testing.assert_close(x_0, (value * y).expand(2, -1))


@pytest.mark.parametrize("n", [0, -2, 97])
def test_an_n_that_does_not_fit_is_refused(n):
    for filtering in (ilvr.low_pass, ilvr.projector):
        with pytest.raises(InputError, match=f"N = {n} of the low-pass does not fit 96 entries; choose one of 1 to 96"):
            filtering(96, n)
