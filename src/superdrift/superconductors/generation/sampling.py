"""One batch of compositions from a trained model, free or held to a reference, from its own random stream."""

import logging
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator

from superdrift.composition.elements import N_ELEMENTS
from superdrift.diffusion import ilvr
from superdrift.diffusion.filling import Usual
from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.restriction import Restriction
from superdrift.diffusion.samplers import named, usual_rows
from superdrift.learning.device import fast
from superdrift.run.errors import InputError
from superdrift.superconductors.generation.conditions import asked
from superdrift.superconductors.generation.filter_order import FILTER_ORDERS
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.restrictions import absurd, plausible, restriction
from superdrift.superconductors.settings.generation import LowPassSettings

SPARE = 0.03
"""Share of samples drawn beyond those wanted, since about one or two in a hundred are absurd."""
FREQUENCY_ROWS = 8192
"""Most rows that are drawn to know the frequencies that all batches keep."""
ROUNDS = 5
"""Draws after which absurd samples are kept: what is asked for leaves nothing else."""

logger = logging.getLogger("superdrift")


class Sampling:
    """Draws compositions from one model by one sampler.

    Args:
        model: on the device.
        sampler: `sampler` block of its configuration.
        device: where to draw.
        allowed: (96,) mask of the elements that may be drawn; all when None. Masked models only.
        request: what every sample is to hold, and which family and Tc it is drawn for; masked models only.
        compiled: compile the denoiser.

    Raises:
        InputError: when something is asked for that the model or the sampler cannot hold.
    """

    def __init__(
        self, model: Model, sampler: dict[str, Any], *, device: torch.device,
        allowed: NDArray[np.bool_] | None = None, request: Request | None = None, compiled: bool = False,
    ) -> None:  # fmt: skip
        self.model, self.device, self.arguments, self.options = model, device, dict(sampler), dict[str, Any]()
        self.common = _common(model, self.arguments)
        if allowed is not None or request is not None:
            self.options = _held(model, allowed, request or Request(), self.common, device)
        elif self.common is not None:
            self.options = {"restriction": self.common.to(device)}
        if request is None or not model.conditioned:
            self.arguments.pop("guidance", None)  # nothing is asked for that it could be guided by
        self.draw = named(self.arguments, model.process, restrict=bool(self.options))
        self.denoise = fast(model.denoiser, device, compiled=compiled)

    def keep_frequencies(self, samples: int, *, batch_size: int, seed: int) -> None:
        """Draw, once for all batches, the rows whose frequencies are kept where elements are drawn at a temperature.

        Args:
            samples: how many samples are wanted in all; as many rows are drawn, `FREQUENCY_ROWS` at most.
            batch_size: rows drawn at a time.
            seed: of these.
        """
        process, names = self.model.process, ("element_min_p", "guidance")
        tempered = self.arguments.get("keep_frequencies", True) and self.arguments.get("element_temperature", 1) != 1
        if not tempered or not isinstance(process, MaskedDiffusion):
            return
        given = {name: self.arguments[name] for name in names if name in self.arguments}
        given |= {name: value for name, value in self.options.items() if name != "usual"}
        generator, rows = Generator(self.device).manual_seed(seed), min(samples, FREQUENCY_ROWS)
        with torch.inference_mode():
            parts = [
                usual_rows(process, self.denoise, samples=min(batch_size, rows - start), generator=generator, **given)
                for start in range(0, rows, batch_size)
            ]
        held, weights = (torch.cat(columns) for columns in zip(*parts, strict=True))
        self.options["usual"] = Usual(held, weights)

    def batch(self, samples: int, seed: int, advance: Callable[[float], None] = lambda _: None) -> NDArray[np.float32]:
        """Draw one batch.

        Args:
            samples: how many.
            seed: of this batch.
            advance: called with the number of samples done, or the share of them that a step stands for.

        Returns:
            (samples, 96) atoms per formula unit, as drawn.
        """
        generator = Generator(self.device).manual_seed(seed)

        def drawn(count: int, wanted: int) -> NDArray[np.float32]:
            """`count` samples, which progress counts as `wanted`."""
            with torch.inference_mode():
                x_0 = self.draw(
                    self.model.process, self.denoise, samples=count, generator=generator,
                    advance=lambda rows: advance(rows * wanted / count), **self.options,
                )  # fmt: skip
            return self.model.encoding.decode(x_0)

        return drawn(samples, samples) if self.common is None else _sound(drawn, samples)


def _sound(drawn: Callable[[int, int], NDArray[np.float32]], samples: int) -> NDArray[np.float32]:
    """The first samples that are not absurd (rejection sampling); absurd ones where there are too few others.

    A few more than wanted are drawn at once, so that a second draw is rare.
    """
    amounts, bad = np.empty((0, N_ELEMENTS), dtype=np.float32), np.empty(0, dtype=np.bool_)
    for _ in range(ROUNDS):
        missing = samples - int((~bad).sum())
        if missing <= 0:
            break
        first = missing if len(amounts) == 0 else 0
        amounts = np.concatenate([amounts, drawn(math.ceil((1 + SPARE) * missing), first)])
        bad = absurd(amounts)
    return np.concatenate([amounts[~bad], amounts[bad]])[:samples]


def sample_conditioned(
    model: Model, reference: NDArray[np.float32], settings: LowPassSettings, *, scale: int, samples: int, seed: int,
    device: torch.device, advance: Callable[[float], None], order: NDArray[np.integer] | None = None,
) -> NDArray[np.float32]:  # fmt: skip
    """Draw compositions held to the low frequencies of a reference (ILVR).

    Args:
        model: gaussian, on the device.
        reference: (96,) atoms per formula unit.
        settings: the low-pass, and when it is applied.
        scale: N of the low-pass.
        samples: how many.
        seed: of this batch.
        device: where to draw.
        advance: called after each step, with the share of the samples that it stands for.
        order: (96,) index of the element at each place along which the low-pass filters, instead of that of the
            settings.

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
    phi = {"cubic": ilvr.low_pass, "projector": ilvr.projector}[settings.low_pass](y.shape[-1], scale)
    phi = ilvr.reordered(phi, FILTER_ORDERS[settings.element_order] if order is None else order)
    with torch.inference_mode():
        x_0 = ilvr.condition(
            model.process, fast(model.denoiser, device), y, samples=samples, phi=phi.to(device),
            shared_noise=settings.shared_noise, generator=generator,
            ends_at_reference=settings.low_pass == "projector",
            free_steps=round(settings.free_share * model.process.steps), advance=advance,
        )  # fmt: skip
    return model.encoding.decode(x_0)


def _common(model: Model, sampler: dict[str, Any]) -> Restriction | None:
    """What every sample holds, whatever is asked for; takes `plausible` from the sampler's block."""
    if not sampler.pop("plausible", False) or not isinstance(model.process, MaskedDiffusion):
        return None
    return plausible(model.process.largest.cpu())


def _held(
    model: Model, allowed: NDArray[np.bool_] | None, request: Request, common: Restriction | None,
    device: torch.device,
) -> dict[str, Any]:  # fmt: skip
    """Arguments of the sampler that hold samples to what is asked for."""
    process = model.process
    if model.encoding.element_tokens is None or not isinstance(process, MaskedDiffusion):
        raise InputError(
            f"elements, amounts and requests cannot be held by a {process.kind} model, which draws all elements at"
            " once; set train.model to 'masked', or use rank.forbidden_elements"
        )
    held = restriction(request, allowed, common).to(device)
    if not bool(held.allowed.any()):
        raise InputError("generate.allowed_elements and forbidden_elements leave no element; allow at least one")
    options: dict[str, Any] = {"restriction": held}
    among = held.lengths(process.slots).expand_as(process.shares)
    family = None if request.family == "everything" else request.family
    if model.conditioned:
        mask, least_k = asked(process.shares, model.tc_edges_k, family=family, tc_at_least_k=request.tc_at_least_k)
        options["among"], among = mask, among * mask
        if least_k != request.tc_at_least_k:
            logger.warning(
                "too few of the compounds that the generator was trained on have a Tc of at least %g K; samples are"
                " drawn as those of at least %g K are", request.tc_at_least_k, least_k,
            )  # fmt: skip
    elif request.tc_at_least_k is not None:
        raise InputError(
            f"Tc of at least {request.tc_at_least_k:g} K cannot be asked of a model that was trained without Tc; set"
            " condition_forgotten of the model, e.g. to 0.15, and train it again, or leave Tc out"
        )
    if not bool((process.shares * among).any()):
        raise InputError(
            f"samples of {held.lengths_in_words(process.slots)} elements are asked for, and no compound that the"
            " generator was trained on has so many, of the family and Tc asked for; allow more elements (also in"
            " generate.allowed_elements, forbidden_elements) or another number of them"
        )
    return options
