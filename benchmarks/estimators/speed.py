"""How long the stage `estimate` takes on many samples: the published method, the default, energies, the hull."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from benchmarks.inputs import CONFIG, ROOT, stage, varied_samples
from superdrift.io import tables
from superdrift.superconductors.tables import ESTIMATED, SAMPLES


def speed(run: Path, samples: Path | None, *, rows: int) -> Iterator[dict[str, Any]]:
    """Seconds of the stage on samples of cuprates, with the estimators of a run and the shipped model of energies.

    Args:
        run: folder of a finished run, e.g. results/small.
        samples: samples.parquet; None for the run's own cuprates, repeated with one amount of each changed.
        rows: how many of those.
    """
    models = run / "estimate" / "models"
    with tempfile.TemporaryDirectory() as made:
        folder, compounds = Path(made), run / "prepare" / "compounds.parquet"
        projected, screened = folder / "projected.parquet", folder / "screened.parquet"
        if samples is None:
            samples = folder / "samples.parquet"
            columns = {"id": np.arange(rows), "amounts": varied_samples(run, ["cuprates"], rows)}
            tables.write(samples, SAMPLES, columns, {})
        screen = CONFIG["screen"]
        shared = {name: screen[name] for name in ("oxidation_states", "charge", "batch_size", "threads")}
        rule = CONFIG["project"] | shared | {"rule": "none", "noise_floor": 0.0}
        stage("project", rule, samples=samples, compounds=compounds, projected=projected)
        judged = screen | {"noise_floor": 0.0, "n_elements": screen["n_elements"]["cuprates"]}
        stage("screen", judged, samples=samples, projected=projected, compounds=compounds, screened=screened)
        threads = {"threads": CONFIG["estimate"]["threads"], "energy_threads": CONFIG["energy"]["threads"]}
        weights = ROOT / "data" / "energy" / "model.safetensors"
        seconds = stage(
            "estimate", threads, screened=screened,
            neighbours=models / "neighbours.parquet", description=models / "estimators.json", energy_weights=weights,
            energy_description=weights.with_suffix(".json"), phases=models / "phases.parquet",
            estimated=folder / "estimated.parquet",
        )  # fmt: skip
        found = tables.read(folder / "estimated.parquet", ESTIMATED, ["id", "formation_energy_ev"])
        energies = pc.count(found["formation_energy_ev"]).as_py()
    for metric, value, unit in (("stage estimate", seconds, "s"), ("formation energies", float(energies), "rows")):
        yield {"model": "estimator", "metric": metric, "value": value, "unit": unit, "n": found.num_rows}
