"""The judge on request: the Python function, the command, and what is told of bad input."""

import json

import pyarrow.parquet as pq
import pytest
from crystal_examples import SALTS, known, rock_salt, write_folder

from superdrift import cli, crystals
from superdrift.crystals.tables import EVALUATED
from superdrift.run.errors import InputError


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a run with known structures."""
    folder = tmp_path_factory.mktemp("run")
    known(folder / "crystals")
    return folder


def asked(capsys, *arguments):
    """Exit status, what is printed, and what is told on standard error."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["crystals", "evaluate", *map(str, arguments)])
    return ended.value.code, *capsys.readouterr()


def test_the_function_judges_objects(run):
    found = crystals.evaluate([SALTS["NaCl"], rock_salt("Na", "Br", 5.97)], run=run, targets=[SALTS["NaCl"]])
    assert [row["novel_matcher"] for row in found.rows] == [False, True] and found.rows[0]["target"] == "0"
    with pytest.raises(InputError, match="no structures to judge"):
        crystals.evaluate([])


def test_the_command_judges_a_folder_and_says_what_cannot_be_read(run, tmp_path, capsys):
    folder = write_folder(tmp_path / "mine", {"NaCl": SALTS["NaCl"], "NaBr": rock_salt("Na", "Br", 5.97)})
    (folder / "broken.cif").write_text("data_nothing")
    (folder / "strange.cif").write_text(SALTS["NaCl"].to(fmt="cif").replace("Na", "Qq"))
    status, printed, _ = asked(capsys, folder, "--run", run, "--output", tmp_path / "verdicts.parquet")
    lines = printed.splitlines()
    assert status == 0 and any(
        line.split()[:1] == ["novel_matcher"] and line.split()[-2:] == ["1", "4"] for line in lines
    )
    assert any(line.startswith("broken: cannot be read as cif") for line in lines)
    assert any(line.startswith("strange: 'Qq' is no chemical element") for line in lines)
    assert "4 structures, 2 of them cannot be read" in lines
    written = pq.read_table(tmp_path / "verdicts.parquet")
    assert written.num_rows == 4 and written.schema.names == EVALUATED.schema.names


def test_the_command_judges_a_file_of_many_beside_targets(tmp_path, capsys):
    file = tmp_path / "two.json"
    file.write_text(json.dumps([SALTS[name].as_dict() for name in ("NaCl", "MgO")]))
    status, printed, _ = asked(capsys, file, "--targets", write_folder(tmp_path / "sought", {"MgO": SALTS["MgO"]}))
    assert status == 0 and "2 structures" in printed
    assert any(line.split()[:2] == ["match", "1"] and line.split()[-2:] == ["1", "1"] for line in printed.splitlines())


def corrupted(folder):
    (folder / "x.cif").write_text("data_x\n_cell_length_a 4\nloop_\n")
    return folder / "x.cif"


def unknown_element(folder):
    (folder / "x.cif").write_text(SALTS["NaCl"].to(fmt="cif").replace("Na", "Qq"))
    return folder / "x.cif"


def empty(folder):
    return folder


def no_format(folder):
    (folder / "x.doc").write_text("")
    return folder / "x.doc"


def all_broken(folder):
    for name in "ab":
        (folder / f"{name}.cif").write_text("data_nothing")
    return folder


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (corrupted, "x cannot be judged: cannot be read as cif"),
        (unknown_element, "x cannot be judged: 'Qq' is no chemical element"),
        (empty, "holds no structure; give a file or a folder of .cif"),
        (no_format, "its ending names no format"),
        (all_broken, "a cannot be judged, as none of its 2 structures: cannot be read as cif"),
        (lambda folder: folder / "nothing", "does not exist"),
    ],
)
def test_bad_input_is_one_line(made, told, tmp_path, capsys):
    status, printed, said = asked(capsys, made(tmp_path))
    assert status == 1 and not printed and told in said and said.count("\n") == 1


def test_other_mistakes_are_told(run, tmp_path, capsys):
    file = write_folder(tmp_path / "mine", {"NaCl": SALTS["NaCl"]}) / "NaCl.cif"
    for option, value, told in (
        ("--run", "nowhere", "run 'nowhere' has no known structures"),
        ("--output", tmp_path / "x.txt", "give it the ending"),
        ("--targets", unknown_element(tmp_path), "target x cannot be sought: 'Qq' is no chemical"),
    ):
        status, _, said = asked(capsys, file, option, value)
        assert status == 1 and told in said and said.count("\n") == 1
