"""Commands of the crystals: propose, evaluate. Heavy libraries are imported where needed."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Crystal structures.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _crystals() -> None:
    """Crystal structures, known, proposed and judged."""


@app.command(name="propose")
def propose(
    formula: Annotated[str, typer.Argument(metavar="FORMULA", help="Formula of the compound, e.g. LaNiO3.")],
    *,
    run: Annotated[str, typer.Option("--run", metavar="RUN", help="Run whose known structures serve as templates: its "
                                     "name under results/, its folder, or a structures.parquet.")] = "crystals-demo",
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=1000, metavar="N", help="How many.")] = 20,
    atoms: Annotated[int | None, typer.Option("--atoms", min=1, metavar="N", help="Only primitive cells of so many "
                                              "atoms.")] = None,
    known: Annotated[bool, typer.Option("--known/--unknown", help="Whether known structures of the formula itself "
                                        "serve, too.")] = True,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="Write a CIF for each "
                                                "structure there.")] = None,
) -> None:  # fmt: skip
    """Propose structures for a formula: known prototypes with its elements, best first."""
    from superdrift.crystals import ask  # noqa: PLC0415 - keeps `superdrift --help` fast

    proposals = ask.propose_structures(formula, run=run, most=most, atoms=atoms, known=known)
    for line in ask.report_lines(formula, proposals):
        typer.echo(line)
    if output is not None:
        ask.write_cifs(proposals, formula, output)
        typer.echo(f"{output}: {len(proposals)} structures")


@app.command(name="evaluate")
def evaluate(
    path: Annotated[Path, typer.Argument(metavar="FOLDER|FILE", help="CIF, POSCAR, extended XYZ, JSON of pymatgen or "
                                         "ASE, or a folder of them.")],
    *,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Run whose known structures novelty is "
                                            "counted beside: its name, its folder, or a structures.parquet.")] = None,
    targets: Annotated[Path | None, typer.Option("--targets", metavar="FOLDER|FILE", help="Structures that are "
                                                 "sought.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the verdicts there, by "
                                                "its ending as .parquet, .csv or .json.")] = None,
) -> None:  # fmt: skip
    """Judge structures: valid, unique, novel, the ones sought."""
    from superdrift.crystals.evaluation import request  # noqa: PLC0415 - keeps `superdrift --help` fast
    from superdrift.io import exports  # noqa: PLC0415

    if output is not None:
        exports.check_output(output, [str(path)])
    found = request.evaluate_files(path, run=run, targets=targets)
    for line in request.report_lines(found):
        typer.echo(line)
    if output is not None:
        exports.write_table(request.as_table(found), output)
        typer.echo(f"{output}: {len(found.rows)} rows")
