"""Fits VAE, denoiser and predictor on the training rows and measures them on the validation rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn

from superdrift.composition.distance import half_l1
from superdrift.diffusion.objective import DenoisingObjective
from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.device import mixed_precision
from superdrift.learning.objective import Objective, Validation
from superdrift.learning.training import History, Method, Stream, Trainer
from superdrift.run.seeds import derive
from superdrift.superconductors.drift.checkpoint import LatentModel
from superdrift.superconductors.drift.denoiser import DigitDenoiser
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.training_rows import Part
from superdrift.superconductors.drift.vae import Vae
from superdrift.superconductors.encoding.digits import amounts_of, to_digits
from superdrift.superconductors.settings.drift_published import (
    DenoiserSettings,
    LatentNetworks,
    PredictorSettings,
    VaeSettings,
)

STAGE = "train_latent"
VALIDATION_DRAWS = 2048
"""Pairs of a composition and a noise level on which the denoiser is validated, at least. Layout of the measurement."""


class VaeObjective(Objective):
    """Evidence bound of the VAE; the mean distance of held-out compositions to their reconstructions decides.

    Their validation loss is no measure of that: it rises, from overconfidence in the wrong digits, while more and more
    held-out compositions are decoded exactly.

    Args:
        vae: to train, on its device.
        train: (n, 3, 96) digits, on the same device.
        validation: (m, 3, 96) digits, likewise.
        beta: weight of the Kullback–Leibler term.
        noise_seed: of the validation's noise.
    """

    network: Vae

    def __init__(self, vae: Vae, train: Tensor, validation: Tensor, *, beta: float, noise_seed: int) -> None:
        self.network, self.rows = vae, len(train)
        self._train, self._validation, self._beta = train, validation, beta
        draws = Generator().manual_seed(noise_seed)
        self._noise = torch.randn(len(validation), vae.latent, generator=draws).to(train.device)

    def loss(self, rows: Tensor, generator: Generator) -> Tensor:
        """Bound of a batch, each row at one draw of its posterior."""
        noise = torch.randn(len(rows), self.network.latent, generator=generator, device=rows.device)
        with mixed_precision(rows.device):
            return self.network.loss(self._train[rows], noise, beta=self._beta)

    def validate(self, network: nn.Module) -> Validation:
        """Bound at the same noise every time, and the mean distance (half L1)."""
        loss = network.loss(self._validation, self._noise, beta=self._beta)
        return Validation(float(loss), float(returned_distance(network, self._validation).mean()))


class TcObjective(Objective):
    """Loss of the predictor of Tc, on training and validation rows alike.

    Args:
        predictor: to train, on its device.
        train: rows to learn from; one that reads digits leaves out rows that these cannot hold.
        validation: rows that choose the weights, likewise.
    """

    network: TcPredictor

    def __init__(self, predictor: TcPredictor, train: Part, validation: Part) -> None:
        self.network = predictor
        device = next(predictor.parameters()).device
        self._train, self._validation = (
            (torch.from_numpy(part.amounts).to(device), torch.from_numpy(part.tc_k).float().to(device))
            for part in (readable(predictor, train), readable(predictor, validation))
        )
        self.rows = len(self._train[1])

    def loss(self, rows: Tensor, generator: Generator) -> Tensor:
        """Loss of a batch; nothing is drawn from the generator."""
        del generator
        amounts, tc_k = self._train
        with mixed_precision(rows.device):
            return self.network.loss(amounts[rows], tc_k[rows])

    def validate(self, network: nn.Module) -> Validation:
        """The same on the validation rows."""
        loss = float(network.loss(*self._validation))
        return Validation(loss, loss)


def fit_latent(
    train: Part,
    validation: Part,
    settings: LatentNetworks,
    *,
    seed: int,
    device: torch.device,
    resume: Mapping[str, ResumeFile] | None = None,
) -> tuple[LatentModel, dict[str, History]]:
    """All networks of the published drift, and their histories by name.

    Args:
        train: rows to learn from.
        validation: rows that choose the weights.
        settings: of the networks.
        seed: of the run.
        device: where to train.
        resume: where unfinished states are kept, by name of the network; None: nowhere.
    """
    common: dict[str, Any] = {"seed": seed, "device": device}
    files = {name: {**common, "resume": (resume or {}).get(name)} for name in LatentModel._fields}
    integers = settings.vae.integers
    vae, of_vae = fit_vae(train, validation, settings.vae, **files["vae"])
    denoiser, of_denoiser = fit_denoiser(
        train, validation, settings.denoiser, integers=integers, **files["denoiser"]
    )  # fmt: skip
    predictor, of_predictor = fit_predictor(
        train, validation, settings.predictor, integers=integers, **files["predictor"]
    )  # fmt: skip
    histories = {"vae": of_vae, "denoiser": of_denoiser, "predictor": of_predictor}
    return LatentModel(vae, denoiser, predictor), histories


def fit_vae(
    train: Part,
    validation: Part,
    settings: VaeSettings,
    *,
    seed: int,
    device: torch.device,
    resume: ResumeFile | None = None,
) -> tuple[Vae, History]:
    """The VAE that reconstructs held-out compositions best, latent coordinates standardised, and its history."""
    torch.manual_seed(derive(seed, STAGE, "vae", "weights"))
    vae = Vae(latent=settings.latent, width=settings.width, depth=settings.depth, integers=settings.integers).to(device)
    seen, unseen = (distinct_digits(part).to(device) for part in (train, validation))
    noise_seed = derive(seed, STAGE, "vae", "noise")
    objective = VaeObjective(vae, seen, unseen, beta=settings.beta, noise_seed=noise_seed)
    stream = Stream(seed, (STAGE, "vae"), "latent VAE", "drift.published.vae.learning_rate")
    history = Trainer(objective, settings, Method(), stream, resume).run()
    vae.eval().standardise(seen)
    return vae, history


def fit_denoiser(
    train: Part,
    validation: Part,
    settings: DenoiserSettings,
    *,
    integers: int,
    seed: int,
    device: torch.device,
    resume: ResumeFile | None = None,
) -> tuple[DigitDenoiser, History]:
    """The DDPM of lowest loss on held-out digits, all noise levels alike, and its history."""
    torch.manual_seed(derive(seed, STAGE, "denoiser", "weights"))
    denoiser = DigitDenoiser(
        integers=integers, width=settings.width, depth=settings.depth, times=settings.times,
        noise_level=settings.noise_level, denoising_steps=settings.denoising_steps,
        noise_seed=derive(seed, STAGE, "denoiser", "fixed noise"),
    ).to(device)  # fmt: skip
    seen, unseen = (denoiser.encode(distinct_digits(part).to(device)) for part in (train, validation))
    objective = DenoisingObjective(
        denoiser.process, denoiser.network, seen, unseen, draws=VALIDATION_DRAWS, batch_size=settings.batch_size,
        noise_seed=derive(seed, STAGE, "denoiser", "noise"),
    )  # fmt: skip
    stream = Stream(seed, (STAGE, "denoiser"), "latent denoiser", "drift.published.denoiser.learning_rate")
    history = Trainer(objective, settings, Method(), stream, resume).run()
    return denoiser.eval(), history


def fit_predictor(
    train: Part,
    validation: Part,
    settings: PredictorSettings,
    *,
    integers: int,
    seed: int,
    device: torch.device,
    resume: ResumeFile | None = None,
) -> tuple[TcPredictor, History]:
    """The predictor of lowest loss on the held-out rows, and its history."""
    torch.manual_seed(derive(seed, STAGE, "predictor", "weights"))
    predictor = TcPredictor(
        network=settings.network, width=settings.width, depth=settings.depth, dropout=settings.dropout,
        scale_k=settings.scale_k, integers=integers,
    ).to(device)  # fmt: skip
    stream = Stream(seed, (STAGE, "predictor"), "latent predictor", "drift.published.predictor.learning_rate")
    history = Trainer(TcObjective(predictor, train, validation), settings, Method(), stream, resume).run()
    return predictor.eval(), history


def measure_latent(model: LatentModel, part: Part) -> dict[str, dict[str, Any]]:
    """Scores of the networks by name: `denoiser` is what comes back of compositions decoded and denoised."""
    return {
        "vae": measure_reconstruction(model.vae, part),
        "denoiser": measure_reconstruction(model.vae, part, model.denoiser),
        "predictor": measure_predictor(model.predictor, part),
    }


@torch.no_grad()
def measure_reconstruction(vae: Vae, part: Part, denoiser: DigitDenoiser | None = None) -> dict[str, Any]:
    """How well compositions are reconstructed from their own latent position, denoised or not."""
    digits = distinct_digits(part).to(vae.centre.device)
    back = vae.decode(vae.encode(digits))
    back = back if denoiser is None else denoiser(back)
    distance = _distance(digits, back)
    same_elements = ((back > 0).any(dim=1) == (digits > 0).any(dim=1)).all(dim=1)
    return {
        "distinct_rows": len(digits),
        "rows_left_out": int((~part.representable).sum()),
        "exact_share": float((back == digits).flatten(1).all(dim=1).double().mean()),
        "same_elements_share": float(same_elements.double().mean()),
        "half_l1_mean": float(distance.mean()),
        "half_l1_median": float(np.median(distance)),
        "within_0.05_share": float((distance <= 0.05).mean()),
    }


@torch.no_grad()
def measure_predictor(predictor: TcPredictor, part: Part) -> dict[str, Any]:
    """Errors of the predicted Tc; R² is null where all rows share one Tc."""
    part, device = readable(predictor, part), next(predictor.parameters()).device
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
    return _distance(digits, vae.decode(vae.encode(digits)))


def _distance(digits: Tensor, back: Tensor) -> NDArray[np.float64]:
    """Half L1 distance (n,) of compositions to others."""
    given, returned = (amounts_of(places, dtype=torch.float64).cpu().numpy() for places in (digits, back))
    return half_l1(given, returned)


def distinct_digits(part: Part) -> Tensor:
    """(m, 3, 96) digits of the rows that digits hold, each composition once.

    A VAE gives a frequent compound a large region of latent space that decodes to it alone; the drift could not leave
    the compounds that were measured most often, such as YBa2Cu3O7.
    """
    return torch.from_numpy(np.unique(to_digits(part.amounts[part.representable]), axis=0))


def readable(predictor: TcPredictor, part: Part) -> Part:
    """The rows that a predictor can read: all, or those that digits hold."""
    if not predictor.reads_digits:
        return part
    held = part.representable
    return Part(part.amounts[held], part.tc_k[held], held[held])
