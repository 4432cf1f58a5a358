"""Formation energies and distances to the hull of candidates: the columns that tables and people see."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.energies.ensemble import EnergyModel
from superdrift.energies.hull import Hull


@dataclass(frozen=True)
class EnergyEstimator:
    """A model of formation energies, and the hull of the known compounds by the same model."""

    model: EnergyModel
    hull: Hull

    def estimate(
        self, amounts: NDArray[np.floating], wanted: NDArray[np.bool_] | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Columns of estimated.parquet for (n, 96) amounts.

        Args:
            amounts: atoms per formula unit.
            wanted: (n,) rows to estimate; None for all.

        Returns:
            formation_energy_ev, formation_energy_sd_ev, hull_distance_ev, (n,) in eV/atom, and hull_competitors, (n,);
            NaN where not wanted, or where an element is not supported. A compound that is known itself is measured
            against the others.
        """
        names = ("formation_energy_ev", "formation_energy_sd_ev", "hull_distance_ev", "hull_competitors")
        columns = {name: np.full(len(amounts), np.nan) for name in names}
        rows = np.arange(len(amounts)) if wanted is None else np.flatnonzero(wanted)
        if len(rows):
            energy, deviation = self.model.predict(amounts[rows])
            distance = self.hull.distance(amounts[rows], energy, others=True)
            competitors = np.where(np.isnan(energy), np.nan, self.hull.competitors(amounts[rows]))
            for name, values in zip(names, (energy, deviation, distance, competitors), strict=True):
                columns[name][rows] = values
        return columns
