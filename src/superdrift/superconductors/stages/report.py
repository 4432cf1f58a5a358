"""Rule `report`: Table 1, Table 2, the figures, and the page that shows them."""

import json
import sys
from pathlib import Path

from superdrift.io.contract import RunFiles
from superdrift.report.numbers import Numbers
from superdrift.report.page import write_page
from superdrift.report.provenance_records import records
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
from superdrift.superconductors.sources import KNOWN, generated_names, source_name


def report(
    run: Run,
    settings: ReportSettings,
    *,
    folder: Path,
    families: list[str],
    references: list[str],
    reference_formulas: list[str],
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
        references: references that were conditioned on.
        reference_formulas: the formula of each, in the same order.
        starts: starts of the drift.
        table1_csv: written.
        table2_csv: written.
        page: written.
        figures: folder of the figures.

    Raises:
        InputError: when references and formulas differ in number.
    """
    if len(references) != len(reference_formulas):
        raise InputError(
            f"--references has {len(references)} names and --reference-formulas {len(reference_formulas)}; "
            "give one formula a name"
        )
    files = RunFiles(CONTRACT, folder, run.reads)
    sources = generated_names(families, references, starts)
    curves, climbs = files.each("history", families), files.each("trajectories", starts)
    drawn, estimates = files.each("screened", sources), files.each("estimated", sources)
    maps, found = files.each("clustered", sources), files.each("groups", sources)
    known = {family: files.path("screened", source=source_name(KNOWN, family)) for family in families}
    compounds, candidates, numbers = (files.path(name) for name in ("compounds", "candidates", "numbers"))
    estimators = files.path("estimators")
    figured = Numbers.read(numbers)
    first = table1(figured, families)
    second = table2(
        figured,
        dict(zip(references, reference_formulas, strict=True)),
        clustered=maps, groups=found, estimated=estimates,
    )  # fmt: skip
    write_csv(table1_csv, TABLE1, first)
    write_csv(table2_csv, TABLE2, second)
    drawings = draw_all(Artifacts(compounds, candidates, curves, drawn, known, maps, found, climbs), figured, figures)
    made = [("compounds", compounds), *curves.items(), *climbs.items(), *drawn.items(), *estimates.items()]
    made += [*found.items(), ("candidates", candidates), ("numbers", numbers)]
    write_page(
        page,
        run_name=folder.name,
        title=f"Hypothetical superconductors, run “{folder.name}”",
        lead=lead(figured),
        facts=facts(figured),
        sections=sections(
            figured, candidates=candidates, table1=first, table2=second, figures=drawings,
            top=settings.top, groups=settings.groups,
        ),
        provenance=[*records(made), (["this page"], run.metadata)],
        details={"Fitted estimators": json.loads(estimators.read_text(encoding="utf-8"))},
        footer=FOOTER,
    )  # fmt: skip


main = command(report)

if __name__ == "__main__":
    sys.exit(main())
