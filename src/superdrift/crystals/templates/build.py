"""From a template and the elements that take its places to a proposed structure."""

import warnings
from collections.abc import Mapping
from typing import Any

from pymatgen.core import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from superdrift.composition.elements import SYMBOLS
from superdrift.run.errors import InputError
from superdrift.structures.rows import structure_of
from superdrift.structures.volume import replaced_volume


def build(template: Mapping[str, Any], replaced: Mapping[int, int], *, symprec: float) -> Structure:
    """The template's primitive cell, made symmetric, with other elements, at the volume that these ask for.

    Args:
        template: row of a table of structures.
        replaced: element of the template → element that takes its place, numbers from 0.
        symprec: Å; atoms are moved by up to this onto the positions that the template's symmetry asks for.

    Raises:
        InputError: where no primitive cell is found, or no volume can be predicted.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cell = SpacegroupAnalyzer(structure_of(template), symprec=symprec).find_primitive()
    except (ValueError, TypeError) as error:  # what pymatgen makes of a search by spglib that finds nothing
        raise InputError(f"no primitive cell within {symprec} Å: {error}") from error
    if all(old == new for old, new in replaced.items()):
        return cell
    names = {SYMBOLS[old]: SYMBOLS[new] for old, new in replaced.items()}
    made = Structure(cell.lattice, [names[site.specie.symbol] for site in cell], cell.frac_coords)
    made.scale_lattice(replaced_volume(cell, made))
    return made
