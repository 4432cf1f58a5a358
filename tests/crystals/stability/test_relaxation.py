"""Relaxations by an analytic potential: what converges, and the reason of everything that does not."""

import numpy as np
import pytest
from crystal_examples import caesium_chloride, rock_salt
from fake_potential import Fake
from pymatgen.core import Lattice, Structure

from superdrift.crystals.stability.relaxation import relax
from superdrift.run.errors import InputError

ase = pytest.importorskip("ase")
LIMITS = {"fmax": 0.02, "steps": 300, "most_sites": 20}


def outcome(structure, **limits):
    return relax(structure, Fake(), **LIMITS | limits)


def test_cell_and_positions_relax():
    given = caesium_chloride("Cs", "Cl", 3.4)
    given.perturb(0.1)
    found = outcome(given)
    assert found.reason is None and found.converged and 0 < found.steps < 300 and found.fmax <= 0.02
    assert found.energy_ev < outcome(given, steps=1).energy_ev
    assert found.structure.composition == given.composition and found.structure.volume != given.volume
    assert [site.specie for site in found.structure] == [site.specie for site in given]


def test_too_few_steps_are_a_row_that_says_so():
    found = outcome(caesium_chloride("Cs", "Cl", 3.4), steps=2)
    assert found.reason is None and not found.converged and found.steps == 2 and found.fmax > 0.02


@pytest.mark.parametrize(
    ("structure", "reason"),
    [
        (rock_salt("Na", "Cl", 5.6) * (2, 2, 1), "32 sites in its cell; crystals.stability.most_sites = 20"),
        (Structure(Lattice.cubic(4), [{"Na": 0.5, "K": 0.5}, "Cl"], [[0, 0, 0], [0.5] * 3]), "partial occupancies"),
        (Structure(Lattice.cubic(4), ["Na", "Cl"], [[0, 0, 0], [0.05, 0, 0]]), "two atoms 0.20 Å apart"),
        (Structure(Lattice.cubic(4), ["Xe", "Cl"], [[0, 0, 0], [0.5] * 3]), "the potential fails: Xe is not known"),
        (Structure(Lattice.cubic(0.3), ["Na"], [[0, 0, 0]]), "a cell of 0.027 Å^3"),
        (Structure(Lattice.cubic(4), ["Na"], [[np.nan, 0, 0]]), "lattice or coordinates are no numbers"),
    ],
)
def test_what_cannot_be_relaxed_has_a_reason(structure, reason):
    found = outcome(structure)
    assert found.reason.startswith(reason) and found.energy_ev is None and not found.converged
    assert found.structure is structure


@pytest.mark.parametrize("structure", [Structure(Lattice.cubic(12), ["Na"], [[0, 0, 0]]),
                                       Structure(Lattice.cubic(2.6), ["Po"], [[0, 0, 0]])])  # fmt: skip
def test_one_atom_is_no_crash(structure):
    found = outcome(structure)
    assert found.reason is not None or found.energy_ev is not None


@pytest.mark.parametrize("pressure", [-2.0, 2.0])
def test_a_cell_that_flies_apart_or_collapses_is_a_reason(pressure):
    class Unstable(Fake):
        def calculator(self):
            from ase.calculators.calculator import Calculator  # noqa: PLC0415

            class Constant(Calculator):
                implemented_properties = ("energy", "forces", "stress")

                def calculate(self, atoms=None, *rest, **more):
                    super().calculate(atoms, *rest, **more)
                    energy = pressure * atoms.get_volume()
                    stress = np.array([pressure] * 3 + [0.0] * 3)
                    self.results = {"energy": energy, "forces": np.zeros((len(atoms), 3)), "stress": stress}

            return Constant()

    found = relax(caesium_chloride("Cs", "Cl", 4.1), Unstable(), **LIMITS)
    assert found.reason.startswith("the cell became") and found.energy_ev is None and found.steps > 1


def test_memory_that_runs_out_is_no_property_of_a_structure():
    class OutOfMemoryError(RuntimeError):
        pass

    class Full(Fake):
        def calculator(self):
            raise OutOfMemoryError("CUDA out of memory")

    with pytest.raises(OutOfMemoryError):
        relax(caesium_chloride("Cs", "Cl", 4.1), Full(), **LIMITS)


def test_without_ase_one_message_names_the_extra(monkeypatch):
    from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415

    def missing(*_, **__):
        raise ImportError("ase")

    monkeypatch.setattr(AseAtomsAdaptor, "get_atoms", missing)
    with pytest.raises(InputError, match=r"ASE, which is not installed: pip install -e '\.\[crystals\]'"):
        outcome(caesium_chloride("Cs", "Cl", 4.1))
