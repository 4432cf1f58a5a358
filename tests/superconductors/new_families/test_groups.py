"""Groups of generated compounds, and what their members have in common."""

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import to_vector
from superdrift.superconductors.new_families.groups import group_columns, group_compounds, group_scales
from superdrift.superconductors.settings.new_families import ClusterSettings

SETTINGS = ClusterSettings(
    spacing=0.02, cut=0.3, fewest_members=3, generated=100, known=10, optional_share=0.1, perplexity=5.0, threads=1
)


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


LSCO = [f"La{2 - x:.2f}Sr{x:.2f}CuO4" for x in (0.0, 0.2, 0.4, 0.6)]
FE = [f"FeSe{1 - x:.2f}Te{x:.2f}" for x in (0.0, 0.1, 0.2)]
AMOUNTS = vectors(*LSCO, "Nb3Sn", *FE, "La1.99Sr0.01CuO4")
KNOWN = CompositionIndex(vectors("La2CuO4", "FeSe"))
TC = np.array([30.0, 32.0, 34.0, 36.0, 18.0, np.nan, np.nan, np.nan, 90.0])


def scales(values, **other):
    given = {"reference": None, "settings": SETTINGS, "streams": np.random.default_rng} | other
    return group_scales(AMOUNTS, np.asarray(values), KNOWN, TC, **given)


def test_small_groups_are_none_and_near_duplicates_follow_the_compound_that_stands_for_them():
    found = group_compounds(
        AMOUNTS, spacing=0.02, cut=0.3, fewest_members=3, most=100, stream=np.random.default_rng(0)
    )  # fmt: skip
    assert found.group.tolist() == [0, 0, 0, 0, -1, 1, 1, 1, 0]
    assert found.kept.tolist() == list(range(8))


def test_of_too_many_some_are_drawn():
    found = group_compounds(AMOUNTS, spacing=0.02, cut=0.3, fewest_members=1, most=4, stream=np.random.default_rng(0))
    assert len(found.kept) == 4
    assert (found.group[found.kept] >= 0).all()


def test_descriptions():
    groups, _ = scales([0] * 9)
    lanthanum, iron = groups
    assert lanthanum.rows.tolist() == [0, 1, 2, 3] and lanthanum.compounds == 5
    assert lanthanum.formula.text == "La2-xSrxCuO4" and lanthanum.pairs == ["Sr-La"]
    distance = KNOWN.nearest(AMOUNTS[:4])[0]
    assert lanthanum.distance == pytest.approx(np.median(distance))
    assert lanthanum.distance_low == pytest.approx(np.quantile(distance, 0.25))
    assert (iron.n_elements, lanthanum.n_elements, iron.neighbour_pairs) == (3, 4, 0)
    columns = group_columns(groups, None, None)
    assert columns["tc_median_k"] == [33.0, None]
    assert columns["dome"] == [None, None] and columns["variables"] == ["x = 0–0.6", "x = 0–0.2"]


def test_each_scale_has_groups_of_its_own():
    groups, grouping = scales([2, 2, 2, 3, 3, 3, 3, 3, 3], reference=vectors("La2CuO4")[0])
    assert [group.scale for group in groups] == [2, 3]
    assert groups[0].rows.tolist() == [0, 1, 2] and groups[1].rows.tolist() == [5, 6, 7]
    assert grouping.group.tolist() == [0, 0, 0, -1, -1, 1, 1, 1, -1]
    assert 8 in grouping.kept  # no near-duplicate of it has its scale
    assert group_columns(groups, "la214", 0.0)["reference"] == ["la214"] * 2


def test_nothing_generated():
    groups, grouping = group_scales(
        np.zeros((0, 96)), np.zeros(0, np.int64), KNOWN, np.zeros(0), reference=None, settings=SETTINGS,
        streams=np.random.default_rng,
    )  # fmt: skip
    assert groups == [] and len(grouping.group) == 0 and len(grouping.kept) == 0
    assert group_columns(groups, None, None)["group"] == []
