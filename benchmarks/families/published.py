"""Whether groups of a finished run reach the families published for its references (SuperDiff, Table 2).

A family's range is what its formula allows: each letter in steps of 0.05, all elements there, up to one atom where
nothing bounds it. Published ranges of the letters are not tabulated. Reads published answers, so nothing that finds
families may use it:

    python -m benchmarks.families.published --run results/references
"""

import argparse
import re
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from benchmarks.inputs import CONFIG, start
from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS
from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.composition.vector import atomic_fractions
from superdrift.run.errors import InputError
from superdrift.superconductors.report.table1 import read_published

NEAR = 0.05
"""Half L1; a member this near to a composition of the range is inside it."""
STEP = 0.05
"""Atoms per formula unit; step of a letter, and the least amount of an element that is there."""
_PART = re.compile(r"([A-Z][a-z]?)(?:_\{([^}]*)\}|_?([-+.\dxyz]*))")
_TERM = re.compile(r"([-+]?)([\d.]+|[xyz])")


def compositions(formula: str) -> NDArray[np.float32]:
    """(n, 96) atoms per formula unit of a family's range, e.g. of `Na1-xAl1-yMg_{x+y}Ge1-zGa_z`.

    Raises:
        InputError: for a text that is no such formula.
    """
    parts = list(_PART.finditer(formula))
    if "".join(part[0] for part in parts) != formula or not parts:
        raise InputError(f"'{formula}' is no formula of a family; write one like Ba2-xCs_xCuO3.3")
    letters = sorted(set(re.findall("[xyz]", formula)))
    steps = np.arange(1, round(1 / STEP) + 1) * STEP
    values = np.array(list(product(steps, repeat=len(letters)))).reshape(-1, len(letters))
    amounts = np.zeros((len(values), N_ELEMENTS), dtype=np.float32)
    there = np.ones(len(values), dtype=np.bool_)
    for part in parts:
        amount = np.zeros(len(values))
        for sign, term in _TERM.findall(part[2] or part[3] or "1"):
            amount += (-1 if sign == "-" else 1) * (values[:, letters.index(term)] if term in letters else float(term))
        amounts[:, ATOMIC_NUMBER[part[1]] - 1] += amount
        there &= amount >= STEP - 1e-9
    return amounts[there]


def distances(amounts: NDArray[np.float32], formula: str) -> NDArray[np.float64]:
    """(n,) half L1 from each sample (n, 96) to the nearest composition of a family's range."""
    whole, of_range = atomic_fractions(amounts), atomic_fractions(compositions(formula))
    parts = np.array_split(whole, len(whole) // 500 + 1)
    return np.concatenate([cdist(part, of_range, "cityblock").min(axis=1) / 2 for part in parts])


def same_elements(amounts: NDArray[np.float32], formula: str) -> NDArray[np.bool_]:
    """(n,) samples with just the elements of a family's formula."""
    there = compositions(formula)[0] > 0
    return np.asarray(((amounts > 0) == there).all(axis=1))


def compared(run: Path) -> Iterator[dict[str, Any]]:
    """One row for each published family and method of a run: what comes near it, and what the tests say of it."""
    families = pd.read_parquet(run / "cluster/families.parquet")
    rate = CONFIG["cluster"]["false_discovery_rate"]
    for published in read_published("table2.csv"):
        composition = reduced_formula(parse_formula(str(published["reference_formula"])))
        for slug, entry in CONFIG["catalogue"].items():
            if reduced_formula(parse_formula(entry["formula"])) != composition:
                continue
            for method in ("ilvr", "inpaint"):
                source, formula = f"{method}-{slug}", str(published["family"])
                if (run / "screen" / source / "screened.parquet").is_file():
                    yield {"reference": slug, "family": formula, "method": method} | _near(
                        run, source, formula, families[families["source"] == source], rate
                    )


def _near(run: Path, source: str, formula: str, groups: pd.DataFrame, rate: float) -> dict[str, Any]:
    """Samples and members of groups near a family, and the best p-values of a group with such members.

    Members of the family's own elements count, where any group has one.
    """
    screened = pd.read_parquet(run / "screen" / source / "screened.parquet")
    drawn = screened[screened["basic_pass"]].set_index("id")
    amounts = np.stack(drawn["amounts"].to_list()).astype(np.float32)
    drawn = drawn.assign(away=distances(amounts, formula), own=same_elements(amounts, formula))
    placed = pd.read_parquet(run / "cluster" / source / "clustered.parquet")
    placed = placed[~placed["known"] & placed["group"].notna()].set_index("id")["group"]
    near = drawn[drawn["away"] <= NEAR]
    members = near.join(placed.rename("group"), how="inner")
    counted = members[members["own"]] if members["own"].any() else members
    reached = groups[groups["group"].isin(counted["group"])].sort_values("p_value", kind="stable")
    found = {
        "samples_near": len(near), "samples_of_its_elements": int((near["own"]).sum()),
        "novel_of_its_elements": int((near["own"] & (near["novel"] == True)).sum()),  # noqa: E712 - null is not true
        "members_near": len(members), "members_of_its_elements": int(members["own"].sum()),
        "nearest": float(drawn["away"].min()), "groups_near": len(reached),
    }  # fmt: skip
    known = near["nearest_known"].mode()
    found["known"] = known.iloc[0] if len(known) else ""
    if reached.empty:
        return found | {"verdict": "not reached"}
    best = reached.iloc[0]
    columns = ("group", "general_formula", "p_novel", "p_footprint", "q_value", "novelty_inherited")
    return found | {column: best[column] for column in columns} | {"verdict": verdict(best, rate)}


def verdict(group: pd.Series, rate: float) -> str:
    """What the tests say of a group, in words."""
    if group["new_family"]:
        return "novelty inherited" if group["novelty_inherited"] else "new"
    if group["p_novel"] > rate:
        return "not new"
    return "explained by the filter" if group["p_footprint"] > rate else "not new among all groups"


def main() -> None:
    """Print the comparison."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.families.published", description=__doc__.splitlines()[0])
    made.add_argument("--run", type=Path, required=True, help="folder of a run with references")
    run = made.parse_args().run
    path = run / "cluster/families.parquet"
    if not path.is_file():
        raise InputError(f"no {path}; let snakemake make it, or name another run with --run")
    pd.DataFrame(compared(run)).to_string(sys.stdout, index=False, float_format="{:.4g}".format)
    print()


if __name__ == "__main__":
    start(main)
