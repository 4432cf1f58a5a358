"""What the other stages of a run found: data, trained models, estimators, drifts, candidates."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from superdrift.io import tables
from superdrift.learning.history import HISTORY, kept_row
from superdrift.report.numbers import Number, count, moments, share
from superdrift.statistics.scores import NULL, SCORES
from superdrift.superconductors.data import row_selection
from superdrift.superconductors.data.families import COMPOUND_FAMILIES, families_of, members
from superdrift.superconductors.new_families.tables import FAMILIES
from superdrift.superconductors.report.source_numbers import TC
from superdrift.superconductors.sources import DRIFTED, source_name
from superdrift.superconductors.tables import CANDIDATES, COMPOUNDS, PHASES, REJECTED, TRAJECTORIES


def prepare_numbers(compounds: Path, rejected: Path) -> list[Number]:
    """Rows read, accepted and rejected, of each data source and in all; compounds by family; flagged rows."""
    data = tables.read(compounds, COMPOUNDS, ["family", "superconducting", "flags", "origin"])
    accepted = Counter(data["origin"].to_pylist())
    refused = Counter(tables.read(rejected, REJECTED, ["origin"])["origin"].to_pylist())
    rows = []
    for source in ["all", *sorted(set(accepted) | set(refused))]:
        ours = accepted.total() if source == "all" else accepted[source]
        theirs = refused.total() if source == "all" else refused[source]
        for quantity, value in (("read", ours + theirs), ("accepted", ours), ("rejected", theirs)):
            rows.append(count("prepare", source, quantity, value, ours + theirs))
    family = np.asarray(data["family"].to_pylist(), dtype=object)
    known, superconducting = data["superconducting"].is_valid().to_numpy(), row_selection.superconducting(data)
    for name in COMPOUND_FAMILIES:
        of = family == name
        rows.append(count("prepare", name, "compounds", int(of.sum()), len(of)))
        rows.append(count("prepare", name, "superconductors", int((of & superconducting).sum()), len(of)))
        rows.append(count("prepare", name, "measured_negatives", int((of & known & ~superconducting).sum()), len(of)))
        rows.append(count("prepare", name, "unlabelled", int((of & ~known).sum()), len(of)))
    flags = Counter(flag for flags in data["flags"].to_pylist() for flag in flags)
    rows += [count("prepare", "all", f"flag_{flag}", flags[flag], len(family)) for flag in sorted(flags)]
    return rows


def measured_tc_numbers(compounds: Path, family: str) -> list[Number]:
    """Mean, deviation and maximum of the reported Tc of a family's known superconductors."""
    data = tables.read(compounds, COMPOUNDS, ["family", "superconducting", "tc_k"])
    data = data.filter(pa.array(members(data["family"].to_pylist(), family)))
    tc = data["tc_k"].filter(pc.and_(data["superconducting"], data["tc_k"].is_valid()))
    return moments("prepare", family, [f"{name}_training" for name in TC], tc.to_numpy(), "K")


def history_numbers(family: str, history: Path) -> list[Number]:
    """Steps trained, the step whose weights were kept, both losses there. Times are left out: they vary."""
    data = tables.read(history, HISTORY, ["step", "train_loss", "validation_loss", "best"])
    if data.num_rows == 0:
        return [count("train", family, "steps", 0, 0)]
    kept = kept_row(data["best"].to_pylist())
    return [
        count("train", family, "steps", data["step"][-1].as_py(), data.num_rows),
        count("train", family, "best_step", data["step"][kept].as_py(), data.num_rows),
        Number("train", family, "train_loss", data["train_loss"][kept].as_py(), data.num_rows),
        Number("train", family, "validation_loss", data["validation_loss"][kept].as_py(), data.num_rows),
    ]


def score_numbers(scores: Path) -> list[Number]:
    """Scores of the estimators: source `{model}-{split}`, quantity the metric, with the family appended."""
    return [
        Number(
            "estimate",
            f"{row['model']}-{row['split']}",
            row["metric"] if row["subset"] == "all" else f"{row['metric']}_{row['subset']}",
            row["value"],
            row["n"],
            row["unit"],
            row["low"],
            row["high"],
        )
        for row in tables.read(scores, SCORES).to_pylist()
    ]


def energy_numbers(scores: Path) -> list[Number]:
    """Scores of a model of formation energies on the test data: sources `formation-energy` and `elemnet`.

    Errors and shares of the energy begin with `ef_`; those of the distance to the hull keep their name. Subsets follow
    the quantity.
    """
    rows = []
    for row in tables.read(scores, SCORES).to_pylist():
        source = "formation-energy-null" if row["model"] == NULL else row["model"]
        metric = row["metric"] if row["metric"].startswith("hull_") else f"ef_{row['metric']}"
        name = metric if row["subset"] == "all" else f"{metric}_{row['subset'].replace(' ', '_')}"
        rows.append(Number("estimate", source, name, row["value"], row["n"], row["unit"], row["low"], row["high"]))
    return rows


def known_energy_numbers(phases: Path, family: str) -> list[Number]:
    """Mean predicted formation energy of a family's known compounds, and the share below 0."""
    data = tables.read(phases, PHASES, ["amounts", "formation_energy_ev", "known"])
    own = data.filter(data["known"])
    families = families_of(tables.matrix(own["amounts"]))
    energy = own["formation_energy_ev"].to_numpy()[members(families.tolist(), family)]
    mean = float(energy.mean()) if len(energy) else None
    return [
        Number("estimate", family, "ef_mean_training", mean, len(energy), "eV/atom"),
        share("estimate", family, "ef_negative_training", int((energy < 0).sum()), len(energy)),
    ]


def drift_numbers(start: str, trajectories: Path) -> list[Number]:
    """Tc by the climbed predictor: at the start, and at the ends of the climbs and of the random walks."""
    data = tables.read(trajectories, TRAJECTORIES, ["kind", "trajectory", "step", "tc_climbed_k"]).to_pandas()
    source = source_name(DRIFTED, start)
    last = data.loc[data.groupby(["kind", "trajectory"])["step"].idxmax()]
    rows = [Number("drift", source, "tc_climbed_start", _mean(data.loc[data["step"] == 0, "tc_climbed_k"]),
                   int((data["step"] == 0).sum()), "K")]  # fmt: skip
    for kind in ("climb", "walk"):
        names = [f"tc_climbed_{kind}_{statistic}" for statistic in ("mean", "sd", "max")]
        rows += moments("drift", source, names, last.loc[last["kind"] == kind, "tc_climbed_k"], "K")
    return rows


def family_numbers(families: Path, sources: Iterable[str]) -> list[Number]:
    """Groups of each source; those that were tested, that are new families, and whose novelty is the reference's."""
    data = tables.read(families, FAMILIES, ["source", "q_value", "new_family", "novelty_inherited"]).to_pandas()
    rows = []
    for source in sources:
        own = data[data["source"] == source]
        for quantity, values in (
            ("groups", own["source"].notna()),
            ("groups_tested", own["q_value"].notna()),
            ("new_families", own["new_family"]),
            ("novelty_inherited", own["novelty_inherited"].eq(True)),
        ):
            rows.append(count("cluster", source, quantity, int(values.sum()), len(own)))
    return rows


def candidate_numbers(candidates: Path) -> list[Number]:
    """Ranked candidates in all and of each source, the highest score, and the highest Tc among them."""
    data = tables.read(candidates, CANDIDATES, ["source", "score", "tc_k", "tc_low_k", "tc_high_k"])
    n = data.num_rows
    sources = Counter(data["source"].to_pylist())
    best = data.slice(int(np.argmax(data["tc_k"].to_numpy())), 1).to_pylist()[0] if n else {}
    return [
        count("rank", "all", "candidates", n, n),
        *(count("rank", source, "candidates", sources[source], n) for source in sorted(sources)),
        Number("rank", "all", "score_max", pc.max(data["score"]).as_py(), n, "K"),
        Number("rank", "all", "tc_highest", best.get("tc_k"), n, "K", best.get("tc_low_k"), best.get("tc_high_k")),
    ]


def _mean(values: object) -> float | None:
    array = np.asarray(values, dtype=np.float64)
    return float(array.mean()) if len(array) else None
