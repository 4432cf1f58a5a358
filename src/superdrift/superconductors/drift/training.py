"""Fits the VAE and the predictor on the training rows and measures both on the validation rows."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superdrift.composition.distance import half_l1
from superdrift.learning.fitting import History, fit
from superdrift.run.seeds import derive, generator
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.training_rows import Part
from superdrift.superconductors.drift.vae import Vae
from superdrift.superconductors.encoding.digits import amounts_of
from superdrift.superconductors.encoding.tokens import to_digits
from superdrift.superconductors.settings import PredictorSettings, VaeSettings

STAGE = "train_latent"


def fit_vae(
    train: Part, validation: Part, settings: VaeSettings, *, seed: int, device: torch.device
) -> tuple[Vae, History]:
    """The VAE that gives held-out compositions back best, latent coordinates standardised, and how it got there.

    Its validation loss says little of that: it rises, from overconfidence in the wrong digits, while more and more
    held-out compositions come back; so the mean distance to what comes back decides.
    """
    torch.manual_seed(derive(seed, STAGE, "vae", "weights"))
    vae = Vae(latent=settings.latent, width=settings.width, depth=settings.depth, integers=settings.integers).to(device)
    seen, unseen = (distinct_digits(part).to(device) for part in (train, validation))
    draws = torch.Generator().manual_seed(derive(seed, STAGE, "vae", "noise"))
    fixed = torch.randn(len(unseen), settings.latent, generator=draws).to(device)

    def loss(rows: Tensor) -> Tensor:
        noise = torch.randn(len(rows), settings.latent, generator=draws).to(device)
        return vae.loss(seen[rows.to(device)], noise, beta=settings.beta)

    def validate() -> tuple[float, float]:
        distance = float(returned_distance(vae, unseen).mean())
        return float(vae.loss(unseen, fixed, beta=settings.beta)), distance

    history = fit(
        vae, loss, validate, rows=len(seen), settings=settings,
        generator=generator(seed, STAGE, "vae", "batches"), label="train latent VAE", key="drift.vae.learning_rate",
    )  # fmt: skip
    vae.standardise(seen)
    return vae, history


def fit_predictor(
    train: Part, validation: Part, settings: PredictorSettings, *, seed: int, device: torch.device
) -> tuple[TcPredictor, History]:
    """The predictor of lowest loss on the held-out rows, and how it got there."""
    torch.manual_seed(derive(seed, STAGE, "predictor", "weights"))
    predictor = TcPredictor(
        width=settings.width, depth=settings.depth, dropout=settings.dropout, scale_k=settings.scale_k
    ).to(device)
    seen, unseen = (
        (torch.from_numpy(part.amounts).to(device), torch.from_numpy(part.tc_k).float().to(device))
        for part in (train, validation)
    )

    def loss(rows: Tensor) -> Tensor:
        rows = rows.to(device)
        return predictor.loss(seen[0][rows], seen[1][rows])

    def validate() -> tuple[float, float]:
        held_out = float(predictor.loss(*unseen))
        return held_out, held_out

    history = fit(
        predictor, loss, validate, rows=len(train.tc_k), settings=settings,
        generator=generator(seed, STAGE, "predictor", "batches"), label="train latent predictor",
        key="drift.predictor.learning_rate",
    )  # fmt: skip
    return predictor, history


@torch.no_grad()
def measure_vae(vae: Vae, part: Part) -> dict[str, Any]:
    """How well compositions come back from their own latent position."""
    device = vae.centre.device
    digits = distinct_digits(part).to(device)
    back = vae.decode(vae.encode(digits))
    distance = returned_distance(vae, digits)
    same_elements = ((back > 0).any(dim=1) == (digits > 0).any(dim=1)).all(dim=1)
    return {
        "distinct_rows": len(digits),
        "rows_left_out": int((~part.held).sum()),
        "exact_share": float((back == digits).flatten(1).all(dim=1).double().mean()),
        "same_elements_share": float(same_elements.double().mean()),
        "half_l1_mean": float(distance.mean()),
        "half_l1_median": float(np.median(distance)),
        "within_0.05_share": float((distance <= 0.05).mean()),
    }


@torch.no_grad()
def measure_predictor(predictor: TcPredictor, part: Part) -> dict[str, Any]:
    """Errors of the predicted Tc; R² is null where all rows share one Tc."""
    device = next(predictor.parameters()).device
    error = predictor(torch.from_numpy(part.amounts).to(device)).double().cpu().numpy() - part.tc_k
    total = float(((part.tc_k - part.tc_k.mean()) ** 2).sum())
    return {
        "rows": len(error),
        "mae_k": float(np.abs(error).mean()),
        "rmse_k": float(np.sqrt((error**2).mean())),
        "r2": 1 - float((error**2).sum()) / total if total > 0 else None,
    }


@torch.no_grad()
def returned_distance(vae: Vae, digits: Tensor) -> NDArray[np.float64]:
    """Half L1 distance (n,) between compositions and what their latent positions decode to."""
    back = vae.decode(vae.encode(digits))
    given, returned = (amounts_of(places, dtype=torch.float64).cpu().numpy() for places in (digits, back))
    return half_l1(given, returned)


def distinct_digits(part: Part) -> Tensor:
    """(m, 3, 96) digits of the rows that digits hold, each composition once.

    How often a compound was measured says nothing of chemistry, but a VAE gives a frequent compound a large ball of
    latent space, in which every direction decodes to the same: the drift could not leave YBa2Cu3O7.
    """
    return torch.from_numpy(np.unique(to_digits(part.amounts[part.held]), axis=0))
