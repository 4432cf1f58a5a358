"""The table that `superdrift check` makes, declared once: names, types, units, meanings."""

from dataclasses import replace

import pyarrow as pa

from superdrift.io.tables import Column, Table
from superdrift.superconductors.tables import COUNT, ESTIMATED, REAL, TEXT, TRUTH, VERDICTS

MEASURED = Table(
    "measured",
    (
        Column("known_formula", TEXT, "the known compound within the known radius, as read", nullable=True),
        Column(
            "known_superconducting",
            TRUTH,
            "whether any of its entries superconducts; null where none was measured",
            nullable=True,
        ),
        Column("known_tc_k", REAL, "median Tc of its superconducting entries", "K", nullable=True),
        Column("known_tc_low_k", REAL, "lowest of them", "K", nullable=True),
        Column("known_tc_high_k", REAL, "highest of them", "K", nullable=True),
        Column("known_flags", pa.list_(TEXT), "doubts about its entries; docs/data.md lists them", nullable=True),
        Column("known_source", TEXT, "where they stand: origin, line, reference", nullable=True),
    ),
)
"""What was measured of a formula that is known."""

CHECKED = Table(
    "checked",
    (
        Column("origin", TEXT, "file that the formula stands in; - standard input; null: an argument", nullable=True),
        Column("row", COUNT, "line in that file (of a Parquet table the row), or place among the arguments, from 1"),
        Column("given", TEXT, "the formula as it stands there"),
        Column("reason", TEXT, "why it could not be read; all columns after this one are null then", nullable=True),
        *(replace(column, nullable=True) for column in (*VERDICTS, *ESTIMATED.columns[1:])),
        *MEASURED.columns,
        Column("nearest", pa.list_(TEXT), "nearest known compounds, with their distances", nullable=True),
    ),
)
"""What `superdrift check --output` writes, one row per formula given."""
