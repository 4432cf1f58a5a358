"""The training loop: a loss that falls, best weights, averages, clipping, several optimisers, exact resumption."""

import pytest
import torch
from objectives import Adversary, Regression, StoppedError, optimisation, stop_after

from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.objective import Validation
from superdrift.learning.training import Method, Stream, Trainer
from superdrift.run.errors import InputError

AVERAGED = Method(ema=0.9, clip=1.0)


def trainer(folder, objective=None, *, method=AVERAGED, key="key", **changes):
    """A trainer whose state lies in a folder."""
    resume = ResumeFile(folder / "model.safetensors", key)
    stream = Stream(1, ("train", "line"), "line", "train.learning_rate")
    return Trainer(objective or Regression(), optimisation(**changes), method, stream, resume)


def weights(trained):
    return trained.objective.network.state_dict()


def same_weights(one, other):
    return all(torch.equal(value, weights(other)[name]) for name, value in weights(one).items())


def test_the_loss_falls(tmp_path):
    history = trainer(tmp_path).run()
    assert history.step == [10, 20, 30, 40, 50, 60]
    assert history.validation_loss[-1] < 0.5 * history.validation_loss[0]
    assert history.train_loss[-1] < history.train_loss[0]


@pytest.mark.parametrize("objective", [Regression, Adversary])
@pytest.mark.parametrize("optimiser", ["adamw", "nadam"])
def test_an_interrupted_training_ends_with_the_same_bits(tmp_path, optimiser, objective):
    method = Method(optimiser=optimiser, ema=0.9)
    straight = trainer(tmp_path / "straight", objective(), method=method)
    expected = straight.run()
    for stop in (27, 43):
        dying = trainer(tmp_path / "resumed", objective(), method=method)
        stop_after(dying, stop)
        with pytest.raises(StoppedError):
            dying.run()
    resumed = trainer(tmp_path / "resumed", objective(), method=method)
    history = resumed.run()
    assert history.validation_loss == expected.validation_loss
    assert history.train_loss == expected.train_loss
    assert same_weights(straight, resumed)
    again = trainer(tmp_path / "resumed", objective(), method=method)
    assert again.run().step == expected.step, "a finished training is not repeated"
    assert same_weights(straight, again)
    resumed.resume.delete()
    assert not (tmp_path / "resumed" / ".resume").exists()


def test_state_of_other_settings_is_ignored(tmp_path):
    dying = trainer(tmp_path, key="before")
    stop_after(dying, 20)
    with pytest.raises(StoppedError):
        dying.run()
    fresh = trainer(tmp_path, key="after")
    fresh._restore()
    assert fresh.step == 0


def test_damaged_state_is_ignored(tmp_path):
    fresh = trainer(tmp_path)
    fresh.resume.path.parent.mkdir()
    fresh.resume.path.write_bytes(b"half a file")
    fresh._restore()
    assert fresh.step == 0


def scripted(objective, errors):
    """Give an objective's validation; returns the weights that were validated, by call."""
    seen, given = [], iter(errors)

    def validate(network):
        seen.append({name: value.clone() for name, value in network.state_dict().items()})
        return Validation(7.0, next(given))

    objective.validate = validate
    return seen


def test_the_weights_of_smallest_error_are_kept(tmp_path):
    trained = trainer(tmp_path)
    seen = scripted(trained.objective, [3.0, 1.0, 2.0, 4.0, 1.0, 6.0])
    history = trained.run()
    assert history.best == [True, True, False, False, True, False], "of equal errors the longer trained"
    assert history.validation_loss == [7.0] * 6
    assert trained.outcome()["step"] == 50
    assert all(torch.equal(value, weights(trained)[name]) for name, value in seen[4].items())


def test_the_error_before_the_interruption_counts(tmp_path):
    dying = trainer(tmp_path)
    scripted(dying.objective, [1.0, 2.0])
    stop_after(dying, 20)
    with pytest.raises(StoppedError):
        dying.run()
    resumed = trainer(tmp_path)
    scripted(resumed.objective, [1.5] * 4)
    assert resumed.run().best == [True, False, False, False, False, False]


@pytest.mark.parametrize(("ema", "equal"), [(0.0, True), (0.9, False)])
def test_without_averaging_the_weights_themselves_are_validated(tmp_path, ema, equal):
    trained = trainer(tmp_path, method=Method(ema=ema), steps=10)
    for _ in range(5):
        trained._step()
    pairs = zip(trained.averaged.parameters(), trained.objective.network.parameters(), strict=True)
    assert all(torch.equal(ours, theirs) for ours, theirs in pairs) == equal


def test_buffers_are_not_averaged(tmp_path):
    objective = Regression()
    objective.network.register_buffer("counter", torch.zeros(1))
    trained = trainer(tmp_path, objective)
    objective.network.counter += 5
    trained._step()
    assert float(trained.averaged.counter) == 5


class Steep(Regression):
    """A loss whose gradient is known."""

    def loss(self, rows, generator):
        return 1e4 * self.network[0].bias.sum()


@pytest.mark.parametrize(("clip", "norm"), [(0.5, 0.5), (0.0, 1e4 * 8**0.5)])
def test_gradients_are_clipped_only_where_asked(tmp_path, clip, norm):
    trained = trainer(tmp_path, Steep(), method=Method(clip=clip), steps=3)
    trained._step()
    assert float(trained.objective.network[0].bias.grad.norm()) == pytest.approx(norm, rel=1e-4)


def test_two_optimisers_take_turns_and_learn(tmp_path):
    objective = Adversary()
    trained = trainer(tmp_path, objective, method=Method(), steps=400, learning_rate=0.02, weight_decay=0.0)
    history = trained.run()
    assert objective.calls[:12] == (["critic"] * 5 + ["generator"]) * 2
    assert history.validation_loss[0] > 2
    assert min(history.validation_loss) < 0.3


def test_divergence_is_told(tmp_path):
    trained = trainer(tmp_path)
    next(trained.objective.network.parameters()).data.fill_(float("nan"))
    with pytest.raises(InputError, match=r"of line diverged at step 10.*lower train\.learning_rate \(now 0\.01\)"):
        trained.run()


def test_unknown_optimiser_is_told(tmp_path):
    with pytest.raises(InputError, match="unknown optimiser 'sgd'; choose one of adamw, nadam"):
        trainer(tmp_path, method=Method(optimiser="sgd"))
