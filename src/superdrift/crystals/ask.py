"""Structures proposed on request, from the known structures of a run: what the command and the Python function do."""

from pathlib import Path

import yaml

from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.crystals.data.splits import LEFT_OUT
from superdrift.crystals.settings import TemplateBlock
from superdrift.crystals.tables import STRUCTURES
from superdrift.crystals.templates.library import COLUMNS, Library
from superdrift.crystals.templates.method import Proposal, TemplateMethod
from superdrift.io import tables
from superdrift.io.columns import in_columns
from superdrift.run.errors import InputError
from superdrift.run.registry import DATA

RESULTS = Path("results")
PLACE = Path("crystals", "structures.parquet")
"""Known structures in the folder of a run."""
_CONFIG = DATA.parent / "config.yaml"
_EVERY = ("train", "validation", "test", LEFT_OUT)
"""Parts of the split that serve on request: all that is known."""


def propose_structures(
    composition: str, *, run: str | Path, most: int, atoms: int | None, known: bool
) -> list[Proposal]:
    """See `superdrift.crystals.propose`."""
    reduced = reduced_formula(parse_formula(composition))
    block = yaml.safe_load(_CONFIG.read_text(encoding="utf-8"))["crystals"]
    settings = TemplateBlock(**block["template"] | {"proposals": most})
    table = tables.read(structures_of(run), STRUCTURES, list(COLUMNS))
    library = Library(table, parts=_EVERY, most_sites=settings.most_sites, without=set() if known else {reduced})
    return TemplateMethod(library, settings, symprec=block["read"]["symprec"]).propose(composition, atoms=atoms)


def structures_of(run: str | Path) -> Path:
    """The table of known structures of a run.

    Raises:
        InputError: where there is none.
    """
    places = (Path(run), Path(run) / PLACE, RESULTS / run / PLACE)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        having = sorted(path.parents[1].name for path in RESULTS.glob(f"*/{PLACE}"))
        raise InputError(
            f"run '{run}' has no known structures; runs in {RESULTS}/ that have: {', '.join(having) or 'none'}. Try: "
            "snakemake --cores 2 --configfile workflow/presets/crystals-demo.yaml -- crystals"
        )
    return found


def report_lines(composition: str, proposals: list[Proposal]) -> list[str]:
    """Proposals as lines of aligned columns."""
    if not proposals:
        return [f"{composition}: no known structure has this stoichiometry"]
    header = ("rank", "score", "prototype", "atoms", "Å^3/atom", "template", "of", "replaced")
    cells = [
        (
            str(rank),
            f"{proposal.score:.2f}",
            proposal.template["prototype"],
            str(len(proposal.structure)),
            f"{proposal.structure.volume / len(proposal.structure):.1f}",
            proposal.template["material_id"],
            proposal.template["reduced_formula"],
            ", ".join(proposal.replaced) or "-",
        )
        for rank, proposal in enumerate(proposals, start=1)
    ]
    return in_columns([header, *cells], left={"prototype", "template", "of", "replaced"})


def write_cifs(proposals: list[Proposal], composition: str, folder: Path) -> None:
    """Write a CIF for each proposal, `{formula}-{rank}.cif`.

    Raises:
        InputError: where the folder cannot be made or written in.
    """
    formula = reduced_formula(parse_formula(composition))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for rank, proposal in enumerate(proposals, start=1):
            (folder / f"{formula}-{rank}.cif").write_text(proposal.structure.to(fmt="cif"), encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write in {folder}: {error.strerror or error}; name another folder") from None
