"""The configuration check of any domain, here a made-up one: what is told of each kind of mistake."""

import copy

import pytest
from declared_blocks import VALUES, Laboratory

from superdrift.run.configuration import nearest, refuse_repeated_keys, validate
from superdrift.run.errors import InputError


def with_film(**changes):
    values = copy.deepcopy(VALUES)
    values["films"]["thin"] |= changes
    return values


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (VALUES | {"rum": 1}, "unknown key 'rum' at the top level; did you mean 'run'?"),
        (
            with_film(heater={"kind": "laser", "pulses": 7, "power": 2.0}),
            "unknown key 'power' at films.thin.heater; it may hold kind, pulses",
        ),
        (VALUES | {"run": "Two"}, 'run = "Two": must match ^[a-z]+$ (small letters) (name of the results folder)'),
        (VALUES | {"seeds": []}, "seeds = []: fewest entries: 1 (one for each try)"),
        (VALUES | {"seeds": [1, 2, 3, 4]}, "seeds = [1, 2, 3, 4]: most entries: 3 (one for each try)"),
        (VALUES | {"seeds": [5, 5]}, "seeds = [5, 5]: must not hold 5 twice (one for each try)"),
        (VALUES | {"seeds": [1.5]}, "seeds.0 = 1.5: must be of type integer (one for each try)"),
        (VALUES | {"cleaning": 3}, "cleaning = 3: must be of type object or null (where rags are; null: nowhere)"),
        (
            VALUES | {"places": {"a": {"name": "", "shelf": 1}}},
            'places.a.name = "": shortest length: 1 (what people call it)',
        ),
        (
            VALUES | {"places": {"The Door": {"name": "door", "shelf": 1}}},
            "the name 'The Door' at places must match ^[a-z0-9][a-z0-9-]*$ (lower-case letters, digits, hyphens)",
        ),
        (
            with_film(thickness=0.6),
            "films.thin.thickness = 0.6: must be greater than 0 and at most 0.5 (nm; of the film)",
        ),
        (
            with_film(heater={"kind": "furnace", "power": 9}),
            "films.thin.heater.power = 9: must be at least 0.5 and less than 9 (W; heating power)",
        ),
        (
            with_film(heater={"kind": "lazer", "power": 1}),
            "films.thin.heater.kind = \"lazer\" is not one of furnace, laser; did you mean 'laser'?",
        ),
        (with_film(heater={"kind": "laser"}), "films.thin.heater lacks pulses; config.yaml shows every key"),
        (with_film(heater={}), "films.thin.heater lacks kind; config.yaml shows every key"),
        (
            with_film(phases={"solid": 0.1}),
            "films.thin.phases lacks liquid; config.yaml shows every key",
        ),
    ],
)
def test_a_mistake_is_one_line(config, line):
    with pytest.raises(InputError) as caught:
        validate(copy.deepcopy(config), Laboratory)
    assert str(caught.value) == f"the configuration cannot be used:\n  - {line}"


def test_several_mistakes_are_told_together():
    config = with_film(layers=0, thickness=2) | {"rum": 3}
    with pytest.raises(InputError) as caught:
        validate(config, Laboratory)
    assert [line.split()[1] for line in str(caught.value).splitlines()[1:]] == [
        "unknown", "films.thin.layers", "films.thin.thickness"
    ]  # fmt: skip


def test_the_callers_check_is_asked_of_allowed_values_only():
    def inconsistencies(config):
        yield f"run {config['run']} was run before"

    with pytest.raises(InputError, match="run first was run before"):
        validate(copy.deepcopy(VALUES), Laboratory, inconsistencies)
    with pytest.raises(InputError) as caught:
        validate(VALUES | {"run": "FIRST"}, Laboratory, inconsistencies)
    assert "before" not in str(caught.value)


@pytest.mark.parametrize(("given", "layers"), [("12", 12), ("1e1", 10), (3.0, 3), ("0x10", 16)])
def test_whole_numbers_are_read_as_such(given, layers):
    config = with_film(layers=given)
    validate(config, Laboratory)
    assert type(config["films"]["thin"]["layers"]) is int and config["films"]["thin"]["layers"] == layers


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "nan", True, None])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(InputError, match=r"films\.thin\.thickness = "):
        validate(with_film(thickness=value), Laboratory)


def test_a_configuration_that_is_no_mapping():
    with pytest.raises(InputError, match="the top level = null: must be of type object"):
        validate(None, Laboratory)


def test_nearest():
    assert nearest("laser", ["lazer", "furnace"]) == "; did you mean 'lazer'?"
    assert nearest("x", ["lazer", "furnace"]) == ""


def test_a_key_that_stands_twice_in_a_file_is_told_with_its_lines(tmp_path):
    file, other = tmp_path / "mine.yaml", tmp_path / "other.yaml"
    file.write_text("run: a\nplaces:\n  x: {shelf: 1}\n  y: {shelf: 1, shelf: 2}\n  x: {shelf: 3}\n")
    other.write_text("run: b\nseeds: [{a: 1}, {a: 2}]\n")
    with pytest.raises(InputError) as caught:
        refuse_repeated_keys([file, other])
    assert str(caught.value).splitlines()[1:] == [
        f"  - {file}: places.y.shelf stands in line 4 and in line 4; keep one of them",
        f"  - {file}: places.x stands in line 3 and in line 5; keep one of them",
    ]
    refuse_repeated_keys([other])
