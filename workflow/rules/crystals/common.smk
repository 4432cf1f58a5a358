# Helpers of the crystals' rules, and no rules: sources of structures and the files that they are read from.
from superdrift.crystals.contract import METHODS
from superdrift.crystals.data.own import LABELS, files_of

CRYSTALS, CRYSTALS_LOGS = f"{RESULTS}/crystals", f"logs/{config['run']}/crystals"
CRYSTAL_SOURCES = config["crystals"]["sources"]
# Competitors in the hull; only where it is asked for, so that a missing file of yours stops no other run.
CRYSTAL_PHASES = []
if config["crystals"]["stability"]["relax"]:
    try:
        CRYSTAL_PHASES = [
            literal(registry.local_path(source, key="crystals.stability.phases"))
            for source in config["crystals"]["stability"]["phases"]
        ]
    except InputError as error:
        raise WorkflowError(str(error)) from None


def crystal_data(wildcards):
    """Input function: what a source of structures is read from, a file or a folder of your own."""
    data = config["crystals"]["catalogue"][wildcards.source]["data"]
    if Path(data).is_dir():
        return literal(data)
    try:
        return literal(registry.local_path(data, key=f"crystals.catalogue.{wildcards.source}.data"))
    except InputError as error:
        raise WorkflowError(str(error)) from None


def crystal_files(wildcards):
    """Input function: the files of a folder of your own, so that an edited one is read again; none for a file."""
    data = Path(config["crystals"]["catalogue"][wildcards.source]["data"])
    found = [file for file in (data / LABELS,) if file.is_file()] + files_of(data) if data.is_dir() else []
    return [literal(str(file)) for file in found]


def crystal_tc(wildcards):
    """Input function: the table that gives a source's formulas their Tc; none where the catalogue names none."""
    table = config["crystals"]["catalogue"][wildcards.source]["tc"]
    return literal(registry.local_path(table, key=f"crystals.catalogue.{wildcards.source}.tc")) if table else []


def each_crystal_source(file):
    """One path per source in use."""
    return [f"{CRYSTALS}/read/{source}/{file}" for source in CRYSTAL_SOURCES]
