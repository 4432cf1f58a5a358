"""What screening, estimation and clustering found in one source, or in a family's training compounds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from superdrift.composition.greedy_net import greedy_net
from superdrift.energies.hull import NEAR_HULL
from superdrift.io import tables
from superdrift.report.numbers import Number, count, moments, share
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.report.corrected import Classified
from superdrift.superconductors.screening.judged_amounts import judged_amounts
from superdrift.superconductors.screening.verdicts import VERDICTS, Verdicts
from superdrift.superconductors.tables import ESTIMATED, PROJECTED, SCREENED
from superdrift.superconductors.tc.classification import classified_superconducting
from superdrift.superconductors.tc.matched_rates import METHODS

TC = ("tc_mean", "tc_sd", "tc_max")


@dataclass(frozen=True)
class Screened:
    """The screening of one source, row by row.

    Ids rise; distances (half L1, to the nearest known compound) and families are those of rows that pass.
    """

    path: Path
    ids: NDArray[np.int64]
    distance: NDArray[np.float64]
    family: NDArray[np.str_]
    verdicts: Verdicts

    @property
    def n(self) -> int:
        """Samples drawn."""
        return len(self.ids)


def read_screened(path: Path) -> Screened:
    """Read what the numbers need of a screened table."""
    data = tables.read(path, SCREENED, ["id", "distance_to_known", "family", *VERDICTS])
    distance = pc.fill_null(data["distance_to_known"], 1.0).to_numpy()
    family = np.asarray(pc.fill_null(data["family"], COMPOUND_FAMILIES[-1]).to_pylist(), dtype=np.str_)
    return Screened(path, data["id"].to_numpy(), distance, family, Verdicts.of(data))


def screened_numbers(screened: Screened, source: str, *, novel_radius: float, suffix: str = "") -> list[Number]:
    """Shares and counts of the screening, as docs/methods/numbers.md defines them.

    Args:
        screened: the verdicts.
        source: source they describe.
        novel_radius: half L1; two rows counted as distinct differ by at least this.
        suffix: appended to each quantity (`_training` for the known compounds of a family).
    """
    verdicts = screened.verdicts
    n, passes = screened.n, int(verdicts["basic_pass"].sum())
    valid = verdicts.passed("valid_published")

    def of(quantity: str, mask: NDArray[np.bool_], denominator: int) -> Number:
        return share("screen", source, quantity + suffix, int(mask.sum()), denominator)

    novel, metallic = verdicts.passed("novel"), verdicts["metallic"]
    plausible = novel & verdicts.plausible
    amounts, of_metals = judged_amounts(screened.path, plausible), metallic[plausible]
    distinct = {"distinct_novel_valid": amounts[~of_metals], "distinct_novel_metallic": amounts[of_metals]}
    return [
        count("screen", source, "samples" + suffix, n, n),
        of("basic_pass", verdicts["basic_pass"], n),
        of("unique", verdicts["basic_pass"] & ~verdicts["duplicate"], passes),
        of("novel", novel, passes),
        of("known", verdicts.passed("known"), passes),
        of("valid_published", verdicts["valid_published_raw"], n),
        of("charge_valid", verdicts["charge_valid_raw"], n),
        of("superconductor_valence", verdicts.passed("superconductor_valence"), n),
        of("metallic", verdicts.passed("metallic"), n),
        of("metal_plausible", verdicts.passed("metal_plausible"), int(verdicts.passed("metallic").sum())),
        of("site_balanced", verdicts.passed("site_balanced"), n),
        of("valid_published_metallic", valid & metallic, int(valid.sum())),
        count("screen", source, "valid_published_distinct" + suffix,
              int((valid & ~verdicts["duplicate"]).sum()), int(valid.sum())),
        *(
            count("screen", source, name + suffix, _distinct(rows, novel_radius), len(rows))
            for name, rows in distinct.items()
        ),
    ]  # fmt: skip


def training_numbers(screened: Screened, family: str, *, novel_radius: float) -> list[Number]:
    """The same of a family's known superconductors, run through the same screening.

    What only generated compounds have is undefined: a classifier asked about its own rows measures nothing.
    """
    undefined = {
        "project": ("valid_after_projection",),
        "estimate": ("sc_raw", "sc_corrected", "sc_corrected_unlabelled_rates"),
        "cluster": ("new_families",),
    }
    rows = screened_numbers(screened, family, novel_radius=novel_radius, suffix="_training")
    return rows + [
        Number(stage, family, f"{name}_training", None, 0) for stage, names in undefined.items() for name in names
    ]


def projected_numbers(screened: Screened, source: str, projected: Path) -> list[Number]:
    """Share of the samples that the rule they were projected on accepts; undefined where nothing was projected.

    The shares named valid_published and charge_valid are of the samples before that.
    """
    rules = set(tables.read(projected, PROJECTED, ["rule"])["rule"].to_pylist())
    if rules <= {"none"}:
        return [Number("project", source, "valid_after_projection", None, 0)]
    verdict = {"published": "valid_published", "charge_valid": "charge_valid"}[rules.pop()]
    hits = int(screened.verdicts.passed(verdict).sum())
    return [share("project", source, "valid_after_projection", hits, screened.n)]


def estimated_numbers(screened: Screened, source: str, estimated: Path) -> tuple[list[Number], Classified]:
    """Tc of the superconductors among the rows that are valid as published, and formation energies of these rows.

    Returns:
        The numbers, and the valid rows as the classifiers classify them.
    """
    names = ["id", *METHODS.values(), "tc_k", "formation_energy_ev", "hull_distance_ev"]
    data = tables.read(estimated, ESTIMATED, names)
    ids = data["id"].to_numpy()
    if not np.isin(ids, screened.ids).all():
        raise InputError(f"{estimated} has rows that its screened table lacks; delete it and run snakemake again")
    valid = np.isin(ids, screened.ids[screened.verdicts.passed("valid_published")])
    classes = {method: classified_superconducting(data[column].to_numpy()[valid]) for method, column in METHODS.items()}
    place = np.searchsorted(screened.ids, ids[valid])
    found = Classified(classes, screened.distance[place], screened.family[place])
    tc = data["tc_k"].to_numpy()[valid][classes["estimator"]]
    energy, hull = (data[name].filter(pa.array(valid)).drop_null().to_numpy() for name in names[-2:])
    mean = float(energy.mean()) if len(energy) else None
    rows = [
        *moments("estimate", source, TC, tc, "K"),
        Number("estimate", source, "ef_mean", mean, len(energy), "eV/atom"),
        share("estimate", source, "ef_negative", int((energy < 0).sum()), len(energy)),
        share("estimate", source, "hull_near", int((hull <= NEAR_HULL).sum()), len(hull)),
    ]
    return rows, found


def _distinct(amounts: NDArray[np.float32], radius: float) -> int:
    """Size of the greedy net at `radius` over (n, 96) compositions, in row order."""
    # A repeated composition is no new point of the net; leaving repetitions out first saves time.
    rows = np.ascontiguousarray(amounts).view(np.dtype((np.void, amounts.itemsize * amounts.shape[1]))).ravel()
    first = np.sort(np.unique(rows, return_index=True)[1])
    return int(greedy_net(amounts[first], radius).sum()) if len(first) else 0
