"""A small run of made-up artifacts, written through the table checks: what the report is made from."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from superdrift.composition.formula import format_formula, parse_formula, reduced_formula
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.learning.history import HISTORY
from superdrift.statistics.scores import SCORES
from superdrift.superconductors.new_families.tables import CLUSTERED, FAMILIES
from superdrift.superconductors.sources import CONDITIONED, generated_names, parse_name
from superdrift.superconductors.tables import (
    CANDIDATES,
    COMPOUNDS,
    ESTIMATED,
    HELD_OUT,
    PHASES,
    PROJECTED,
    REJECTED,
    SAMPLES,
    SCREENED,
    TRAJECTORIES,
    VERDICTS,
)

RECORD: dict[str, Any] = {
    "stage": "prepare", "settings": {"sources": ["supercon"]}, "seed": 7, "commit": "c0ffee" * 6,
    "code": "0123abcd", "inputs": {"supercon.csv": "ab" * 32}, "versions": {"numpy": "2.4.6"},
}  # fmt: skip
N = 400
REQUEST = "cuprates, with Ba"
SOURCES = generated_names(["cuprates", "others"], ["barium"], ["ybco-se"], ["ybco"])


def _names(formulas: list[str]) -> dict[str, list[str]]:
    exact = [parse_formula(f) for f in formulas]
    return {
        "formula": [format_formula(f) for f in exact],
        "reduced_formula": [reduced_formula(f) for f in exact],
    }


def _formulas(rng: np.random.Generator, family: str, n: int) -> list[str]:
    x, d = rng.integers(1, 60, n) / 100, rng.integers(0, 99, n) / 100
    patterns = {
        "cuprates": lambda i: f"La{2 - x[i]:.2f}Sr{x[i]:.2f}CuO{3.5 + d[i]:.2f}",
        "others": lambda i: f"Nb{3 - x[i]:.2f}Ti{x[i]:.2f}Sn{1 + d[i]:.2f}",
        "pnictides": lambda i: f"Ba{1 - x[i]:.2f}K{x[i]:.2f}Fe2As{1.5 + d[i]:.2f}",
    }
    return [patterns[family](i) for i in range(n)]


def write_screened(path: Path, formulas: list[str], rng: np.random.Generator, **verdicts: Any) -> Path:
    """A screened table of these formulas; `verdicts` replace the drawn columns."""
    n = len(formulas)
    cuprate = np.array(["Cu" in f for f in formulas])
    seen: set[str] = set()
    names = _names(formulas)
    duplicate = [f in seen or bool(seen.add(f)) for f in names["reduced_formula"]]
    valence = np.where(cuprate, rng.normal(2.25, 0.35, n), np.nan)
    columns = names | {
        "id": np.arange(n),
        "amounts": np.stack([to_vector(parse_formula(f)) for f in formulas]),
        "family": ["cuprates" if c else "others" for c in cuprate],
        "n_elements": np.full(n, 4),
        "basic_pass": rng.random(n) < 0.95,
        "basic_failure": [None] * n,
        "duplicate": duplicate,
        "known": rng.random(n) < 0.1,
        "novel": rng.random(n) < 0.3,
        "distance_to_known": rng.random(n) * 0.1,
        "nearest_known": ["La1.85Sr0.15CuO4"] * n,
        "metallic": ~cuprate,
        "metal_plausible": [None if c else True for c in cuprate],
        "metal_score": np.where(cuprate, np.nan, 1.0),
        "valid_published": rng.random(n) < 0.4,
        "superconductor_valence": [
            bool(abs(v - 2.2) < 0.4) if c else None for v, c in zip(valence, cuprate, strict=True)
        ],
        "charge_valid": [bool(abs(v - 2.2) < 0.4) if c else None for v, c in zip(valence, cuprate, strict=True)],
        "charge_reason": [None] * n,
        "redox_ion": ["Cu" if c else None for c in cuprate],
        "formal_valence": valence,
        "site_balanced": rng.random(n) < 0.7,
    }
    columns |= verdicts
    columns |= {f"{name}_raw": columns[name] for name in ("valid_published", "charge_valid")}
    columns |= {"charge_score": np.zeros(n), "charges": [None] * n}
    tables.write(path, SCREENED, columns, RECORD | {"stage": "screen"})
    return path


def _compounds(path: Path, rng: np.random.Generator) -> Path:
    families = ["cuprates", "pnictides", "others"]
    formulas = [f for family in families for f in _formulas(rng, family, N)]
    family = np.repeat(families, N)
    scale = np.repeat([40.0, 15.0, 4.0], N)
    superconducting = rng.random(3 * N) < 0.9
    tc = np.where(superconducting, rng.gamma(3.0, scale / 2), np.nan)
    columns = _names(formulas) | {
        "id": np.arange(3 * N), "family": family, "superconducting": superconducting, "tc_k": tc,
        "tc_consensus_k": tc, "amounts": np.stack([to_vector(parse_formula(f)) for f in formulas]),
        "split": ["train"] * (3 * N), "group": np.arange(3 * N),
        "flags": [["oxygen_placeholder"] if i % 10 == 0 else [] for i in range(3 * N)],
        "year": [None] * (3 * N), "reference": [None] * (3 * N),
        "origin": ["supercon"] * (3 * N), "row": np.arange(1, 3 * N + 1),
    }  # fmt: skip
    tables.write(path, COMPOUNDS, columns, RECORD)
    return path


def _estimated(path: Path, n: int, rng: np.random.Generator, scale: float) -> Path:
    tc = rng.gamma(3.0, scale, n)
    tables.write(path, ESTIMATED, {
        "id": np.arange(n), "superconducting_probability": rng.random(n) ** 0.4, "tc_k": tc,
        "tc_low_k": 0.7 * tc, "tc_high_k": 1.3 * tc, "applicable": rng.random(n) < 0.9,
        "extrapolated": 1.3 * tc > 126, "needs_pressure": np.zeros(n, dtype=bool),
        "superconducting_probability_knn": rng.random(n) ** 0.3, "tc_knn_k": rng.gamma(3.0, scale, n),
        "formation_energy_ev": np.full(n, np.nan),
        "formation_energy_sd_ev": np.full(n, np.nan), "hull_distance_ev": np.full(n, np.nan),
        "hull_competitors": np.full(n, np.nan),
    }, RECORD | {"stage": "estimate"})  # fmt: skip
    return path


def _clusters(folder: Path, rng: np.random.Generator, source: str) -> list[dict[str, Any]]:
    """The map of a source; its five groups as rows of families.parquet, the last one a new family."""
    reference = "ybco-se" if parse_name(source)[0] == CONDITIONED else None
    known, centre = np.arange(300) < 180, rng.integers(0, 5, 300)
    centre[known] = np.minimum(centre[known], 3)
    place = rng.normal(0, 1, (300, 2)) + 8 * np.stack([np.cos(centre * 1.26), np.sin(centre * 1.26)], axis=1)
    group = [None if k else int(c) for k, c in zip(known, centre, strict=True)]
    tables.write(folder / "clustered.parquet", CLUSTERED, {
        "id": np.where(known, np.arange(300), np.arange(300) - 180), "known": known, "x": place[:, 0],
        "y": place[:, 1], "group": group,
    }, RECORD | {"stage": "cluster"})  # fmt: skip
    p = [0.5, 0.3, None, 0.04, 0.001]
    return [
        dict.fromkeys(column.name for column in FAMILIES.columns) | {
            "source": source, "version": "cuprates", "group": g, "members": int(((centre == g) & ~known).sum()),
            "compounds": 60, "n_elements": 5, "distance": 0.05 * (g + 1), "distance_low": 0.04 * (g + 1),
            "general_formula": "YBa2-xSrxCu3O6Se0.2-0.5", "variables": "x = 0.5–0.7", "pairs": ["Sr-Ba"],
            "neighbour_pairs": 0, "tc_median_k": 40.0, "reference": reference, "scale": reference and 2,
            "reference_distance": reference and 0.06, "null_families": 30, "null_fewest_elements": 5,
            "null_most_elements": 5, "p_smallest": 0.001, "p_novel": p[g], "p_footprint": reference and p[g],
            "p_value": p[g], "q_value": p[g], "new_family": g == 4, "novelty_inherited": reference and g == 0,
        }
        for g in range(5)
    ]  # fmt: skip


def _candidates(path: Path, rng: np.random.Generator) -> Path:
    n = 40
    formulas = list(dict.fromkeys(_formulas(rng, "cuprates", 90)))[:n]
    tc, probability = np.sort(rng.gamma(6.0, 12.0, n))[::-1], np.sort(rng.random(n) * 0.3 + 0.7)[::-1]
    screened = tables.read(
        write_screened(path.with_name("one.parquet"), formulas, rng, basic_pass=[True] * n, novel=[True] * n),
        SCREENED,
        [column.name for column in VERDICTS],
    ).to_pydict()
    columns = screened | {
        "rank": np.arange(1, n + 1), "score": probability * 0.7 * tc, "moved": np.zeros(n),
        "source": ["cuprates" if i % 3 else "ilvr-ybco-se" for i in range(n)], "tc_k": tc,
        "tc_low_k": 0.7 * tc, "tc_high_k": 1.3 * tc,
        "superconducting_probability": probability, "applicable": [True] * n,
        "extrapolated": 1.3 * tc > 126, "needs_pressure": [False] * n,
        "superconducting_probability_knn": probability, "tc_knn_k": 0.9 * tc,
        "formation_energy_ev": [None] * n, "formation_energy_sd_ev": [None] * n,
        "hull_distance_ev": [None] * n, "hull_competitors": [None] * n,
        "group": [None] * n,
    }  # fmt: skip
    tables.write(path, CANDIDATES, columns, RECORD | {"stage": "rank"})
    return path


def _history(path: Path) -> Path:
    step = np.arange(1, 31) * 100
    validation = 0.4 + 2 * np.exp(-step / 500) + np.maximum(0, step - 2000) / 8000
    tables.write(path, HISTORY, {
        "step": step, "train_loss": 0.35 + 2 * np.exp(-step / 500), "validation_loss": validation,
        "learning_rate": np.full(30, 1e-3), "best": step == 2000, "seconds": step / 10,
    }, RECORD | {"stage": "train"})  # fmt: skip
    return path


def _trajectories(path: Path, rng: np.random.Generator) -> Path:
    rows = [
        {"kind": kind, "trajectory": t, "step": s, "z": [0.0, 1.0], "formula": "YBa2Cu3O7",
         "tc_climbed_k": 90 + (1.2 * s if kind == "climb" else 0.0) + float(rng.normal(0, 3)) * (s > 0),
         "tc_undenoised_k": None, "spread_k": 5.0, "distance_to_learned": 0.02, "objective_k": 85.0}
        for kind in ("climb", "walk") for t in range(6) for s in range(31)
    ]  # fmt: skip
    tables.write(path, TRAJECTORIES, {c: [r[c] for r in rows] for c in rows[0]}, RECORD | {"stage": "drift"})
    return path


def _scores(path: Path) -> Path:
    rows = [
        ("estimator", "random", "mae", "all", 5.3, 5.1, 5.5, "K"),
        ("estimator", "grouped", "mae", "all", 8.1, 7.8, 8.4, "K"),
        ("estimator", "grouped", "mae", "cuprates", 11.0, 10.0, 12.0, "K"),
        ("estimator", "grouped", "coverage", "all", 0.91, 0.9, 0.92, "1"),
        ("estimator", "grouped", "tp", "all", 0.94, 0.93, 0.95, "1"),
        ("estimator", "grouped", "fp", "all", 0.5, 0.47, 0.53, "1"),
        ("estimator", "grouped", "tp", "others", 0.9, 0.88, 0.92, "1"),
        ("estimator", "grouped", "fp", "others", 0.3, 0.27, 0.33, "1"),
        ("knn", "grouped", "mae", "all", 9.0, 8.8, 9.2, "K"),
    ]
    for tenth in range(1, 11):
        for split in ("random", "grouped"):
            methods = (("estimator", 5.0), ("knn", 7.0), ("null", 20.0))
            rows += [(name, split, "mae", f"distance_{tenth}", mae, mae - 1, mae + 1, "K") for name, mae in methods]
            rows.append(("estimator", split, "coverage", f"distance_{tenth}", 0.9, 0.85, 0.95, "1"))
    names = ("model", "split", "metric", "subset", "value", "low", "high", "unit")
    columns: dict[str, Any] = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    columns |= {"n": [3000] * len(rows), "repeats": [5] * len(rows), "repeat_sd": [0.01] * len(rows)}
    tables.write(path, SCORES, columns, RECORD | {"stage": "fit"})
    return path


def write_held_out(path: Path, rng: np.random.Generator, n: int = 1200) -> Path:
    """Held-out estimates of both splits: 90 % of the superconductors are found, and 40 % of the others mistaken."""
    families = ["cuprates", "pnictides", "others"]
    columns: dict[str, Any] = {column.name: [] for column in HELD_OUT.columns}
    for split, farthest in (("random", 0.05), ("systems", 0.1), ("grouped", 0.2)):
        superconducting, unlabelled = rng.random(n) < 0.7, rng.random(n) < 0.5
        labels = [
            bool(warm) if warm or not open_ else None for warm, open_ in zip(superconducting, unlabelled, strict=True)
        ]
        said = rng.random(n) < np.where(superconducting, 0.9, 0.4)
        probability = np.where(said, 0.8, 0.2)
        tc = rng.gamma(3.0, 10.0, n)
        part = {
            "id": np.arange(n), "split": [split] * n, "fold": np.arange(n) % 5, "group": np.arange(n) // 4,
            "family": rng.choice(families, n).tolist(), "superconducting": labels,
            "measured_tc_k": [t if warm else None for t, warm in zip(tc, superconducting, strict=True)],
            "distance": farthest * rng.random(n), "superconducting_probability": probability,
            "superconducting_probability_knn": probability, "tc_k": tc, "tc_low_k": 0.7 * tc, "tc_high_k": 1.3 * tc,
            "tc_knn_k": tc, "tc_family_k": np.full(n, 30.0),
        }  # fmt: skip
        for name, values in part.items():
            columns[name] += list(values)
    tables.write(path, HELD_OUT, columns, RECORD | {"stage": "fit"})
    return path


def write_energy_scores(path: Path, model: str = "formation-energy", error: float = 0.05) -> Path:
    """Scores of one network of formation energies, beside the null that every such table holds."""
    rows = [
        (model, "mae", "all", error, "eV/atom"),
        (model, "mae", "4 elements", 2 * error, "eV/atom"),
        (model, "coverage_68", "all", 0.7, "1"),
        (model, "hull_mae", "all", 0.04, "eV/atom"),
        ("null", "mae", "all", 0.9, "eV/atom"),
    ]
    names = ("model", "metric", "subset", "value", "unit")
    columns: dict[str, Any] = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    n, value = len(rows), np.array(columns["value"])
    columns |= {"split": ["test"] * n, "low": 0.9 * value, "high": 1.1 * value, "n": [50] * n, "repeats": [1] * n}
    tables.write(path, SCORES, columns | {"repeat_sd": [None] * n}, RECORD | {"stage": "gather_energy"})
    return path


def write_phases(path: Path) -> Path:
    """Competitors in the hull: two known cuprates, a known intermetallic, and two that others list."""
    formulas = ("La2CuO4", "YBa2Cu3O7", "Nb3Sn", "CuO", "CaCuO2")
    columns = {
        "amounts": np.stack([to_vector(parse_formula(f)) for f in formulas]),
        "formation_energy_ev": [-2.5, -1.5, 0.1, -0.8, -1.9],
        "origin": ["supercon", "supercon", "stanev", "critexam_train", "my_phases.csv"],
        "known": [True, True, True, False, False],
    }
    tables.write(path, PHASES, columns, RECORD | {"stage": "phases"})
    return path


def build_run(root: Path) -> Path:
    """A whole run: two families, one reference, one start."""
    rng = np.random.default_rng(3)
    _compounds(root / "prepare/compounds.parquet", rng)
    rejected = {
        "row": [5],
        "text": ["M2O"],
        "reason": ["M is not a chemical element"],
        "origin": ["supercon"],
    }
    tables.write(root / "prepare/rejected.parquet", REJECTED, rejected, RECORD)
    _scores(root / "estimate/models/scores.parquet")
    write_held_out(root / "estimate/models/held_out.parquet", np.random.default_rng(4))
    write_energy_scores(root / "train/energy/attention/scores.parquet")
    write_energy_scores(root / "train/energy/elemnet/scores.parquet", "elemnet", 0.08)
    write_phases(root / "estimate/models/phases.parquet")
    description = {"version": 2, "regressor": {"k": 5, "metric": "manhattan", "weights": "distance"}}
    (root / "estimate/models/estimators.json").write_text(json.dumps(description))
    drawn = (("cuprates", 30.0), ("others", 3.0), ("cuprates", 25.0), ("cuprates", 20.0), ("cuprates", 35.0))
    groups: list[dict[str, Any]] = []
    for source, (family, scale) in zip(SOURCES, drawn, strict=True):
        formulas = _formulas(rng, family, N)
        write_screened(root / f"screen/{source}/screened.parquet", formulas, rng)
        amounts = np.stack([to_vector(parse_formula(f)) for f in formulas])
        projected = {"id": np.arange(N), "amounts": amounts, "moved": np.zeros(N), "rule": ["none"] * N}
        tables.write(root / f"project/{source}/projected.parquet", PROJECTED, projected, RECORD)
        _estimated(root / f"estimate/{source}/estimated.parquet", N, rng, scale)
        groups += _clusters(root / f"cluster/{source}", rng, source)
    columns = {column.name: [group[column.name] for group in groups] for column in FAMILIES.columns}
    tables.write(root / "cluster/families.parquet", FAMILIES, columns, RECORD | {"stage": "decide"})
    asked = RECORD | {"stage": "generate", "settings": {"request": REQUEST}}
    drawn_for = {"id": np.arange(N), "amounts": np.zeros((N, 96), dtype=np.float32)}
    tables.write(root / "generate/request/barium/samples.parquet", SAMPLES, drawn_for, asked)
    for family in ("cuprates", "others"):
        write_screened(root / f"screen/training-{family}/screened.parquet", _formulas(rng, family, N), rng)
        _history(root / f"train/{family}/history.parquet")
    _trajectories(root / "drift/ybco/trajectories.parquet", rng)
    _candidates(root / "candidates.parquet", rng)
    return root


def arguments(
    root: Path, *, requests: bool = True, references: bool = True, starts: bool = True
) -> tuple[list[str], list[str]]:
    """Command lines of the stages `numbers` and `report` for a made-up run."""
    shared = [
        "--seed", "7", "--folder", str(root), "--families", "cuprates", "others",
        "--requests", *(["barium"] if requests else []),
        "--references", *(["ybco-se"] if references else []), "--inpainted", "--starts", *(["ybco"] if starts else []),
    ]  # fmt: skip
    rates = {"novel_radius": 0.02, "published_tp": 0.9869, "published_fp": 0.1694}
    scores = [str(root / f"train/energy/{network}/scores.parquet") for network in ("attention", "elemnet")]
    numbers = [
        *shared, "--settings", json.dumps(rates), "--energy-scores", *scores,
        "--numbers", str(root / "report/numbers.parquet"),
    ]  # fmt: skip
    report = [
        *shared, "--settings", json.dumps({"top": 25, "groups": 3}),
        "--catalogue", *(["ybco-se=YBa1.4Sr0.6Cu3O6Se0.51"] if references else []),
        "--table1-csv", str(root / "report/table1.csv"), "--table2-csv", str(root / "report/table2.csv"),
        "--page", str(root / "report/report.html"), "--figures", str(root / "report/figures"),
    ]  # fmt: skip
    return numbers, report
