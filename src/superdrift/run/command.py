"""Turns a stage function into a command: arguments from its signature, settings from JSON, one clear error.

A stage is `def name(run: Run, settings: NameSettings, *, <paths and numbers>)`; each keyword becomes `--keyword`.
"""

import argparse
import inspect
import json
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pyarrow as pa

from superdrift.run.errors import InputError
from superdrift.run.provenance import describe, sha256
from superdrift.run.settings import from_mapping

logger = logging.getLogger("superdrift")


@dataclass(frozen=True)
class Run:
    """What every stage knows: the seed of the run, and the provenance record for the files it writes."""

    seed: int
    metadata: dict[str, Any]

    def reads(self, files: Mapping[str, Path]) -> None:
        """Record inputs that are no arguments of the command, by a name each: their SHA-256, taken once."""
        inputs = self.metadata.setdefault("inputs", {})
        inputs |= {name: sha256(path) for name, path in files.items() if name not in inputs and path.is_file()}


def command(stage: Callable[..., None]) -> Callable[[Sequence[str] | None], int]:
    """Make `main(argv) -> exit status` of a stage function.

    Exit status 0: done. 1: bad input or a full disk, reported in one line on standard error and in the log.
    """
    name = stage.__name__  # that of its module and of its rule, too
    module = _module_of(stage)

    def main(argv: Sequence[str] | None = None) -> int:
        arguments = vars(_parser(stage, module).parse_args(argv))
        seed, log, text = arguments.pop("seed"), arguments.pop("log"), arguments.pop("settings")
        _log_to(log)
        try:
            settings_class = get_type_hints(stage)["settings"]
            settings = from_mapping(settings_class, json.loads(text), place=name)
            paths = [p for value in arguments.values() for p in (value if isinstance(value, list) else [value])]
            record = describe(module, json.loads(text), seed, [p for p in paths if isinstance(p, Path)])
            stage(Run(seed, record), settings, **arguments)
        except InputError as error:
            logger.error("superdrift %s: error: %s", name, error)
            return 1
        except (OSError, pa.ArrowException) as error:
            logger.error("superdrift %s: error: %s", name, _system_message(error))
            return 1
        except BaseException:
            logger.exception("superdrift %s: unexpected failure", name)
            raise SystemExit(70) from None
        return 0

    return main


def paired(names: Sequence[str], files: Sequence[Path], *, of: str, option: str) -> dict[str, Path]:
    """Name → file of two parallel lists that a command takes.

    Args:
        names: values of the option `of`.
        files: values of the option `option`.
        of: option that gave the names, for the message.
        option: option that gave the files, for the message.

    Raises:
        InputError: when the lists differ in length or a name repeats.
    """
    if len(names) != len(files):
        raise InputError(
            f"{of} has {len(names)} names and {option} {len(files)} files; give one file a name, in one order"
        )
    if len(set(names)) != len(names):
        raise InputError(f"{of} has a name twice: {' '.join(names)}; give each once")
    return dict(zip(names, files, strict=True))


def _system_message(error: Exception) -> str:
    """A full disk and its like in words: what could not be written, and what to do."""
    text = str(error)
    if "No space left" in text or "File too large" in text or "Disk quota" in text:
        return f"cannot write: {text}. Free some space (or move the run to a larger disk), then run snakemake again"
    return text


def _module_of(stage: Callable[..., None]) -> str:
    """Dotted name of the module that a stage stands in, also where that runs as `python -m`."""
    spec = getattr(sys.modules[stage.__module__], "__spec__", None)
    return spec.name if spec is not None else stage.__module__


def _parser(stage: Callable[..., None], module: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=inspect.getdoc(stage))
    parser.add_argument("--settings", required=True, help="the stage's block of the configuration, as JSON")
    parser.add_argument("--seed", type=int, required=True, help="seed of the run")
    parser.add_argument("--log", type=Path, help="file that receives every message too")
    hints = get_type_hints(stage)
    for parameter in list(inspect.signature(stage).parameters.values())[2:]:
        hint = hints[parameter.name]
        many = get_origin(hint) is list
        if many:
            hint = get_args(hint)[0]
        if isinstance(hint, UnionType):
            hint = next(choice for choice in get_args(hint) if choice is not type(None))
        optional = parameter.default is not inspect.Parameter.empty
        parser.add_argument(
            f"--{parameter.name.replace('_', '-')}",
            type=hint,
            nargs="*" if many else None,
            required=not optional,
            default=parameter.default if optional else None,
        )
    return parser


def _log_to(path: Path | None) -> None:
    """Messages go to standard error, and to the log file if one is given."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(path, mode="w", encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers[:] = handlers
    logger.setLevel(logging.INFO)
    logger.propagate = bool(os.environ.get("PYTEST_CURRENT_TEST"))
