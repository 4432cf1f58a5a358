"""Denoisers by the name that the config uses; a new one is a class and a line here."""

from superdrift.diffusion.denoisers.mlp import ResidualMlp
from superdrift.diffusion.denoisers.unet1d import Unet1d
from superdrift.superconductors.generation.slot_transformer import SlotTransformer

DENOISERS = {"mlp": ResidualMlp, "unet1d": Unet1d, "slot_transformer": SlotTransformer}
"""Denoiser classes by name; `process` of each says which process it denoises."""
