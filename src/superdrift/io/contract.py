"""The contract as data: which files a run leaves, what each holds; paths, documents and checks are made from it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from superdrift.io.tables import Table

_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Wildcard:
    """A part of a path that varies, e.g. `{family}`: what its values are, and the pattern that they match."""

    meaning: str
    pattern: str


@dataclass(frozen=True)
class Artifact:
    """One kind of file of a run.

    Attributes:
        name: what stages call it.
        pattern: its place in the run's folder, e.g. `screen/{source}/screened.parquet`.
        meaning: one sentence on what it holds.
        table: its columns; None for a file of another format.
        only: where only some runs have it, which ones.
    """

    name: str
    pattern: str
    meaning: str
    table: Table | None = None
    only: str = ""

    @property
    def wildcards(self) -> tuple[str, ...]:
        """Names of the parts of the pattern that vary, in order."""
        return tuple(_HOLE.findall(self.pattern))

    def place(self, **values: str) -> str:
        """Path within the run's folder for these values of the wildcards.

        Raises:
            ValueError: when the values are not those that the pattern needs.
        """
        if set(values) != set(self.wildcards):
            raise ValueError(f"{self.pattern} needs {list(self.wildcards)}, not {sorted(values)}")
        return self.pattern.format(**values)


@dataclass(frozen=True)
class Contract:
    """Every artifact of a run of one domain, in the order in which people should meet them, and the wildcards."""

    artifacts: tuple[Artifact, ...]
    wildcards: Mapping[str, Wildcard]

    def __getitem__(self, name: str) -> Artifact:
        found = [artifact for artifact in self.artifacts if artifact.name == name]
        if not found:
            raise KeyError(f"the contract names no artifact '{name}'; it has {[a.name for a in self.artifacts]}")
        return found[0]

    @property
    def tables(self) -> dict[str, Table]:
        """Tables by name, in the order in which their artifacts stand."""
        return {artifact.table.name: artifact.table for artifact in self.artifacts if artifact.table is not None}

    def match(self, place: str) -> tuple[Artifact, dict[str, str]] | None:
        """The artifact that a path within the run's folder is, with its wildcards; None where it is none."""
        for artifact in self.artifacts:
            pieces = _HOLE.split(artifact.pattern)
            text = "".join(
                f"(?P<{piece}>{self.wildcards[piece].pattern})" if i % 2 else re.escape(piece)
                for i, piece in enumerate(pieces)
            )
            found = re.fullmatch(text, place)
            if found:
                return artifact, found.groupdict()
        return None


class RunFiles:
    """Finds the files of one run by the names of the contract, and records each as read.

    Args:
        contract: the artifacts.
        folder: the run's folder.
        record: called with (place in the folder → file) for every file that is asked for, e.g. `Run.reads`.
    """

    def __init__(self, contract: Contract, folder: Path, record: Callable[[Mapping[str, Path]], None]) -> None:
        self._contract, self.folder, self._record = contract, Path(folder), record

    def path(self, name: str, **values: str) -> Path:
        """File of an artifact, e.g. `path("screened", source="cuprates")`."""
        place = self._contract[name].place(**values)
        self._record({place: self.folder / place})
        return self.folder / place

    def each(self, name: str, values: Iterable[str]) -> dict[str, Path]:
        """Value → file of an artifact with one wildcard."""
        (wildcard,) = self._contract[name].wildcards
        return {value: self.path(name, **{wildcard: value}) for value in values}


def list_of_files(contract: Contract) -> str:
    """Markdown: one line an artifact, and what the wildcards stand for."""
    lines = ["| file | what it holds |", "|---|---|"]
    for artifact in contract.artifacts:
        only = f" *Only {artifact.only}.*" if artifact.only else ""
        lines.append(f"| `{artifact.pattern}` | {artifact.meaning}.{only} |")
    used = dict.fromkeys(name for artifact in contract.artifacts for name in artifact.wildcards)
    lines += ["", *(f"- `{{{name}}}`: {contract.wildcards[name].meaning}." for name in used)]
    return "\n".join(lines) + "\n"


def column_dictionary(contract: Contract) -> str:
    """Markdown: for each table its artifacts, then every column: name, type, unit, whether it may be null, meaning."""
    parts = []
    for name, table in contract.tables.items():
        places = [artifact for artifact in contract.artifacts if artifact.table == table]
        parts += [f"## {name}", ""]
        parts += [f"- `{artifact.pattern}`: {artifact.meaning}." for artifact in places]
        parts += ["", columns_in_words(table)]
    return "\n".join(parts)


def columns_in_words(table: Table) -> str:
    """Markdown: every column of a table: name, type, unit, whether it may be null, meaning."""
    lines = ["| column | type | unit | null | meaning |", "|---|---|---|---|---|"]
    lines += [
        f"| `{c.name}` | {type_name(c.type)} | {c.unit} | {'may be' if c.nullable else ''} | {c.meaning} |"
        for c in table.columns
    ]
    return "\n".join(lines) + "\n"


def type_name(kind: pa.DataType) -> str:
    """An Arrow type in words."""
    plain = {"string": "text", "bool": "true or false", "double": "real", "float": "real (32 bit)",
             "int64": "integer", "int32": "integer (32 bit)"}  # fmt: skip
    if pa.types.is_fixed_size_list(kind):
        return f"{kind.list_size} × {type_name(kind.value_type)}"
    if pa.types.is_list(kind):
        return f"list of {type_name(kind.value_type)}"
    return plain[str(kind)]
