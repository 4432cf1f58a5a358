"""Diffusion processes by the name that the config uses; a new one is a class and a line here."""

from superdrift.diffusion.processes.gaussian import GaussianProcess
from superdrift.diffusion.processes.masked import MaskedProcess

PROCESSES = {process.kind: process for process in (GaussianProcess, MaskedProcess)}
"""Process classes by kind: gaussian for continuous data, masked for categorical data."""
