"""Structures judged on request: what the command and the Python function do."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from superdrift.crystals.ask import structures_of
from superdrift.crystals.data.own import read_own
from superdrift.crystals.evaluation.judge import Evaluation, judge
from superdrift.crystals.evaluation.subjects import GIVEN, Subject, of_entries, of_objects, plain
from superdrift.crystals.evaluation.targets import Sought
from superdrift.crystals.evaluation.verdicts import verdicts
from superdrift.crystals.settings import EvaluateBlock
from superdrift.crystals.tables import EVALUATED, STRUCTURES
from superdrift.io import tables
from superdrift.io.columns import in_columns
from superdrift.run.errors import InputError
from superdrift.run.registry import DATA
from superdrift.structures.formats import SUFFIXES

_CONFIG = DATA.parent / "config.yaml"
SHOWN = 10
"""Structures with something to remark on that the command prints; all are in the table that it writes."""


def evaluate_objects(structures: Iterable[Any], *, run: str | Path | None, targets: Iterable[Any] | None) -> Evaluation:
    """See `superdrift.crystals.evaluate`."""
    return _evaluated(list(of_objects(structures)), run, None if targets is None else list(of_objects(targets)))


def evaluate_files(path: Path, *, run: str | None, targets: Path | None) -> Evaluation:
    """Judge the structures of a file or a folder; what cannot be read is a row with the reason.

    Args:
        path: CIF, POSCAR, extended XYZ, JSON of pymatgen or ASE, or a folder of them.
        run: its known structures are what novelty is counted beside; None: it is not.
        targets: structures that are sought, likewise.

    Raises:
        InputError: where there is no structure, or none can be read.
    """
    found = _evaluated(_in_files(path), run, None if targets is None else _in_files(targets))
    if not any(row["readable"] for row in found.rows):
        first = found.rows[0]
        more = f", as none of its {len(found.rows)} structures" if len(found.rows) > 1 else ""
        raise InputError(f"{path}: {first['name']} cannot be judged{more}: {first['reason']}")
    return found


def _in_files(path: Path) -> list[Subject]:
    if not path.exists():
        raise InputError(f"{path} does not exist; give a file or a folder of {', '.join(SUFFIXES)}")
    found = list(of_entries(read_own(path)))
    if not found:
        raise InputError(f"{path} holds no structure; give a file or a folder of {', '.join(SUFFIXES)}")
    return found


def _evaluated(subjects: list[Subject], run: str | Path | None, targets: list[Subject] | None) -> Evaluation:
    if not subjects:
        raise InputError("no structures to judge; give at least one")
    block = yaml.safe_load(_CONFIG.read_text(encoding="utf-8"))["crystals"]
    settings, symprec = EvaluateBlock(**block["evaluate"] | {"threads": 1}), block["read"]["symprec"]
    known = None if run is None else tables.read(structures_of(run), STRUCTURES)
    sought = None if targets is None else {GIVEN: _sought(targets, symprec)}
    return judge(subjects, settings, symprec=symprec, seed=0, known=known, targets=sought)


def _sought(targets: Sequence[Subject], symprec: float) -> list[Sought]:
    """Targets with their space groups.

    Raises:
        InputError: for a target that is no valid structure.
    """
    found = []
    for target in targets:
        row = verdicts(target, symprec=symprec)
        if target.structure is None or not row["cdvae_geometry"]:
            raise InputError(f"target {target.name} cannot be sought: {row['reason']}; leave it out")
        found.append(Sought(target.name, plain(target.structure), row["space_group"]))
    return found


def report_lines(found: Evaluation) -> list[str]:
    """The numbers as lines of aligned columns, and the first structures with something to remark on."""
    cells = [("quantity", "at", "value", "95 %", "hits", "of")]
    for number in found.numbers:
        value, low, high = (number[name] for name in ("value", "low", "high"))
        shown = ("-", "-") if value is None else (f"{value:.3f}", f"{low:.3f}-{high:.3f}")
        hits = "-" if number["hits"] is None else str(number["hits"])
        cells.append((number["quantity"], str(number["at"] or "-"), *shown, hits, str(number["n"])))
    lines = in_columns(cells, left={"quantity"})
    told = [row for row in found.rows if row["reason"]]
    lines += [f"{row['name']}: {row['reason']}" for row in told[:SHOWN]]
    if len(told) > SHOWN:
        lines.append(f"and {len(told) - SHOWN} more with remarks; --output writes all")
    unread = sum(not row["readable"] for row in found.rows)
    return [*lines, f"{len(found.rows)} structures{f', {unread} of them cannot be read' if unread else ''}"]


def as_table(found: Evaluation) -> pa.Table:
    """The verdicts as a table."""
    return pa.Table.from_pylist(found.rows, schema=EVALUATED.schema)
