"""What the charge check tells apart, beside its rivals: ROC against decoys made of held-out SuperCon compounds.

Decoys: anions × 0.8, 0.9, 1.1, 1.2; a cation of fixed valence replaced by one of another valence; the amounts of two
elements exchanged. Held out are 30 % of the compositions, at random and by near-duplicate groups; oxygen of cuprates is
measured (no whole number). Rivals: the published rule and SMACT's mixed valence (smact14), pymatgen's oxidation-state
guesses, and the density of one valence per ion over all compounds:

    python -m benchmarks.charge_check [--run results/small] [--quick]
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pymatgen.core import Composition
from sklearn.metrics import roc_auc_score
from smact.screening import smact_validity

from benchmarks.inputs import CONFIG, SEED, parsed, parser, start
from benchmarks.record import origin, write
from superdrift.charges.charge_check import ChargeCheck
from superdrift.charges.formal_valence import formal_valence
from superdrift.charges.ion_charges import ANIONS, COMMON_CHARGES, LONE_PAIR_IONS, REDOX_IONS
from superdrift.charges.settings import ChargeSettings
from superdrift.charges.smact_rule import published_validity
from superdrift.composition.atom_counts import whole_counts
from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formulas import count_formulas
from superdrift.io.tables import matrix, read
from superdrift.superconductors.tables import COMPOUNDS

HELD_OUT, FEW, FEW_IF_QUICK, MOST_ATOMS = 0.3, 60, 5, 40
Amounts = NDArray[np.float64]
Scores = NDArray[np.float64]
NEGATIVE = [ATOMIC_NUMBER[symbol] - 1 for symbol in ANIONS]
VARIABLE = {*REDOX_IONS, *LONE_PAIR_IONS, "H", "B", "C", "N", "P", "As", "Si", "Ge", "Ce", "Eu", "Yb", "Pr", "Tb"}
PLAIN = {ATOMIC_NUMBER[s] - 1: q for s, q in COMMON_CHARGES.items() if q > 0 and s not in VARIABLE}


def main() -> None:
    """Measure, print and write benchmarks/charge_check.parquet."""
    arguments = parsed(parser("charge_check", __doc__))
    warnings.simplefilter("ignore")
    data = read(arguments.compounds, COMPOUNDS)
    few = FEW_IF_QUICK if arguments.quick else FEW
    results = [row for split in ("random", "group") for row in measured(data, split, few=few)] + shares(data)
    for row in results:
        print("{split:<7} {family:<10} {check:<14} {decoys:<10} {quantity:<12} {value:>7.3f} {n:>6}".format(**row))
    write(arguments.output, results, origin(arguments.compounds))


def measured(data: pa.Table, split: str, *, few: int) -> list[dict[str, Any]]:
    """AUC per family and kind of decoy, and the shares that pass, for each check; slow rivals judge `few` compounds."""
    amounts = matrix(data["amounts"]).astype(np.float64)
    families, trusted = np.array(data["family"].to_pylist()), _trusted(data)
    key = np.unique(data["reduced_formula"].to_pylist(), return_inverse=True)[1]
    key = key if split == "random" else data["group"].to_numpy()
    held_out = (np.random.default_rng(SEED).random(key.max() + 1) < HELD_OUT)[key]
    others = amounts[~np.array(data["superconducting"]) & _unflagged(data) & ~held_out]
    check = ChargeCheck(amounts[trusted & ~held_out], ChargeSettings(**CONFIG["screen"]["charge"]), others)
    results = []
    for family in ("cuprates", "pnictides", "others"):
        rows = trusted & held_out & (families == family) & ~((families == "cuprates") & _nominal(amounts))
        real = amounts[rows]
        real = real[~np.isnan(check.verdicts(real).score)]
        plain = plain_density(amounts[trusted & ~held_out & (families == family) & ~(_nominal(amounts) & (
            families == "cuprates"))])  # fmt: skip
        checks: dict[str, tuple[Callable[[Amounts], Scores], float, int]] = {
            "charge_valid": (lambda a: np.nan_to_num(check.verdicts(a).score, nan=-100.0), 0.0, len(real)),
            "superconductor": (lambda a: of_superconductors(check, a), 0.0, len(real)),
            "plain density": (plain, np.nan, len(real)),
            "published": (published, 0.5, len(real)),
            "mixed valence": (mixed_valence, 0.5, few),
            "pymatgen": (pymatgen_guess, 0.5, few),
        }
        for name, (score, limit, most) in checks.items():
            results += compare(real, score, limit, most, split=split, family=family, check=name)
    return results


def compare(
    real: Amounts, score: Callable[[Amounts], Scores], limit: float, most: int, **names: str
) -> list[dict[str, Any]]:
    """AUC of one check per kind of decoy and pooled, and the shares at or above its limit."""
    real = real[np.random.default_rng(SEED).permutation(len(real))[:most]]
    positive, pooled, results = score(real), [], []
    kinds = decoys(real, np.random.default_rng(SEED + 1))
    for kind, rows in kinds.items():
        negative = score(rows)
        pooled.append(negative)
        results.append(names | {"decoys": kind, "quantity": "auc", "value": auc(positive, negative), "n": len(rows)})
    everything = np.concatenate(pooled)
    results.append(
        names | {"decoys": "pooled", "quantity": "auc", "value": auc(positive, everything), "n": len(everything)}
    )
    if not np.isnan(limit):
        for kind, values in (("real", positive), ("pooled", everything)):
            results.append(names | {"decoys": kind, "quantity": "passes", "value": float((values >= limit).mean()),
                                    "n": len(values)})  # fmt: skip
    return results


def auc(positive: Scores, negative: Scores) -> float:
    """Area under the ROC curve."""
    truth = np.r_[np.ones(len(positive)), np.zeros(len(negative))]
    return float(roc_auc_score(truth, np.r_[positive, negative]))


def decoys(real: Amounts, stream: np.random.Generator) -> dict[str, Amounts]:
    """Wrong compounds made of real ones."""
    made: dict[str, Amounts] = {}
    for factor in (0.8, 0.9, 1.1, 1.2):
        scaled = real.copy()
        scaled[:, NEGATIVE] *= factor
        made[f"anions × {factor}"] = np.round(scaled, 3)
    swapped, exchanged = [], []
    for row in real:
        here = [i for i in PLAIN if row[i] > 0]
        if here:
            old = here[stream.integers(len(here))]
            new = stream.choice([i for i, q in PLAIN.items() if row[i] == 0 and q != PLAIN[old]])
            swapped.append(_with(row, old, 0.0, new, row[old]))
        present = np.flatnonzero(row)
        pairs = [(i, j) for i in present for j in present if i < j and abs(row[i] - row[j]) > 1e-6]
        if pairs:
            i, j = pairs[stream.integers(len(pairs))]
            exchanged.append(_with(row, i, row[j], j, row[i]))
    return made | {"swapped": np.array(swapped), "exchanged": np.array(exchanged)}


def _with(row: NDArray[np.float64], i: int, first: float, j: int, second: float) -> NDArray[np.float64]:
    changed = row.copy()
    changed[i], changed[j] = first, second
    return changed


def of_superconductors(check: ChargeCheck, amounts: Amounts) -> Scores:
    """Score by known superconductors alone, for the verdict superconductor_valence; no redox ion counts as no."""
    found = check.verdicts(amounts)
    return np.where(found.of_superconductors == True, found.score, -100.0)  # noqa: E712 - elementwise


def plain_density(known: Amounts) -> Callable[[Amounts], Scores]:
    """The plainest check: smoothed density of each ion's valence over all compounds of the family."""
    found, grid = formal_valence(known), np.arange(-1000, 1500)
    kernel = np.exp(-0.5 * (np.arange(-30, 31) / 5) ** 2)
    densities = {
        ion: np.convolve(np.bincount(_cell(found.valence[found.ion == ion]), minlength=len(grid)), kernel, "same")
        / (found.ion == ion).sum()
        for ion in set(found.ion) - {None}
    }

    def score(amounts: Amounts) -> Scores:
        found = formal_valence(amounts)
        values = -np.abs(np.nan_to_num(found.charge, nan=100.0)) - 20.0
        for ion, density in densities.items():
            rows = found.ion == ion
            values[rows] = np.log(density[_cell(found.valence[rows])] + 1e-6)
        return values

    return score


def _cell(valence: Scores) -> NDArray[np.int64]:
    return np.clip(np.rint(valence * 100), -1000, 1499).astype(np.int64) + 1000


def published(amounts: Amounts) -> Scores:
    """Verdicts of the published rule on exact counts."""
    return published_validity(whole_counts(np.round(amounts, 3).astype(np.float32))).astype(float)


def mixed_valence(amounts: Amounts) -> Scores:
    """Verdicts of SMACT's check with mixed valence."""
    return np.array([
        smact_validity(formula, oxidation_states_set="smact14", mixed_valence=True) for formula in _reduced(amounts)
    ], dtype=float)  # fmt: skip


def pymatgen_guess(amounts: Amounts) -> Scores:
    """Whether pymatgen finds oxidation states; formulas of many atoms take it hours and count as not found."""
    found = []
    for formula in _reduced(amounts):
        compound = Composition(formula)
        found.append(compound.num_atoms <= MOST_ATOMS and bool(compound.oxi_state_guesses()))
    return np.array(found, dtype=float)


def _reduced(amounts: Amounts) -> list[str]:
    return count_formulas(whole_counts(np.round(amounts, 3).astype(np.float32)))


def shares(data: pa.Table) -> list[dict[str, Any]]:
    """Of all superconductors of SuperCon, flagged or not: valid, not valid, undecided."""
    amounts, families = matrix(data["amounts"]).astype(np.float64), np.array(data["family"].to_pylist())
    superconducting = np.array(data["superconducting"])
    others = amounts[~superconducting & _unflagged(data)]
    check = ChargeCheck(amounts[_trusted(data)], ChargeSettings(**CONFIG["screen"]["charge"]), others)
    names = {"split": "all", "check": "charge_valid", "decoys": "real"}
    results = []
    for family in ("cuprates", "pnictides", "others"):
        valid = check.verdicts(amounts[superconducting & (families == family)]).valid
        for quantity, value in (("valid", True), ("not valid", False), ("undecided", None)):
            share = float(np.mean([v is value or v == value for v in valid]))
            results.append(names | {"family": family, "quantity": quantity, "value": share, "n": len(valid)})
    return results


def _trusted(data: pa.Table) -> NDArray[np.bool_]:
    return _unflagged(data) & np.array(data["superconducting"])


def _unflagged(data: pa.Table) -> NDArray[np.bool_]:
    return np.array([not flags for flags in data["flags"].to_pylist()], dtype=bool)


def _nominal(amounts: Amounts) -> NDArray[np.bool_]:
    oxygen = amounts[:, ATOMIC_NUMBER["O"] - 1]
    return (oxygen > 0) & (np.abs(oxygen - np.rint(oxygen)) < 1e-4)


if __name__ == "__main__":
    start(main)
