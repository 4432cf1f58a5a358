"""Relaxes structures, cell and positions (ASE's FIRE with a cell filter), to a relaxed one or a reason each."""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from superdrift.crystals.stability.potential import EXTRA, FAILURES, Potential, told
from superdrift.run.errors import InputError
from superdrift.structures.matching import SMALLEST_DISTANCE, SMALLEST_VOLUME, smallest_distance

LARGEST_STRETCH = 2.0
"""Factor by which the cell may stretch or shrink along any direction; beyond, the relaxation has left what the
potential knows, and in flat cells the search for neighbours takes for ever. Proposed cells are some percent off, so
that no result that is used depends on it."""


@dataclass(frozen=True)
class Relaxed:
    """What became of a structure.

    Attributes:
        structure: relaxed, or as given where that failed.
        energy_ev: potential's energy, eV/atom; None where it failed.
        fmax: largest force at the end, that on the cell included, eV/Å.
        steps: of the optimiser.
        converged: fmax is as small as asked for.
        reason: why there is no relaxed structure; None where there is one.
    """

    structure: Structure
    energy_ev: float | None
    fmax: float | None
    steps: int
    converged: bool
    reason: str | None


def relax(structure: Structure, potential: Potential, *, fmax: float, steps: int, most_sites: int) -> Relaxed:
    """Relax one structure; whatever is wrong with it becomes the reason.

    Args:
        structure: any.
        potential: of its energies.
        fmax: eV/Å; relaxed once no force is larger.
        steps: most of them.
        most_sites: larger cells are refused.

    Raises:
        InputError: where ASE is not installed.
    """
    reason = refusal(structure, most_sites=most_sites)
    if reason is not None:
        return Relaxed(structure, None, None, 0, False, reason)
    atoms = _atoms(structure)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            atoms.calc = potential.calculator()
            return _run(structure, atoms, fmax=fmax, steps=steps)
    except FAILURES as error:
        return Relaxed(structure, None, None, 0, False, told(error))


def refusal(structure: Structure, *, most_sites: int) -> str | None:
    """Why a structure cannot be given to a potential; None: it can."""
    if len(structure) == 0:
        return "no atom"
    if len(structure) > most_sites:
        return f"{len(structure)} sites in its cell; crystals.stability.most_sites = {most_sites}"
    if not structure.is_ordered:
        return "partial occupancies"
    if not (np.isfinite(structure.lattice.matrix).all() and np.isfinite(structure.frac_coords).all()):
        return "lattice or coordinates are no numbers"
    if structure.volume < SMALLEST_VOLUME:
        return f"a cell of {structure.volume:.2g} Å^3"
    nearest = smallest_distance(structure)
    return None if nearest >= SMALLEST_DISTANCE else f"two atoms {nearest:.2f} Å apart; at least {SMALLEST_DISTANCE} Å"


def _atoms(structure: Structure) -> Any:
    """The structure for ASE.

    Raises:
        InputError: where that is not installed.
    """
    from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415

    try:
        return AseAtomsAdaptor.get_atoms(structure, msonable=False)
    except ImportError:  # pymatgen's way to say that ASE is missing
        raise InputError(f"structures are relaxed by ASE, which is not installed: {EXTRA}") from None


def _run(given: Structure, atoms: Any, *, fmax: float, steps: int) -> Relaxed:
    from ase.filters import FrechetCellFilter  # optional  # noqa: PLC0415
    from ase.optimize import FIRE  # noqa: PLC0415

    moved = FrechetCellFilter(atoms)
    optimiser, converged = FIRE(moved, logfile=None), False
    for at_rest in optimiser.irun(fmax=fmax, steps=steps):
        converged = bool(at_rest)
        stretches = np.linalg.svd(np.linalg.solve(given.lattice.matrix, atoms.cell.array), compute_uv=False)
        if not np.isfinite(moved.get_forces()).all():
            return Relaxed(given, None, None, optimiser.nsteps, False, "forces are no numbers")
        if stretches.max() > LARGEST_STRETCH or stretches.min() < 1 / LARGEST_STRETCH:
            return Relaxed(given, None, None, optimiser.nsteps, False, _told_of(stretches))
    relaxed = Structure(atoms.cell.array, [site.specie for site in given], atoms.get_scaled_positions())
    energy = float(np.asarray(atoms.get_potential_energy()).item()) / len(given)
    reason = refusal(relaxed, most_sites=len(given)) or (None if math.isfinite(energy) else "no finite energy")
    if reason is not None:
        return Relaxed(given, None, None, optimiser.nsteps, False, f"relaxed into {reason}")
    largest = float(np.linalg.norm(moved.get_forces(), axis=1).max())
    return Relaxed(relaxed, energy, largest, optimiser.nsteps, converged, None)


def _told_of(stretches: NDArray[np.float64]) -> str:
    """Why a cell is no longer followed, of its principal stretches."""
    worst = max(stretches, key=lambda stretch: abs(math.log(stretch)))
    return f"the cell became {worst:.2g} times as long in one direction"
