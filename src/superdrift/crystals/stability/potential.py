"""Foundation potentials whose weights come with their packages, behind one small interface; imported where used.

CHGNet (Deng et al., Nat. Mach. Intell. 5, 1031 (2023)): version 0.3.0 of the weights, in the wheel of chgnet 0.4.2,
BSD 3-Clause. Trained on relaxations of the Materials Project (PBE, PBE+U) with its corrections of 2020 (Wang et al.,
Sci. Rep. 11, 15496 (2021)): its energies are of the kind that the formation energies there are made of.
"""

import contextlib
import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from pymatgen.core import Structure

from superdrift.learning.device import choose
from superdrift.run.errors import InputError

EXTRA = "pip install -e '.[crystals]'"
"""What installs the potentials."""
BATCH = 16
"""Structures whose energies are found at once; no result depends on it beyond rounding."""
FAILURES = (ValueError, KeyError, IndexError, TypeError, ArithmeticError, AssertionError, RuntimeError)
"""What the packages raise for a structure that they can make nothing of."""


@dataclass(frozen=True)
class Point:
    """Energy of a structure as it stands.

    Attributes:
        energy_ev: eV/atom; None where there is none.
        fmax: largest force on an atom, eV/Å.
        reason: why there is none.
    """

    energy_ev: float | None
    fmax: float | None = None
    reason: str | None = None


class Potential(Protocol):
    """What relaxation and hull need of a potential.

    Attributes:
        name: package and version of the weights.
    """

    name: str

    def points(self, structures: Sequence[Structure]) -> list[Point]:
        """Energies and forces of structures as they stand, many at once where the package can."""

    def calculator(self) -> Any:
        """A calculator for ASE."""


class Chgnet:
    """CHGNet.

    Args:
        device: cpu or cuda.
    """

    def __init__(self, device: str) -> None:
        try:
            with _quiet():
                from chgnet.model.dynamics import CHGNetCalculator  # optional  # noqa: PLC0415
                from chgnet.model.model import CHGNet  # noqa: PLC0415
        except ImportError:
            raise InputError(f"crystals.stability.potential = chgnet is not installed: {EXTRA}") from None
        with _quiet():
            self._model = CHGNet.load(use_device=device, verbose=False)
            self._calculator = CHGNetCalculator(self._model, use_device=device, on_isolated_atoms="error")
        self.name = f"chgnet {self._model.version}"

    def points(self, structures: Sequence[Structure]) -> list[Point]:
        """See `Potential.points`."""
        graphs: list[Any] = []
        for structure in structures:
            try:
                graphs.append(self._model.graph_converter(structure))
            except FAILURES as error:
                graphs.append(Point(None, reason=told(error)))
        usable = [graph for graph in graphs if not isinstance(graph, Point)]
        with _quiet():
            made = self._model.predict_graph(usable, task="ef", batch_size=BATCH) if usable else []
        found = iter([made] if isinstance(made, dict) else made)  # of one structure it gives no list
        return [graph if isinstance(graph, Point) else _point(next(found)) for graph in graphs]

    def calculator(self) -> Any:
        """See `Potential.calculator`."""
        self._calculator.reset()
        return self._calculator


def _point(prediction: dict[str, Any]) -> Point:
    energy, forces = float(prediction["e"]), np.linalg.norm(prediction["f"], axis=1)
    if not np.isfinite(energy):
        return Point(None, reason="the potential gives no finite energy")
    return Point(energy, float(forces.max()))


POTENTIALS: dict[str, Callable[[str], Potential]] = {"chgnet": Chgnet}
"""Potentials by the setting `crystals.stability.potential`, made for a device."""


@cache
def load(name: str, device: str) -> Potential:
    """A potential on a device, read once a process.

    Args:
        name: one of `POTENTIALS`.
        device: cpu or cuda, as the config says.

    Raises:
        InputError: where its package is not installed, or there is no such device.
    """
    choose(device, key="crystals.stability.device")
    return POTENTIALS[name](device)


def told(error: Exception) -> str:
    """An error of a package as the reason of a row, on one line.

    Raises:
        Exception: the error itself, where memory ran out, which is no property of the structure.
    """
    if type(error).__name__ == "OutOfMemoryError":
        raise error
    text = " ".join(str(error).split())
    if "isolated atom" in text:
        return "an atom without neighbours within the potential's reach"
    return f"the potential fails: {text[:160] or type(error).__name__}"


@contextlib.contextmanager
def _quiet() -> Any:
    """Without what the packages print and warn of."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
