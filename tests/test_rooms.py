"""Rooms of the package: general ones know no material, chemistry no domain, a domain no other; no cycles, no copies."""

import ast
import json
import os
import shutil
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import pyarrow.parquet as pq
import pytest
from limits import HANG_S
from package_imports import SOURCE, files, imported, module_graph

from superdrift.io.tables import METADATA_KEY

GENERAL = {"run", "io", "learning", "diffusion", "statistics", "report"}
CHEMISTRY = {"composition", "charges", "energies", "metals", "structures"}
OUTSIDE = {"__init__.py", "cli.py", "configuration.py"}
"""Files in no room: the package itself, and on top of everything the commands and the configuration of all domains."""


def room_of(path, source=SOURCE):
    """Folder of the package that a file lies in."""
    return path.relative_to(source).parts[0]


def allowed(room):
    """Rooms that a room may import."""
    if room in GENERAL:
        return GENERAL
    return GENERAL | CHEMISTRY if room in CHEMISTRY else GENERAL | CHEMISTRY | {room}


def trespasses(source=SOURCE):
    """Every import of a room that the importing room may not know, as one line each."""
    found = set()
    for path in files(source):
        room = room_of(path, source)
        if room in OUTSIDE:
            continue
        for name in imported(path):
            parts = name.split(".")
            inside = parts[0] == "superdrift" and len(parts) > 1 and (source / parts[1]).is_dir()
            if inside and parts[1] not in allowed(room):
                found.add(f"{path.relative_to(source)} imports {'.'.join(parts[:3])}")
    return sorted(found)


def cycle(graph):
    """Modules that import each other in a circle; empty where there are none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_every_file_lies_in_a_room():
    assert {path.name for path in SOURCE.glob("*.py")} == OUTSIDE


@pytest.mark.parametrize("room", sorted({room_of(path) for path in files()} - OUTSIDE))
def test_a_room_imports_only_rooms_that_it_may_know(room):
    assert [line for line in trespasses() if line.startswith(f"{room}/")] == []


def test_general_rooms_do_not_even_name_a_domain():
    named = [path for path in files() if room_of(path) in GENERAL and "superconductors" in path.read_text("utf-8")]
    assert named == []


def test_no_modules_import_each_other_in_a_circle():
    assert cycle(module_graph()) == []


def test_a_circle_would_be_found():
    graph = module_graph()
    graph["superdrift.run.errors"] = {"superdrift.superconductors.ranking"}
    assert "superdrift.run.errors" in cycle(graph)


def calls(path, attribute):
    """Whether a file calls a method of this name."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute
        for node in nodes
    )


def test_there_is_one_training_loop():
    found = [path.relative_to(SOURCE).as_posix() for path in files() if calls(path, "backward")]
    assert found == ["learning/training.py"]


def test_there_is_one_checkpoint_module():
    importing = [path for path in files() if any(name.split(".")[0] == "safetensors" for name in imported(path))]
    assert [path.relative_to(SOURCE).as_posix() for path in importing] == ["learning/checkpoint.py"]


def test_nothing_is_unpickled():
    loading = ("pickle", "joblib", "dill", "cloudpickle")
    assert not [path for path in files() if any(name.split(".")[0] in loading for name in imported(path))]


ALLOYS = {
    "__init__.py": '"""A made-up domain: alloys, melted."""\n',
    "stages/__init__.py": '"""Stages of the alloys."""\n',
    "settings.py": '''"""Settings of the alloys."""
from dataclasses import dataclass


@dataclass(frozen=True)
class MeltSettings:
    """How hot: kelvin per atom."""

    kelvin_per_atom: float
''',
    "tables.py": '''"""Tables of the alloys."""
import pyarrow as pa

from superdrift.io.tables import Column, Table

ALLOYS = Table("alloys", (Column("id", pa.int64(), "row"), Column("atoms", pa.int64(), "atoms per formula unit")))
MELTED = Table("melted", (Column("id", pa.int64(), "row"), Column("melts_k", pa.float64(), "melting point", "K")))
''',
    "stages/melt.py": '''"""Stage `melt`: alloys to melting points."""
import sys
from pathlib import Path

from superdrift.alloys.settings import MeltSettings
from superdrift.alloys.tables import ALLOYS, MELTED
from superdrift.io import tables
from superdrift.run.command import Run, command
from superdrift.run.errors import InputError
from superdrift.run.seeds import generator


def melt(run: Run, settings: MeltSettings, *, alloys: Path, melted: Path) -> None:
    """Melt every alloy."""
    atoms = tables.read(alloys, ALLOYS)["atoms"].to_numpy()
    if (atoms < 1).any():
        raise InputError(f"{alloys} holds an alloy of {atoms.min()} atoms; give at least 1")
    noise = generator(run.seed, "melt").normal(size=len(atoms))
    columns = {"id": range(len(atoms)), "melts_k": atoms * settings.kelvin_per_atom + noise}
    tables.write(melted, MELTED, columns, run.metadata)


main = command(melt)

if __name__ == "__main__":
    sys.exit(main())
''',
}


@pytest.fixture
def package(tmp_path):
    """A copy of the package with one more domain in it, and no other change."""
    source = tmp_path / "src" / "superdrift"
    shutil.copytree(SOURCE, source, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in ALLOYS.items():
        path = source / "alloys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return source


def melt(package, folder, **settings):
    """Run the made-up stage as a rule does."""
    arguments = ["--settings", json.dumps(settings), "--seed", "3", "--alloys", str(folder / "alloys.parquet")]
    command = [sys.executable, "-m", "superdrift.alloys.stages.melt", *arguments]
    return subprocess.run(
        [*command, "--melted", str(folder / "melted.parquet"), "--log", str(folder / "melt.log")],
        capture_output=True, text=True, check=False, timeout=HANG_S, cwd=folder,
        env={**os.environ, "PYTHONPATH": str(package.parent)},
    )  # fmt: skip


def write_alloys(package, folder, atoms):
    """The input of the stage, through the domain's own table."""
    code = (
        "import sys; from superdrift.alloys.tables import ALLOYS; from superdrift.io import tables; "
        "atoms = [int(word) for word in sys.argv[2:]]; "
        "tables.write(sys.argv[1], ALLOYS, {'id': range(len(atoms)), 'atoms': atoms}, {})"
    )
    command = [sys.executable, "-c", code, str(folder / "alloys.parquet"), *map(str, atoms)]
    subprocess.run(command, check=True, timeout=HANG_S, env={**os.environ, "PYTHONPATH": str(package.parent)})


def test_a_new_domain_brings_settings_tables_and_a_stage_and_shares_the_rest(package, tmp_path):
    write_alloys(package, tmp_path, [1, 4])
    done = melt(package, tmp_path, kelvin_per_atom=300.0)
    assert done.returncode == 0, done.stderr
    table = pq.read_table(tmp_path / "melted.parquet")
    assert table["melts_k"].to_pylist() == pytest.approx([300, 1200], abs=10)
    assert table.schema.field("melts_k").metadata == {b"meaning": b"melting point", b"unit": b"K"}
    record = json.loads(table.schema.metadata[METADATA_KEY])
    assert record["stage"] == "melt" and record["settings"] == {"kelvin_per_atom": 300.0} and record["seed"] == 3
    assert set(record["inputs"]) == {"alloys.parquet"}


def test_errors_of_a_new_domain_are_one_line(package, tmp_path):
    write_alloys(package, tmp_path, [0])
    done = melt(package, tmp_path, kelvin_per_atom=300.0)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "superdrift melt: error:" in done.stderr and "an alloy of 0 atoms; give at least 1" in done.stderr
    done = melt(package, tmp_path, kelvin_per_atm=300.0)
    assert done.returncode == 1 and "unknown ['kelvin_per_atm']" in done.stderr
    assert not (tmp_path / "melted.parquet").exists()


def test_what_reruns_a_new_domain_is_its_own_code_and_what_it_uses(package):
    stage = package / "alloys" / "stages" / "melt.py"

    def fingerprint():
        code = "from superdrift.run.fingerprint import fingerprint; print(fingerprint('superdrift.alloys.stages.melt'))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=HANG_S,
            env={**os.environ, "PYTHONPATH": str(package.parent)},
        )  # fmt: skip
        return done.stdout.strip()

    before = fingerprint()
    stage.write_text("# a comment\n" + stage.read_text(encoding="utf-8"), encoding="utf-8")
    assert fingerprint() == before
    seeds = package / "run" / "seeds.py"
    seeds.write_text(seeds.read_text(encoding="utf-8").replace("def generator(", "CHANGED = 1\n\n\ndef generator("))
    assert fingerprint() == before
    stage.write_text(stage.read_text(encoding="utf-8").replace("(size=len(atoms))", "(size=len(atoms), scale=2.0)"))
    assert fingerprint() != before


def test_a_new_domain_that_imports_another_is_found(package):
    known = trespasses(package)
    assert not [line for line in known if line.startswith("alloys/")]
    for room, name in (("alloys", "superconductors.ranking"), ("charges", "alloys.tables"), ("io", "composition")):
        path = package / room / "made_up.py"
        path.write_text(f'"""Made up."""\n\n\ndef late():\n    """Late."""\n    import superdrift.{name}\n')
    assert set(trespasses(package)) - set(known) == {
        "alloys/made_up.py imports superdrift.superconductors.ranking",
        "charges/made_up.py imports superdrift.alloys.tables",
        "io/made_up.py imports superdrift.composition",
    }
