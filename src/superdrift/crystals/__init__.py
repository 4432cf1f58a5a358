"""Crystals: known structures, structures proposed for a composition, and a judge of anybody's structures.

from superdrift import crystals
for proposal in crystals.propose("LaNiO3", run="crystals-demo"):
print(proposal.score, proposal.structure)
crystals.evaluate(structures, run="crystals-demo").numbers
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from superdrift.crystals.evaluation.judge import Evaluation
    from superdrift.crystals.templates.method import Proposal


def propose(
    composition: str, *, run: str | Path, most: int = 20, atoms: int | None = None, known: bool = True
) -> "list[Proposal]":
    """Structures for a composition, from the known structures of a run, best first.

    Args:
        composition: a formula of any number of formula units.
        run: name of a run under results/, its folder, or a table of known structures.
        most: at most so many.
        atoms: only primitive cells of so many atoms; None: of any number.
        known: structures of the composition itself serve, too; without them it is as for a compound nobody has made.

    Returns:
        Proposals with their structure (pymatgen), score, template and what was replaced in it.

    Raises:
        InputError: for a formula that cannot be read, or a run without known structures.
    """
    from superdrift.crystals.ask import propose_structures  # heavy, and other modules import this one  # noqa: PLC0415

    return propose_structures(composition, run=run, most=most, atoms=atoms, known=known)


def evaluate(
    structures: Iterable[Any], *, run: str | Path | None = None, targets: Iterable[Any] | None = None
) -> "Evaluation":
    """Judge structures: valid, unique, novel, the ones sought; each definition under its own name.

    Args:
        structures: of pymatgen or ASE; those of one formula best first, where targets are given.
        run: name of a run under results/, its folder, or a table of known structures, which novelty is counted
            beside; None: it is not counted.
        targets: structures that are sought, of pymatgen or ASE.

    Returns:
        Rows, one for each structure, and numbers, as in docs/methods/crystals.md.

    Raises:
        InputError: for objects that are no structures, or a run without known structures.
    """
    from superdrift.crystals.evaluation.request import evaluate_objects  # heavy, as above  # noqa: PLC0415

    return evaluate_objects(structures, run=run, targets=targets)
