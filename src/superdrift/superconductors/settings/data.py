"""Settings of the known compounds: sources, cleaning, flags, the column `split`; families and flags as types."""

from dataclasses import dataclass
from typing import Annotated, Literal

from superdrift.composition.settings import ATOMS, Radius
from superdrift.run.settings import Count, Limits, setting

ModelFamily = Literal["everything", "cuprates", "pnictides", "others"]
"""Family that a model is trained on: everything, or that of the compounds."""

Flags = Annotated[
    list[
        Literal[
            "repeated_element",
            "zero_amount",
            "atomic_percent",
            "large_amounts",
            "element",
            "high_pressure",
            "misprint_suspect",
            "disagreement",
            "oxygen_placeholder",
            "off_grid",
        ]
    ],
    Limits(unique=True),
]
"""Flags of compounds; docs/data.md says what each means."""


Year = Annotated[int, Limits(at_least=1911, at_most=2099)]

CopperValences = Annotated[list[Annotated[float, Limits(at_least=0, at_most=4)]], Limits(fewest=2, most=2)]


@dataclass(frozen=True)
class CatalogueEntry:
    """A compound that references and starts may name."""

    formula: str = setting("chemical formula", fewest=1)
    family: ModelFamily = setting("family of the model to use")


@dataclass(frozen=True)
class FetchSettings:
    """Nothing to choose: the registry says what each file is."""


@dataclass(frozen=True)
class PrepareSettings:
    """Block `prepare`: cleaning, flags and the column `split`."""

    sources: Annotated[list[Annotated[str, Limits(fewest=1)]], Limits(fewest=1, unique=True)] = setting(
        "names in data/registry.yaml, or paths of your own CSV files (formula,tc_k[,...])"
    )
    malformed_rows: Literal["stop", "reject"] = setting(
        "what a row of your own file that cannot be read does; public files: reject"
    )
    until_year: Year | None = setting("only what was first reported in or before it is known; null: everything")
    keep_undated: bool = setting("with until_year: keep compounds whose first report has no known year")
    validation_fraction: float = setting(
        "share of each family held out in `split` (SuperDiff: 95/5)", above=0, at_most=0.5
    )
    group_radius: Radius = setting("near-duplicates linked within this stay on one side of `split`")
    disagreement_k: float = setting(
        "entries of one composition that differ by more are flagged `disagreement`", unit="K", above=0, at_most=300
    )
    atomic_percent_from: float = setting(
        "a larger amount is flagged as atomic percent or large cell", unit=ATOMS, at_least=1, at_most=1000
    )
    copper_valence: CopperValences = setting(
        "lowest and highest; whole-numbered oxygen that puts copper outside is flagged `oxygen_placeholder`", unit="e"
    )
    outlier_k: float = setting(
        "a Tc this far above all its near neighbours is flagged `misprint_suspect` …", unit="K", above=0, at_most=300
    )
    outlier_neighbours: Count = setting("… where at least so many superconductors lie within group_radius")
