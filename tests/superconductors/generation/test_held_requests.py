"""Everything that a request says of elements and amounts holds in every sample, even of an untrained model."""

import logging

import numpy as np
import pytest
import torch

from superdrift.charges.formal_valence import formal_valence
from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import families_of
from superdrift.superconductors.encoding import tokens
from superdrift.superconductors.generation.conditions import SIZES, TC_EDGES_K, asked, conditions
from superdrift.superconductors.generation.model import Model, build, design
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.restrictions import absurd
from superdrift.superconductors.generation.sampling import Sampling

SLOTS = {"kind": "slot_transformer", "width": 16, "depth": 1, "heads": 2, "dropout": 0.0}
UNMASK = {
    "kind": "unmask", "temperature": 1.0, "min_p": 0.02, "element_temperature": 1.0, "element_min_p": 0.01,
    "guidance": 1.0,
}  # fmt: skip
CATIONS = [place for place, kind in zip(tokens.ORDER, tokens.CLASSES, strict=True) if kind == 0]
REQUESTS = {
    "required, forbidden": Request(required=frozenset({"La", "Cu"}), forbidden=frozenset({"O", "Hg"})),
    "a system": Request(allowed=frozenset({"Ba", "Ca", "Cu", "O", "Y"}), required=frozenset({"O"}), n_elements=(3, 4)),
    "cuprates": Request(family="cuprates"),
    "pnictides": Request(family="pnictides", forbidden=frozenset({"As"})),
    "others": Request(family="others", required=frozenset({"O"})),
    "a range": Request(required=frozenset({"La", "Sr", "O"}), amounts={"Sr": (0.05, 0.3), "La": (1.0, 2.0)}),
    "an open site": Request(
        family="cuprates",
        required=frozenset({"Ba", "Cu", "O"}),
        amounts={"Ba": (2.0, 2.0), "Cu": (3.0, 3.0), "O": (6.93, 6.93)},
        open_cations=(1.0, 1.0),
        n_elements=(4, 6),
    ),
    "a half-open site": Request(
        required=frozenset({"Bi", "Cu"}), amounts={"Bi": (2.15, 2.15)}, open_cations=(1.5, 3.25), n_elements=(3, 8)
    ),
}


def model(forgotten=0.1) -> Model:
    torch.manual_seed(4)
    return build(design("masked", SLOTS, UNMASK, forgotten=forgotten))


def drawn(request: Request, generator: Model, n=300) -> np.ndarray:
    return Sampling(generator, UNMASK, device=torch.device("cpu"), request=request).batch(n, 3)


def column(symbol: str) -> int:
    return ATOMIC_NUMBER[symbol] - 1


@pytest.mark.parametrize("name", REQUESTS)
def test_every_sample_holds_the_request(name):
    request = REQUESTS[name]
    amounts = drawn(request, model())
    hundredths, there = np.rint(amounts * 100).astype(int), amounts > 0
    assert len(amounts) == 300 and (np.abs(amounts * 100 - hundredths) < 1e-3).all()
    assert there[:, [column(symbol) for symbol in request.required]].all()
    assert not there[:, [column(symbol) for symbol in request.forbidden]].any()
    if request.allowed:
        assert not np.delete(there, [column(symbol) for symbol in request.allowed], axis=1).any()
    number = there.sum(axis=1)
    assert (number >= request.n_elements[0]).all() and (number <= request.n_elements[1]).all()
    if request.family != "everything":
        assert set(families_of(amounts)) == {request.family}
    for symbol, (low, high) in request.amounts.items():
        own = hundredths[:, column(symbol)]
        assert ((own == 0) | ((own >= round(100 * low)) & (own <= round(100 * high)))).all()
    if request.open_cations is not None:
        free = [place for place in CATIONS if place not in {column(symbol) for symbol in request.fixed}]
        total = hundredths[:, free].sum(axis=1)
        assert (total >= round(100 * request.open_cations[0])).all()
        assert (total <= round(100 * request.open_cations[1])).all()
    assert len(np.unique(amounts, axis=0)) > 100


def test_plausible_samples_have_usual_amounts_and_known_valences():
    generator = model()
    rows, tc = np.zeros((40, 96), dtype=np.float32), np.full(40, 30.0)
    rows[:, column("La")], rows[:, column("Cu")], rows[:, column("O")] = np.linspace(1.0, 2.0, 40).round(2), 1.0, 4.0
    generator.process.fit(generator.encode(rows, tc))
    generator.process.shares.fill_(1 / generator.process.shares.numel())
    request = Request(family="cuprates", allowed=frozenset({"La", "Cu", "O"}), n_elements=(3, 3))
    options = {"device": torch.device("cpu"), "request": request}
    free = Sampling(generator, UNMASK, **options).batch(300, 3)
    held = Sampling(generator, {**UNMASK, "plausible": True}, **options).batch(300, 3)
    most = rows.max(axis=0)
    assert (free > most + 1e-3).any(axis=1).mean() > 0.9 and (held <= most + 1e-3).all()
    valence = formal_valence(held.astype(np.float64)).valence
    assert len(held) == 300 and ((valence >= 0.75 - 1e-6) & (valence <= 3.25 + 1e-6)).all()
    outside = formal_valence(free.astype(np.float64)).valence
    assert ((outside >= 0.75) & (outside <= 3.25)).mean() < 0.5


def test_an_absurd_valence_that_is_asked_for_is_drawn():
    generator, progress = model(), list[float]()
    fixed = {"Cu": (0.1, 0.1), "O": (9.0, 9.0), "Ba": (1.0, 1.0)}
    request = Request(family="cuprates", amounts=fixed, n_elements=(3, 3))
    sampling = Sampling(generator, {**UNMASK, "plausible": True}, device=torch.device("cpu"), request=request)
    amounts = sampling.batch(20, 3, progress.append)
    assert len(amounts) == 20 and absurd(amounts).all() and sum(progress) == pytest.approx(20, abs=1)
    assert amounts[0][[column("Ba"), column("Cu"), column("O")]] == pytest.approx([1.0, 0.1, 9.0])


def test_absurd_are_valences_beside_hard_anions_alone():
    amounts = np.zeros((4, 96), dtype=np.float32)
    amounts[0, [column("La"), column("Cu"), column("O")]] = 2, 1, 4
    amounts[1, [column("La"), column("Cu"), column("O")]] = 2, 1, 9
    amounts[2, [column("La"), column("Fe"), column("P")]] = 1, 4, 12  # a skutterudite: its formal valence says nothing
    amounts[3, [column("Nb"), column("Sn")]] = 3, 1
    assert absurd(amounts).tolist() == [False, True, False, False]


def test_a_model_without_tc_refuses_it():
    assert len(drawn(Request(family="cuprates"), model(None), 20)) == 20
    with pytest.raises(InputError, match=r"Tc of at least 90 K cannot be asked of a model .* condition_forgotten"):
        drawn(Request(tc_at_least_k=90), model(None), 20)


def test_a_tc_beyond_the_data_is_kept_and_said(caplog):
    generator = model()
    generator.process.shares[:, TC_EDGES_K.index(100.0) :] = 0
    with caplog.at_level(logging.WARNING):
        assert len(drawn(Request(tc_at_least_k=90), generator, 20)) == 20
        assert not caplog.messages
        drawn(Request(tc_at_least_k=200), generator, 20)
    assert "have a Tc of at least 200 K; samples are drawn as those of at least 95 K are" in caplog.text


def test_lengths_that_nothing_was_trained_on_are_told():
    generator = model()
    generator.process.shares[..., 5:] = 0
    with pytest.raises(InputError, match="samples of 7 to 8 elements are asked for"):
        drawn(Request(n_elements=(7, 8)), generator, 20)


def test_classes_of_family_and_tc():
    amounts = np.zeros((3, 96))
    amounts[0, [column("La"), column("Cu"), column("O")]] = 2, 1, 4
    amounts[1, [column("Fe"), column("Se")]] = 1
    amounts[2, column("Nb")] = 1
    found = conditions(amounts, np.array([92.5, 8.0, 0.3]))
    assert found[:, 0].tolist() == [0, 1, 2]
    assert [TC_EDGES_K[place] for place in found[:, 1]] == [90.0, 8.0, 0.0]


def test_classes_that_a_request_leaves():
    shares, at = torch.zeros(*SIZES, 8), TC_EDGES_K.index
    shares[0, at(60.0), 3], shares[0, at(90.0), 3], shares[2, at(20.0), 2] = 0.499, 0.001, 0.5
    mask, least_k = asked(shares, TC_EDGES_K, family=None, tc_at_least_k=57)
    assert least_k == 57 and (shares * mask).nonzero().tolist() == [[0, at(60.0), 3], [0, at(90.0), 3]]
    mask, least_k = asked(shares, TC_EDGES_K, family=None, tc_at_least_k=88)  # too few at 90 K
    assert least_k == 60 and (shares * mask).nonzero().tolist() == [[0, at(60.0), 3], [0, at(90.0), 3]]
    mask, least_k = asked(shares, TC_EDGES_K, family="others", tc_at_least_k=500)
    assert least_k == 20 and (shares * mask).nonzero().tolist() == [[2, at(20.0), 2]]
    mask, least_k = asked(shares, TC_EDGES_K, family="pnictides", tc_at_least_k=None)
    assert least_k is None and not (shares * mask).any()
