"""The way up in Tc, by the generator that comes with the project: lossless at the start, bound to what is asked."""

import numpy as np
import pytest
import torch
from torch import Generator

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.superconductors.check import shipped as known
from superdrift.superconductors.data.families import families_of
from superdrift.superconductors.data.row_selection import superconducting
from superdrift.superconductors.drift.transport import Transport
from superdrift.superconductors.encoding import tokens
from superdrift.superconductors.generation import shipped
from superdrift.superconductors.generation.conditions import conditions
from superdrift.superconductors.generation.model import build, design
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.restrictions import plausible, restriction
from superdrift.superconductors.tables import COMPOUNDS

LSCO = to_vector(parse_formula("La1.85Sr0.15CuO4"))


@pytest.fixture(scope="module")
def model():
    return shipped.load("everything")


def transport(model, **asked):
    common, request = plausible(model.process.largest.cpu()), Request(**asked)
    held, usual = restriction(request, None), restriction(request, None, common)
    return Transport(model, min_p=(0.003, 0.02), restriction=held, usually=usual)


def started(way, draws=24):
    return way.start(LSCO, 38.0, draws=draws, generator=Generator().manual_seed(1))


def test_known_compounds_have_coordinates_that_give_them_again(model):
    table = tables.read(known.COMPOUNDS, COMPOUNDS, ["amounts", "superconducting", "tc_consensus_k", "family"])
    amounts = tables.matrix(table["amounts"])
    rows = np.flatnonzero(superconducting(table) & tokens.on_grid(amounts))[::67]
    way = transport(model)
    told = conditions(amounts[rows], np.nan_to_num(table["tc_consensus_k"].to_numpy()[rows]))
    with torch.inference_mode():
        codes = way._read.encode(model.encoding.encode(amounts[rows]), told)
        back = model.encoding.decode(way._read.decode(codes.z, told))
    exact = (np.abs(back - amounts[rows]) < 1e-4).all(axis=1)
    assert len(rows) > 150 and set(families_of(amounts[rows])) == {"cuprates", "pnictides", "others"}
    assert exact.mean() >= 0.99
    informative = (codes.nats.mean(dim=0) >= 0.05).double().mean()
    assert informative >= 0.5, "the Kullback–Leibler divergence of at least half of the coordinates"


def test_at_its_own_tc_a_compound_is_itself_and_at_a_higher_one_another(model):
    way = transport(model, family="cuprates")
    z, own = started(way)
    first, *higher = way.rising(own[0], None)
    np.testing.assert_allclose(way.at(z, own, first), np.tile(LSCO, (24, 1)), atol=1e-4)
    assert np.abs(way.at(z, own, higher[-1]) - LSCO).max(axis=1).min() > 0.1
    assert (z.std(dim=0) > 0).any(), "the start is drawn from what gives it"


def test_what_is_asked_for_holds_on_the_way_even_where_the_start_does_not_hold_it(model):
    way = transport(model, family="cuprates", forbidden=frozenset({"Sr", "Tl", "Hg"}), required=frozenset({"Ca"}))
    z, own = started(way)
    found = np.concatenate([way.at(z, own, place) for place in way.rising(own[0], None)[::6]])
    columns = {symbol: found[:, ATOMIC_NUMBER[symbol] - 1] for symbol in ("Sr", "Tl", "Hg", "Ca")}
    assert not (columns["Sr"] + columns["Tl"] + columns["Hg"]).any() and (columns["Ca"] > 0).all()
    assert set(families_of(found)) == {"cuprates"}


def test_the_way_ends_where_it_is_told_to_or_where_too_few_compounds_are(model):
    way = transport(model, family="cuprates")
    own = started(way, draws=1)[1][0]
    edges = [model.tc_edges_k[place] for place in way.rising(own, 90.0)]
    assert edges[0] == 35.0 and edges[-1] == 90.0 and edges == sorted(edges)
    assert way.rising(own, 10.0) == way.rising(own, 38.0) == [int(own[1])]
    assert model.tc_edges_k[way.rising(own, None)[-1]] >= 120.0


def test_what_it_cannot_do_is_told(model):
    way = transport(model)
    wide = np.zeros(96, dtype=np.float32)
    wide[:9] = 1.0
    with pytest.raises(InputError, match="has more than 8 elements"):
        way.start(wide, 10.0, draws=1, generator=Generator())
    slots = {"kind": "slot_transformer", "width": 16, "depth": 1, "heads": 2, "dropout": 0.0}
    sampler = {"kind": "unmask", "temperature": 1.0, "min_p": 0.0, "element_temperature": 1.0, "element_min_p": 0.0}
    untold = build(design("masked", slots, sampler))
    with pytest.raises(InputError, match="the way up needs a masked generator that was told the Tc"):
        Transport(untold, min_p=(0.0, 0.0), restriction=way._written.restriction, usually=way._written.usually)
