"""The commands: show, check, generate, condition, drift, enumerate, crystals. Heavy libraries load where needed."""

import logging
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from superdrift import __version__
from superdrift.crystals.commands import app as crystals
from superdrift.run.errors import InputError

RESULTS = Path("results")

app = typer.Typer(
    name="superdrift",
    help="Inverse design of superconductors: from known compounds to ranked, checked hypothetical ones.",
    epilog="A run is made by Snakemake: snakemake --cores 2 --configfile workflow/presets/demo.yaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"superdrift {__version__}")
        raise typer.Exit


@app.callback()
def _superdrift(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options of the program itself."""


@app.command()
def show(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's name under results/, or the path of its folder.")],
    top: Annotated[int, typer.Option("--top", "-n", min=1, metavar="N", help="How many candidates.")] = 10,
) -> None:
    """Print the best candidates of a run, and where its files are."""
    folder = _find(run)
    from superdrift.superconductors.ask.run_summary import run_summary  # noqa: PLC0415 - keeps --help fast

    for line in run_summary(folder, top):
        typer.echo(line)


_OUTPUT = typer.Option(
    "--output",
    "-o",
    metavar="FILE",
    help="Write a table: FILE ends in .parquet, .csv or .json, which decides the format.",
)


class Malformed(StrEnum):
    """What a formula that cannot be read does."""

    STOP = "stop"
    REJECT = "reject"


@app.command()
def check(
    formulas: Annotated[
        list[str] | None,
        typer.Argument(metavar="FORMULA|FILE...", help="Formulas and files of them: CSV or Parquet with a column "
                       "'formula', or one formula per line; - is standard input. What reads as a formula is one; "
                       "./MgB2 is a file."),
    ] = None,
    output: Annotated[Path | None, _OUTPUT] = None,
    known: Annotated[
        Path | None,
        typer.Option("--known", "-k", metavar="RUN|FILE", help="Known compounds: a run, its compounds.parquet, or a "
                     "file of formulas. Without it those that come with the project."),
    ] = None,
    malformed: Annotated[
        Malformed, typer.Option("--malformed", help="What a formula that cannot be read does: stop everything, or be "
                                "rejected, its row kept with the reason."),
    ] = Malformed.STOP,
) -> None:  # fmt: skip
    """Screen formulas and estimate them: charges, nearest known compounds, Tc, formation energy."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")  # what is odd in the input, and fitting, are logged
    if output is not None:
        _exports().check_output(output, formulas or [])
    from superdrift.superconductors.check.inputs import read_inputs  # noqa: PLC0415 - keeps `superdrift --help` fast

    inputs = read_inputs(formulas or [], malformed=malformed)
    from superdrift.superconductors.check import formulas as checking  # noqa: PLC0415
    from superdrift.superconductors.check.report_lines import report_lines  # noqa: PLC0415

    table = inputs.table(checking.check(inputs.texts, inputs.amounts, known))
    against = f"compared with {known or 'the compounds that come with superdrift (--known for others)'}"
    if output is not None:
        _exports().write_table(table, output)
        shares = [f"{sum(v is True for v in table[name].to_pylist()):,} {name}" for name in _VERDICTS]
        shares += [f"{len(inputs.rejected):,} not read"] if inputs.rejected else []
        typer.echo(f"{output}: {table.num_rows:,} formulas; {', '.join(shares)}; {against}")
        return
    for row in table.to_pylist():
        typer.echo(f"{row['given']}\n  not read   {row['reason']}" if row["reason"] else "\n".join(report_lines(row)))
    typer.echo(against)


@app.command()
def generate(
    request: Annotated[
        str,
        typer.Argument(metavar="REQUEST", help="What is asked for, e.g. 'cuprates, with Ba, 4-6 elements' or "
                       "'Ba2Cu3O7 fixed, open 1'; docs/methods/diffusion.md lists the clauses."),
    ],
    *,
    samples: Annotated[
        int, typer.Option("--samples", min=1, max=1_000_000, metavar="N", help="How many to draw.")
    ] = 1000,
    top: Annotated[int, typer.Option("--top", "-n", min=1, metavar="N", help="How many to print.")] = 10,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="Draw from the generator of a run, and judge by its known compounds "
                     "and estimators. Without it by those that come with the project."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**63 - 1, metavar="S", help="Same seed, same samples.")
    ] = 0,
    output: Annotated[Path | None, _OUTPUT] = None,
) -> None:  # fmt: skip
    """Draw new compounds that hold a request, check, estimate and rank them."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")  # what is odd in the request is logged
    if output is not None:
        _exports().check_output(output)
    folder = None if run is None else _find(run)
    from superdrift.superconductors.generation.request_text import (  # noqa: PLC0415 - keeps `superdrift --help` fast
        describe,
        parse_request,
    )

    asked = parse_request(request, place="the request")
    from superdrift.superconductors.ask.generators import generator_of_run, shipped_generator  # noqa: PLC0415
    from superdrift.superconductors.ask.proposals import propose  # noqa: PLC0415

    generator = (
        shipped_generator(asked, samples=samples) if folder is None
        else generator_of_run(folder, asked, samples=samples)
    )  # fmt: skip
    proposals = propose(generator, asked, seed=seed, known=folder)
    _tell(proposals, said=describe(asked), top=top, output=output)


class Redraw(StrEnum):
    """What of a reference is drawn anew."""

    ELEMENTS = "elements"
    AMOUNTS = "amounts"
    TOKENS = "tokens"


@app.command()
def condition(
    formula: Annotated[str, typer.Argument(metavar="FORMULA", help="The compound to draw others around, of at most 8 "
                                           "elements, e.g. La1.85Sr0.15CuO4.")],
    *,
    keep: Annotated[str, typer.Option("--keep", metavar="ELEMENTS", help="Elements that stay with their amounts in "
                                      "every sample, e.g. Cu,O.")] = "",
    depth: Annotated[
        float | None,
        typer.Option("--depth", metavar="SHARE", help="Share of the other elements (with --redraw tokens: of the "
                     "tokens) that is drawn anew, above 0 and at most 1. Without it 0.25 and 0.5."),
    ] = None,
    redraw: Annotated[
        Redraw | None,
        typer.Option("--redraw", help="elements: some are replaced or share their site; amounts: all elements stay; "
                     "tokens: the finest digits first. Without it elements."),
    ] = None,
    samples: Annotated[
        int, typer.Option("--samples", min=1, max=1_000_000, metavar="N", help="How many to draw.")
    ] = 500,
    top: Annotated[int, typer.Option("--top", "-n", min=1, metavar="N", help="How many to print.")] = 10,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="Draw from the generator of a run, and judge by its known compounds "
                     "and estimators. Without it by those that come with the project."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**63 - 1, metavar="S", help="Same seed, same samples.")
    ] = 0,
    output: Annotated[Path | None, _OUTPUT] = None,
) -> None:  # fmt: skip
    """Draw new compounds around one, check, estimate and rank them."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")  # what is odd in the reference is logged
    if output is not None:
        _exports().check_output(output)
    folder = None if run is None else _find(run)
    from superdrift.composition.formula import parse_formula  # noqa: PLC0415 - keeps `superdrift --help` fast
    from superdrift.superconductors.ask import around  # noqa: PLC0415
    from superdrift.superconductors.ask.generators import generator_of_run, shipped_generator  # noqa: PLC0415
    from superdrift.superconductors.data.families import family_of  # noqa: PLC0415
    from superdrift.superconductors.generation.request import Request  # noqa: PLC0415

    own = [symbol for symbol, amount in parse_formula(formula).items() if amount]
    settings = around.inpainting(keep=keep.replace(",", " ").split(), depth=depth, redraw=redraw)
    asked = Request(family=family_of(own))
    generator = (
        shipped_generator(asked, samples=samples) if folder is None
        else generator_of_run(folder, asked, samples=samples)
    )  # fmt: skip
    proposals = around.propose_around(generator, formula, settings, seed=seed, known=folder)
    _tell(proposals, said=around.describe(formula, settings), top=top, output=output)


@app.command()
def drift(
    formula: Annotated[str, typer.Argument(metavar="FORMULA", help="The compound to start from, of at most 8 elements,"
                                           " e.g. La1.85Sr0.15CuO4.")],
    *,
    tc: Annotated[
        float | None,
        typer.Option("--tc", min=0, metavar="K", help="Its Tc. Without it as estimated."),
    ] = None,
    to: Annotated[
        float | None,
        typer.Option("--to", min=0, metavar="K", help="The Tc to go up to. Without it the highest that enough "
                     "compounds of its family have."),
    ] = None,
    keep: Annotated[str, typer.Option("--keep", metavar="ELEMENTS", help="Elements that every compound on the way "
                                      "has, e.g. Cu,O.")] = "",
    forbid: Annotated[str, typer.Option("--forbid", metavar="ELEMENTS", help="Elements that none has, e.g. "
                                        "Tl,Hg.")] = "",
    samples: Annotated[
        int, typer.Option("--samples", min=1, max=1_000_000, metavar="N", help="How many to decode in all.")
    ] = 1000,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="Go by the generator of a run, and judge by its known compounds and "
                     "estimators. Without it by those that come with the project."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**63 - 1, metavar="S", help="Same seed, same way.")
    ] = 0,
    output: Annotated[Path | None, _OUTPUT] = None,
) -> None:  # fmt: skip
    """Go up in Tc from one compound: what the generator makes of it for ever higher Tc, checked and estimated."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if output is not None:
        _exports().check_output(output)
    folder = None if run is None else _find(run)
    from superdrift.composition.formula import parse_formula  # noqa: PLC0415 - keeps `superdrift --help` fast
    from superdrift.superconductors.ask import way_up  # noqa: PLC0415
    from superdrift.superconductors.ask.generators import generator_of_run, shipped_generator  # noqa: PLC0415
    from superdrift.superconductors.data.families import family_of  # noqa: PLC0415
    from superdrift.superconductors.generation.request_text import describe, parse_request  # noqa: PLC0415

    own = [symbol for symbol, amount in parse_formula(formula).items() if amount]
    clauses = [("with", keep.replace(",", " ")), ("without", forbid.replace(",", " "))]
    said = ", ".join(
        [family_of(own), *(f"{word} {elements.strip()}" for word, elements in clauses if elements.strip())]
    )
    asked = parse_request(said, place="--keep and --forbid")
    generator = (
        shipped_generator(asked, samples=samples) if folder is None
        else generator_of_run(folder, asked, samples=samples)
    )  # fmt: skip
    found = way_up.way_up(generator, formula, asked, tc_k=tc, to_k=to, seed=seed, known=folder)
    for line in way_up.way_lines(found, said=f"up from {formula}: {describe(asked)}"):
        typer.echo(line)
    if output is not None:
        _exports().write_table(found.rows, output)
        typer.echo(f"{output}: all {found.rows.num_rows:,} that passed")


def _tell(proposals: Any, *, said: str, top: int, output: Path | None) -> None:
    """Print proposals, and write them where that is asked for."""
    from superdrift.superconductors.ask.report_lines import report_lines  # noqa: PLC0415 - keeps --help fast

    for line in report_lines(proposals, said=said, top=top):
        typer.echo(line)
    if output is not None:
        _exports().write_table(proposals.ranked, output)
        typer.echo(f"{output}: all {proposals.ranked.num_rows:,} ranked")


@app.command(name="enumerate")
def enumerate_(
    elements: Annotated[list[str], typer.Argument(metavar="ELEMENT...", help="The elements of the system.")],
    max_coefficient: Annotated[int, typer.Option("--max-coefficient", "-m", min=1, metavar="N", help="Most atoms of "
                                                 "each element.")] = 6,
    oxidation_states: Annotated[str, typer.Option("--oxidation-states", metavar="SET", help="SMACT's set: smact14, "
                                                  "icsd16, icsd24, pymatgen_sp or wiki.")] = "smact14",
    output: Annotated[Path | None, _OUTPUT] = None,
) -> None:  # fmt: skip
    """List the compositions of a chemical system that are neutral and keep Pauling's order."""
    if output is not None:
        _exports().check_output(output)
    from superdrift.charges.enumeration import enumerate_system  # noqa: PLC0415 - keeps `superdrift --help` fast

    table, accepted = enumerate_system(elements, max_coefficient, oxidation_states=oxidation_states)
    total = (max_coefficient + 1) ** len(elements) - 1
    summary = f"{total:,} compositions, {accepted:,} accepted, {table.num_rows:,} distinct reduced formulas"
    if output is None:
        for formula in table["formula"].to_pylist():
            typer.echo(formula)
        typer.echo(summary, err=True)
        return
    _exports().write_table(table, output)
    typer.echo(f"{output}: {summary}")


app.add_typer(crystals, name="crystals")

_VERDICTS = ("basic_pass", "valid_published", "charge_valid", "site_balanced", "known", "novel")


def _exports() -> ModuleType:
    """The module that writes tables for people."""
    from superdrift.io import exports  # noqa: PLC0415 - keeps `superdrift --help` fast

    return exports


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: bad input is one line on standard error, without a traceback, and the exit status is 1."""
    try:
        app(arguments, prog_name="superdrift")
    except InputError as error:
        typer.echo(f"superdrift: error: {error}", err=True)
        sys.exit(1)


def _find(run: str) -> Path:
    """The folder of a run, by name or path.

    Raises:
        InputError: when there is none; the message lists the runs that exist.
    """
    for folder in (RESULTS / run, Path(run)):
        if (folder / "candidates.parquet").is_file():
            return folder
    if any((folder / "prepare").is_dir() for folder in (RESULTS / run, Path(run))):
        raise InputError(f"run '{run}' has no candidates yet; finish it with snakemake, then ask again")
    found = sorted(path.parent.name for path in RESULTS.glob("*/candidates.parquet"))
    if found:
        raise InputError(f"no run '{run}'; runs in {RESULTS}/: {', '.join(found)}")
    raise InputError(
        f"no run '{run}', and {RESULTS}/ has none here; make one first, or go to the folder it was made in"
    )


if __name__ == "__main__":
    main()
