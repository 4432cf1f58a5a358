"""Commands of the crystals: propose. Heavy libraries are imported where needed."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Crystal structures.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _crystals() -> None:
    """Crystal structures, known and proposed."""


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
