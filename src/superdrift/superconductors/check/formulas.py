"""Formulas from people: read from words or a file, screened against known compounds, told in lines or a table."""

import csv
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from numpy.typing import NDArray

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import from_vector, to_vector
from superdrift.run import registry
from superdrift.run.command import Run
from superdrift.run.errors import InputError
from superdrift.run.provenance import describe
from superdrift.run.settings import from_mapping
from superdrift.superconductors.check.estimates import load_estimates
from superdrift.superconductors.data.families import family_of
from superdrift.superconductors.screening.basic_checks import basic_checks
from superdrift.superconductors.screening.novelty import KnownCompounds
from superdrift.superconductors.settings.data import PrepareSettings
from superdrift.superconductors.settings.screening import ScreenSettings
from superdrift.superconductors.stages.prepare import prepare
from superdrift.superconductors.stages.screen import known_screener
from superdrift.superconductors.tables import COMPOUNDS, ESTIMATED, VERDICTS

EMBEDDED = "literature"
"""The known compounds that come with the project."""
NEAREST = 3
"""Known compounds named for each formula."""

_CONFIG = Path(__file__).resolve().parents[4] / "config.yaml"


def read_formulas(words: Sequence[str]) -> tuple[list[str], NDArray[np.float32]]:
    """Formulas and their vectors, from the words of a command line.

    Args:
        words: formulas, or one path of a file: Parquet or CSV with a column `formula`, or one formula per line.

    Returns:
        (n,) texts and (n, 96) atoms per formula unit.

    Raises:
        InputError: for no formula at all, or one that cannot be read, naming it and its place.
    """
    path = Path(words[0]) if len(words) == 1 else None
    is_file = path is not None and (path.is_file() or path.suffix in (".csv", ".txt", ".parquet", ".dat"))
    if is_file and path is not None:
        texts, place = list(_texts(path)), f" in {path}, entry {{}}"
    else:
        texts, place = list(words), ""
    if not texts:
        raise InputError(f"no formula{f' in {path}' if is_file else ''}; give one such as La1.85Sr0.15CuO4")
    amounts = np.zeros((len(texts), 96), dtype=np.float32)
    for row, text in enumerate(texts):
        try:
            amounts[row] = to_vector(parse_formula(text))
        except InputError as error:
            raise InputError(f"{error}{place.format(row + 1)}") from None
        if not amounts[row].any():
            raise InputError(f"formula '{text}' holds no atoms{place.format(row + 1)}; give amounts above 0")
    return texts, amounts


def _texts(path: Path) -> Iterable[str]:
    """Formulas of a file."""
    if not path.is_file():
        raise InputError(f"no file {path}; give formulas, or a file that is there")
    if path.suffix == ".parquet":
        try:
            return pq.read_table(path, columns=["formula"])["formula"].drop_null().to_pylist()
        except (pa.ArrowException, KeyError) as error:
            raise InputError(f"{path} cannot be read as Parquet with a column 'formula': {error}") from None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text; give one formula per line, or CSV or Parquet with 'formula'") from None
    if lines and "formula" in next(csv.reader(lines[:1]), []):
        return [row["formula"] for row in csv.DictReader(lines) if (row["formula"] or "").strip()]
    return [line.strip() for line in lines if line.strip()]


def known_compounds(known: Path | None, folder: Path) -> Path:
    """The table of known compounds to compare with: that of a run, or the compounds that come with the project.

    Args:
        known: a run's name or folder, or its compounds.parquet; anything else leaves the project's own.
        folder: where a table may be made.
    """
    if known is not None:
        below = Path("prepare") / "compounds.parquet"
        for path in (known, known / below, Path("results") / known / below):
            if path.suffix == ".parquet" and path.is_file() and _is_compounds(path):
                return path
    path = folder / "compounds.parquet"
    blocks = _blocks()
    block = blocks["prepare"] | {"sources": [EMBEDDED]}
    file = registry.DATA / registry.entry_of(EMBEDDED).file
    run = Run(blocks["seed"], describe("superdrift.superconductors.stages.prepare", block, blocks["seed"], [file]))
    settings = from_mapping(PrepareSettings, block, place="prepare")
    prepare(run, settings, sources=[file], compounds=path, rejected=folder / "rejected.parquet")
    return path


def _blocks() -> dict[str, Any]:
    """The project's config.yaml.

    Raises:
        InputError: when it is missing (the package was installed away from its repository).
    """
    if not _CONFIG.is_file():
        raise InputError(f"no {_CONFIG}; install superdrift from its repository: pip install -e .")
    blocks: dict[str, Any] = yaml.safe_load(_CONFIG.read_text(encoding="utf-8"))
    return blocks


def _is_compounds(path: Path) -> bool:
    return set(COMPOUNDS.schema.names) <= set(pq.read_schema(path).names)


def screen_settings() -> ScreenSettings:
    """The screening as config.yaml declares it, on amounts as they are given."""
    block = _blocks()["screen"]
    return from_mapping(ScreenSettings, block | {"noise_floor": 0.0, "n_elements": [1, 96]}, place="screen")


def check(texts: Sequence[str], amounts: NDArray[np.float32], known: Path | None) -> pa.Table:
    """One row per formula: verdicts as in screened.parquet, estimates, and `nearest`, known compounds.

    Args:
        texts: (n,) formulas as given.
        amounts: (n, 96) atoms per formula unit.
        known: what to compare with: a run, its compounds.parquet, or a file of formulas; None for the compounds that
            come with the project. With a file of formulas, charge check and estimators still learn from the latter.

    Raises:
        InputError: where `known` is none of these, or a run without estimators.
    """
    settings = screen_settings()
    with tempfile.TemporaryDirectory() as folder:
        compounds = known_compounds(known, Path(folder))
        own = compounds.parent == Path(folder)
        if known is not None and own and not known.is_file():
            raise InputError(f"no known compounds at '{known}'; give a run's name, its compounds.parquet, or a file")
        estimates = load_estimates(compounds, _blocks(), own=own)
        screener = known_screener(settings, compounds, baseline=False, all_rows=True)
        if known is not None and own:
            names, vectors = read_formulas([str(known)])
            radii = {"known_radius": settings.known_radius, "novel_radius": settings.novel_radius}
            screener.known = KnownCompounds(vectors, names, **radii)
    columns = screener.screen(np.arange(len(amounts)), amounts)
    columns |= _basic(amounts)
    nearest = screener.known.several(amounts, NEAREST)
    rows: dict[str, Any] = {"given": list(texts)}
    columns |= estimates.columns(amounts)
    for column in (*VERDICTS, *ESTIMATED.columns):
        rows[column.name] = pa.array(columns[column.name], type=column.type, from_pandas=True)
    return pa.table(rows | {"nearest": nearest})


def _basic(amounts: NDArray[np.float32]) -> dict[str, Any]:
    """The published basic checks, by the range of elements of each formula's own family."""
    ranges = _blocks()["screen"]["n_elements"]
    own = np.array([ranges[family_of(from_vector(row))] for row in amounts])
    passed, failure = np.zeros(len(amounts), dtype=bool), np.full(len(amounts), None, dtype=object)
    for fewest, most in np.unique(own, axis=0):
        rows = np.flatnonzero((own == (fewest, most)).all(axis=1))
        found = basic_checks(amounts[rows], n_elements=(fewest, most), noise_floor=0.0, exact=True)
        passed[rows], failure[rows] = found.passed, found.failure
    return {"basic_pass": passed, "basic_failure": failure}


def _energy(row: dict[str, Any]) -> str:
    """Formation energy in words."""
    if row["formation_energy_ev"] is None:
        return "no formation energy: an element that the model does not know"
    told = f"{row['formation_energy_ev']:+.3f} ± {row['formation_energy_sd_ev']:.3f} eV/atom"
    return f"{told}, {row['hull_distance_ev']:+.3f} from the hull of known compounds (predicted)"


def lines(row: dict[str, Any]) -> list[str]:
    """What one row of `check` says, for a terminal."""
    valence = "" if row["formal_valence"] is None else f", {row['redox_ion']} {row['formal_valence']:+.2f}"
    charge = {True: "valid", False: "not valid", None: "undecided"}[row["charge_valid"]]
    told = {
        "family": f"{row['family']}, {row['n_elements']} element{'s' if row['n_elements'] != 1 else ''}"
        + ("" if row["basic_pass"] else f"; fails the basic checks: {row['basic_failure']}"),
        "reduced": row["reduced_formula"],
        "charge": charge + valence + (f": {row['charge_reason']}" if row["charge_reason"] else ""),
        "charges": row["charges"] or "-",
        "published": "valid" if row["valid_published"] else "not valid",
        "sites": "cations sum to a whole number" if row["site_balanced"] else "cations sum to no whole number",
        "known": "known" if row["known"] else "novel" if row["novel"] else "near a known compound",
        "nearest": ", ".join(row["nearest"]) or "-",
        "Tc": f"{row['tc_k']:.1f} K ({row['tc_low_k']:.1f} to {row['tc_high_k']:.1f}) if superconducting; "
        f"neighbours say {row['tc_knn_k']:.1f} K",
        "super": f"probability {row['superconducting_probability']:.2f} at equal odds; "
        + ("applicable" if row["applicable"] else "not applicable: too far from what is known"),
        "energy": _energy(row),
    }
    return [row["formula"], *(f"  {name:<10} {text}" for name, text in told.items())]
