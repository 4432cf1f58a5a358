"""One batch of compositions from a trained model, free or held to a reference, from its own random stream."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from superdrift.diffusion import ilvr
from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.samplers import named
from superdrift.learning.device import fast
from superdrift.run.errors import InputError
from superdrift.superconductors.generation.model import Model


def sample(
    model: Model, sampler: dict[str, Any], *, samples: int, seed: int, device: torch.device,
    advance: Callable[[float], None], allowed: NDArray[np.bool_] | None = None, compiled: bool = False,
) -> NDArray[np.float32]:  # fmt: skip
    """Draw compositions with the named sampler.

    Args:
        model: on the device.
        sampler: `sampler` block of its configuration.
        samples: how many.
        seed: of this batch.
        device: where to draw.
        advance: called with the number of samples done, or the share of them that a step stands for.
        allowed: (96,) mask of the elements that may be drawn; all when None. Masked models only.
        compiled: compile the denoiser.

    Returns:
        (samples, 96) atoms per formula unit, as drawn.

    Raises:
        InputError: when elements are to be left out and the model or the sampler cannot, or too few are allowed.
    """
    options = {} if allowed is None else {"allowed": _tokens_of(model, allowed).to(device)}
    draw = named(sampler, model.process, restrict=allowed is not None)
    generator = Generator(device).manual_seed(seed)
    with torch.inference_mode():
        denoise = fast(model.denoiser, device, compiled=compiled)
        x_0 = draw(model.process, denoise, samples=samples, generator=generator, advance=advance, **options)
    return model.encoding.decode(x_0)


def sample_conditioned(
    model: Model, reference: NDArray[np.float32], *, scale: int, shared_noise: bool, samples: int, seed: int,
    device: torch.device, advance: Callable[[float], None],
) -> NDArray[np.float32]:  # fmt: skip
    """Draw compositions held to the low frequencies of a reference (ILVR).

    Args:
        model: gaussian, on the device.
        reference: (96,) atoms per formula unit.
        scale: N of the low-pass.
        shared_noise: one noise for the reference of all samples.
        samples: how many.
        seed: of this batch.
        device: where to draw.
        advance: called after each step, with the share of the samples that it stands for.

    Returns:
        (samples, 96) atoms per formula unit, as drawn.

    Raises:
        InputError: when the model is not gaussian.
    """
    if not isinstance(model.process, GaussianDiffusion):
        raise InputError(
            f"condition.model is a {model.process.kind} model; ILVR needs a gaussian one: set condition.model to"
            " 'continuous' or 'published'"
        )
    generator = Generator(device).manual_seed(seed)
    y = model.encoding.encode(reference[None])[0].to(device)
    phi = ilvr.low_pass(y.shape[-1], scale).to(device)
    with torch.inference_mode():
        x_0 = ilvr.condition(
            model.process, fast(model.denoiser, device), y, samples=samples, phi=phi, shared_noise=shared_noise,
            generator=generator, advance=advance,
        )  # fmt: skip
    return model.encoding.decode(x_0)


def _tokens_of(model: Model, allowed: NDArray[np.bool_]) -> Tensor:
    """Mask of the first field's tokens for a mask of elements."""
    if model.encoding.element_tokens is None or not isinstance(model.process, MaskedDiffusion):
        raise InputError(
            f"generate.allowed_elements and forbidden_elements cannot be used with a {model.process.kind} model, which"
            " draws all elements at once; set train.model to 'masked', or use rank.forbidden_elements"
        )
    if not allowed.any():
        raise InputError("generate.allowed_elements and forbidden_elements leave no element; allow at least one")
    if allowed.sum() < model.process.fewest:
        raise InputError(
            f"only {allowed.sum()} elements may be drawn, fewer than any training compound has; allow more in"
            " generate.allowed_elements or forbid fewer in generate.forbidden_elements"
        )
    return torch.from_numpy(model.encoding.element_tokens(allowed))
