"""The configuration of a run, of all domains together: its check, and the comments of config.yaml.

    python -m superdrift.configuration --write config.yaml

writes the comments of a configuration file anew, from the declarations in the domains' settings, and leaves its values.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from superdrift.crystals.configuration import inconsistencies as of_crystals
from superdrift.crystals.settings import CrystalsBlock
from superdrift.io.files import write_whole
from superdrift.run import configuration
from superdrift.run.config_file import render
from superdrift.run.errors import InputError
from superdrift.run.settings import setting
from superdrift.superconductors import settings
from superdrift.superconductors.configuration import inconsistencies as of_superconductors

HEADER = """\
The paper-scale run: SuperCon, four models, 500,000 samples each. Every setting has its value here; the code has no
defaults of them. Its unit, its meaning and its [range] or [choices] are declared in the code (settings in
src/superdrift), from which these comments are made: [0, 1) holds 0 and not 1. To write them anew:

  python -m superdrift.configuration --write config.yaml

A preset (workflow/presets) is a second config file that changes some values:

  snakemake --cores 2 --configfile workflow/presets/demo.yaml
"""


@dataclass(frozen=True)
class Configuration(settings.Configuration):
    """Everything that config.yaml holds: the superconductors' blocks, and one block of each other domain."""

    crystals: CrystalsBlock = setting("crystal structures, known and proposed (`snakemake crystals`)")


def validate(config: dict[str, Any]) -> None:
    """Check a configuration before any job; see `run.configuration.validate`.

    Raises:
        InputError: naming every offending key or value, where it stands, and what is allowed there.
    """
    configuration.validate(config, Configuration, inconsistencies)


def inconsistencies(config: Mapping[str, Any]) -> Iterator[str]:
    """What a schema cannot say, of every domain."""
    yield from of_superconductors(config)
    yield from of_crystals(config["crystals"])


def commented(values: Mapping[str, Any]) -> str:
    """The text of a configuration file with these values."""
    return render(values, Configuration, header=HEADER)


def main(argv: Sequence[str] | None = None) -> int:
    """Print a configuration file with its comments, or write it; 1 where it cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m superdrift.configuration", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=Path("config.yaml"), help="a whole configuration")
    parser.add_argument("--write", action="store_true", help="write the file instead of printing it")
    arguments = parser.parse_args(argv)
    try:
        configuration.refuse_repeated_keys([arguments.file])
        values = yaml.safe_load(arguments.file.read_text(encoding="utf-8"))
        validate(values)
    except (InputError, OSError, yaml.YAMLError) as error:
        print(f"{arguments.file}: {error}", file=sys.stderr)
        return 1
    if arguments.write:
        write_whole(arguments.file, commented(values).encode())
    else:
        print(commented(values), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
