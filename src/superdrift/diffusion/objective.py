"""The objective of every diffusion model: the losses of its process, validated on a fixed grid of rows and levels."""

import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.denoiser import Denoiser
from superdrift.diffusion.process import DiffusionProcess
from superdrift.learning.device import fast
from superdrift.learning.objective import Objective, Validation


class DenoisingObjective(Objective):
    """Trains a denoiser to undo its process.

    Args:
        process: corrupts, and compares what the denoiser says.
        denoiser: to train, on its device; process and denoiser take what depends on the data's scale from `train`.
        train: (n, …) encoded training data, on the same device.
        validation: (m, …) encoded validation data, likewise.
        draws: pairs of a validation row and a level in the grid, at least.
        batch_size: rows validated at once.
        noise_seed: of the validation's noise.
    """

    def __init__(
        self, process: DiffusionProcess, denoiser: Denoiser, train: Tensor, validation: Tensor, *, draws: int, batch_size: int,
        noise_seed: int,
    ) -> None:  # fmt: skip
        self.network, self.rows = denoiser, len(train)
        self._process, self._train, self._noise_seed, self._batch_size = process, train, noise_seed, batch_size
        self._grid = validation_grid(validation, draws)
        process.fit(train)
        denoiser.fit(train)

    def loss(self, rows: Tensor, generator: Generator) -> Tensor:
        """Mean loss of a batch, each row at a level drawn uniformly."""
        x_0 = self._train[rows]
        level = torch.rand(len(x_0), generator=generator, device=x_0.device)
        return self._process.losses(fast(self.network, x_0.device), x_0, level, generator).mean()

    def validate(self, network: nn.Module) -> Validation:
        """Mean loss on the fixed grid: the same rows, levels and noise every time."""
        data, level = self._grid
        generator = Generator(data.device).manual_seed(self._noise_seed)
        denoise, total = fast(network, data.device), 0.0
        for start in range(0, len(data), self._batch_size):
            part = slice(start, start + self._batch_size)
            total += float(self._process.losses(denoise, data[part], level[part], generator).sum())
        return Validation(total / len(data), total / len(data))


def validation_grid(validation: Tensor, draws: int) -> tuple[Tensor, Tensor]:
    """Validation rows, each at several levels, and the levels: at least `draws` pairs, levels evenly over [0, 1)."""
    m = len(validation)
    levels = -(-draws // m)
    # Row r takes the levels (l + (r + 1/2)/m) / levels: all pairs together cover [0, 1) evenly.
    row = torch.arange(m, device=validation.device).repeat_interleave(levels)
    turn = torch.arange(levels, device=validation.device).repeat(m)
    return validation[row], (turn + (row + 0.5) / m) / levels
