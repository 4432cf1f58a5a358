"""The objective of every diffusion model: the losses of its process, validated on a fixed grid of rows and levels."""

from typing import Any

import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.denoisers.base import Denoiser
from superdrift.diffusion.process import DiffusionProcess
from superdrift.learning.device import fast
from superdrift.learning.objective import Objective, Validation


class DenoisingObjective(Objective):
    """Trains a denoiser to undo its process.

    Args:
        process: corrupts data, and compares what the denoiser predicts.
        denoiser: to train, on its device; process and denoiser take from `train` what they have to know of the data.
        train: n rows of encoded training data, on the same device: a tensor, or a dictionary of tensors.
        validation: encoded validation data, likewise.
        draws: pairs of a validation row and a level in the grid, at least.
        batch_size: rows validated at once.
        noise_seed: of the validation's noise.
    """

    def __init__(
        self, process: DiffusionProcess, denoiser: Denoiser, train: Any, validation: Any, *, draws: int,
        batch_size: int, noise_seed: int,
    ) -> None:  # fmt: skip
        self.network, self.rows = denoiser, _number_of_rows(train)
        self._process, self._train, self._validation = process, train, validation
        self._noise_seed, self._batch_size = noise_seed, batch_size
        self._device = next(denoiser.parameters()).device
        self._grid = validation_grid(_number_of_rows(validation), draws, self._device)
        process.fit(train)
        denoiser.fit(train)

    def loss(self, rows: Tensor, generator: Generator) -> Tensor:
        """Mean loss of a batch, each row at a level drawn uniformly."""
        level = torch.rand(len(rows), generator=generator, device=self._device)
        denoise = fast(self.network, self._device)
        return self._process.losses(denoise, _taken(self._train, rows), level, generator).mean()

    def validate(self, network: nn.Module) -> Validation:
        """Mean loss on the fixed grid: the same rows, levels and noise every time."""
        rows, level = self._grid
        generator = Generator(self._device).manual_seed(self._noise_seed)
        denoise, total = fast(network, self._device), 0.0
        for start in range(0, len(rows), self._batch_size):
            part = slice(start, start + self._batch_size)
            data = _taken(self._validation, rows[part])
            total += float(self._process.losses(denoise, data, level[part], generator).sum())
        return Validation(total / len(rows), total / len(rows))


def validation_grid(m: int, draws: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Numbers of m rows, each at several levels, and the levels: at least `draws` pairs, levels evenly over [0, 1)."""
    levels = -(-draws // m)
    # Row r takes the levels (l + (r + 1/2)/m) / levels: all pairs together cover [0, 1) evenly.
    row = torch.arange(m, device=device).repeat_interleave(levels)
    turn = torch.arange(levels, device=device).repeat(m)
    return row, (turn + (row + 0.5) / m) / levels


def _number_of_rows(data: Any) -> int:
    return len(next(iter(data.values()))) if isinstance(data, dict) else len(data)


def _taken(data: Any, rows: Tensor) -> Any:
    """Some rows of a tensor, or of every tensor of a dictionary."""
    return {name: values[rows] for name, values in data.items()} if isinstance(data, dict) else data[rows]
