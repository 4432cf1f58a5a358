"""The crystals' contract: every artifact below `results/{run}/crystals`, what it holds, and its columns.

    python -m superdrift.crystals.contract --write

writes docs/crystals-tables.md from it; without --write it says whether that is as it should be.
"""

import sys
from pathlib import Path

from superdrift.crystals import tables
from superdrift.io.contract import Artifact, Contract, Wildcard, column_dictionary, list_of_files

METHODS = ("template",)
"""Methods that propose structures."""

WILDCARDS = {
    "source": Wildcard("name of a source in `crystals.catalogue`", "[a-z0-9][a-z0-9-]*"),
    "method": Wildcard("method that proposes: template", "|".join(METHODS)),
}

CONTRACT = Contract(
    (
        Artifact("structures", "crystals/structures.parquet",
                 "**known structures**, with their symmetry, energies, splits and duplicates", tables.STRUCTURES),
        Artifact("rejected", "crystals/rejected.parquet", "structures that were not used, with the reason",
                 tables.REJECTED),
        Artifact("proposals", "crystals/propose/{method}/proposals.parquet",
                 "**structures proposed** for each formula, best first", tables.PROPOSALS),
        Artifact("evaluated", "crystals/evaluated.parquet",
                 "**verdicts** on each proposal and on known structures beside them", tables.EVALUATED),
        Artifact("evaluation", "crystals/evaluation.parquet", "counts and shares of those, with intervals",
                 tables.EVALUATION),
        Artifact("relaxed", "crystals/stability/{method}/relaxed.parquet",
                 "**the first proposals relaxed**, with energy above the hull and verdict (`crystals.stability.relax`)",
                 tables.RELAXED),
        Artifact("read", "crystals/read/{source}/structures.parquet", "structures of one source", tables.READ),
        Artifact("refused", "crystals/read/{source}/rejected.parquet",
                 "structures of one source that were not used, with the reason", tables.REJECTED),
    ),
    WILDCARDS,
)  # fmt: skip

_MADE = "<!-- Made by: python -m superdrift.crystals.contract --write -->\n\n"
_HEAD = """# Files and tables of the crystals

`snakemake crystals` makes these files in `results/{run}/`; how: [methods/crystals.md](methods/crystals.md). Names of
settings such as `crystals.read.symprec` are those of [config.yaml](../config.yaml). Reals and integers have 64 bits
unless it says otherwise. Each file carries its settings, seed, commit, code fingerprint and the SHA-256 of its inputs
as metadata.

"""


def documents() -> dict[str, str]:
    """Path in the repository → text of the documents that are made from the contract."""
    return {"docs/crystals-tables.md": _MADE + _HEAD + list_of_files(CONTRACT) + "\n" + column_dictionary(CONTRACT)}


def main(arguments: list[str]) -> int:
    """Write the documents, or name those that are not what is made; 1 where there is one."""
    root, different = Path(__file__).resolve().parents[3], 0
    for place, text in documents().items():
        path = root / place
        if "--write" in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            different += 1
            print(f"{place} is not what the contract makes; run this command again with --write")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
