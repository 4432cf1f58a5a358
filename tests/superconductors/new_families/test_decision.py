"""Which groups are new families: two tests, one control of false discoveries over all groups."""

import numpy as np
import pytest
from made_up_blocks import made_up_blocks

from superdrift.superconductors.new_families.decision import decide_groups, pooled_controls

NULL = made_up_blocks(np.linspace(0.02, 0.1, 40), np.repeat(np.arange(10), 4))
BEATEN = {"replacements": 50, "neighbour_replacements": 0}


def group(distance, reference=None, **other):
    row = {"distance": distance, "distance_low": 0.9 * distance, "n_elements": 4, "pairs": ["Sr-Y", "Cs-Ba"]}
    row |= {"neighbour_pairs": 2, "replacements": 2, "neighbour_replacements": 2}
    row |= {"reference": reference, "scale": 2 if reference else None}
    return row | {"reference_distance": 0.0 if reference else None} | other


def controls(reference="a", **counts):
    return pooled_controls([
        {"control": name, "reference": reference, "scale": 2} | (counts or BEATEN)
        for name in ("permuted order", "untrained")
    ])  # fmt: skip


def decide(*groups, controls=None, rate=0.1):
    return decide_groups(
        groups, ["cuprates"] * len(groups), NULL, controls or {}, fewest_families=1, false_discovery_rate=rate
    )


def test_far_is_new_and_near_is_not():
    far, near = decide(group(0.5), group(0.05))
    assert far["new_family"] and not near["new_family"]
    assert far["p_value"] == far["p_novel"] == pytest.approx(far["p_smallest"])
    assert far["p_footprint"] is None and far["novelty_inherited"] is None
    assert far["q_value"] == pytest.approx(2 * far["p_value"])


def test_many_groups_of_a_known_family_make_the_same_distance_worth_less():
    crowd = [group(0.03) for _ in range(50)]
    assert decide(group(0.5))[0]["new_family"]
    assert not decide(group(0.5), *crowd)[0]["new_family"]


def test_a_group_of_a_reference_needs_both_tests():
    (both,) = decide(group(0.5, "a"), controls=controls())
    assert both["new_family"] and both["p_value"] == max(both["p_novel"], both["p_footprint"])
    (footprint,) = decide(group(0.5, "a"), controls=controls(replacements=50, neighbour_replacements=45))
    assert footprint["p_novel"] < 0.1 < footprint["p_footprint"] == footprint["p_value"]
    assert not footprint["new_family"]


def test_without_controls_a_group_of_a_reference_is_not_tested():
    of_reference, other = decide(group(0.5, "a"), group(0.5), controls=controls("b"))
    assert of_reference["p_novel"] < 0.1
    assert of_reference["p_value"] is None and of_reference["q_value"] is None and not of_reference["new_family"]
    assert other["q_value"] == other["p_value"]  # what was not tested counts as no test


def test_a_reference_that_lies_as_far_out_gives_its_novelty_away():
    near, far = decide(group(0.5, "a", reference_distance=0.1), group(0.5, "a", reference_distance=0.47))
    assert not near["novelty_inherited"] and far["novelty_inherited"]


def test_controls_of_several_groups_are_pooled():
    common = {"control": "untrained", "reference": "a", "scale": 2, "replacements": 2}
    rows = [common | {"neighbour_replacements": n} for n in (0, 1)]
    assert pooled_controls(rows)["a", 2]["untrained"] == (1, 4)


def test_no_group_at_all():
    assert decide() == []
