"""Stage ascend: starts → climbs in the generator's latent space, random walks as control, compounds met."""

import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from superdrift.composition.formula import format_formula
from superdrift.composition.vector import from_vector
from superdrift.io.tables import read, write
from superdrift.learning.device import choose
from superdrift.run.command import Run, command
from superdrift.run.errors import InputError
from superdrift.run.seeds import derive, generator
from superdrift.superconductors.drift.ascent import Ascent, Climbed
from superdrift.superconductors.drift.ensemble import INTEGERS, load_ensemble
from superdrift.superconductors.drift.objective import Objective
from superdrift.superconductors.drift.start_sets import COLUMNS, Starts, drawn_starts, one_start
from superdrift.superconductors.drift.training_rows import choose_rows
from superdrift.superconductors.drift.transport import transport_of
from superdrift.superconductors.generation.checkpoint import load_model
from superdrift.superconductors.model_blocks import asked_of_climb
from superdrift.superconductors.settings.drift import AscendSettings
from superdrift.superconductors.stages.generate import elements_drawn
from superdrift.superconductors.tables import COMPOUNDS, DRIFTED, TRAJECTORIES

logger = logging.getLogger("superdrift")

Columns = dict[str, Any]


def ascend(
    run: Run, settings: AscendSettings, *, weights: Path, description: Path, ensemble: Path,
    ensemble_description: Path, compounds: Path, start: str, formula: str, trajectories: Path, samples: Path,
) -> None:  # fmt: skip
    """Climb from one start, or from each of a set.

    Args:
        run: seed and provenance.
        settings: of the climb, the objective, the sampler whose tokens are read, what is asked of every compound.
        weights: model.safetensors of a masked generator that knows family and Tc.
        description: model.json.
        ensemble: .safetensors of train_ensemble.
        ensemble_description: its .json.
        compounds: compounds.parquet.
        start: slug of the start or of the set.
        formula: of the start; empty for a set.
        trajectories: table of every step to write.
        samples: table of the compounds met after the start to write.
    """
    device = choose(settings.device, key="drift.device")
    torch.set_num_threads(settings.threads)
    table = read(compounds, COMPOUNDS, list(dict.fromkeys([*COLUMNS, *_OF_ROWS])))
    begun = _starts(start, formula, settings, table, run.seed)
    model, _ = load_model(weights, description, device)
    asked = asked_of_climb(settings.ascent.asked)
    learned = choose_rows(table, settings.exclude_flags, integers=INTEGERS)[0].amounts
    objective = Objective(
        load_ensemble(ensemble, ensemble_description, device=device), learned, settings.objective
    )  # fmt: skip
    climber = Ascent(
        transport_of(model, settings.sampler, asked, elements_drawn(settings)), objective, settings.ascent,
        torch.Generator().manual_seed(derive(run.seed, "drift", start)),
    )  # fmt: skip
    own = begun.own()
    paths = {
        kind: climber.climb(begun.amounts, own, uphill=kind == "climb", label=f"{kind} {start}")
        for kind in ("climb", "walk")
    }  # fmt: skip
    for kind, path in paths.items():
        logger.info(
            "drift %s, %s: objective %.1f K at the start, %.1f K at the ends, means; highest on the way %.1f K",
            start, kind, path.scores.value[:, 0].mean(), path.scores.value[:, -1].mean(), path.scores.value.max(),
        )  # fmt: skip
    rows, met = _rows(paths, start)
    write(trajectories, TRAJECTORIES, rows, run.metadata)
    write(samples, DRIFTED, met, run.metadata)


_OF_ROWS = ("superconducting", "tc_k", "amounts", "split", "flags")


def _starts(start: str, formula: str, settings: AscendSettings, table: Any, seed: int) -> Starts:
    if formula:
        return one_start(formula, table)
    if settings.start_set is None:
        raise InputError(f"start {start} has neither a formula nor a set; name it in catalogue or in drift.sets")
    wanted = vars(settings.start_set)
    return drawn_starts(start, wanted, table, settings.exclude_flags, generator(seed, "drift", start, "set"))


def _rows(paths: dict[str, Climbed], slug: str) -> tuple[Columns, Columns]:
    """Columns of both tables: every position held, and every compound that was tried."""
    everywhere: dict[str, list[Any]] = {name: [] for name in TRAJECTORIES.schema.names}
    met: dict[str, list[Any]] = {name: [] for name in DRIFTED.schema.names}
    for kind, path in paths.items():
        n, places = path.scores.value.shape
        trajectory, step = np.repeat(np.arange(n), places), np.tile(np.arange(places), n)
        held = {
            "kind": [kind] * n * places, "trajectory": trajectory, "step": step,
            "z": list(path.z.reshape(n * places, -1)), "formula": _formulas(path.amounts.reshape(n * places, -1)),
            "tc_climbed_k": path.scores.tc_k.ravel(), "spread_k": path.scores.spread_k.ravel(),
            "distance_to_learned": path.scores.distance.ravel(), "objective_k": path.scores.value.ravel(),
        }  # fmt: skip
        for name, column in everywhere.items():
            column.extend(held.get(name, [None] * n * places))
        tried = path.proposed.reshape(-1, path.proposed.shape[2])
        usable = np.isfinite(path.values.ravel())
        steps = np.tile(np.arange(1, places), n)
        made = {
            "amounts": list(tried[usable]), "start": [slug] * int(usable.sum()),
            "trajectory": np.repeat(np.arange(n), places - 1)[usable], "kind": [kind] * int(usable.sum()),
            "step": steps[usable],
        }  # fmt: skip
        for name, values in made.items():
            met[name].extend(values)
    met["id"] = list(range(len(met["start"])))
    met["amounts"] = np.stack(met["amounts"]).astype(np.float32)
    return everywhere, met


def _formulas(amounts: NDArray[np.float32]) -> list[str | None]:
    return [format_formula(from_vector(row)) or None for row in amounts]


main = command(ascend)

if __name__ == "__main__":
    sys.exit(main())
