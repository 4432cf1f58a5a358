"""The VAE, the predictor, their digits, their training, and both on disk."""

import numpy as np
import pytest
import torch
from objectives import optimisation

from superdrift.learning.training import Method, Stream, Trainer
from superdrift.run.errors import InputError
from superdrift.superconductors.drift.checkpoint import load_latent, save_latent
from superdrift.superconductors.drift.landscape import Landscape, tc_landscape
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.training import TcObjective, VaeObjective
from superdrift.superconductors.drift.training_rows import Part
from superdrift.superconductors.drift.vae import Vae
from superdrift.superconductors.encoding.digits import amounts_of, representable, to_digits

CPU = torch.device("cpu")


def rows(*amounts):
    table = np.zeros((len(amounts), 96), dtype=np.float32)
    for row, pairs in zip(table, amounts, strict=True):
        for element, amount in pairs.items():
            row[element] = amount
    return table


@pytest.fixture
def networks():
    torch.manual_seed(0)
    return (
        Vae(latent=4, width=32, depth=1, integers=12),
        TcPredictor(width=16, depth=1, dropout=0.0, scale_k=10.0).eval(),
    )


def train(objective):
    """Train to the end, with nothing kept beside."""
    settings = optimisation(steps=300, learning_rate=5e-3, warmup=10, weight_decay=0.0, validate_every=50)
    Trainer(objective, settings, Method(), Stream(1, ("test",), "test", "key")).run()


def test_rows_that_the_digits_cannot_hold_are_named_not_cut():
    amounts = rows({28: 1.25}, {28: 1.255}, {28: 11.99}, {28: 12.0}, {28: -1.0}, {}, {28: 0.004})
    assert representable(amounts, integers=12).tolist() == [True, False, True, False, False, False, False]


def test_digits_become_the_amounts_they_write():
    digits = torch.from_numpy(to_digits(rows({7: 6.95, 28: 10.0})))
    amounts = amounts_of(digits, dtype=torch.float64)
    assert amounts[0, 7] == 6.95
    assert amounts[0, 28] == 10.0


def test_a_vae_overfits_a_handful_of_compounds_and_gives_them_back():
    torch.manual_seed(0)
    vae = Vae(latent=4, width=64, depth=1, integers=12)
    digits = torch.from_numpy(
        to_digits(rows({7: 7, 28: 3, 38: 1, 55: 2}, {4: 2, 11: 1}, {7: 4, 28: 1, 37: 0.15, 56: 1.85}, {81: 11.5}))
    )
    train(VaeObjective(vae, digits, digits, beta=1e-3, noise_seed=1))
    vae.eval().standardise(digits)
    with torch.no_grad():
        z = vae.encode(digits)
        assert torch.equal(vae.decode(z), digits)
    assert torch.allclose(z.mean(dim=0), torch.zeros(4), atol=1e-5)
    assert torch.allclose(z.std(dim=0), torch.ones(4), atol=1e-4)


def test_the_predictor_knows_no_difference_between_a_formula_and_its_double(networks):
    _, predictor = networks
    amounts = torch.from_numpy(rows({7: 7, 28: 3}, {7: 14, 28: 6}, {4: 2, 11: 1}))
    tc = predictor(amounts)
    assert torch.allclose(tc[0], tc[1])
    assert (tc >= 0).all()
    assert not torch.allclose(predictor.transformed(amounts)[0], predictor.transformed(amounts)[2])


def test_the_predictor_learns_temperatures_in_kelvin(networks):
    _, predictor = networks
    amounts, tc = rows({7: 7, 28: 3}, {4: 2, 11: 1}, {81: 1}), np.array([92.0, 39.0, 7.2])
    part = Part(amounts, tc, np.ones(3, dtype=bool))
    train(TcObjective(predictor, part, part))
    amounts, tc = torch.from_numpy(amounts), torch.from_numpy(tc).float()
    predictor.eval()
    with torch.no_grad():
        assert torch.allclose(predictor(amounts), tc, rtol=0.05)


def test_both_networks_come_back_from_disk(networks, tmp_path):
    vae, predictor = networks
    paths = tmp_path / "model.safetensors", tmp_path / "model.json"
    save_latent(vae, predictor, *paths, {"note": "kept"})
    again, climbed, record = load_latent(*paths, device=CPU)
    z = torch.randn(5, 4)
    assert torch.equal(again.decode(z), vae.decode(z))
    amounts = torch.from_numpy(rows({7: 7, 28: 3}))
    assert torch.equal(climbed(amounts), predictor(amounts))
    assert record["note"] == "kept"


@pytest.mark.parametrize("damage", ["missing", "cut", "other", "mismatch"])
def test_a_model_that_cannot_be_loaded_is_told_in_one_line(networks, tmp_path, damage):
    weights, description = tmp_path / "model.safetensors", tmp_path / "model.json"
    save_latent(*networks, weights, description, {})
    if damage == "missing":
        weights.unlink()
    elif damage == "cut":
        weights.write_bytes(weights.read_bytes()[:100])
    elif damage == "other":
        description.write_text('{"process": "masked"}')
    else:
        description.write_text(description.read_text().replace('"width": 32', '"width": 16'))
    with pytest.raises(InputError, match="model"):
        load_latent(weights, description, device=CPU)


def test_nothing_decoded_has_no_tc():
    landscape = Landscape(lambda z: z.clamp_min(0), lambda amounts: amounts.sum(dim=1) + 5)
    z = torch.tensor([[-1.0, -2.0], [1.0, 2.0]], dtype=torch.float64)
    assert landscape(z).tolist() == [0.0, 8.0]


def test_a_plateau_is_exactly_flat(networks):
    landscape = tc_landscape(*networks)
    z = torch.randn(1, 4, dtype=torch.float64) + 1e-9 * torch.randn(500, 4, dtype=torch.float64)
    assert (landscape.decode(z) == landscape.decode(z[:1])).all()
    assert (landscape(z) == landscape(z[:1])).all()


def test_the_landscape_scores_what_it_decodes(networks):
    vae, predictor = networks
    landscape = tc_landscape(vae, predictor)
    z = 3 * torch.randn(20, 4, dtype=torch.float64)
    amounts = landscape.decode(z)
    some = amounts.sum(dim=1) > 0
    assert some.any()
    with torch.no_grad():
        assert torch.allclose(landscape(z)[some], predictor(amounts[some]), rtol=1e-12)
    assert torch.equal(amounts, (amounts * 100).round() / 100)
