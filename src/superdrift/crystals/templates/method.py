"""Method `template`: structures proposed for a formula, the nearest known prototypes with its elements, best first."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pymatgen.core import Structure

from superdrift.composition.elements import SYMBOLS
from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.crystals.settings import TemplateBlock
from superdrift.crystals.templates.build import build
from superdrift.crystals.templates.library import Library, slots_of
from superdrift.crystals.templates.ranking import DISTANCES, Ranked, rank
from superdrift.run.errors import InputError
from superdrift.structures.matching import STRICT, matcher
from superdrift.structures.rows import row_of

logger = logging.getLogger("superdrift")


@dataclass(frozen=True)
class Proposal:
    """One proposed structure.

    Attributes:
        structure: its primitive cell.
        score: of its prototype, larger is better.
        template: row of the library that it was made of.
        replaced: element of the template → element in its place, as in `K for Na`.
    """

    structure: Structure
    score: float
    template: dict[str, Any]
    replaced: list[str]


class TemplateMethod:
    """Proposes structures from a library of known ones.

    Args:
        library: the templates.
        settings: similarity of elements, softness, most proposals.
        symprec: Å; how far a template's atoms are moved onto the positions of its symmetry.
    """

    def __init__(self, library: Library, settings: TemplateBlock, *, symprec: float) -> None:
        self.library, self._settings, self._symprec = library, settings, symprec
        self._distance = DISTANCES[settings.similarity]()

    def propose(self, formula: str, *, atoms: int | None = None) -> list[Proposal]:
        """At most `settings.proposals` structures, best first, none of which matches one before it.

        Args:
            formula: any number of formula units.
            atoms: only primitive cells of so many atoms; None: of any number.

        Raises:
            InputError: for a formula that cannot be read.
        """
        slots = slots_of(formula)
        shelf = self.library.shelf(slots.counts)
        if shelf is None:
            return []
        if atoms is not None:
            shelf = shelf.of_size(atoms)
        kept: list[Proposal] = []
        for proposal in self._built(rank(slots, shelf, self._distance, softness=self._settings.softness)):
            if not _among(proposal, kept):
                kept.append(proposal)
                if len(kept) == self._settings.proposals:
                    break
        return kept

    def _built(self, ranked: list[Ranked]) -> Iterator[Proposal]:
        for entry in ranked:
            template = self.library.row(entry.row)
            try:
                structure = build(template, entry.replaced, symprec=self._symprec)
            except InputError as error:
                logger.info("template %s is left out: %s", template["material_id"], error)
                continue
            pairs = sorted(entry.replaced.items(), key=lambda pair: SYMBOLS[pair[1]])
            told = [f"{SYMBOLS[new]} for {SYMBOLS[old]}" for old, new in pairs if old != new]
            yield Proposal(structure, entry.score, template, told)


def _among(proposal: Proposal, kept: list[Proposal]) -> bool:
    """Whether an earlier proposal of the same prototype has the same geometry; other prototypes differ anyway."""
    same = (other for other in kept if other.template["prototype"] == proposal.template["prototype"])
    return any(matcher(STRICT).fit(proposal.structure, other.structure) for other in same)


def rows_of(formula: str, proposals: list[Proposal]) -> list[dict[str, Any]]:
    """Rows of `tables.PROPOSALS`."""
    reduced = reduced_formula(parse_formula(formula))
    return [
        {
            "formula": reduced,
            "rank": number,
            "score": proposal.score,
            **row_of(proposal.structure),
            "n_sites": len(proposal.structure),
            "volume": float(proposal.structure.volume),
            "space_group": proposal.template["space_group"],
            "prototype": proposal.template["prototype"],
            "template": proposal.template["id"],
            "template_source": proposal.template["source"],
            "template_id": proposal.template["material_id"],
            "template_formula": proposal.template["reduced_formula"],
            "replaced": proposal.replaced,
        }
        for number, proposal in enumerate(proposals, start=1)
    ]
