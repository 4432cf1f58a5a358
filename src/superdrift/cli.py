"""The commands for people: `superdrift show RUN`. Heavy libraries are imported where they are needed."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from superdrift import __version__
from superdrift.errors import InputError

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
    for line in _summary(folder, top):
        typer.echo(line)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: bad input is told in one line, without a traceback, and the exit status is 1."""
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


def _summary(folder: Path, top: int) -> list[str]:
    """The lines of `show`."""
    from superdrift import tables  # noqa: PLC0415 - keeps `superdrift --help` fast

    path = folder / "candidates.parquet"
    data = tables.read(path, tables.CANDIDATES).sort_by("rank")
    shown = data.slice(0, top).to_pylist()
    lines = [f"{folder}: {data.num_rows:,} candidates, the first {len(shown)} by score", ""]
    lines += aligned(shown) if shown else ["no compound of this run passed all gates"]
    files = {"page": "report/report.html", "candidates": path.name, "Table 1": "report/table1.csv"}
    lines += [
        "",
        *(f"{name:<11} {folder / file}" for name, file in files.items() if (folder / file).exists()),
    ]
    return lines


def aligned(candidates: Sequence[dict[str, Any]]) -> list[str]:
    """Candidates as lines of aligned columns: text to the left, numbers to the right, units in the header."""
    header = (
        "rank",
        "formula",
        "source",
        "Tc (K)",
        "interval (K)",
        "P(sc)",
        "valence (e)",
        "distance",
        "nearest known",
    )
    left = {1, 2, 8}
    cells = [header, *(_cells(row) for row in candidates)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            text.ljust(width) if place in left else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    valence, distance = row["formal_valence"], row["distance_to_known"]
    return (
        str(row["rank"]),
        row["formula"],
        row["source"],
        f"{row['tc_k']:.1f}",
        f"{row['tc_low_k']:.0f}-{row['tc_high_k']:.0f}",
        f"{row['superconducting_probability']:.2f}",
        "-" if valence is None else f"{row['redox_ion']} {valence:+.2f}",
        "-" if distance is None else f"{distance:.3f}",
        row["nearest_known"] or "-",
    )


if __name__ == "__main__":
    main()
