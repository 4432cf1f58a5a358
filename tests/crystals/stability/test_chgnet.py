"""CHGNet itself, where it is installed: energies, relaxation, what it refuses."""

import pytest
from crystal_examples import SALTS, rock_salt
from pymatgen.core import Lattice, Structure

from superdrift.crystals.stability.potential import load
from superdrift.crystals.stability.references import formation_energy
from superdrift.crystals.stability.relaxation import relax
from superdrift.run.errors import InputError

pytest.importorskip("chgnet")
FAR = Structure(Lattice.cubic(12), ["Na"], [[0, 0, 0]])


@pytest.fixture(scope="module")
def chgnet():
    """The potential on the CPU."""
    return load("chgnet", "cpu")


def test_energies_refer_to_the_elements_of_the_materials_project(chgnet):
    salt, far, oxide = chgnet.points([SALTS["NaCl"], FAR, SALTS["MgO"]])
    assert formation_energy(SALTS["NaCl"], salt.energy_ev) == pytest.approx(-2.11, abs=0.05)  # mp-22862: -2.11
    assert formation_energy(SALTS["MgO"], oxide.energy_ev) == pytest.approx(-3.05, abs=0.05)  # mp-1265: -3.05
    assert far.energy_ev is None and far.reason == "an atom without neighbours within the potential's reach"


def test_energies_are_the_same_alone_and_among_others(chgnet):
    together = chgnet.points(list(SALTS.values()))
    assert together[2].energy_ev == pytest.approx(chgnet.points([SALTS["LiF"]])[0].energy_ev, abs=1e-5)


def test_a_salt_relaxes_to_its_volume(chgnet):
    found = relax(rock_salt("Na", "Cl", 6.1), chgnet, fmax=0.02, steps=100, most_sites=20)
    assert found.converged and found.structure.volume == pytest.approx(5.64**3, rel=0.05)
    again = relax(rock_salt("Na", "Cl", 6.1), chgnet, fmax=0.02, steps=100, most_sites=20)
    assert again.energy_ev == found.energy_ev and again.structure == found.structure


def test_an_isolated_atom_is_a_reason(chgnet):
    found = relax(FAR, chgnet, fmax=0.02, steps=10, most_sites=20)
    assert found.reason == "an atom without neighbours within the potential's reach"


def test_a_device_that_is_not_there_is_never_replaced(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(InputError, match=r"crystals\.stability\.device = cuda, but PyTorch sees no CUDA"):
        load("chgnet", "cuda")
