"""Volume of a structure whose elements were replaced: data-mined lattice scaling, relative to what it was made of.

The scaling brings the shortest bond, relative to what is expected of its two elements, to that length (Chu et al.,
Comput. Mater. Sci. 146, 184 (2018)); pymatgen has the radii. By itself it makes alkali halides a quarter too small.
What it says of the new elements over what it says of the old ones, in one geometry, errs less: the known volume is
scaled by it.
"""

import math
import warnings

from pymatgen.analysis.structure_prediction.volume_predictor import DLSVolumePredictor
from pymatgen.core import Element, Structure

from superdrift.run.errors import InputError

_PREDICTOR = DLSVolumePredictor(min_scaling=None, max_scaling=None)


def replaced_volume(known: Structure, new: Structure) -> float:
    """Volume in Å^3 of a structure made of a known one by replacing elements.

    Where an element has no electronegativity or radius (most noble gases), the volume stays as it is.

    Args:
        known: ordered, at its own volume.
        new: the same geometry with other elements.

    Raises:
        InputError: for atoms too far apart to have any bond.
    """
    if any(math.isnan(_electronegativity(e)) or e.atomic_radius is None for e in {*known.elements, *new.elements}):
        return float(known.volume)
    return float(known.volume * _scaled(new) / _scaled(known))


def _scaled(structure: Structure) -> float:
    """The volume by data-mined lattice scaling."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(_PREDICTOR.predict(structure))
    except ValueError as error:
        formula = structure.composition.reduced_formula
        raise InputError(f"no volume can be predicted of {formula}: {error}") from error


def _electronegativity(element: Element) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen warns where it has none
        return float(element.X)
