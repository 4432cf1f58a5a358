"""Sources: whatever proposes compounds. Their names, and for each its model's family, samples and noise floor.

A source's name is what `{source}` stands for in the folders of a run. This module alone makes names from kinds and
subjects, and takes them apart again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from superdrift.run.errors import InputError
from superdrift.superconductors.contract import CONTRACT
from superdrift.superconductors.data.families import MODEL_FAMILIES
from superdrift.superconductors.model_blocks import by_method, requested_family

GENERATED, REQUESTED, CONDITIONED, DRIFTED = "generated", "requested", "conditioned", "drifted"
INPAINTED, KNOWN, PROPOSED = "inpainted", "known", "proposed"
"""Kinds: samples of a family's model; of what a request asks of one; of a model conditioned on a reference (ILVR); ends
and steps of the drift from a start; of the generator, which drew part of a reference anew; the known superconductors of
a family, screened as a baseline; and proposals of a null for a family."""

_TABLES = {
    GENERATED: "samples", REQUESTED: "requested", CONDITIONED: "conditioned", INPAINTED: "inpainted",
    DRIFTED: "drifted", PROPOSED: "proposed",
}  # fmt: skip
_PREFIXES = {
    REQUESTED: "request-", CONDITIONED: "ilvr-", INPAINTED: "inpaint-", DRIFTED: "drift-", KNOWN: "training-",
    PROPOSED: "null-",
}  # fmt: skip


def source_name(kind: str, subject: str) -> str:
    """Name of the source of a kind.

    `cuprates`, `request-{request}`, `ilvr-{reference}`, `inpaint-{reference}`, `drift-{start}`, `training-{family}`,
    `null-{null}`.
    """
    return _PREFIXES.get(kind, "") + subject


def parse_name(name: str) -> tuple[str, str]:
    """Kind and subject (family, request, reference, start or null) of a source's name.

    Raises:
        InputError: for a name that no source has.
    """
    if name in MODEL_FAMILIES:
        return GENERATED, name
    for kind, prefix in _PREFIXES.items():
        if name.startswith(prefix) and name != prefix:
            return kind, name.removeprefix(prefix)
    raise InputError(
        f"no source is called '{name}'; one is {', '.join(MODEL_FAMILIES)}, or "
        f"{', '.join(prefix + '…' for prefix in _PREFIXES.values())}"
    )


def null_name(method: str, family: str) -> str:
    """Name of the source of one null's proposals for a family: `null-{method}-{family}`."""
    return source_name(PROPOSED, f"{method}-{family}")


def method_and_family(name: str) -> tuple[str, str]:
    """Method (`generator` or that of a null) and family of a source of proposals for a whole family.

    Raises:
        InputError: for another source.
    """
    kind, subject = parse_name(name)
    if kind == GENERATED:
        return "generator", subject
    method, _, family = subject.rpartition("-")
    if kind != PROPOSED or family not in MODEL_FAMILIES or not method:
        raise InputError(f"source '{name}' proposes for no family; one that does is null-substitution-cuprates")
    return method, family


def generated_names(
    families: Iterable[str], requests: Iterable[str], references: Iterable[str], starts: Iterable[str],
    inpainted: Iterable[str] = (),
) -> list[str]:  # fmt: skip
    """Names of everything that a run generates, in the order in which the run lists it.

    Args:
        families: of the generators.
        requests: what is asked of them.
        references: those that ILVR conditions on.
        starts: of the drift.
        inpainted: references of which the generator draws part anew.
    """
    return [
        *(source_name(GENERATED, family) for family in families),
        *(source_name(REQUESTED, request) for request in requests),
        *(source_name(CONDITIONED, reference) for reference in references),
        *(source_name(INPAINTED, reference) for reference in inpainted),
        *(source_name(DRIFTED, start) for start in starts),
    ]


@dataclass(frozen=True)
class Source:
    """One source of a run.

    Attributes:
        kind: generated, requested, conditioned, inpainted, drifted, known or proposed.
        subject: the family, request, reference, start or null that it is named after.
        family: family of the model behind it; it decides how many elements a compound may have.
        noise_floor: atoms per formula unit; amounts below it are noise of the model that drew them. 0 where amounts
            are exact: measured compounds and decoded digits.
        rule: rule that its samples are projected on, where it is not the configuration's.
    """

    kind: str
    subject: str
    family: str
    noise_floor: float = 0.0
    rule: str | None = None

    @property
    def name(self) -> str:
        """What `{source}` stands for in paths."""
        return source_name(self.kind, self.subject)

    @property
    def known(self) -> bool:
        """It consists of known compounds: they are judged as they stand, and compared with the others."""
        return self.kind == KNOWN

    @property
    def conditioned(self) -> bool:
        """Its samples were drawn around a reference, each at a scale of the filter."""
        return self.kind == CONDITIONED

    @property
    def around_reference(self) -> bool:
        """Its samples were drawn around a reference, in whatever way."""
        return self.kind in (CONDITIONED, INPAINTED)

    @property
    def projection(self) -> dict[str, str]:
        """What of the configuration's block `project` is different for it."""
        return {} if self.rule is None else {"rule": self.rule}

    @property
    def samples(self) -> str:
        """The table whose amounts it is made of, as a path in the run's folder."""
        if self.kind == KNOWN:
            return CONTRACT["compounds"].place()
        artifact = CONTRACT[_TABLES[self.kind]]
        return artifact.place(**dict.fromkeys(artifact.wildcards, self.subject))


class Sources:
    """The sources of a run, from its configuration.

    Args:
        config: the whole configuration, validated.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        requests = config["generate"]["requests"]
        references, inpainted = (by_method(config, method) for method in ("ilvr", "inpaint"))
        names = generated_names(config["families"], requests, references, config["starts"], inpainted)
        self.generated = [self[name] for name in names]
        self.known = [self[source_name(KNOWN, family)] for family in config["families"]]

    def __getitem__(self, name: str) -> Source:
        """The source of this name, also where the run does not list it: a reference or start of the catalogue.

        Raises:
            InputError: when the name is no source's, the configuration has no such request, or the catalogue no such
                compound.
        """
        kind, subject = parse_name(name)
        if kind == GENERATED:
            return Source(kind, subject, subject, self._noise_floor("train"))
        if kind == REQUESTED:
            return Source(kind, subject, requested_family(self._config, subject), self._noise_floor("train"))
        if kind == KNOWN:
            return Source(kind, subject, subject)
        if kind == PROPOSED:
            method, family = method_and_family(name)
            return Source(kind, subject, family, rule="charge_valid" if method == "noise" else None)
        if subject not in self._config["catalogue"]:
            known = ", ".join(self._config["catalogue"])
            raise InputError(f"source '{name}': the catalogue has no '{subject}'; it has {known}")
        family = self._config["catalogue"][subject]["family"]
        models = {CONDITIONED: "condition", INPAINTED: "train"}
        return Source(kind, subject, family, self._noise_floor(models[kind]) if kind in models else 0.0)

    def _noise_floor(self, stage: str) -> float:
        """Noise floor of the model that a stage draws with."""
        return float(self._config["models"][self._config[stage]["model"]]["noise_floor"])
