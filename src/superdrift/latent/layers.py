"""The feed-forward trunk that encoder, decoder and predictor share: residual blocks with layer normalisation."""

from torch import Tensor, nn


class Residual(nn.Module):
    """x + W2·SiLU(W1·LayerNorm(x)), the pre-normalised residual block."""

    def __init__(self, width: int, *, dropout: float) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Dropout(dropout), nn.Linear(width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, width) → (n, width)."""
        return x + self.inner(x)


def trunk(inputs: int, outputs: int, *, width: int, depth: int, dropout: float) -> nn.Sequential:
    """(n, inputs) → (n, outputs) by `depth` residual blocks of `width`."""
    blocks = [Residual(width, dropout=dropout) for _ in range(depth)]
    return nn.Sequential(nn.Linear(inputs, width), *blocks, nn.LayerNorm(width), nn.SiLU(), nn.Linear(width, outputs))
