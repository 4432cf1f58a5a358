"""The judge: structures in, a row for each and the numbers of each set out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from superdrift.composition.formula import reduced_formula
from superdrift.crystals.evaluation.numbers import of_sets, shares
from superdrift.crystals.evaluation.sameness import Compared, compare
from superdrift.crystals.evaluation.subjects import Subject, plain
from superdrift.crystals.evaluation.targets import TOPS, Sought, judged, metre, rates
from superdrift.crystals.evaluation.verdicts import verdicts
from superdrift.crystals.settings import EvaluateBlock
from superdrift.run.pool import in_order
from superdrift.run.progress import Progress
from superdrift.run.seeds import generator
from superdrift.structures.rows import amounts_of


@dataclass(frozen=True)
class Evaluation:
    """What the judge says.

    Attributes:
        rows: one for each structure, with the columns of `tables.EVALUATED`.
        numbers: one for each quantity, with the columns of `tables.EVALUATION`.
    """

    rows: list[dict[str, Any]]
    numbers: list[dict[str, Any]]


def judge(
    subjects: Sequence[Subject], settings: EvaluateBlock, *, symprec: float, seed: int,
    known: pa.Table | None = None, targets: Mapping[str, Sequence[Sought]] | None = None,
) -> Evaluation:  # fmt: skip
    """Judge structures.

    Args:
        subjects: the structures; those of a set and a formula come best first.
        settings: what is compared, and how many processes do it.
        symprec: Å; of the space group.
        seed: of the intervals of means.
        known: table of known structures to be novel beside; None: novelty is not asked for.
        targets: set → structures sought by its proposals; None: nothing is sought.
    """
    rows = []
    with Progress(len(subjects), "evaluate", "structure") as progress:
        for row in in_order(partial(verdicts, symprec=symprec), subjects, processes=settings.threads):
            rows.append(row)
            progress.advance()
    members = _members(rows, subjects, settings.most_sites)
    for number, columns in compare(members, known, settings.same, processes=settings.threads):
        rows[number] |= columns
    numbers = of_sets(rows, partial(shares, ways=settings.same, novelty=known is not None))
    for group, sought in (targets or {}).items():
        numbers += _found(group, list(zip(rows, subjects, strict=True)), sought, settings, seed=seed)
    return Evaluation(rows, numbers)


def _members(
    rows: list[dict[str, Any]], subjects: Sequence[Subject], most_sites: int
) -> Iterator[tuple[int, str, Compared]]:
    """Structures that can be compared; the others' rows say why they are not."""
    for number, (row, subject) in enumerate(zip(rows, subjects, strict=True)):
        if subject.structure is None or row["cdvae_geometry"] is None:
            continue
        if row["n_sites"] > most_sites:
            _remark(row, f"{row['n_sites']} sites; crystals.evaluate.most_sites = {most_sites} are compared")
        elif not row["cdvae_geometry"]:
            _remark(row, "not compared with others")
        else:
            compared = Compared(
                row["name"],
                plain(subject.structure),
                row["formula"],
                row["space_group"],
                row["fingerprint"],
                subject.known_id,
            )
            yield number, row["set"], compared


def _found(
    group: str, members: list[tuple[dict[str, Any], Subject]], sought: Sequence[Sought], settings: EvaluateBlock,
    *, seed: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Numbers of a set's matches with what is sought; each proposal's row gets its own."""
    by_formula: dict[str, list[tuple[dict[str, Any], Sought]]] = {}
    for row, subject in members:
        if row["set"] == group and row["formula"] is not None:
            usable = subject.structure is not None and row["cdvae_geometry"] and row["n_sites"] <= settings.most_sites
            structure = plain(subject.structure) if usable else None
            proposal = Sought(row["name"], structure, row["space_group"])
            by_formula.setdefault(row["formula"], []).append((row, proposal))
    proposals = [by_formula.get(reduced_formula(amounts_of(target.structure)), []) for target in sought]
    work = [(target, [proposal for _, proposal in mine]) for target, mine in zip(sought, proposals, strict=True)]
    results = list(in_order(_judged, work, processes=settings.threads))
    for target, mine, result in zip(sought, proposals, results, strict=True):
        for (row, _), rmsd, same in zip(mine, result["rmsd"], result["same_group"], strict=True):
            if rmsd is not None and (row["rmsd"] is None or rmsd < row["rmsd"]):
                row |= {"target": target.name, "rmsd": rmsd, "same_space_group": same}
    draws = generator(seed, "crystals", "evaluate", group)
    numbers = [{"at": at, **entry} for at in TOPS for entry in rates(results, at, generator=draws)]
    return [{"set": group, "at": None, **entry} for entry in numbers + metre(results, generator=draws)]


def _judged(pair: tuple[Sought, list[Sought]]) -> dict[str, Any]:
    return judged(*pair)


def _remark(row: dict[str, Any], text: str) -> None:
    row["reason"] = f"{row['reason']}; {text}" if row["reason"] else text
