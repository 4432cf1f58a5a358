"""Crystals: known structures, and structures proposed for a composition.

from superdrift import crystals
for proposal in crystals.propose("LaNiO3", run="crystals-demo"):
print(proposal.score, proposal.structure)
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
