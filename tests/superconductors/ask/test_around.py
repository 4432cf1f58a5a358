"""Candidates around a compound, from the generator that comes with the project."""

import pytest

from superdrift import cli
from superdrift.composition.formula import parse_formula
from superdrift.superconductors.ask.around import inpainting, propose_around
from superdrift.superconductors.ask.generators import shipped_generator
from superdrift.superconductors.generation.request import Request


@pytest.fixture(scope="module")
def proposals():
    generator = shipped_generator(Request(family="cuprates"), samples=120)
    settings = inpainting(keep=["Cu", "O"], depth=0.5, redraw=None)
    return propose_around(generator, "La1.85Sr0.15CuO4", settings, seed=3, known=None)


def test_what_is_ranked_keeps_what_stays(proposals):
    rows = proposals.ranked
    assert proposals.drawn == 120 and rows.num_rows > 2 and all(rows["novel"].to_pylist())
    for formula in rows["formula"].to_pylist():
        amounts = parse_formula(formula)
        cations = sum(amount for symbol, amount in amounts.items() if symbol not in ("Cu", "O"))
        assert (amounts["Cu"], amounts["O"], cations) == (1, 4, 2)
        assert amounts.keys() - {"La", "Sr", "Cu", "O"}


def command(*arguments):
    with pytest.raises(SystemExit) as done:
        cli.main(["condition", *arguments])
    return done.value.code


def test_the_command_tells_what_it_drew(capsys):
    assert command("NaAlGe", "--keep", "Al,Ge", "--samples", "20", "--top", "1", "--depth", "1") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "around NaAlGe: elements drawn anew to depth 1, keeping Al Ge" and out[1].startswith("20 drawn, ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["NaAlGe", "--keep", "Cu"], "keep names Cu, which the reference does not have"),
        (["NaAlGe", "--keep", "Na,Al,Ge"], "keep names all elements of the reference"),
        (["NaAlGe", "--redraw", "amounts"], "depth 0.25: with redraw = amounts no amount could change"),
        (["NaAlGe", "--depth", "0"], "depth 0 is no share of the reference"),
        (["NaAlGe", "--depth", "1.5"], "depth 1.5 is no share of the reference"),
        (["LrO2"], "LrO2: element Lr (Z = 103) lies beyond Z = 96"),
        (["Y0"], "Y0: all amounts are zero"),
        (["YQq"], "'Qq' is not a chemical element"),
    ],
)
def test_mistakes_are_one_line_and_leave_no_file(arguments, told, tmp_path, capsys):
    assert command(*arguments, "--output", str(tmp_path / "proposals.csv")) == 1
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
