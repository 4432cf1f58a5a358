"""Table 1: the model of each family beside what was published for it and its own training compounds."""

import csv
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from superdrift.report.numbers import Numbers
from superdrift.superconductors.data.families import MODEL_FAMILIES

PUBLISHED = "Yuan & Dordevic, Sci. Rep. 14, 10275 (2024), Table 1"
RUN, PAPER, TRAINING = "this run", "published", "training compounds"

COLUMNS = (
    "version", "rows", "samples", "basic_pass_percent", "novel_percent", "unique_percent", "valid",
    "valid_distinct", "metals_only_percent", "valid_percent", "sc_raw_percent", "sc_corrected_percent",
    "sc_corrected_low_percent", "sc_corrected_high_percent", "sc_corrected_unlabelled_rates_percent",
    "sc_corrected_unlabelled_rates_low_percent", "sc_corrected_unlabelled_rates_high_percent", "tc_mean_k", "tc_sd_k",
    "tc_max_k", "origin",
)  # fmt: skip

_PERCENT = {
    "basic_pass_percent": "basic_pass",
    "novel_percent": "novel",
    "unique_percent": "unique",
    "metals_only_percent": "valid_published_metallic",
    "valid_percent": "valid_published",
    "sc_raw_percent": "sc_raw",
    "sc_corrected_percent": "sc_corrected",
    "sc_corrected_unlabelled_rates_percent": "sc_corrected_unlabelled_rates",
}
_PLAIN = {
    "samples": "samples",
    "valid_distinct": "valid_published_distinct",
    "tc_mean_k": "tc_mean",
    "tc_sd_k": "tc_sd",
    "tc_max_k": "tc_max",
}
_COUNTS = ("samples", "valid_distinct")

Row = dict[str, str | float | int | None]


def table1(numbers: Numbers, families: Sequence[str]) -> list[Row]:
    """Rows of Table 1: for each family this run, the published figures, and the training compounds.

    Args:
        numbers: the run's numbers.
        families: of the models that this run sampled.
    """
    published = {str(row["version"]): row for row in read_published("table1.csv")}
    rows: list[Row] = []
    for family in (name for name in MODEL_FAMILIES if name in families):
        rows.append(_measured(numbers, family, RUN, ""))
        rows.append({**dict.fromkeys(COLUMNS), **published[family], "rows": PAPER, "origin": PUBLISHED})
        rows.append(_measured(numbers, family, TRAINING, "_training"))
    return rows


def _measured(numbers: Numbers, family: str, kind: str, suffix: str) -> Row:
    row: Row = dict.fromkeys(COLUMNS)
    row |= {"version": family, "rows": kind, "origin": "numbers.parquet"}
    for column, quantity in _PERCENT.items():
        row[column] = _percent(numbers.value(family, quantity + suffix))
    for column, quantity in _PLAIN.items():
        value = numbers.value(family, quantity + suffix)
        row[column] = round(value) if value is not None and column in _COUNTS else value
    row["valid"] = numbers.hits(family, "valid_published" + suffix)
    for quantity in ("sc_corrected", "sc_corrected_unlabelled_rates"):
        corrected = numbers.get(family, quantity + suffix)
        if corrected is not None:
            row[f"{quantity}_low_percent"] = _percent(corrected.low)
            row[f"{quantity}_high_percent"] = _percent(corrected.high)
    return row


def read_published(name: str) -> list[Row]:
    """A table of published figures that the package carries; numbers become floats, counts integers."""
    text = files("superdrift.superconductors.report").joinpath("published", name).read_text(encoding="utf-8")
    return [{key: _number(value) for key, value in row.items()} for row in csv.DictReader(text.splitlines())]


def write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as CSV with a header; an empty cell stands for a quantity that is not defined."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(row[name]) for name in columns} for row in rows)


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _cell(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else value


def _number(text: str) -> str | float | int | None:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text or None
