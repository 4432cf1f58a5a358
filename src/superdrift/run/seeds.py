"""One stream of random numbers per batch, from (seed, stage, family, batch): order and interruptions don't matter."""

import hashlib

import numpy as np


def derive(seed: int, *parts: str | int) -> int:
    """A 63-bit seed for the stream named by `parts`; equal names give equal streams on every machine."""
    text = "/".join(str(part) for part in (seed, *parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *parts: str | int) -> np.random.Generator:
    """NumPy generator of the stream named by `parts`, e.g. `generator(seed, "prepare", "cuprates")`."""
    return np.random.default_rng(derive(seed, *parts))
