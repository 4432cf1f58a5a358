"""Stage report: numbers and tables of a run → Table 1, Table 2, the figures, and the page that shows them."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from superdrift.io.contract import RunFiles
from superdrift.report.numbers import Numbers
from superdrift.report.page import Record, write_page
from superdrift.report.provenance_records import records
from superdrift.report.sections import Section
from superdrift.run.command import Run, command
from superdrift.run.errors import InputError
from superdrift.superconductors.contract import CONTRACT
from superdrift.superconductors.report.figures.all import Artifacts, draw_all
from superdrift.superconductors.report.sections import FOOTER, facts, lead, sections
from superdrift.superconductors.report.table1 import COLUMNS as TABLE1
from superdrift.superconductors.report.table1 import table1, write_csv
from superdrift.superconductors.report.table2 import COLUMNS as TABLE2
from superdrift.superconductors.report.table2 import table2
from superdrift.superconductors.settings.report import ReportSettings
from superdrift.superconductors.sources import CONDITIONED, INPAINTED, KNOWN, generated_names, source_name


def report(
    run: Run,
    settings: ReportSettings,
    *,
    folder: Path,
    families: list[str],
    requests: list[str],
    references: list[str],
    inpainted: list[str],
    catalogue: list[str],
    starts: list[str],
    table1_csv: Path,
    table2_csv: Path,
    page: Path,
    figures: Path,
) -> None:
    """Write the tables, the figures and the page.

    Args:
        run: provenance.
        settings: how much the page shows.
        folder: the run's folder, named as the run; its files are found through the contract.
        families: model families that were sampled.
        requests: names of the requests that were sampled.
        references: references that were conditioned on by ILVR.
        inpainted: references of which part was drawn anew.
        catalogue: slug=formula of each of both.
        starts: starts of the drift.
        table1_csv: written.
        table2_csv: written.
        page: written.
        figures: folder of the figures.

    Raises:
        InputError: when a reference has no formula.
    """
    formulas = _formula_by_source(references, inpainted, catalogue)
    files = RunFiles(CONTRACT, folder, run.reads)
    sources = generated_names(families, requests, references, starts, inpainted)
    drawn, estimates = _drawn(files, families, sources, starts), files.each("estimated", sources)
    figured = Numbers.read(files.path("numbers"))
    first = table1(figured, families)
    second = table2(figured, formulas, clustered=drawn.clustered, families=drawn.families, estimated=estimates)
    write_csv(table1_csv, TABLE1, first)
    write_csv(table2_csv, TABLE2, second)
    shown = sections(
        figured, candidates=drawn.candidates, requests=files.each("requested", requests),
        table1=first, table2=second, figures=draw_all(drawn, figured, figures), top=settings.top,
        groups=settings.groups,
    )  # fmt: skip
    provenance = [*records(_tables(files, drawn, estimates)), (["this page"], run.metadata)]
    _write_page(page, files, figured, shown, provenance)


def _formula_by_source(references: Sequence[str], inpainted: Sequence[str], catalogue: Sequence[str]) -> dict[str, str]:
    """Source → formula of its reference."""
    formulas = dict(entry.partition("=")[::2] for entry in catalogue)
    missing = sorted({*references, *inpainted} - formulas.keys())
    if missing:
        raise InputError(f"--catalogue has no formula of {', '.join(missing)}; give slug=formula")
    found = {source_name(CONDITIONED, slug): formulas[slug] for slug in references}
    return found | {source_name(INPAINTED, slug): formulas[slug] for slug in inpainted}


def _drawn(files: RunFiles, families: Sequence[str], sources: Sequence[str], starts: Sequence[str]) -> Artifacts:
    """The tables that the figures show."""
    return Artifacts(
        compounds=files.path("compounds"),
        candidates=files.path("candidates"),
        histories=files.each("history", families),
        screened=files.each("screened", sources),
        training={family: files.path("screened", source=source_name(KNOWN, family)) for family in families},
        clustered=files.each("clustered", sources),
        families=files.path("families"),
        trajectories=files.each("trajectories", starts),
    )


def _tables(files: RunFiles, drawn: Artifacts, estimates: Mapping[str, Path]) -> list[tuple[str, Path]]:
    """The tables whose provenance the page shows, by name; those that read the data come first."""
    mappings = (drawn.histories, drawn.trajectories, drawn.screened, estimates, drawn.clustered)
    return [
        ("compounds", drawn.compounds),
        *(item for mapping in mappings for item in mapping.items()),
        ("families", drawn.families),
        ("candidates", drawn.candidates),
        ("numbers", files.path("numbers")),
    ]


def _write_page(
    page: Path, files: RunFiles, numbers: Numbers, shown: Sequence[Section | None], provenance: Sequence[Record]
) -> None:
    """Write report.html of a run that is named like its folder."""
    name, estimators = files.folder.name, files.path("estimators")
    write_page(
        page,
        run_name=name,
        title=f"Hypothetical superconductors, run “{name}”",
        lead=lead(numbers),
        facts=facts(numbers),
        sections=shown,
        provenance=provenance,
        details={"Fitted estimators": json.loads(estimators.read_text(encoding="utf-8"))},
        footer=FOOTER,
    )


main = command(report)

if __name__ == "__main__":
    sys.exit(main())
