"""Stage gather_energy: members → the ensemble, calibrated on the validation part and measured on the test part."""

import logging
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from superdrift.energies.checkpoint import load_energy, save_energy
from superdrift.energies.ensemble import EnergyModel
from superdrift.energies.formation_energies import read_energies
from superdrift.energies.scores import measure
from superdrift.energies.settings import GatherEnergySettings
from superdrift.io import tables
from superdrift.learning.device import choose
from superdrift.run.command import Run, command
from superdrift.run.seeds import generator
from superdrift.statistics.scores import SCORES, columns

logger = logging.getLogger("superdrift")


def gather_energy(
    run: Run,
    settings: GatherEnergySettings,
    *,
    member_weights: list[Path],
    member_descriptions: list[Path],
    train: Path,
    validation: Path,
    test: Path,
    weights: Path,
    description: Path,
    scores: Path,
) -> None:
    """Put the members together.

    Args:
        run: seed and provenance.
        settings: threads.
        member_weights: .safetensors files of the members.
        member_descriptions: their .json files, in the same order.
        train: CSV file that the members were trained on; its mean is the null, its compounds the hull.
        validation: CSV file to calibrate on.
        test: CSV file to measure on.
        weights: the .safetensors file to write.
        description: the .json file to write, scores included.
        scores: the table of scores to write.
    """
    torch.set_num_threads(settings.threads)
    device = choose("cpu", key="energy")
    pairs = zip(member_weights, member_descriptions, strict=True)
    model = EnergyModel.combined([load_energy(*pair, device=device)[0] for pair in pairs])
    held_out = read_energies(validation)
    model = model.calibrated(held_out.amounts, held_out.energies)
    found = measure(model, read_energies(train), read_energies(test), generator(run.seed, "gather_energy"))
    for row in found:
        logger.info("%s, %s, %s: %.4f (%d rows)", row.model, row.metric, row.subset, row.value, row.n)
    tables.write(scores, SCORES, columns(found), run.metadata)
    record = {"scores": [asdict(row) for row in found], "provenance": run.metadata}
    save_energy(model, weights, description, record)


main = command(gather_energy)

if __name__ == "__main__":
    sys.exit(main())
