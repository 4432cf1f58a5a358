"""A tiny run for the tests of fit, estimate and rank: compounds, samples and their screening."""

import json

import numpy as np

from superdrift.composition.formula import format_formula, reduced_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import from_vector, round_amounts
from superdrift.io import tables
from superdrift.superconductors.data.families import family_of
from superdrift.superconductors.tables import COMPOUNDS, PROJECTED, SCREENED

FIT = {
    "boosting": {
        "leaves": [7],
        "most_trees": 40,
        "patience": 10,
        "learning_rate": 0.2,
        "fewest_in_leaf": 3,
        "feature_fraction": 0.5,
        "row_fraction": 0.8,
        "l2": 1.0,
    },
    "forest": {"trees": 10, "feature_fraction": 0.3},
    "threads": 1,
    "neighbours": [3, 5],
    "metrics": ["manhattan"],
    "weights": ["distance", "uniform"],
    "folds": 5,
    "repeats": 2,
    "group_radius": 0.05,
    "largest_group": 0.1,
    "unlabelled_weight": 0.05,
    "coverage": 0.9,
    "applicable_quantile": 0.8,
    "exclude_flags": ["misprint_suspect"],
}
RANK = {
    "require_charge_valid": True,
    "allow_metallic": False,
    "require_metal_plausible": True,
    "forbidden_elements": [],
    "spacing": 0.02,
    "keep": 1000,
}
HOSTS = ((8, 29, 39, 56), (8, 29, 38, 57), (26, 33, 56), (5, 12), (41, 50))


def common(settings):
    """Arguments of every stage."""
    return ["--settings", json.dumps(settings), "--seed", "1"]


def amounts(n, seed):
    """Compositions on the 0.01 grid around a few hosts."""
    generator = np.random.default_rng(seed)
    rows = np.zeros((n, 96))
    for row in range(n):
        host = np.array(HOSTS[row % len(HOSTS)])
        rows[row, host - 1] = 1 + np.arange(len(host)) + generator.random(len(host)).round(2)
        rows[row, 57 + generator.integers(8)] += 0.1
    return round_amounts(rows, noise_floor=0.0)


def write_compounds(path, n=60, negatives=8):
    """A prepared table; the first rows are not superconducting, the last is flagged."""
    vectors = amounts(n, 0)
    exact = [from_vector(vector) for vector in vectors]
    negative = np.arange(n) < negatives
    tc = [None if c else float(10 + 20 * (i % 5)) for i, c in enumerate(negative)]
    columns = {
        "id": np.arange(n),
        "formula": [format_formula(a) for a in exact],
        "reduced_formula": [reduced_formula(a) for a in exact],
        "family": [family_of(a) for a in exact],
        "superconducting": ~negative,
        "tc_k": tc,
        "tc_consensus_k": tc,
        "amounts": vectors,
        "split": ["train"] * n,
        "group": np.arange(n),
        "flags": [[]] * (n - 1) + [["misprint_suspect"]],
        "year": [None] * n,
        "reference": [None] * n,
        "origin": ["test"] * n,
        "row": np.arange(1, n + 1),
    }
    tables.write(path, COMPOUNDS, columns, {})
    return vectors


def write_source(folder, known, *, n=40, seed=5, passes=True):
    """projected.parquet and screened.parquet of one source, two batches each."""
    vectors = amounts(n, seed)
    distance, _ = CompositionIndex(known).nearest(vectors)
    exact = [from_vector(vector) for vector in vectors]
    nothing = [None] * n
    basic = np.array([passes and row % 4 != 3 for row in range(n)])
    screened = {
        "id": np.arange(n),
        "amounts": vectors,
        "formula": [format_formula(a) for a in exact],
        "reduced_formula": [reduced_formula(a) for a in exact],
        "family": [family_of(a) for a in exact],
        "n_elements": [len(a) for a in exact],
        "basic_pass": basic,
        "basic_failure": nothing,
        "duplicate": np.zeros(n, dtype=bool),
        "known": distance < 0.005,
        "novel": distance > 0.02,
        "distance_to_known": distance,
        "nearest_known": nothing,
        "metallic": np.zeros(n, dtype=bool),
        "metal_plausible": nothing,
        "metal_score": np.full(n, np.nan),
        "valid_published": np.ones(n, dtype=bool),
        "charge_valid": np.ones(n, dtype=bool),
        "superconductor_valence": np.ones(n, dtype=bool),
        "valid_published_raw": np.ones(n, dtype=bool),
        "charge_valid_raw": np.ones(n, dtype=bool),
        "charge_score": np.zeros(n),
        "charges": [None] * n,
        "charge_reason": nothing,
        "redox_ion": nothing,
        "formal_valence": nothing,
        "site_balanced": np.zeros(n, dtype=bool),
    }
    projected = {"id": np.arange(n), "amounts": vectors, "moved": np.full(n, 0.25), "rule": ["none"] * n}
    for name, table, columns in (
        ("screened", SCREENED, screened),
        ("projected", PROJECTED, projected),
    ):
        with tables.Writer(folder / f"{name}.parquet", table, {}) as writer:
            for half in (slice(0, n // 2), slice(n // 2, n)):
                writer.append({key: column[half] for key, column in columns.items()})
    return basic
