"""Settings of a training."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingSettings:
    """Optimisation of one diffusion model; see config.yaml."""

    optimiser: str
    steps: int
    batch_size: int
    learning_rate: float
    warmup: int
    decay: str
    weight_decay: float
    clip: float
    ema: float
    merge_repeats: bool
    validation: str
    validate_every: int
    validation_draws: int
    threads: int


@dataclass(frozen=True)
class OptimisationSettings:
    """Training of a small network by `optimisation.fit`."""

    steps: int
    batch_size: int
    learning_rate: float
    warmup: int
    weight_decay: float
    validate_every: int
