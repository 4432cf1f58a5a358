"""A small configuration of a made-up domain, with every kind of setting there is."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from superdrift.run.settings import Alternatives, Count, Limits, Slug, passed, setting

Phase = Literal["solid", "liquid"]
Length = Annotated[float, Limits(above=0, at_most=1, unit="nm")]


@dataclass(frozen=True)
class Furnace:
    """One kind of heater."""

    kind: Literal["furnace"] = setting("heats from outside")
    power: float = setting("heating power", unit="W", at_least=0.5, below=9)


@dataclass(frozen=True)
class Laser:
    """Another kind of heater."""

    kind: Literal["laser"] = setting("heats from inside")
    pulses: Count = setting("pulses per second")


@dataclass(frozen=True)
class Shared:
    """What two blocks share."""

    layers: Count = setting("layers of the film")


@dataclass(frozen=True)
class Film(Shared):
    """A block in a dict with free keys."""

    thickness: Length = setting("of the film", at_most=0.5)
    heater: Annotated[dict[str, Any], Alternatives((Furnace, Laser))] = setting("what heats it")
    phases: dict[Phase, Length] = setting("thickness of a phase")
    capped: bool | None = setting("whether a cap is grown; null: as usual")


@dataclass(frozen=True)
class Place:
    """An entry so small that it takes one line."""

    name: str = setting("what people call it", fewest=1)
    shelf: int = setting("number of the shelf", at_least=0)


@dataclass(frozen=True)
class Laboratory:
    """The whole configuration."""

    run: str = setting("name of the results folder", pattern="^[a-z]+$", form="small letters")
    seeds: Annotated[list[int], Limits(fewest=1, most=3, unique=True)] = setting("one for each try")
    films: dict[Slug, Film] = setting("films by name", entries={"thin": "the one that is shown"})
    places: dict[Slug, Place] = setting("where things are")
    cleaning: Place | None = setting("where rags are; null: nowhere")


@dataclass(frozen=True)
class GrowSettings(Shared):
    """Settings of a stage: a block, and values of others."""

    furnace: Furnace = passed("films.*.heater")
    places: list[Place] = passed("places.*")
    cleaning: Place | None = passed("cleaning")


VALUES = {
    "run": "first",
    "seeds": [1, 2],
    "films": {
        "thin": {
            "layers": 3,
            "thickness": 0.00001,
            "heater": {"kind": "furnace", "power": 2.0},
            "phases": {"solid": 0.25, "liquid": 1.0},
            "capped": None,
        },
        "thick": {
            "layers": 9,
            "thickness": 0.5,
            "heater": {"kind": "laser", "pulses": 7},
            "phases": {"solid": 0.5, "liquid": 0.5},
            "capped": True,
        },
    },
    "places": {"door": {"name": "the door: front", "shelf": 0}, "window": {"name": "window", "shelf": 2}},
    "cleaning": None,
}
