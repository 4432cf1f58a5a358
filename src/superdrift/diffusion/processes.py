"""Diffusion processes by the name that the config uses; a new one is a class and a line here."""

from superdrift.diffusion.gaussian import GaussianProcess
from superdrift.diffusion.masked import MaskedProcess

PROCESSES = {process.kind: process for process in (GaussianProcess, MaskedProcess)}
"""Process classes by kind: gaussian for continuous data, masked for categorical data."""
