"""What is to stay of a reference does in every sample, even of an untrained model."""

import numpy as np
import pytest
import torch

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError
from superdrift.superconductors.encoding import tokens
from superdrift.superconductors.generation.inpainting import Inpainter
from superdrift.superconductors.generation.model import build, design
from superdrift.superconductors.settings.generation import InpaintingSettings

SLOTS = {"kind": "slot_transformer", "width": 16, "depth": 1, "heads": 2, "dropout": 0.0}
UNMASK = {
    "kind": "unmask", "temperature": 1.0, "min_p": 0.0, "element_temperature": 1.0, "element_min_p": 0.0,
    "plausible": False, "guidance": 0.0,
}  # fmt: skip
FORMULA = "La1.85Sr0.15CuO4"
CATION = np.isin(np.arange(96), tokens.ORDER[np.asarray(tokens.CLASSES) == 0])


def vector(formula: str) -> np.ndarray:
    return to_vector(parse_formula(formula))


def settings(**changed) -> InpaintingSettings:
    return InpaintingSettings(**{
        "redraw": "elements", "depths": [0.5], "keep": [], "added": 1, "new_element": True, "distinct": False,
        "tolerance": {"cations": 0.0, "anions": 0.0}, **changed,
    })  # fmt: skip


def inpainter(formula: str = FORMULA, *, process: str = "masked", allowed=None, **changed) -> Inpainter:
    torch.manual_seed(4)
    model = build(design("masked", SLOTS, UNMASK, forgotten=0.1))
    return Inpainter(model, UNMASK, vector(formula), settings(**changed), device=torch.device("cpu"), allowed=allowed)


def hundredths(amounts: np.ndarray) -> np.ndarray:
    return np.rint(amounts * 100).astype(int)


def column(symbol: str) -> int:
    return ATOMIC_NUMBER[symbol] - 1


def test_elements_that_stay_keep_their_amounts_and_sums_are_those_of_the_reference():
    y, drawn = hundredths(vector(FORMULA)), inpainter(keep=["Cu"]).sample(0.34, 60, 1)
    x = hundredths(drawn.amounts)
    assert x.shape == (60, 96) and (drawn.stays.sum(axis=1) == 3).all() and drawn.stays[:, column("Cu")].all()
    assert (x[drawn.stays] == np.broadcast_to(y, x.shape)[drawn.stays]).all()
    for kind in (CATION, ~CATION):
        assert (x[:, kind].sum(axis=1) == y[kind].sum()).all()
    assert ((x > 0) & (y == 0)).any(axis=1).all(), "each has an element that the reference does not have"
    assert set((x > 0).sum(axis=1)) <= {4, 5}
    assert len(np.unique(drawn.stays, axis=0)) == 3, "each of the others was drawn anew in some"


def test_nothing_needs_to_stay():
    y, x = hundredths(vector(FORMULA)), hundredths(inpainter(added=0).sample(1.0, 20, 1).amounts)
    assert ((x > 0).sum(axis=1) == 4).all()
    assert (x[:, CATION].sum(axis=1) == y[CATION].sum()).all() and (x[:, ~CATION].sum(axis=1) == 400).all()


def test_a_tolerance_lets_amounts_and_sums_differ():
    y = hundredths(vector(FORMULA))
    drawn = inpainter(keep=["La", "Sr", "Cu"], tolerance={"cations": 0.0, "anions": 0.2}).sample(1.0, 40, 1)
    anions = hundredths(drawn.amounts)[:, ~CATION].sum(axis=1)
    assert (hundredths(drawn.amounts)[:, CATION] == y[CATION]).all()
    assert (np.abs(anions - 400) <= 20).all() and len(set(anions)) > 3


def test_amounts_alone_are_drawn_anew():
    y, drawn = hundredths(vector(FORMULA)), inpainter(redraw="amounts", keep=["O"]).sample(0.7, 40, 1)
    x = hundredths(drawn.amounts)
    assert ((x > 0) == (y > 0)).all() and (x[:, CATION].sum(axis=1) == 300).all()
    assert (x[drawn.stays] == np.broadcast_to(y, x.shape)[drawn.stays]).all() and len(np.unique(x, axis=0)) > 10


def test_tokens_are_drawn_anew_from_the_finest_digits_on():
    drawn = inpainter(redraw="tokens").sample(0.25, 40, 1)
    y, x = vector(FORMULA), drawn.amounts
    assert (drawn.stays == ((hundredths(x) == hundredths(y)) & (y > 0))).all()
    assert ((x > 0) == (y > 0)).all() and len(np.unique(x, axis=0)) > 10
    for kind in (np.asarray(tokens.CLASSES) == 0, np.asarray(tokens.CLASSES) == 1):
        sums, reference = x[:, tokens.ORDER[kind]].cumsum(axis=1), y[tokens.ORDER[kind]].cumsum()
        assert (np.abs(sums - reference) < 0.1 - 1e-4).all(), "tenths of the running sums stay"


def test_elements_that_may_not_be_drawn_are_not():
    allowed = np.zeros(96, dtype=bool)
    allowed[[column(symbol) for symbol in ("Nd", "Ca", "F")]] = True
    x = inpainter(allowed=allowed).sample(0.5, 40, 1).amounts
    new = set(np.flatnonzero((x > 0).any(axis=0))) - set(np.flatnonzero(vector(FORMULA)))
    assert new <= set(np.flatnonzero(allowed)) and len(new) > 1


def test_same_seed_same_samples():
    one, two, other = (inpainter().sample(0.5, 30, seed).amounts for seed in (3, 3, 4))
    assert np.array_equal(one, two) and not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("formula", "changed", "told"),
    [
        (FORMULA, {"keep": ["Ba"]}, "keep names Ba, which the reference does not have"),
        (FORMULA, {"keep": ["La", "Sr", "Cu", "O"]}, "keep names all elements of the reference"),
        (FORMULA, {"keep": ["Cu"], "redraw": "tokens"}, "keep has no part in redraw = tokens"),
        ("Fe250As250", {}, "Fe250As250: the reference has .* 200 atoms or more"),
        ("LaCeNdSmEuGdTbDyO9", {}, "more than 8 elements"),
    ],
)
def test_references_that_cannot_be_inpainted_are_told(formula, changed, told):
    with pytest.raises(InputError, match=told):
        inpainter(formula, **changed)


def test_depths_at_which_nothing_could_change_are_told():
    with pytest.raises(InputError, match=r"depth 0.25: with redraw = amounts no amount could change"):
        inpainter(redraw="amounts").sample(0.25, 5, 1)


def test_what_the_generator_never_draws_is_told():
    none = np.zeros(96, dtype=bool)
    with pytest.raises(InputError, match="nothing that the generator drew holds what stays"):
        inpainter(allowed=none).sample(0.5, 5, 1)
