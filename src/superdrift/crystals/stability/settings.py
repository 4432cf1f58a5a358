"""Settings of the stability of structures: potential, relaxation, hull."""

from dataclasses import dataclass
from typing import Annotated, Literal

from superdrift.run.settings import Count, Limits, Threads, setting


@dataclass(frozen=True)
class StabilityBlock:
    """Block `crystals.stability`, and the settings of the stage `relax`."""

    relax: bool = setting(
        "whether `snakemake crystals` relaxes what it proposes; needs pip install -e '.[crystals]', seconds a structure"
    )
    potential: Literal["chgnet"] = setting("foundation potential; its weights come with its package")
    device: Literal["cpu", "cuda"] = setting("where it runs; never another one silently")
    fmax: float = setting("relaxed once no force, on atoms or cell, is larger", unit="eV/Å", above=0, at_most=1)
    steps: Count = setting("most steps of a relaxation; what needs more is marked as not converged")
    most_sites: Count = setting("larger cells are not relaxed")
    proposals: Count = setting("so many of a formula's proposals are relaxed, the first")
    known_stays: bool = setting(
        "whether a known structure that matches the judged one stays in its hull, as usual; false: as if nobody knew it"
    )
    phases: Annotated[list[Annotated[str, Limits(fewest=1)]], Limits(unique=True)] = setting(
        "more competitors in the hull, beside known structures: names in data/registry.yaml, or paths of your own CSV"
        " files (formula,target[,...])"
    )
    checked: Annotated[int, Limits(at_least=0)] = setting(
        "known structures, drawn, on which the error of the energy above the hull is measured; 0: it is not"
    )
    batch_size: Count = setting("structures per batch; an interrupted run goes on with the next batch")
    threads: Threads = setting("processes that relax; on cuda one does")
