"""Settings that every training shares, and types of settings that networks share."""

from dataclasses import dataclass
from typing import Annotated, Literal

from superdrift.run.settings import Count, Limits, setting

Device = Literal["cpu", "cuda"]
LearningRate = Annotated[float, Limits(above=0, at_most=1)]
Width = Annotated[int, Limits(at_least=8, at_most=4096)]
Depth = Annotated[int, Limits(at_least=1, at_most=64)]
Heads = Annotated[int, Limits(at_least=1, at_most=64)]
Dropout = Annotated[float, Limits(at_least=0, below=1)]


@dataclass(frozen=True)
class OptimisationSettings:
    """Training of a network by AdamW, with warm-up and decay of the learning rate."""

    steps: Count = setting("updates of the weights")
    batch_size: Count = setting("training rows per update")
    learning_rate: LearningRate = setting("highest learning rate; 0 at the end of a cosine decay")
    warmup: int = setting("steps of linear rise of the learning rate", at_least=0)
    weight_decay: float = setting("decoupled decay of the weights, per unit of learning rate", at_least=0, at_most=1)
    validate_every: Count = setting(
        "steps between two looks at the held-out rows, which choose the weights to keep; also when the state of an"
        " unfinished training is saved"
    )


@dataclass(frozen=True)
class ClippingSettings:
    """Clipping of gradients."""

    clip: float = setting("largest norm of the gradient; 0: not clipped", at_least=0, at_most=1000)
