"""Stage train_energy: compounds with DFT energies → one member of the ensemble of formation energies."""

import logging
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from superdrift.energies.checkpoint import save_energy
from superdrift.energies.formation_energies import read_energies
from superdrift.energies.settings import TrainEnergySettings
from superdrift.energies.training import fit_member, mean_absolute_error
from superdrift.io.tables import write
from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.device import choose
from superdrift.learning.history import HISTORY
from superdrift.learning.resume_key import resume_key
from superdrift.run.command import Run, command

logger = logging.getLogger("superdrift")


def train_energy(
    run: Run,
    settings: TrainEnergySettings,
    *,
    train: Path,
    validation: Path,
    member: int,
    weights: Path,
    description: Path,
    history: Path,
) -> None:
    """Train one network on the training part; the validation part chooses its weights.

    Args:
        run: seed and provenance.
        settings: the network, its training, device and threads.
        train: CSV file, columns formula and target (eV/atom).
        validation: as `train`.
        member: number of the member, from 0.
        weights: the .safetensors file to write.
        description: the .json file to write.
        history: the history table to write.
    """
    device = choose(settings.device, key="energy.device")
    torch.set_num_threads(settings.threads)
    rows, held_out = read_energies(train), read_energies(validation)
    key = resume_key(
        device, rows.amounts, rows.energies, held_out.amounts, held_out.energies, seed=run.seed, member=member,
        settings=asdict(settings), code=run.metadata["code"],
    )  # fmt: skip
    resume = ResumeFile(weights, key)
    model, columns = fit_member(
        rows, held_out, settings, seed=run.seed, member=member, device=device, resume=resume
    )  # fmt: skip
    error = mean_absolute_error(model, held_out)
    logger.info("%s %d: validation error %.4f eV/atom", settings.network, member, error)
    write(history, HISTORY, asdict(columns), run.metadata)
    record = {"validation_mae_ev": error, "settings": asdict(settings), "provenance": run.metadata}
    save_energy(model, weights, description, record)
    resume.delete()


main = command(train_energy)

if __name__ == "__main__":
    sys.exit(main())
