"""Latent spaces of compositions: what comes back of compounds they never saw, what coordinates tell, what the prior is.

The known compounds are halved by chemical system, as in `benchmarks.requests`. The generator of all families and the
VAE of the published drift learn from one half; superconductors of the other are encoded and decoded; draws of the
prior, N(0, 1), are checked as samples are, beside the compounds learned from:

    python -m benchmarks.latent [--run results/small] [--quick] [--work FOLDER]

Writes benchmarks/latent.parquet. The folder may be that of `benchmarks.requests`: its model is of the same compounds.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.generation.rates import Ruler
from benchmarks.inputs import CONFIG, ROOT, SEED, first_half, generator_of, parsed, parser, quick_config, start
from benchmarks.record import Row, origin, write
from superdrift.composition.vector import atomic_fractions
from superdrift.diffusion.quantile_latent import QuantileLatent
from superdrift.io import tables
from superdrift.run.seeds import derive, generator
from superdrift.run.settings import from_mapping
from superdrift.statistics.intervals import exact_share
from superdrift.superconductors.data.row_selection import superconducting, unflagged
from superdrift.superconductors.drift.training import fit_vae
from superdrift.superconductors.drift.training_rows import choose_rows
from superdrift.superconductors.drift.vae import Vae
from superdrift.superconductors.encoding.digits import amounts_of, representable, to_digits
from superdrift.superconductors.encoding.tokens import on_grid
from superdrift.superconductors.generation.conditions import conditions
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.generation.restrictions import plausible
from superdrift.superconductors.settings.drift_published import VaeSettings
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS

FAMILIES = ("cuprates", "pnictides", "others")
ROWS, ROWS_IF_QUICK = 2000, 40
"""Held-out compounds, and draws of the prior, of each family."""
TOLD_NATS = 0.05
"""Kullback–Leibler divergence from which on a coordinate is in use."""
SAME, HUNDREDTH = 1e-4, 0.01 + 1e-4
"""Atoms; differences of amounts below these are none, and a hundredth; beyond the rounding of float32."""
CPU = torch.device("cpu")


class Space(NamedTuple):
    """A latent space.

    Attributes:
        back: (n, 96) amounts and (n,) Tc in K → what they decode to, and the nats (n, dimensions) of each coordinate.
        prior: a family and n → (n, 96) amounts of draws of the prior; the family is ignored where it knows none.
        holds: (n, 96) → (n,) mask of what it can write.
    """

    back: Callable[[NDArray[np.float32], NDArray[np.float64]], tuple[NDArray[np.float32], NDArray[np.float64]]]
    prior: Callable[[str, int], NDArray[np.float32]]
    holds: Callable[[NDArray[np.float32]], NDArray[np.bool_]]


def main() -> None:
    """Measure, print and write benchmarks/latent.parquet."""
    options = parser("latent", __doc__)
    options.add_argument("--work", type=Path, help="folder for the model; what is there already is not made again")
    arguments = parsed(options)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) if arguments.quick else ROOT / "results" / "benchmark-requests"
        rows = list(measured(arguments, arguments.work or kept))
    for row in rows:
        print("{space:<22} {family:<10} {metric:<56} {value:9.4f} [{low:.4f}, {high:.4f}]  n = {n}".format(**row))
    write(arguments.output, rows, origin(arguments.compounds, rows=ROWS))


def measured(arguments: argparse.Namespace, work: Path) -> Iterator[Row]:
    """All rows of the table."""
    config = quick_config() if arguments.quick else CONFIG
    compounds, most = tables.read(arguments.compounds, COMPOUNDS), ROWS_IF_QUICK if arguments.quick else ROWS
    first = first_half(compounds, from_mapping(FitSettings, {**config["estimate"], "repeats": 1}, place="estimate"))
    learned = compounds.filter(pa.array(first))
    spaces = {
        "quantiles of the generator": quantile_space(generator_of(learned, config, work), config),
        "VAE of digits": vae_space(learned, config),
    }
    clean = superconducting(compounds) & unflagged(compounds, config["train"]["exclude_flags"])
    families, ruler = np.array(compounds["family"].to_pylist(), dtype=object), Ruler(compounds, "everything")
    amounts, stream = tables.matrix(compounds["amounts"]), generator(SEED, "benchmark", "latent")
    tc_k = np.array([row or 0.0 for row in compounds["tc_consensus_k"].to_pylist()])
    for family in FAMILIES:
        own = families == family
        trained = np.flatnonzero(own & clean & first)
        yield share("the compounds learned from", family, "charge-valid", ruler.charge_valid(amounts[trained]))
        unseen = np.sort(stream.permutation(np.flatnonzero(own & clean & ~first))[:most])
        for name, space in spaces.items():
            for row in judged(space, family, amounts[unseen], tc_k[unseen], ruler):
                yield {"space": name, "family": family, **row}


def judged(
    space: Space, family: str, amounts: NDArray[np.float32], tc_k: NDArray[np.float64], ruler: Ruler
) -> Iterator[Row]:
    """Figures of one space on the unseen compounds of one family."""
    holds = space.holds(amounts)
    yield _share("can be written", holds)
    back, nats = space.back(amounts[holds], tc_k[holds])
    moved = np.full(len(amounts), np.inf)
    moved[holds] = np.abs(back - amounts[holds]).max(axis=1)
    yield _share("come back exactly, of those written to hundredths", moved[on_grid(amounts)] < SAME)
    yield _share("come back to within 0.01 atoms in every amount, of all", moved < HUNDREDTH)
    there = back.sum(axis=1) > 0
    apart = np.ones(len(back))
    apart[there] = np.abs(atomic_fractions(back[there]) - atomic_fractions(amounts[holds][there])).sum(axis=1) / 2
    yield _number("half L1 to what comes back, mean", float(apart.mean()), len(apart))
    told = nats.mean(axis=0) >= TOLD_NATS
    yield _number(f"coordinates that tell {TOLD_NATS:g} nats or more, share", float(told.mean()), len(told))
    yield _number("nats a compound", float(nats.sum(axis=1).mean()), len(nats))
    yield _share("draws of the prior that are charge-valid", ruler.charge_valid(space.prior(family, len(amounts))))


def quantile_space(model: Model, config: dict[str, Any]) -> Space:
    """The generator's own latent space, with what its sampler leaves out."""
    block, process = config["models"][config["train"]["model"]]["sampler"], model.process
    min_p = [block["element_min_p"], *[block["min_p"]] * (len(process.vocabulary) - 1)]
    latent = QuantileLatent(process, model.denoiser, min_p, usually=plausible(process.largest.cpu()))
    noise = torch.Generator().manual_seed(derive(SEED, "benchmark", "latent", "quantiles"))

    def back(amounts: NDArray[np.float32], tc_k: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
        told = conditions(amounts, tc_k)
        with torch.inference_mode():
            codes = latent.encode(model.encoding.encode(amounts), told, noise)
            return model.encoding.decode(latent.decode(codes.z, told)), codes.nats.numpy()

    def prior(family: str, n: int) -> NDArray[np.float32]:
        among = torch.zeros_like(process.shares)
        among[FAMILIES.index(family)] = 1
        told, _ = process.outlines(n, noise, among=among)
        z = torch.randn((n, latent.dimensions), generator=noise, dtype=torch.float64)
        with torch.inference_mode():
            return model.encoding.decode(latent.decode(z, told))

    return Space(back, prior, model.encoding.representable)


def vae_space(learned: pa.Table, config: dict[str, Any]) -> Space:
    """The VAE of the published drift; its prior is N(0, 1) in raw coordinates."""
    settings = from_mapping(VaeSettings, config["drift"]["published"]["vae"], place="drift.published.vae")
    train, validation = choose_rows(learned, config["drift"]["exclude_flags"], integers=settings.integers)
    vae = fit_vae(train, validation, settings, seed=SEED, device=CPU)[0]
    noise = torch.Generator().manual_seed(derive(SEED, "benchmark", "latent", "vae"))

    def back(amounts: NDArray[np.float32], tc_k: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
        del tc_k
        digits = torch.from_numpy(to_digits(amounts))
        with torch.inference_mode():
            mean, log_variance = vae.posterior(digits)
            nats = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)
            return decoded(vae, vae.encode(digits)), nats.double().numpy()

    def prior(family: str, n: int) -> NDArray[np.float32]:
        del family
        with torch.inference_mode():
            raw = torch.randn((n, vae.latent), generator=noise)
            return decoded(vae, (raw - vae.centre) / vae.spread)

    return Space(back, prior, lambda amounts: representable(amounts, integers=settings.integers))


def decoded(vae: Vae, z: Tensor) -> NDArray[np.float32]:
    """(n, 96) amounts of coordinates."""
    return amounts_of(vae.decode(z), dtype=torch.float32).numpy()


def share(space: str, family: str, metric: str, hits: NDArray[np.bool_]) -> Row:
    """A share of some rows with its interval."""
    return {"space": space, "family": family, **_share(metric, hits)}


def _share(metric: str, hits: NDArray[np.bool_]) -> Row:
    value, low, high = exact_share(int(hits.sum()), len(hits))
    return {"metric": metric, "value": value, "low": low, "high": high, "n": len(hits)}


def _number(metric: str, value: float, n: int) -> Row:
    return {"metric": metric, "value": value, "low": value, "high": value, "n": n}


if __name__ == "__main__":
    start(main)
