"""`superdrift drift`: the way up in Tc from one compound, by the generator that comes with the project."""

import pyarrow.parquet as pq
import pytest

from superdrift import cli
from superdrift.composition.formula import parse_formula


def command(*arguments):
    with pytest.raises(SystemExit) as done:
        cli.main(["drift", *arguments])
    return done.value.code


def test_the_command_tells_the_way_and_writes_it(capsys, tmp_path):
    path = tmp_path / "way.parquet"
    arguments = ("La1.85Sr0.15CuO4", "--tc", "80", "--forbid", "Tl,Hg", "--samples", "220", "--output", str(path))
    assert command(*arguments) == 0
    first, second, _, header, start, *rows = capsys.readouterr().out.splitlines()
    assert first == "up from La1.85Sr0.15CuO4: cuprates, without Tl Hg"
    assert second.startswith("220 decoded for 11 classes of Tc, ") and header.split()[0] == "asked"
    assert start.split()[0] == "start" and [row.split()[0] for row in rows[:3]] == ["80", "85", "90"]
    table = pq.read_table(path)
    assert table.num_rows > 10 and all(table["novel"].to_pylist())
    assert table["tc_asked_k"].to_pylist() == sorted(table["tc_asked_k"].to_pylist())
    for formula in table["formula"].to_pylist():
        assert not parse_formula(formula).keys() & {"Tl", "Hg"}
        assert parse_formula(formula).keys() >= {"Cu", "O"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["La1.85Sr0.15CuO4", "--tc", "500"], "is in the highest class that is left"),
        (["NaAlGe", "--keep", "O", "--forbid", "O"], "O"),
        (["LrO2"], "element Lr (Z = 103) lies beyond Z = 96"),
        (["LaCeNdSmGdDyHoErTm"], "has more than 8 elements"),
    ],
)
def test_mistakes_are_one_line(arguments, told, capsys):
    assert command(*arguments) == 1
    err = capsys.readouterr().err
    assert told in err and "Traceback" not in err
