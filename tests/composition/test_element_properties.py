"""Properties of the elements: what pymatgen knows, the mean where it does not, the extremes of a composition."""

import numpy as np

from superdrift.composition.element_properties import extremes, property_table
from superdrift.composition.elements import N_ELEMENTS


def test_unknown_properties_are_the_mean_of_the_others():
    table = property_table([lambda e: e.Z, lambda e: e.Z if e.Z <= 3 else None])
    np.testing.assert_array_equal(table[:, 0], np.arange(1, N_ELEMENTS + 1))
    np.testing.assert_array_equal(table[:, 1], [1, 2, 3] + [2] * (N_ELEMENTS - 3))


def test_extremes_are_of_the_elements_that_are_there():
    x = np.zeros((2, N_ELEMENTS))
    x[0, [4, 9]], x[1, 2] = (0.999, 0.001), 1
    table = np.stack([np.arange(N_ELEMENTS), -np.arange(N_ELEMENTS)], axis=1).astype(float)
    largest, smallest = extremes(x, table)
    np.testing.assert_array_equal(largest, [[9, -4], [2, -2]])
    np.testing.assert_array_equal(smallest, [[4, -9], [2, -2]])
