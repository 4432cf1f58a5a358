"""The estimate of formation energies: an ensemble of networks, its scaling, and a calibrated standard deviation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from superdrift.composition.elements import SYMBOLS
from superdrift.composition.vector import atomic_fractions
from superdrift.energies.attention_network import AttentionNetwork
from superdrift.energies.elemnet import ElemNet
from superdrift.learning.device import mixed_precision
from superdrift.run.errors import InputError

NETWORKS: dict[str, type[nn.Module]] = {"attention": AttentionNetwork, "elemnet": ElemNet}
"""Networks by the name that the config gives them."""
COVERED = 0.6827
"""Share of a normal distribution within one standard deviation."""
_TOKENS = 4096
"""Elements, summed over compounds, that pass a network at once: bounds the memory, and stays in the cache."""


@dataclass(frozen=True)
class EnergyModel:
    """Formation energy in eV/atom with a standard deviation.

    Attributes:
        network: name in NETWORKS of what the members are.
        members: trained networks.
        mean: eV/atom, of the training energies; what the networks call 0.
        sd: eV/atom, standard deviation of the training energies; what they call 1.
        supported: (96,) elements that the training data holds often enough.
        factor: the standard deviation over the raw one; see `calibrated`.
    """

    network: str
    members: Sequence[nn.Module]
    mean: float
    sd: float
    supported: NDArray[np.bool_]
    factor: float = 1.0

    @classmethod
    def combined(cls, models: Sequence["EnergyModel"]) -> Self:
        """One ensemble of the members of several models; calibrate it afterwards.

        Raises:
            InputError: when they were not trained on the same data, or are of different networks.
        """
        first = models[0]
        for model in models[1:]:
            same = (model.network, model.mean, model.sd) == (first.network, first.mean, first.sd)
            if not same or (model.supported != first.supported).any():
                raise InputError(
                    f"members {first.network} (mean {first.mean} eV/atom) and {model.network} (mean {model.mean} "
                    "eV/atom) were trained on different data; delete their files and run snakemake again"
                )
        members = [member for model in models for member in model.members]
        return cls(first.network, members, first.mean, first.sd, first.supported)

    def applies(self, amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
        """(n,) whether (n, 96) amounts are a compound, of supported elements alone."""
        foreign = (amounts[:, ~self.supported] != 0).any(axis=1)
        return (amounts >= 0).all(axis=1) & (amounts > 0).any(axis=1) & ~foreign

    def predict(self, amounts: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Formation energies of any number of compounds, in bounded memory.

        Args:
            amounts: (n, 96) atoms per formula unit.

        Returns:
            (n,) energy and (n,) standard deviation, eV/atom; NaN where `applies` does not hold. Elements have 0 and 0,
            by definition, whichever they are.
        """
        energy, deviation = (np.full(len(amounts), np.nan) for _ in range(2))
        rows = np.flatnonzero(self.applies(amounts))
        if len(rows):
            found = [standardised(member, amounts, rows) for member in self.members]
            each = np.stack([value for value, _ in found])
            scales = [scale for _, scale in found if scale is not None]
            energy[rows] = self.mean + self.sd * each.mean(axis=0)
            if scales:  # variance of a mixture of Laplace distributions of scale b, each of variance 2 b²
                variance = each.var(axis=0) + 2 * np.exp(2 * np.stack(scales)).mean(axis=0)
                deviation[rows] = self.factor * self.sd * np.sqrt(variance)
            else:
                deviation[rows] = self.factor
        elements = (amounts >= 0).all(axis=1) & ((amounts > 0).sum(axis=1) == 1)
        energy[elements] = deviation[elements] = 0.0
        return energy, deviation

    def calibrated(self, amounts: NDArray[np.floating], energies: NDArray[np.float64]) -> "EnergyModel":
        """The same members, with the factor at which 68.27 % of these errors lie within one standard deviation.

        Where the networks give no scale of their own, the standard deviation is that quantile of |error| everywhere.

        Args:
            amounts: (n, 96) compounds that no member was trained on.
            energies: (n,) their energies, eV/atom.

        Raises:
            InputError: when the model applies to none of them.
        """
        raw = replace(self, factor=1.0)
        predicted, deviation = raw.predict(amounts)
        ratio = np.abs(predicted - energies) / deviation
        if not np.isfinite(ratio).any():
            raise InputError(
                f"none of the {len(energies)} validation compounds consists of supported elements alone; give"
                " validation data of the training data's elements, or lower energy.min_rows"
            )
        return replace(raw, factor=float(np.quantile(ratio[np.isfinite(ratio)], COVERED)))

    def symbols(self) -> list[str]:
        """Symbols of the supported elements."""
        return [SYMBOLS[index] for index in np.flatnonzero(self.supported)]


def standardised(
    network: nn.Module, amounts: NDArray[np.floating], rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Output of one network for some rows of (n, 96) amounts, in standard deviations of the training data.

    Returns:
        (rows,) energy, and (rows,) log of the Laplace scale, or None where the network gives none.
    """
    energy, scale = (np.empty(len(rows)) for _ in range(2))
    scaled = False
    device = next(network.parameters()).device
    network.eval()
    with torch.inference_mode(), mixed_precision(device):
        for places in _batches(amounts, rows):
            value, log_scale = network(to_fractions(amounts[rows[places]]).to(device))
            energy[places] = value.float().cpu().numpy()
            if log_scale is not None:
                scaled = True
                scale[places] = log_scale.float().cpu().numpy()
    return energy, scale if scaled else None


def to_fractions(amounts: NDArray[np.floating]) -> Tensor:
    """(n, 96) atoms per formula unit → (n, 96) atomic fractions, the input of every network."""
    return torch.from_numpy(atomic_fractions(amounts).astype(np.float32))


def _batches(amounts: NDArray[np.floating], rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Places in `rows`, in batches of compounds of equally many elements: no batch needs padding."""
    count = np.count_nonzero(amounts, axis=1)[rows]
    order = np.argsort(count, kind="stable")
    ends = np.cumsum(np.bincount(count))
    for size in np.unique(count).tolist():
        step = max(1, _TOKENS // size)
        for start in range(ends[size - 1], ends[size], step):
            yield order[start : min(start + step, ends[size])]
