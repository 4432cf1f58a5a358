"""Denoisers that know no kind of data, by the name that a config uses; CONTRIBUTING.md says how to add one."""

from superdrift.diffusion.denoisers.base import DenoiserKind
from superdrift.diffusion.denoisers.mlp import preconditioned_mlp
from superdrift.diffusion.denoisers.unet1d import Unet1d
from superdrift.diffusion.gaussian import GaussianDiffusion

DENOISERS = {
    "mlp": DenoiserKind(GaussianDiffusion, preconditioned_mlp),
    "unet1d": DenoiserKind(GaussianDiffusion, Unet1d),
}
"""Denoisers by name; a domain adds its own to them."""
