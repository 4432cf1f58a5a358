"""The judge: a potential's energy becomes a distance to the hull of known structures, with its error there."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pymatgen.core import Structure

from superdrift.composition.formula import reduced_formula
from superdrift.crystals.stability.hull import METASTABLE, STABLE, KnownHull, known_of
from superdrift.crystals.stability.potential import Potential
from superdrift.crystals.stability.references import formation_energy
from superdrift.crystals.stability.relaxation import refusal
from superdrift.energies.formation_energies import Energies
from superdrift.run.errors import InputError
from superdrift.run.seeds import derive
from superdrift.structures.rows import amounts_of, structure_of

logger = logging.getLogger("superdrift")


@dataclass(frozen=True)
class Verdict:
    """What the hull says of a structure; None where it has no energy or no reference.

    Attributes:
        formation_energy_ev: by the potential, eV/atom.
        e_above_hull_ev: eV/atom; negative: below all that is known.
        stable: no higher than `STABLE`.
        metastable: no higher than `METASTABLE`.
        competitors: known compounds of other compositions among its elements.
    """

    formation_energy_ev: float | None = None
    e_above_hull_ev: float | None = None
    stable: bool | None = None
    metastable: bool | None = None
    competitors: int | None = None


class Judge:
    """Judges relaxed structures against known ones.

    Args:
        table: known structures with the columns `hull.COLUMNS`.
        phases: more competitors, by composition alone.
        known_stays: whether a known structure that matches the judged one stays in its hull.
    """

    def __init__(self, table: pa.Table, phases: Sequence[Energies], *, known_stays: bool) -> None:
        self._known_stays = known_stays
        self.hull = KnownHull(known_of(table), phases)

    def judge(self, structure: Structure, energy: float | None) -> Verdict:
        """The verdict on a structure.

        Args:
            structure: ordered.
            energy: of the potential, eV/atom; None: there is none.
        """
        if energy is None:
            return Verdict()
        try:
            formation = formation_energy(structure, energy)
            formula = reduced_formula(amounts_of(structure))
            left_out = [] if self._known_stays else self.hull.same(formula, structure)
            above = self.hull.above(formula, formation, left_out)
        except InputError as error:  # an element that has no reference, or lies beyond the hull's
            logger.info("%s is not judged: %s", structure.composition.reduced_formula, error)
            return Verdict()
        if not np.isfinite(above):
            return Verdict(formation_energy_ev=formation)
        return Verdict(formation, above, above <= STABLE, above <= METASTABLE, self.hull.competitors(formula))


def measured_error(
    potential: Potential, hull: KnownHull, table: pa.Table, *, number: int, most_sites: int, seed: int
) -> tuple[float | None, int]:
    """Mean error of energies above the hull: single points of known structures left out of it, against their source's.

    The source counts a compound to its own hull, so that its distances are at least 0; negative ones count as 0.

    Args:
        potential: of the energies.
        hull: of the known structures.
        table: known structures with the columns `hull.COLUMNS` and e_above_hull_ev.
        number: structures drawn.
        most_sites: larger cells are not drawn.
        seed: of the draw.

    Returns:
        Mean absolute error in eV/atom, None where there is nothing to compare, and the number of structures.
    """
    usable = table.filter(pc.and_(table["formation_energy_ev"].is_valid(), table["e_above_hull_ev"].is_valid()))
    names = usable["material_id"].to_pylist()
    order = sorted(range(len(names)), key=lambda row: (derive(seed, "crystals", "stability", names[row]), row))[:number]
    drawn = usable.take(pa.array(order, pa.int64())).to_pylist()
    fit = [(row, structure) for row in drawn if refusal(structure := structure_of(row), most_sites=most_sites) is None]
    points = potential.points([structure for _, structure in fit])
    errors = []
    for (row, structure), point in zip(fit, points, strict=True):
        if point.energy_ev is not None:
            formula = row["reduced_formula"]
            itself = hull.same(formula, structure, name=row["material_id"])
            above = hull.above(formula, formation_energy(structure, point.energy_ev), itself)
            errors.append(abs(max(above, 0.0) - row["e_above_hull_ev"]))
    return (float(np.mean(errors)) if errors else None), len(errors)
