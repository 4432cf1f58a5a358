"""The page of constants: every number in the code is explained, and the page is what the source says."""

import pytest

from superdrift.run import constants as module
from superdrift.run.constants import PAGE, Constant, constants, main, page


@pytest.fixture
def package(tmp_path):
    """Writes a module of a made-up package and lists its constants."""

    def listed(source, name="room/module.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
        return constants(tmp_path)

    return listed


def test_every_number_in_the_code_is_explained():
    unexplained = [f"{found.module}: {found.name}" for found in constants() if not found.meaning]
    assert not unexplained, "write a string below each: what it is, its unit, why it is no setting"


def test_the_page_is_what_the_source_says():
    assert PAGE.read_text(encoding="utf-8") == page(constants()), "run python -m superdrift.run.constants --write"
    assert main([]) == 0


def test_a_constant_is_read_with_its_value_as_written_and_the_string_below_it(package):
    found = package('RADIUS: float = 1e-3\n"""Å; how far\nit reaches."""\nCHUNK = 500_000\nimport os\n')
    assert found == [
        Constant("room/module.py", "RADIUS", "1e-3", "Å; how far it reaches."),
        Constant("room/module.py", "CHUNK", "500_000", ""),
    ]


@pytest.mark.parametrize(
    "value",
    [
        "-1",
        "2.0**41",
        "1 << 30",
        "(0.0, np.inf)",
        "{4: 0.2}",
        "(('Hg', frozenset({'a'}), 1.0),)",
        "[OTHER, 3]",
        "{'a': OTHER + 1}",
    ],
)
def test_numbers_written_out_are_constants_alone_or_in_a_container(package, value):
    assert [found.value for found in package(f"NUMBER = {value}\n")] == [value]


@pytest.mark.parametrize(
    "source",
    [
        "NAME = 'text'",
        "FLAG = True",
        "DERIVED = 2 + 4 * OTHER",
        "COUNT = len(OTHER) + 1",
        "TABLE = {'a': lambda e: 2}",
        "ROWS = [i + 1 for i in OTHER]",
        "variable = 3",
        "a.B = 3",
        "A, b = 1, 2",
        "def f():\n    INNER = 3",
    ],
)
def test_what_is_computed_or_no_number_is_not_listed(package, source):
    assert package(source + "\n") == []


def test_constants_assigned_together_are_one_row_with_long_values_left_out(package):
    found = package(f'A, _B = 1, 2\n"""Either | or."""\nLONG = ({"1, " * 40})\n"""Many."""\n')
    lines = page(found).splitlines()
    assert lines[-2:] == ["| `A, _B` | `1, 2` | Either \\| or. |", "| `LONG` | a table | Many. |"]
    assert "## `room/module.py`" in lines


def test_the_command_says_when_the_page_is_out_of_date_and_writes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "PAGE", tmp_path / "constants.md")
    assert main([]) == 1
    assert "--write" in capsys.readouterr().err
    assert main(["--write"]) == 0
    assert main([]) == 0
