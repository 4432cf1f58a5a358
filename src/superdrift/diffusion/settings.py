"""Settings of the denoisers and samplers that know no material: alternatives, each with its `kind`."""

from dataclasses import dataclass
from typing import Annotated, Literal

from superdrift.learning.settings import Depth, Width
from superdrift.run.settings import Count, Limits, setting


@dataclass(frozen=True)
class MlpSettings:
    """Residual multilayer perceptron over the whole vector; of the gaussian process."""

    kind: Literal["mlp"] = setting("residual network over the whole vector (gaussian)")
    width: Width = setting("hidden units")
    depth: Depth = setting("residual blocks")


@dataclass(frozen=True)
class Unet1dSettings:
    """One-dimensional U-Net over the vector; of the gaussian process."""

    kind: Literal["unet1d"] = setting("one-dimensional U-Net along the vector (gaussian)")
    width: Width = setting("channels at full resolution")
    multipliers: Annotated[list[Annotated[int, Limits(at_least=1, at_most=64)]], Limits(fewest=1)] = setting(
        "channels of each resolution, in multiples of width"
    )


@dataclass(frozen=True)
class AncestralSettings:
    """Ancestral sampling of the gaussian process."""

    kind: Literal["ancestral"] = setting("ancestral sampling, every step from T to 1 (gaussian)")
    steps: Count = setting("T of the process")
