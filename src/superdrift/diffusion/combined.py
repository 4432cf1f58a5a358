"""Several processes on one datum: fields of different kinds, one time, one denoiser that sees them all together.

As in the joint diffusion of the lattice, the coordinates and the species of a crystal (Jiao et al. 2023; Zeni et al.
2025): given the clean datum the fields are corrupted independently; given the corrupted one, the denoiser predicts each
field from all of them.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.process import Corruption, DiscreteTimeDiffusion


class CombinedDiffusion(DiscreteTimeDiffusion):
    """Processes by field. Data, corrupted data, predictions are dictionaries with these keys.

    A denoiser of this process maps ({field: x_t}, t) to {field: prediction}, each as the process of its field wants it.
    A model that is to be rebuilt from a description derives a class whose constructor makes the processes from numbers.

    Args:
        processes: process of each field, all with the same T; those that are corrected, equally often.
        weights: of the loss of each field in the sum.
    """

    kind = "combined"

    def __init__(self, processes: Mapping[str, DiscreteTimeDiffusion], *, weights: Mapping[str, float]) -> None:
        super().__init__()
        steps = {process.steps for process in processes.values()}
        if len(steps) != 1 or set(weights) != set(processes):
            raise ValueError(
                f"fields {sorted(processes)} have T = {sorted(steps)} and weights for {sorted(weights)}; one T and a"
                " weight for each are needed"
            )
        corrections = {process.corrections for process in processes.values()} - {0}
        if len(corrections) > 1:
            raise ValueError(
                f"fields {sorted(processes)} have {sorted(corrections)} corrections; give all as many, or 0"
            )
        (self.steps,) = steps
        self.processes, self.weights = nn.ModuleDict(processes), dict(weights)
        self.corrections = max(corrections, default=0)

    @property
    def denoiser_arguments(self) -> dict[str, Any]:
        """Arguments of each field's process."""
        return {"fields": {field: process.denoiser_arguments for field, process in self.processes.items()}}

    def fit(self, x_0: Mapping[str, Tensor]) -> None:
        """Fit the process of each field."""
        for field, process in self.processes.items():
            process.fit(x_0[field])

    def corrupt(self, x_0: Mapping[str, Tensor], level: Tensor, generator: Generator) -> Corruption:
        """Corrupt every field to the same time."""
        parts = {field: process.corrupt(x_0[field], level, generator) for field, process in self.processes.items()}
        x_t = {field: part.inputs[0] for field, part in parts.items()}
        return Corruption((x_t, self.time(level)), {field: part.target for field, part in parts.items()})

    def compare(self, prediction: Mapping[str, Tensor], target: Mapping[str, Any]) -> Tensor:
        """Weighted sum of the losses of the fields, (n,)."""
        losses = [
            self.weights[field] * process.compare(prediction[field], target[field])
            for field, process in self.processes.items()
        ]
        return torch.stack(losses).sum(dim=0)

    def start(self, n: int, generator: Generator) -> dict[str, Tensor]:
        """Draw n rows of every field's prior."""
        return {field: process.start(n, generator) for field, process in self.processes.items()}

    def reverse(
        self, x_t: Mapping[str, Tensor], prediction: Mapping[str, Tensor], t: int, generator: Generator
    ) -> dict[str, Tensor]:  # fmt: skip
        """Step every field back, from one joint prediction."""
        return {
            field: process.reverse(x_t[field], prediction[field], t, generator)
            for field, process in self.processes.items()
        }

    def correct(
        self, x_t: Mapping[str, Tensor], prediction: Mapping[str, Tensor], t: int, generator: Generator
    ) -> dict[str, Tensor]:  # fmt: skip
        """Correct the fields that want corrections, from one joint prediction."""
        return {
            field: process.correct(x_t[field], prediction[field], t, generator) if process.corrections else x_t[field]
            for field, process in self.processes.items()
        }
