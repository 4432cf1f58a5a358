"""Table 2: the groups of compounds that each reference led to, beside the families published for it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.io import tables
from superdrift.report.numbers import Numbers
from superdrift.superconductors.new_families.tables import CLUSTERED, FAMILIES
from superdrift.superconductors.report.table1 import Row, read_published
from superdrift.superconductors.sources import CONDITIONED, INPAINTED, parse_name
from superdrift.superconductors.tables import ESTIMATED

PUBLISHED = "Yuan & Dordevic, Sci. Rep. 14, 10275 (2024), Table 2"

COLUMNS = (
    "reference", "formula", "method", "samples", "basic_pass", "valid_published", "charge_valid", "group", "scale",
    "members", "general_formula", "variables", "tc_low_k", "tc_high_k", "distance", "p_novel", "p_footprint", "p_value",
    "q_value", "new_family", "novelty_inherited", "published_families", "published_tc_low_k", "published_tc_high_k",
)  # fmt: skip
_OF_GROUP = (
    "group", "scale", "members", "general_formula", "variables", "distance", "p_novel", "p_footprint", "p_value",
    "q_value", "new_family", "novelty_inherited",
)  # fmt: skip
"""Columns that are those of `new_families.tables.FAMILIES`."""

METHODS = {CONDITIONED: "ilvr", INPAINTED: "inpaint"}
"""Name of the method by the kind of the source."""


def table2(
    numbers: Numbers,
    references: Mapping[str, str],
    *,
    clustered: Mapping[str, Path],
    families: Path | None,
    estimated: Mapping[str, Path],
) -> list[Row]:
    """Rows of Table 2: one a group of each reference, largest first; one alone where no group was found.

    Args:
        numbers: the run's numbers.
        references: source → formula of its reference.
        clustered: source → clustered.parquet.
        families: families.parquet, with the groups of all sources; None: nothing was grouped.
        estimated: source → estimated.parquet, for the Tc of a group's members.
    """
    rows: list[Row] = []
    every = [] if families is None else tables.read(families, FAMILIES).to_pylist()
    for source, formula in references.items():
        kind, slug = parse_name(source)
        named: Row = {"reference": slug, "formula": formula, "method": METHODS[kind]}
        base: Row = dict.fromkeys(COLUMNS) | named | _published(formula)
        base["samples"] = _count(numbers.value(source, "samples"))
        for quantity in ("basic_pass", "valid_published", "charge_valid"):
            base[quantity] = numbers.hits(source, quantity)
        groups = [group for group in every if group["source"] == source]
        found = _groups(groups, clustered[source], estimated[source]) if groups else []
        rows += [base | group for group in found] or [base]
    return rows


def _groups(groups: Sequence[Row], clustered: Path, estimated: Path) -> list[Row]:
    """The groups of one source with the range of their members' estimated Tc."""
    placed = tables.read(clustered, CLUSTERED, ["id", "known", "group"]).to_pandas()
    estimates = tables.read(estimated, ESTIMATED, ["id", "tc_k"]).to_pandas()
    drawn = placed[~placed["known"] & placed["group"].notna()].merge(estimates, on="id", how="inner")
    ranges = drawn.groupby("group")["tc_k"].agg(["min", "max"])
    rows: list[Row] = []
    for group in groups:
        number = group["group"]
        low, high = ranges.loc[number] if number in ranges.index else (None, None)
        rows.append(
            {name: group[name] for name in _OF_GROUP}
            | {
                "tc_low_k": None if low is None else float(low),
                "tc_high_k": None if high is None else float(high),
            }
        )
    return sorted(rows, key=lambda row: (-int(row["members"] or 0), int(row["group"] or 0)))


def _published(formula: str) -> Row:
    """Families published for a reference, recognised by its composition, and the range of their Tc."""
    composition = reduced_formula(parse_formula(formula))
    same = [
        row
        for row in read_published("table2.csv")
        if reduced_formula(parse_formula(str(row["reference_formula"]))) == composition
    ]
    if not same:
        return {}
    return {
        "published_families": "; ".join(str(row["family"]) for row in same),
        "published_tc_low_k": min(float(row["tc_low_k"] or 0) for row in same),
        "published_tc_high_k": max(float(row["tc_high_k"] or 0) for row in same),
    }


def _count(value: float | None) -> int | None:
    return None if value is None else round(value)
