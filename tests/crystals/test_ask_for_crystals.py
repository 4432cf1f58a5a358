"""Structures on request: the Python function and the command."""

import pytest
from crystal_examples import known, rock_salt
from pymatgen.core import Structure

from superdrift import cli, crystals
from superdrift.structures.matching import displacement


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a run with known structures."""
    folder = tmp_path_factory.mktemp("run")
    known(folder / "crystals")
    return folder


def answered(*arguments):
    """The command, which ends without an error."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["crystals", "propose", *map(str, arguments)])
    assert ended.value.code == 0


def test_the_function_proposes(run):
    first = crystals.propose("NaBr", run=run, most=3)[0]
    assert displacement(first.structure, rock_salt("Na", "Br", 5.97)) == pytest.approx(0, abs=1e-4)
    assert len(crystals.propose("NaBr", run=run, most=1)) == 1
    assert crystals.propose("NaBr", run=run / "crystals/structures.parquet", atoms=9) == []


def test_the_compound_itself_serves_unless_it_may_not(run):
    assert crystals.propose("KCl", run=run)[0].template["reduced_formula"] == "KCl"
    assert "KCl" not in {p.template["reduced_formula"] for p in crystals.propose("KCl", run=run, known=False)}


def test_the_command_prints_and_writes_cifs(run, tmp_path, capsys):
    answered("NaBr", "--run", run, "-n", 2, "--output", tmp_path / "out")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["rank", "score", "prototype"] and "Br for" in lines[1]
    assert lines[-1].endswith("2 structures")
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["NaBr-1.cif", "NaBr-2.cif"]
    assert Structure.from_file(tmp_path / "out" / files[0]).composition.reduced_formula == "NaBr"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["NaBrr"], "malformed formula 'NaBrr'"),
        (["NaBr", "--run", "nowhere"], "run 'nowhere' has no known structures"),
    ],
)
def test_mistakes_are_one_line(arguments, told, capsys):
    with pytest.raises(SystemExit):
        cli.main(["crystals", "propose", *arguments])
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1


def test_no_template_is_said(run, capsys):
    answered("Na3Bi7", "--run", run)
    assert "no known structure has this stoichiometry" in capsys.readouterr().out
