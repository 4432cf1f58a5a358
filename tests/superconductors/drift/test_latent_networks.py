"""The VAE, the denoiser, the predictors, their digits, their training, and all on disk."""

import numpy as np
import pytest
import torch
from objectives import optimisation

from superdrift.learning.training import Method, Stream, Trainer
from superdrift.run.errors import InputError
from superdrift.superconductors.drift.checkpoint import LatentModel, load_latent, save_latent
from superdrift.superconductors.drift.denoiser import DigitDenoiser
from superdrift.superconductors.drift.landscape import Landscape, tc_landscapes
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.training import TcObjective, VaeObjective, fit_denoiser, readable
from superdrift.superconductors.drift.training_rows import Part
from superdrift.superconductors.drift.vae import Vae
from superdrift.superconductors.encoding.digits import amounts_of, digits_of, expected_amounts, representable, to_digits
from superdrift.superconductors.settings.drift_published import DenoiserSettings

CPU = torch.device("cpu")


def rows(*amounts):
    table = np.zeros((len(amounts), 96), dtype=np.float32)
    for row, pairs in zip(table, amounts, strict=True):
        for element, amount in pairs.items():
            row[element] = amount
    return table


def predictor_of(network, **changes):
    shape = {"width": 16, "depth": 1, "dropout": 0.0, "scale_k": 10.0, "integers": 12} | changes
    return TcPredictor(network=network, **shape).eval()


def denoiser_of(**changes):
    shape = {"integers": 12, "width": 32, "depth": 1, "times": 100, "noise_level": 0.1, "denoising_steps": 2}
    return DigitDenoiser(**shape | {"noise_seed": 3} | changes).eval()


@pytest.fixture
def networks():
    torch.manual_seed(0)
    vae = Vae(latent=4, width=32, depth=1, integers=12)
    return LatentModel(vae, denoiser_of(noise_level=0.4), predictor_of("residual"))


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


def test_the_residual_predictor_knows_no_difference_between_a_formula_and_its_double(networks):
    predictor = networks.predictor
    amounts = torch.from_numpy(rows({7: 7, 28: 3}, {7: 14, 28: 6}, {4: 2, 11: 1}))
    tc = predictor(amounts)
    assert torch.allclose(tc[0], tc[1])
    assert (tc >= 0).all()
    assert not torch.allclose(predictor.transformed(amounts)[0], predictor.transformed(amounts)[2])


@pytest.mark.parametrize("network", ["residual", "convolutional"])
def test_a_predictor_learns_temperatures_in_kelvin(network):
    torch.manual_seed(0)
    predictor = predictor_of(network)
    amounts, tc = rows({7: 7, 28: 3}, {4: 2, 11: 1}, {81: 1}), np.array([92.0, 39.0, 7.2])
    part = Part(amounts, tc, np.ones(3, dtype=bool))
    train(TcObjective(predictor, part, part))
    amounts, tc = torch.from_numpy(amounts), torch.from_numpy(tc).float()
    predictor.eval()
    with torch.no_grad():
        assert torch.allclose(predictor(amounts), tc, rtol=0.05)


def test_a_convolutional_predictor_tells_digits_apart_wherever_they_stand():
    torch.manual_seed(0)
    predictor = predictor_of("convolutional", depth=3, width=24)
    tc = predictor.transformed(torch.from_numpy(rows({7: 7}, {7: 7.01}, {8: 7}, {95: 1}, {0: 1})))
    assert len(set(tc.tolist())) == 5


def test_rows_that_digits_cannot_hold_are_left_to_the_residual_predictor():
    amounts = rows({7: 7}, {7: 7.005}, {7: 13})
    part = Part(amounts, np.array([1.0, 2.0, 3.0]), representable(amounts, integers=12))
    assert readable(predictor_of("residual"), part) is part
    kept = readable(predictor_of("convolutional"), part)
    assert kept.tc_k.tolist() == [1.0] and kept.representable.tolist() == [True]


def test_a_draw_of_the_posterior_without_noise_is_its_mean(networks):
    digits = torch.from_numpy(to_digits(rows({7: 7, 28: 3}, {4: 2, 11: 1})))
    _, log_variance = networks.vae.posterior(digits)
    assert torch.allclose(networks.vae.draw(digits, torch.zeros(2, 4)), networks.vae.encode(digits))
    shift = networks.vae.draw(digits, torch.ones(2, 4)) - networks.vae.encode(digits)
    assert torch.allclose(shift, torch.exp(0.5 * log_variance), atol=1e-6)


def trained_denoiser(noise_level):
    """Of a series La2−xSrxCuO4, x in hundredths."""
    amounts = rows(*({7: 4, 28: 1, 37: x / 100, 56: 2 - x / 100} for x in range(1, 40)))
    part = Part(amounts, np.ones(39), representable(amounts, integers=12))
    settings = DenoiserSettings(
        width=64, depth=1, times=100, noise_level=noise_level, denoising_steps=3, steps=400, batch_size=39,
        learning_rate=5e-3, warmup=10, weight_decay=0.0, validate_every=100,
    )  # fmt: skip
    denoiser, history = fit_denoiser(part, part, settings, integers=12, seed=1, device=CPU)
    return denoiser.double(), torch.from_numpy(to_digits(amounts)), history


def test_a_little_noise_leaves_compounds_as_they_are():
    denoiser, known, history = trained_denoiser(0.08)
    assert history.validation_loss[-1] < history.validation_loss[0]
    assert torch.equal(denoiser(known), known)


def test_more_noise_takes_back_an_element_that_no_compound_has():
    denoiser, known, _ = trained_denoiser(0.3)
    strange = known.clone()
    strange[:, 1, 90] = 3
    back = amounts_of(denoiser(strange), dtype=torch.float64)
    assert ((back > 0) == (amounts_of(known, dtype=torch.float64) > 0)).all()


def test_denoising_is_a_function_of_the_digits_alone_and_in_company():
    denoiser, known, _ = trained_denoiser(0.15)
    together = denoiser(torch.cat([known, known[:5]]))
    assert torch.equal(together[:5], together[-5:])
    assert all(torch.equal(denoiser(known[i : i + 1])[0], together[i]) for i in range(0, 39, 7))


def test_nothing_denoised_stays_nothing():
    assert (denoiser_of()(torch.zeros((2, 3, 96), dtype=torch.int64)) == 0).all()


@pytest.mark.parametrize(("level", "steps", "times"), [(0.1, 2, [10, 5, 0]), (0.001, 4, [1, 0]), (1.0, 1, [100, 0])])
def test_noise_is_taken_away_in_even_steps_none_twice(level, steps, times):
    assert denoiser_of(noise_level=level, denoising_steps=steps).times == times


def test_digits_on_a_device_are_those_of_the_table():
    amounts = rows({7: 6.95, 28: 10.0}, {4: 0.01}, {4: 11.99})
    assert torch.equal(digits_of(torch.from_numpy(amounts)), torch.from_numpy(to_digits(amounts)))
    digits = torch.from_numpy(to_digits(amounts))
    assert torch.equal(denoiser_of().decode(denoiser_of().encode(digits)), digits)


def test_a_soft_decoding_without_doubt_is_the_decoding(networks):
    """Probabilities add up to 1 in each place; where all are 0 or 1, amounts and Tc are those of the digits."""
    vae = networks.vae
    z = torch.randn(5, 4)
    assert all(
        torch.allclose(place.sum(dim=2), torch.ones(5, 96)) for place in vae.soften(z).split((12, 10, 10), dim=2)
    )
    with torch.no_grad():
        for layer in (vae.presence, vae.writer.out):
            layer.weight.mul_(1e6), layer.bias.mul_(1e6)
        certain, amounts = vae.soften(z), amounts_of(vae.decode(z), dtype=torch.float32)
        some = amounts.sum(dim=1) > 0
        assert some.any()
        assert torch.allclose(expected_amounts(certain, integers=12), amounts, atol=1e-4)
        for predictor in (networks.predictor, predictor_of("convolutional")):
            hard = predictor.scale_k * torch.sinh(predictor.transformed(amounts[some]))
            assert torch.allclose(predictor.soft(certain)[some], hard, atol=1e-3)


def test_all_networks_come_back_from_disk(networks, tmp_path):
    paths = tmp_path / "model.safetensors", tmp_path / "model.json"
    save_latent(networks, *paths, {"note": "kept"})
    again, record = load_latent(*paths, device=CPU)
    z = torch.randn(5, 4)
    decoded = networks.vae.decode(z)
    assert torch.equal(again.vae.decode(z), decoded)
    assert torch.equal(again.denoiser(decoded), networks.denoiser(decoded))
    amounts = torch.from_numpy(rows({7: 7, 28: 3}))
    assert torch.equal(again.predictor(amounts), networks.predictor(amounts))
    assert record["note"] == "kept"


@pytest.mark.parametrize("damage", ["missing", "cut", "other", "mismatch"])
def test_a_model_that_cannot_be_loaded_is_told_in_one_line(networks, tmp_path, damage):
    weights, description = tmp_path / "model.safetensors", tmp_path / "model.json"
    save_latent(networks, weights, description, {})
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


@pytest.mark.parametrize("denoise", ["none", "both"])
def test_a_plateau_is_exactly_flat(networks, denoise):
    landscape = tc_landscapes(networks, denoise=denoise).climbed
    z = torch.randn(1, 4, dtype=torch.float64) + 1e-9 * torch.randn(500, 4, dtype=torch.float64)
    assert (landscape.decode(z) == landscape.decode(z[:1])).all()
    assert (landscape(z) == landscape(z[:1])).all()


def test_the_landscape_scores_what_it_decodes(networks):
    landscape = tc_landscapes(networks, denoise="none").climbed
    z = 3 * torch.randn(20, 4, dtype=torch.float64)
    amounts = landscape.decode(z)
    some = amounts.sum(dim=1) > 0
    assert some.any()
    with torch.no_grad():
        assert torch.allclose(landscape(z)[some], networks.predictor(amounts[some]), rtol=1e-12)
    assert torch.equal(amounts, (amounts * 100).round() / 100)


def test_what_is_denoised_is_what_was_chosen(networks):
    """none: nothing; both: all; published: Tc(z) of the raw decoding, Tc(z + u) of the denoised one."""
    none, both, published = (tc_landscapes(networks, denoise=name) for name in ("none", "both", "published"))
    assert none.climbed is none.here is none.undenoised
    assert both.climbed is both.here and both.undenoised is not both.climbed
    assert published.here is published.undenoised and published.here is not published.climbed
    z = 3 * torch.randn(20, 4, dtype=torch.float64)
    raw = none.climbed.decode(z)
    denoised = amounts_of(networks.denoiser(digits_of(raw)), dtype=torch.float64)
    assert (raw != denoised).any()
    assert torch.equal(both.climbed.decode(z), denoised) and torch.equal(published.climbed.decode(z), denoised)
    assert torch.equal(both.undenoised.decode(z), raw) and torch.equal(published.here.decode(z), raw)
