"""Samples around a reference by the masked generator: part of the compound stays, the rest is drawn by the model.

What is held is the coarse composition in the composition's own terms, phi(x) = phi(y): the elements and amounts that
stay, and the sums of the cations and of the anions, within a tolerance.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS, SYMBOLS, formula_order
from superdrift.composition.formulas import formulas
from superdrift.diffusion.filling import Choice
from superdrift.diffusion.inpainting import inpaint, renoise
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.restriction import ANYTHING, Restriction
from superdrift.learning.device import fast
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import COMPOUND_FAMILIES, families_of
from superdrift.superconductors.encoding import tokens
from superdrift.superconductors.generation.drawn_together import drawn_together, hundredths
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.generation.restrictions import plausible
from superdrift.superconductors.settings.generation import InpaintingSettings

logger = logging.getLogger("superdrift")

_CLASS = np.asarray(tokens.CLASSES)
"""Class of each element token."""


class Drawn(NamedTuple):
    """Samples (n, 96) in atoms per formula unit, and the elements of the reference that stayed in each, (n, 96)."""

    amounts: NDArray[np.float32]
    stays: NDArray[np.bool_]


class Inpainter:
    """Draws samples around one reference.

    Args:
        model: masked, on the device.
        sampler: its `sampler` block.
        reference: (96,) atoms per formula unit.
        settings: what stays.
        device: where to draw.
        allowed: (96,) mask of the elements that may be drawn; all when None. Those that stay are not among them.

    Raises:
        InputError: for a model that is not masked, a reference that tokens cannot write, or when nothing is drawn anew.
    """

    def __init__(
        self, model: Model, sampler: dict[str, Any], reference: NDArray[np.float32], settings: InpaintingSettings, *,
        device: torch.device, allowed: NDArray[np.bool_] | None = None,
    ) -> None:  # fmt: skip
        if not isinstance(model.process, MaskedDiffusion):
            raise InputError(
                f"a {model.process.kind} model draws all elements at once and cannot keep some; set train.model to"
                " 'masked', or condition by ilvr"
            )
        if sampler["kind"] != "unmask":
            raise InputError(f"sampler '{sampler['kind']}' cannot keep part of a compound; set it to unmask")
        if not tokens.representable(reference[None]).all():
            raise InputError(
                f"{formulas(reference[None])[0]}: the reference has more than {tokens.N_SLOTS} elements,"
                f" {tokens.MAX_INTEGER + 1} atoms or more in its cations or its anions, or an amount below 0.01: the"
                " generator cannot write it; condition by ilvr"
            )
        self.model, self.process, self.settings, self.device = model, model.process, settings, device
        self.tokens = torch.from_numpy(tokens.to_tokens(reference[None]))[0]
        self.hundredths = np.rint(tokens.from_tokens(self.tokens[None].numpy())[0] * 100).astype(np.int64)
        self.family = COMPOUND_FAMILIES.index(str(families_of(reference[None])[0]))
        self.allowed = np.ones(N_ELEMENTS, dtype=bool) if allowed is None else allowed
        common = plausible(self.process.largest.cpu()) if sampler["plausible"] else None
        every = torch.ones(N_ELEMENTS, dtype=torch.bool)
        self.common = common or Restriction(allowed=every, required=~every)
        elements = Choice(sampler["element_temperature"], sampler["element_min_p"])
        self.choices = [elements, *[Choice(sampler["temperature"], sampler["min_p"])] * (len(tokens.VOCABULARY) - 1)]
        self.open = self._open()

    def sample(self, depth: float, samples: int, seed: int) -> Drawn:
        """Draw samples at one depth.

        Args:
            depth: share of what may be drawn anew that is, in (0, 1].
            samples: how many.
            seed: of this batch.

        Raises:
            InputError: when nothing that was drawn holds what stays.
        """
        generator = Generator(self.device).manual_seed(seed)
        with torch.inference_mode():
            denoiser = fast(self.model.denoiser, self.device)
            if self.settings.redraw == "tokens":
                return self._renoised(denoiser, depth, samples, generator)
            return self._inpainted(denoiser, depth, samples, generator)

    def _open(self) -> list[str]:
        """Symbols of the reference's elements that may be drawn anew."""
        own = [SYMBOLS[place] for place in np.flatnonzero(self.hundredths)]
        foreign = sorted(set(self.settings.keep) - set(own))
        if foreign:
            raise InputError(f"keep names {', '.join(foreign)}, which the reference does not have; drop it")
        if self.settings.keep and self.settings.redraw == "tokens":
            raise InputError("keep has no part in redraw = tokens, which hides tokens of all elements; leave it empty")
        left = [symbol for symbol in own if symbol not in self.settings.keep]
        if not left:
            raise InputError(f"keep names all elements of the reference ({', '.join(own)}); leave one to draw anew")
        return sorted(left, key=formula_order)

    def _conditions(self) -> Tensor:
        """The family of the reference and an unknown Tc, as the process takes them; none where it knows none."""
        if not self.model.conditioned:
            return torch.zeros(0, dtype=torch.long, device=self.device)
        return torch.cat([torch.tensor([self.family], device=self.device), self.process.unknown[1:]])

    def _renoised(self, denoiser: Any, depth: float, samples: int, generator: Generator) -> Drawn:
        length = int((self.tokens[:, 0] >= 0).sum())
        conditions = self._conditions()
        row = torch.cat([self.tokens[:length].to(self.device), conditions.expand(length, -1)], dim=1)
        own = torch.from_numpy(self.hundredths[tokens.ORDER])
        may = torch.from_numpy(self.allowed[tokens.ORDER]) | (own > 0)
        most = None if self.common.most is None else self.common.most.maximum(own)
        drawn = renoise(
            self.process, denoiser, row, depth=depth, samples=samples, choices=self.choices,
            restriction=replace(self.common, allowed=may, most=most).to(self.device), generator=generator,
        )  # fmt: skip
        amounts = self.model.encoding.decode(drawn)
        return Drawn(amounts, (np.rint(amounts * 100) == self.hundredths) & (self.hundredths > 0))

    def _inpainted(self, denoiser: Any, depth: float, samples: int, generator: Generator) -> Drawn:
        """Samples of every set of elements that may be drawn anew at this depth, about as many of each."""
        sets, parts, missing = self._sets(depth), list[Drawn](), samples
        order = torch.randperm(len(sets), generator=generator, device=self.device).tolist()
        working = [sets[place] for place in order]
        while missing and working:
            found = []
            for place, chosen in enumerate(working):
                count = missing // len(working) + (place < missing % len(working))
                part = self._of_set(denoiser, chosen, count, generator) if count else None
                parts += [] if part is None else [part]
                found += [chosen] if part is not None or not count else []
            missing, working = samples - sum(len(part.amounts) for part in parts), found
        if missing:
            raise InputError(
                "nothing that the generator drew holds what stays of the reference; keep fewer elements, or allow more"
                " elements or a wider tolerance"
            )
        if len(working) < len(sets):
            logger.info(
                "depth %g: %d of %d sets of elements to draw anew are left out, for nothing that was drawn holds the"
                " others", depth, len(sets) - len(working), len(sets),
            )  # fmt: skip
        amounts, stays = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        shuffled = torch.randperm(samples, generator=generator, device=self.device).cpu().numpy()
        return Drawn(amounts[shuffled], stays[shuffled])

    def _sets(self, depth: float) -> list[NDArray[np.bool_]]:
        """Masks (96,) of the elements that may be drawn anew together."""
        settings = self.settings
        sets = drawn_together(self.open, depth, redraw=settings.redraw, tolerance=settings.tolerance)
        return [_mask(symbols) for symbols in sets]

    def _of_set(self, denoiser: Any, anew: NDArray[np.bool_], samples: int, generator: Generator) -> Drawn | None:
        """Samples in which some elements (96,) are drawn anew; None where nothing that was drawn holds the others."""
        there, elements = self.hundredths > 0, self.settings.redraw == "elements"
        kept = there & ~anew if elements else there
        shares = self.process.shares
        lengths = shares[self.family].sum(dim=0) if self.model.conditioned else shares
        if not elements:
            lengths = torch.ones_like(lengths)
        drawn = inpaint(
            self.process, denoiser, torch.from_numpy(np.flatnonzero(kept[tokens.ORDER])).to(self.device),
            conditions=self._conditions(), lengths=lengths, samples=samples, choices=self.choices,
            restriction=self._held(anew, kept).to(self.device), distinct=self.settings.distinct, generator=generator,
        )  # fmt: skip
        if drawn is None:
            return None
        amounts = self.model.encoding.decode(drawn)
        return Drawn(amounts, np.broadcast_to(there & ~anew, amounts.shape))

    def _held(self, anew: NDArray[np.bool_], kept: NDArray[np.bool_]) -> Restriction:
        """What every sample holds in which some elements (96,) are drawn anew and others (96,) are sure to be there."""
        own = self.hundredths[tokens.ORDER]
        anew, kept = anew[tokens.ORDER], kept[tokens.ORDER]
        allowed, one_of, totals = kept.copy(), list[Tensor](), dict[int, tuple[int, int]]()
        least, most = np.ones(N_ELEMENTS, dtype=np.int64), self.common.most
        most = torch.full((1, N_ELEMENTS), ANYTHING) if most is None else most.clone()
        for kind, tolerance in enumerate(hundredths(self.settings.tolerance)):
            of = kind == _CLASS
            stays = of & (own > 0) & ~anew
            least[stays] = np.maximum(own[stays] - tolerance, 1)
            most[:, torch.from_numpy(stays)] = torch.from_numpy(own[stays] + tolerance)
            if (of & (own > 0)).any():
                totals[kind] = (max(int(own[of].sum()) - tolerance, 1), int(own[of].sum()) + tolerance)
            if self.settings.redraw == "elements" and (of & anew).any():
                allowed |= of & self.allowed[tokens.ORDER]
                one_of.append(torch.from_numpy(of & ~kept))
        if self.settings.redraw == "elements" and self.settings.new_element:
            one_of.append(torch.from_numpy(own == 0))
        number = int((own > 0).sum())
        return replace(
            self.common, allowed=torch.from_numpy(allowed), required=torch.from_numpy(kept), one_of=one_of,
            slots=(number, number + self.settings.added * (self.settings.redraw == "elements")),
            least=torch.from_numpy(least), most=most, totals=totals,
        )  # fmt: skip


def _mask(symbols: Iterable[str]) -> NDArray[np.bool_]:
    """(96,) mask of some elements."""
    mask = np.zeros(N_ELEMENTS, dtype=bool)
    mask[[ATOMIC_NUMBER[symbol] - 1 for symbol in symbols]] = True
    return mask
