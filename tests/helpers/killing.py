"""Stages in processes of their own that are killed (SIGKILL) at a moment of the test's choice."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from limits import HANG_S

import superdrift


def kill_when(module, arguments, condition):
    """Start a stage and kill it as soon as `condition()` holds.

    Args:
        module: of the stage, e.g. "superconductors.stages.train".
        arguments: of its command.
        condition: looked at every other millisecond.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", f"superdrift.{module}", *arguments],
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(superdrift.__file__).parents[1]), "OMP_NUM_THREADS": "1", "PATH": ""},
    )
    deadline = time.monotonic() + HANG_S
    while not condition():
        assert process.poll() is None, process.stderr.read().decode()
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
