"""An ensemble whose members learned from other systems, on disk and back; starts by formula and by set."""

import numpy as np
import pytest
import torch
from compounds_table import write_compounds

from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.superconductors.drift.ensemble import fit_ensemble, load_ensemble, save_ensemble
from superdrift.superconductors.drift.start_sets import drawn_starts, one_start
from superdrift.superconductors.drift.training_rows import Part
from superdrift.superconductors.settings.drift_ascent import EnsembleSettings
from superdrift.superconductors.tables import COMPOUNDS

SETTINGS = EnsembleSettings(
    steps=60, batch_size=32, learning_rate=0.01, warmup=5, weight_decay=0.0, validate_every=30, width=16, depth=1,
    dropout=0.0, scale_k=10.0, members=3,
)  # fmt: skip
CPU = torch.device("cpu")


def part(seed):
    stream = np.random.default_rng(seed)
    amounts = np.zeros((200, 96), dtype=np.float32)
    for row in amounts:
        row[stream.choice(30, size=3, replace=False)] = stream.integers(1, 9, 3)
    return Part(amounts, 10.0 * amounts[:, 0].astype(np.float64), np.ones(200, dtype=bool))


def test_members_disagree_and_come_back_from_disk_alike(tmp_path):
    ensemble, histories = fit_ensemble(part(1), part(2), SETTINGS, seed=5, device=CPU)
    rows = torch.from_numpy(part(3).amounts)
    with torch.no_grad():
        mean, spread = ensemble(rows)
        each = torch.stack([member(rows) for member in ensemble.members])
    assert torch.allclose(mean, each.mean(dim=0)) and (spread > 0).any() and len(histories) == 3
    save_ensemble(ensemble, tmp_path / "model.safetensors", tmp_path / "model.json", {})
    again = load_ensemble(tmp_path / "model.safetensors", tmp_path / "model.json", device=CPU)
    with torch.no_grad():
        assert all(torch.equal(a, b) for a, b in zip(again(rows), (mean, spread), strict=True))


@pytest.fixture
def compounds(tmp_path):
    formulas = ["YBa2Cu3O6.5", "La1.85Sr0.15CuO4", "La1.85Sr0.15CuO4", "MgB2", "NaCl"]
    path = tmp_path / "compounds.parquet"
    write_compounds(path, formulas, superconducting=[f != "NaCl" for f in formulas])
    table = tables.read(path, COMPOUNDS).to_pandas()
    table["tc_consensus_k"] = [60.0, 38.0, 38.0, 39.0, None]
    columns = {name: table[name].tolist() for name in table if name != "amounts"}
    tables.write(path, COMPOUNDS, {**columns, "amounts": np.stack(table["amounts"])}, {})
    return tables.read(path, COMPOUNDS)


def test_one_start_has_the_tc_of_its_nearest_compound(compounds):
    start = one_start("La1.8Sr0.2CuO4", compounds)
    assert start.tc_k.tolist() == [38.0] and start.own().shape == (1, 2)


def test_a_set_is_drawn_from_its_family_without_repeats(compounds):
    wanted = {"family": "cuprates", "number": 2, "below_k": None}
    drawn = drawn_starts("low", wanted, compounds, [], np.random.default_rng(0))
    assert sorted(drawn.tc_k) == [38.0, 60.0]
    below = drawn_starts("low", wanted | {"number": 1, "below_k": 50.0}, compounds, [], np.random.default_rng(0))
    assert below.tc_k.tolist() == [38.0]


def test_a_set_larger_than_its_family_is_refused(compounds):
    wanted = {"family": "cuprates", "number": 3, "below_k": 50.0}
    with pytest.raises(
        InputError, match=r"drift.sets.low: 3 starts .* cuprates has 1 known superconductors below 50 K"
    ):
        drawn_starts("low", wanted, compounds, [], np.random.default_rng(0))
