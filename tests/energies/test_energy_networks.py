"""The two networks, their ensemble, its calibration, and both on disk."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from energy_data import NETWORK, TRAINING, made_up

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.energies.attention_network import AttentionNetwork
from superdrift.energies.checkpoint import load_energy, save_energy
from superdrift.energies.elemnet import ElemNet
from superdrift.energies.ensemble import EnergyModel, standardised, to_fractions
from superdrift.energies.training import fit_member, laplace
from superdrift.run.errors import InputError

CPU = torch.device("cpu")


def settings(network="attention", arguments=NETWORK, **changes):
    return SimpleNamespace(
        network=network, arguments=arguments, training=SimpleNamespace(**TRAINING | changes), min_rows=10
    )


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


@pytest.fixture(scope="module")
def parts():
    torch.set_num_threads(1)
    return made_up(600), made_up(200, seed=1), made_up(200, seed=2)


@pytest.fixture(scope="module")
def models(parts):
    train, validation, _ = parts
    return [fit_member(train, validation, settings(), seed=7, member=m, device=CPU)[0] for m in range(2)]


@pytest.fixture(scope="module")
def ensemble(models, parts):
    return EnergyModel.combined(models).calibrated(parts[1].amounts, parts[1].energies)


def test_made_up_energies_are_learned(ensemble, parts):
    test = parts[2]
    predicted, _ = ensemble.predict(test.amounts)
    null = np.abs(parts[0].energies.mean() - test.energies).mean()
    assert np.abs(predicted - test.energies).mean() < 0.2 * null


def test_elemnet_learns_them_too(parts):
    train, validation, test = parts
    model, history = fit_member(
        train, validation, settings("elemnet", {"widths": [64, 64, 32], "dropout": 0.5}), seed=7, member=0, device=CPU
    )
    predicted, deviation = model.predict(test.amounts)
    assert np.abs(predicted - test.energies).mean() < 0.4 * np.abs(train.energies.mean() - test.energies).mean()
    assert len(set(deviation.tolist())) == 1, "no scale of its own: one standard deviation for all"
    assert history.step == [100, 200, 300, 400]
    errors = np.abs(model.predict(validation.amounts)[0] - validation.energies)
    assert deviation[0] == pytest.approx(np.quantile(errors, 0.6827))


def test_elemnet_is_the_published_one():
    published = [1024] * 4 + [512] * 3 + [256] * 3 + [128] * 3 + [64] * 2 + [32]
    layers = list(ElemNet(widths=published, dropout=1.0).network)
    linear = [layer for layer in layers if isinstance(layer, torch.nn.Linear)]
    assert [layer.out_features for layer in linear] == [*published, 1]
    before = [layers.index(layer) for layer in layers if isinstance(layer, torch.nn.Dropout)]
    after = [sum(isinstance(layer, torch.nn.Linear) for layer in layers[:place]) for place in before]
    assert dict(zip(after, (layers[place].p for place in before), strict=True)) == {4: 0.2, 7: 0.1, 10: 0.3, 13: 0.2}


def test_the_calibration_covers_what_it_was_made_on(ensemble, parts):
    predicted, deviation = ensemble.predict(parts[1].amounts)
    inside = np.abs(predicted - parts[1].energies) <= deviation
    assert inside.mean() == pytest.approx(0.6827, abs=1 / len(inside))
    assert ensemble.calibrated(parts[1].amounts, parts[1].energies).factor == pytest.approx(ensemble.factor)
    assert np.ptp(deviation) > 0


def test_the_deviation_is_that_of_a_mixture(models, parts):
    """Variance between the members plus the mean variance within them."""
    amounts = parts[2].amounts[:20]
    both = EnergyModel.combined(models)
    energies, deviations = zip(
        *(EnergyModel.combined([model]).predict(amounts) for model in models), strict=True
    )  # fmt: skip
    np.testing.assert_allclose(both.predict(amounts)[0], np.mean(energies, axis=0), rtol=1e-6)
    expected = np.sqrt(np.var(energies, axis=0) + np.mean(np.square(deviations), axis=0))
    np.testing.assert_allclose(both.predict(amounts)[1], expected, rtol=1e-6)
    scale = np.exp(standardised(models[0].members[0], amounts, np.arange(20))[1])
    laplace_sd = np.sqrt(2) * both.sd * scale
    np.testing.assert_allclose(EnergyModel.combined(models[:1]).predict(amounts)[1], laplace_sd, rtol=1e-6)


def test_a_multiple_of_a_formula_has_its_energy(ensemble):
    amounts = vectors("NaCl", "Na3Cl3", "Sr2CuO3", "Sr4Cu2O6", "CuO3Sr2", "Ba1.85Sr0.15CuO4", "Ba5.55Sr0.45Cu3O12")
    energy, deviation = ensemble.predict(amounts)
    assert energy[0] == pytest.approx(energy[1], abs=1e-6)
    assert energy[2] == pytest.approx(energy[3], abs=1e-6) == pytest.approx(energy[4], abs=1e-6)
    assert energy[5] == pytest.approx(energy[6], abs=0.02)  # single precision, and bfloat16 where it is fast
    assert deviation[0] == pytest.approx(deviation[1], abs=1e-6)
    assert abs(energy[0] - energy[5]) > 0.01


def test_the_order_of_the_elements_does_not_matter():
    """Renumber the elements, what the network knows of them and their fractions: nothing changes."""
    torch.manual_seed(0)
    network = AttentionNetwork(**NETWORK).eval()
    fractions = to_fractions(made_up(50).amounts)
    with torch.no_grad():
        before = network(fractions)
        order = torch.randperm(96)
        network.element.weight.copy_(network.element.weight[order])
        network.descriptors.copy_(network.descriptors[order])
        after = network(fractions[:, order])
    for a, b in zip(before, after, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_neither_do_the_other_rows_of_a_batch():
    torch.manual_seed(0)
    network = AttentionNetwork(**NETWORK).eval()
    fractions = to_fractions(made_up(300).amounts)
    with torch.no_grad():
        together = network(fractions)
        alone = [torch.cat(parts) for parts in zip(*(network(row[None]) for row in fractions), strict=True)]
    for a, b in zip(together, alone, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_stoichiometry_weighs_the_attention():
    torch.manual_seed(0)
    network = AttentionNetwork(**NETWORK).eval()
    fractions = to_fractions(vectors("NaCl3", "NaCl"))
    with torch.no_grad():
        network.share[2].weight.zero_()  # only the attention and the mean know the fractions now
        weighted = network(fractions)[0]
        network.layers[0].factor.zero_()
        assert not torch.allclose(weighted, network(fractions)[0])


def test_more_elements_than_in_training_have_an_energy(ensemble):
    twelve = np.zeros((1, 96), dtype=np.float32)
    twelve[0, :12] = np.arange(1, 13)
    everything = EnergyModel(
        ensemble.network, ensemble.members, ensemble.mean, ensemble.sd, np.ones(96, dtype=bool), ensemble.factor
    )
    energy, deviation = everything.predict(twelve)
    assert np.isfinite(energy).all()
    assert np.isfinite(deviation).all()


def test_what_is_no_compound_of_supported_elements_has_no_energy(ensemble):
    amounts = vectors("NaCl", "FeCl", "NaCl", "NaCl", "NaCl", "SrO")
    amounts[2], amounts[3, 10], amounts[4, 10] = 0, -1, np.nan
    energy, deviation = ensemble.predict(amounts)
    assert np.isfinite(energy).tolist() == [True, False, False, False, False, True]
    assert np.isfinite(deviation).tolist() == np.isfinite(energy).tolist()
    assert ensemble.predict(amounts[:0])[0].shape == (0,)
    assert np.isnan(ensemble.predict(amounts[1:2])[0]).all()


def test_predictions_do_not_depend_on_what_is_predicted_with_them(ensemble, parts):
    amounts = parts[2].amounts
    together = ensemble.predict(np.concatenate([amounts, amounts[::-1]]))[0]
    np.testing.assert_allclose(together[: len(amounts)], together[len(amounts) :][::-1], atol=1e-6)
    np.testing.assert_allclose(together[:5], ensemble.predict(amounts[:5])[0], atol=0.02)


def test_same_seed_same_weights_other_member_others(models, parts):
    again, _ = fit_member(*parts[:2], settings(), seed=7, member=0, device=CPU)
    first, second = (dict(model.members[0].state_dict()) for model in models)
    repeated = dict(again.members[0].state_dict())
    assert all(torch.equal(first[key], repeated[key]) for key in first)
    assert not torch.equal(first["head.2.weight"], second["head.2.weight"])


def test_the_laplace_likelihood_by_hand():
    energy, target = torch.tensor([1.0, 2.0]), torch.tensor([1.5, 0.0])
    scale = torch.log(torch.tensor([0.5, 4.0]))
    assert float(laplace(energy, scale, target)) == pytest.approx((1 + np.log(0.5) + 0.5 + np.log(4.0)) / 2)
    assert float(laplace(energy, None, target)) == pytest.approx(1.25)


@pytest.mark.parametrize("half", [False, True])
def test_a_model_comes_back_from_disk(ensemble, parts, tmp_path, half):
    paths = tmp_path / "model.safetensors", tmp_path / "model.json"
    save_energy(ensemble, *paths, {"note": "kept"}, half=half)
    again, record = load_energy(*paths, device=CPU)
    assert record["note"] == "kept"
    assert record["supported"] == ["O", "Na", "Cl", "Cu", "Sr", "Ba"]
    for a, b in zip(ensemble.predict(parts[2].amounts), again.predict(parts[2].amounts), strict=True):
        if half:
            np.testing.assert_allclose(a, b, atol=0.03)
        else:
            np.testing.assert_array_equal(a, b)


def test_half_precision_takes_half_the_space(ensemble, tmp_path):
    for half in (False, True):
        save_energy(ensemble, tmp_path / f"{half}.safetensors", tmp_path / f"{half}.json", {}, half=half)
    full, small = ((tmp_path / f"{half}.safetensors").stat().st_size for half in (False, True))
    assert small < 0.6 * full


@pytest.mark.parametrize("damage", ["missing", "no text", "cut", "other", "mismatch", "members", "network"])
def test_a_model_that_cannot_be_loaded_is_told_in_one_line(ensemble, tmp_path, damage):
    weights, description = tmp_path / "model.safetensors", tmp_path / "model.json"
    save_energy(ensemble, weights, description, {})
    text = description.read_text()
    changed = {
        "other": '{"kind": "latent"}',
        "mismatch": text.replace('"width": 32', '"width": 16'),
        "members": text.replace('"members": 2', '"members": 3'),
        "network": text.replace('"attention"', '"atention"'),
        "no text": "[1, 2",
    }
    if damage == "missing":
        weights.unlink()
    elif damage == "cut":
        weights.write_bytes(weights.read_bytes()[:100])
    else:
        description.write_text(changed[damage])
    with pytest.raises(InputError) as caught:
        load_energy(weights, description, device=CPU)
    assert "model" in str(caught.value)
    assert "again" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_members_of_other_data_are_not_combined(models, parts):
    other, _ = fit_member(parts[1], parts[0], settings(steps=5, warmup=1), seed=7, member=0, device=CPU)
    with pytest.raises(InputError, match="different data"):
        EnergyModel.combined([models[0], other])


def test_nothing_to_learn_and_nothing_to_calibrate_on_are_told(models, parts):
    train, validation, _ = parts
    flat = SimpleNamespace(amounts=train.amounts, energies=np.full(len(train.energies), -1.0))
    with pytest.raises(InputError, match="nothing to learn"):
        fit_member(flat, validation, settings(), seed=7, member=0, device=CPU)
    with pytest.raises(InputError, match=r"supported elements.*energy\.min_rows"):
        models[0].calibrated(vectors("FeCl"), np.array([-1.0]))
