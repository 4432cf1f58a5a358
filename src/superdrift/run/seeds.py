"""Streams of random numbers by name, e.g. one a batch: no result depends on the order of jobs or on interruptions."""

import hashlib

import numpy as np


def derive(seed: int, *parts: str | int) -> int:
    """A 63-bit seed for the stream named by `parts`; equal names give equal streams on every machine."""
    text = "/".join(str(part) for part in (seed, *parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *parts: str | int) -> np.random.Generator:
    """NumPy generator of the stream named by `parts`, e.g. `generator(seed, "prepare", "cuprates")`."""
    return np.random.default_rng(derive(seed, *parts))
