"""Rule `report`: Table 1, Table 2, the figures, and the page that shows them."""

import json
import sys
from pathlib import Path

from superdrift.report.numbers import Numbers
from superdrift.report.page import write_page
from superdrift.run.command import Run, command
from superdrift.run.errors import InputError
from superdrift.superconductors.report.figures.all import Artifacts, draw_all
from superdrift.superconductors.report.provenance_records import paired, records
from superdrift.superconductors.report.sections import FOOTER, facts, lead, sections
from superdrift.superconductors.report.table1 import COLUMNS as TABLE1
from superdrift.superconductors.report.table1 import table1, write_csv
from superdrift.superconductors.report.table2 import COLUMNS as TABLE2
from superdrift.superconductors.report.table2 import table2
from superdrift.superconductors.settings import ReportSettings


def report(
    run: Run,
    settings: ReportSettings,
    *,
    run_name: str,
    numbers: Path,
    compounds: Path,
    candidates: Path,
    estimators: Path,
    history_families: list[str],
    histories: list[Path],
    sources: list[str],
    screened: list[Path],
    estimated: list[Path],
    training_families: list[str],
    training_screened: list[Path],
    cluster_sources: list[str],
    clustered: list[Path],
    groups: list[Path],
    references: list[str],
    reference_formulas: list[str],
    start_names: list[str],
    trajectories: list[Path],
    table1_csv: Path,
    table2_csv: Path,
    page: Path,
    figures: Path,
) -> None:
    """Write the tables, the figures and the page.

    Each list of names (families, sources, references, starts) is parallel to those after it and may be empty.

    Raises:
        InputError: when parallel lists differ in length.
    """
    if len(references) != len(reference_formulas):
        raise InputError(
            f"--references has {len(references)} names and --reference-formulas {len(reference_formulas)}; "
            "give one formula a name"
        )
    drawn = paired(sources, screened, of="--sources", option="--screened")
    estimates = paired(sources, estimated, of="--sources", option="--estimated")
    maps = paired(cluster_sources, clustered, of="--cluster-sources", option="--clustered")
    found = paired(cluster_sources, groups, of="--cluster-sources", option="--groups")
    curves = paired(history_families, histories, of="--history-families", option="--histories")
    known = paired(training_families, training_screened, of="--training-families", option="--training-screened")
    climbs = paired(start_names, trajectories, of="--start-names", option="--trajectories")
    figured = Numbers.read(numbers)
    first = table1(figured, sources)
    second = table2(
        figured,
        dict(zip(references, reference_formulas, strict=True)),
        clustered=maps, groups=found, estimated=estimates,
    )  # fmt: skip
    write_csv(table1_csv, TABLE1, first)
    write_csv(table2_csv, TABLE2, second)
    drawings = draw_all(Artifacts(compounds, candidates, curves, drawn, known, maps, found, climbs), figured, figures)
    files = [("compounds", compounds), *curves.items(), *climbs.items(), *drawn.items(), *estimates.items()]
    files += [*found.items(), ("candidates", candidates), ("numbers", numbers)]
    write_page(
        page,
        run_name=run_name,
        title=f"Hypothetical superconductors, run “{run_name}”",
        lead=lead(figured),
        facts=facts(figured),
        sections=sections(
            figured, candidates=candidates, table1=first, table2=second, figures=drawings,
            top=settings.top, groups=settings.groups,
        ),
        provenance=[*records(files), (["this page"], run.metadata)],
        details={"Fitted estimators": json.loads(estimators.read_text(encoding="utf-8"))},
        footer=FOOTER,
    )  # fmt: skip


main = command(report)

if __name__ == "__main__":
    sys.exit(main())
