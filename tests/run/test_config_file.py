"""The text of config.yaml: values kept, each explained once, no line too long."""

from dataclasses import dataclass

import pytest
import yaml
from declared_blocks import VALUES, Laboratory
from hypothesis import given
from hypothesis import strategies as st

from superdrift.run.config_file import WIDTH, render
from superdrift.run.settings import setting

EXPECTED = """\
# A made-up laboratory.

run: first                        # name of the results folder
seeds: [1, 2]                     # one for each try

films:                            # films by name
  thin:                           # the one that is shown
    layers: 3                     # layers of the film
    thickness: 1.0e-05            # nm; of the film (0, 0.5]
    heater:                       # what heats it
      kind: furnace               # heats from outside [furnace | laser]
      power: 2.0                  # W; heating power [0.5, 9)
    phases: {solid: 0.25, liquid: 1.0}  # thickness of a phase (0, 1]
    capped: null                  # whether a cap is grown; null: as usual
  thick:
    layers: 9
    thickness: 0.5
    heater:
      kind: laser                 # heats from inside [furnace | laser]
      pulses: 7                   # pulses per second
    phases: {solid: 0.5, liquid: 0.5}
    capped: true

places:                           # where things are
                                  # name: what people call it
                                  # shelf: number of the shelf [0, ∞)
  door: {name: "the door: front", shelf: 0}
  window: {name: window, shelf: 2}

cleaning: null                    # where rags are; null: nowhere
"""


def test_every_kind_of_setting_is_written():
    assert render(VALUES, Laboratory, header="A made-up laboratory.") == EXPECTED


def test_what_is_written_reads_back():
    assert yaml.safe_load(EXPECTED) == VALUES


def test_a_long_value_has_its_comment_above():
    text = render(VALUES | {"seeds": list(range(60))}, Laboratory, header="")
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("seeds"))
    assert lines[at - 1] == "# one for each try"
    assert lines[at + 1].startswith("  ")
    assert max(map(len, lines)) <= WIDTH
    assert yaml.safe_load(text)["seeds"] == list(range(60))


@dataclass(frozen=True)
class Anything:
    """One setting that holds whatever it is given."""

    held: list[str] = setting("whatever it is given")


def written(value):
    """What a value is after it was written and read."""
    text = render({"held": value}, Anything, header="")
    return yaml.safe_load(text)["held"]


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.lists(scalars, max_size=4))
def test_values_read_back_as_they_were(values):
    read = written(values)
    assert read == values
    assert [type(value) for value in read] == [type(value) for value in values]


@pytest.mark.parametrize(
    "text",
    [
        *("null", "true", "5", "1e3", "no", "", "a: b", "[x]", "2024-01-01", "~", "-", "- x", "?", "\u2420"),
        "two  spaces " * 40,
    ],
)
def test_texts_that_look_like_something_else_are_quoted(text):
    assert written([text, {text: text}]) == [text, {text: text}]
