"""Stage screen."""

import json
from pathlib import Path

import numpy as np
import yaml
from compounds_table import write_amounts, write_compounds

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.superconductors.stages.screen import main
from superdrift.superconductors.tables import PROJECTED, SAMPLES, SCREENED

CHARGE = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text(encoding="utf-8"))["screen"]["charge"]
SETTINGS = {
    "n_elements": [2, 7],
    "noise_floor": 0.0,
    "known_radius": 0.005,
    "novel_radius": 0.02,
    "oxidation_states": "smact14",
    "counts": "published",
    "charge": CHARGE,
    "batch_size": 2,
    "threads": 2,
}
FORMULAS = ["YBa2Cu3O6.5", "La1.85Sr0.15CuO4", "Nb3Sn", "Y2Ba4Cu6O13", "La1.7Sr0.3CuO4", "CuO9"]
KNOWN = ["La1.85Sr0.15CuO4", "FeSe", "LaSr"]


def screened(folder, amounts, *more, before=None, rule="none", **changes):
    compounds = write_compounds(folder / "compounds.parquet", KNOWN, superconducting=[True, True, False])
    n = len(amounts)
    projected = write_amounts(folder / "projected.parquet", PROJECTED, amounts, moved=np.zeros(n), rule=[rule] * n)
    samples = write_amounts(folder / "samples.parquet", SAMPLES, amounts if before is None else before)
    out = folder / "screened.parquet"
    arguments = ["--settings", json.dumps(SETTINGS | changes), "--seed", "1", "--projected", str(projected)]
    arguments += ["--samples", str(samples)]
    status = main([*arguments, "--compounds", str(compounds), "--screened", str(out), *more])
    assert status == 0
    return tables.read(out, SCREENED).to_pydict()


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


def test_every_column(tmp_path):
    amounts = np.concatenate([vectors(*FORMULAS), np.zeros((1, 96)), -vectors("La2CuO4")])
    rows = screened(tmp_path, amounts)
    assert rows["id"] == list(range(8))
    assert rows["formula"] == [
        "Ba2YCu3O6.5", "Sr0.15La1.85CuO4", "Nb3Sn", "Ba4Y2Cu6O13", "Sr0.3La1.7CuO4", "CuO9", None, None
    ]  # fmt: skip
    assert rows["reduced_formula"][:2] == ["Ba4Y2Cu6O13", "Sr3La37Cu20O80"]
    assert rows["family"] == [
        "cuprates",
        "cuprates",
        "others",
        "cuprates",
        "cuprates",
        "cuprates",
        None,
        None,
    ]
    assert rows["basic_pass"] == [True] * 6 + [False] * 2
    assert rows["duplicate"] == [False, False, False, True, False, False, False, False]
    assert rows["known"] == [False, True] + [False] * 6
    assert rows["novel"] == [True, False, True, True, True, True, False, False]
    assert rows["nearest_known"][1] == "La1.85Sr0.15CuO4"
    assert rows["metallic"] == [False, False, True] + [False] * 5
    assert rows["metal_plausible"] == [None, None, True] + [None] * 5
    assert rows["metal_score"][2] >= 0 and [rows["metal_score"][i] for i in (0, 5, 6)] == [None] * 3
    assert rows["valid_published"] == [True, True, True, True, True, False, False, False]
    assert rows["charge_valid"] == [True, True, None, True, True, False, None, None]
    assert rows["charge_reason"][6] == "not checked: fails the basic checks"
    assert rows["redox_ion"][:3] == ["Cu", "Cu", None]
    assert rows["formal_valence"][2] is None
    assert rows["site_balanced"][:3] == [True, True, True]
    assert rows["distance_to_known"][6] is None


def test_amounts_are_those_that_were_judged(tmp_path):
    drawn = np.zeros((3, 96))
    drawn[:, [7, 28, 56]] = [[4.004, 0.996, 1.999], [4.0, 1.0, np.nan], [4.0, 1.0, -0.3]]
    drawn[0, 0] = 0.07
    rows = screened(tmp_path, drawn, noise_floor=0.08)
    amounts = np.array(rows["amounts"], dtype=np.float32)
    np.testing.assert_array_equal(amounts[0], vectors("La2CuO4")[0])
    assert rows["formula"][0] == "La2CuO4"
    assert not amounts[1].any(), "nothing was judged"
    assert amounts[2, 56] == np.float32(-0.3)


def test_amounts_of_known_compounds_stay_as_they_are(tmp_path):
    exact = vectors("La1.8567Sr0.1433CuO4.003")
    rows = screened(tmp_path, exact, "--training", "true")
    np.testing.assert_array_equal(np.array(rows["amounts"], dtype=np.float32), exact)


def test_batches_change_nothing(tmp_path):
    amounts = np.concatenate([vectors(*FORMULAS), -vectors("La2CuO4")])
    assert screened(tmp_path, amounts, batch_size=1) == screened(tmp_path, amounts, batch_size=100)


def test_measured_non_superconductors_are_known(tmp_path):
    assert screened(tmp_path, vectors("La2Sr2"))["known"] == [True]


def test_training_rows_are_compared_with_others(tmp_path):
    rows = screened(tmp_path, vectors("La1.85Sr0.15CuO4", "FeSe"), "--training", "true", noise_floor=0.5)
    assert rows["known"] == [False, False]
    assert rows["formula"][0] == "Sr0.15La1.85CuO4"  # amounts as they stand: no noise floor


def test_raw_and_projected_verdicts_stand_side_by_side(tmp_path):
    amounts, before = vectors("La2CuO4", "La2CuO4"), vectors("La2CuO4", "La2CuO5.31")
    rows = screened(tmp_path, amounts, before=before, rule="charge_valid")
    assert rows["charge_valid"] == [True, True]
    assert rows["charge_valid_raw"] == [True, False]
    assert rows["valid_published_raw"] == [True, False]


def test_no_rows(tmp_path):
    assert screened(tmp_path, np.zeros((0, 96)))["id"] == []


def test_a_flag_that_is_neither_true_nor_false(tmp_path, capsys):
    arguments = [
        "--settings",
        json.dumps(SETTINGS),
        "--seed",
        "1",
        "--projected",
        "a",
        "--compounds",
        "b",
        "--samples",
        "d",
    ]
    assert main([*arguments, "--screened", "c", "--training", "maybe"]) == 1
    assert "--training is 'maybe'; write true or false" in capsys.readouterr().err
