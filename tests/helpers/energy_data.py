"""Made-up formation energies: what every element brings, and a term for each pair of them."""

import numpy as np

from superdrift.energies.formation_energies import Energies

NETWORK = {"width": 32, "depth": 1, "heads": 2, "most_elements": 3}
TRAINING = {"steps": 400, "batch_size": 64, "learning_rate": 5e-3, "warmup": 20, "weight_decay": 0.0, "clip": 1.0,
            "validate_every": 100}  # fmt: skip
ELEMENTS = (7, 10, 16, 28, 37, 55)
"""Places of the elements in the vector (O, Na, Cl, Cu, Sr, Ba)."""


def made_up(n, *, seed=0, elements=ELEMENTS):
    """Energies of n compounds of two to four elements, eV/atom."""
    rng = np.random.default_rng(seed)
    amounts = np.zeros((n, 96), dtype=np.float32)
    for row in amounts:
        size = rng.integers(2, 5)
        row[rng.choice(elements, size, replace=False)] = rng.integers(1, 6, size)
    x = amounts / amounts.sum(axis=1, keepdims=True, dtype=np.float64)
    electronegative = np.isin(np.arange(96), (7, 16))
    energies = -6 * x[:, electronegative].sum(axis=1) * x[:, ~electronegative].sum(axis=1) + 0.5 * x[:, 55]
    return Energies(amounts, energies + rng.normal(0, 0.02, n))
