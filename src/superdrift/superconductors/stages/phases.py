"""Stage phases: known compounds → the competitors in the hull, with energies predicted as those of candidates are."""

import logging
import sys
from pathlib import Path

import numpy as np
import torch

from superdrift.composition.vector import atomic_fractions, distinct_compositions
from superdrift.energies.checkpoint import load_energy
from superdrift.energies.formation_energies import read_energies
from superdrift.io import tables
from superdrift.learning.device import choose
from superdrift.run.command import Run, command, paired
from superdrift.superconductors.settings.tc import PhasesSettings
from superdrift.superconductors.tables import COMPOUNDS, PHASES

logger = logging.getLogger("superdrift")


def phases(
    run: Run,
    settings: PhasesSettings,
    *,
    compounds: Path,
    weights: Path,
    description: Path,
    energies: list[Path],
    origins: list[str],
    phases: Path,
) -> None:
    """Estimate the energies of all known compounds, each composition once.

    Args:
        run: seed and provenance.
        settings: threads.
        compounds: prepare/compounds.parquet.
        weights: .safetensors file of the model of formation energies.
        description: its .json file.
        energies: CSV files of further compounds (columns formula, target); of these only the compositions are used.
        origins: what to call them, in the same order.
        phases: the table to write: the compounds of which all elements are supported. One that both the run and a file
            list counts as known, for the run's compounds stand first.
    """
    torch.set_num_threads(settings.threads)
    model, _ = load_energy(weights, description, device=choose("cpu", key="energy"))
    known = tables.read(compounds, COMPOUNDS, ["amounts", "origin"])
    amounts, origin = [tables.matrix(known["amounts"])], known["origin"].to_pylist()
    for name, path in paired(origins, energies, of="--origins", option="--energies").items():
        amounts.append(read_energies(path).amounts)
        origin += [name] * len(amounts[-1])
    every = np.concatenate(amounts)
    rows = distinct_compositions(atomic_fractions(every))
    energy, _ = model.predict(every[rows])
    held = np.isfinite(energy)
    logger.info(
        "phases: %d known compositions; %d of them hold an element that the model does not support and are left out",
        len(rows), (~held).sum(),
    )  # fmt: skip
    rows = rows[held]
    columns = {
        "amounts": every[rows],
        "formation_energy_ev": energy[held],
        "origin": [origin[row] for row in rows.tolist()],
        "known": rows < known.num_rows,
    }
    tables.write(phases, PHASES, columns, run.metadata)


main = command(phases)

if __name__ == "__main__":
    sys.exit(main())
