"""The interface: a made-up process trains, is rebuilt from its description and samples without an edit anywhere."""

import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.denoisers.base import Denoiser, DenoiserKind
from superdrift.diffusion.model import build, design
from superdrift.diffusion.process import Corruption, DiscreteTimeDiffusion, per_row
from superdrift.diffusion.samplers import ancestral, named


class BitFlips(DiscreteTimeDiffusion):
    """Bits that are drawn anew with probability t/T; the denoiser predicts the logit of a one."""

    kind = "bits"

    def __init__(self, *, bits: int, steps: int) -> None:
        super().__init__()
        self.bits, self.steps = bits, steps
        self.register_buffer("share", torch.full((bits,), 0.5))

    @property
    def denoiser_arguments(self):
        """The number of bits."""
        return {"bits": self.bits}

    def fit(self, x_0: Tensor) -> None:
        """Take the share of ones."""
        self.share.copy_(x_0.mean(dim=0))

    def corrupt(self, x_0: Tensor, level: Tensor, generator: Generator) -> Corruption:
        """Draw some bits anew."""
        t = self.time(level)
        anew = torch.rand(x_0.shape, generator=generator) < per_row(t / self.steps, x_0)
        noise = (torch.rand(x_0.shape, generator=generator) < self.share).float()
        return Corruption((torch.where(anew, noise, x_0), t), x_0)

    def compare(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Cross-entropy of the clean bits."""
        losses = nn.functional.binary_cross_entropy_with_logits(prediction, target, reduction="none")
        return losses.sum(dim=1)

    def start(self, n: int, generator: Generator) -> Tensor:
        """Nothing but noise."""
        return (torch.rand((n, self.bits), generator=generator) < self.share).float()

    def reverse(self, x_t: Tensor, prediction: Tensor, t: int, generator: Generator) -> Tensor:
        """Draw the clean bits, and corrupt them to t − 1."""
        x_0 = (torch.rand(x_t.shape, generator=generator) < prediction.sigmoid()).float()
        anew = torch.rand(x_t.shape, generator=generator) < (t - 1) / self.steps
        noise = (torch.rand(x_t.shape, generator=generator) < self.share).float()
        return torch.where(anew, noise, x_0)


class BitNetwork(Denoiser):
    """Two layers."""

    def __init__(self, *, bits: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(bits + 1, width), nn.SiLU(), nn.Linear(width, bits))

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        """Logits."""
        return self.layers(torch.cat([x_t, (t / 20).expand(len(x_t))[:, None]], dim=1))


PROCESSES, DENOISERS = {"bits": BitFlips}, {"net": DenoiserKind(BitFlips, BitNetwork)}
SAMPLER = {"kind": "ancestral", "steps": 20}


def test_a_made_up_process_plugs_in():
    description = design(
        BitFlips, {"kind": "net", "width": 32}, SAMPLER, process_data={"bits": 4}, denoiser_data={"unasked": 1}
    )
    torch.manual_seed(0)
    model = build(description, processes=PROCESSES, denoisers=DENOISERS)
    one = torch.rand(2000, 1, generator=Generator().manual_seed(1)) < 0.3
    data = torch.cat([one, one, ~one, ~one], dim=1).float()  # two kinds of rows: 1100 and 0011
    model.process.fit(data)
    model.denoiser.fit(data)
    optimiser, losses = torch.optim.AdamW(model.denoiser.parameters(), lr=1e-2), []
    for step in range(300):
        generator = Generator().manual_seed(step)
        level = torch.rand(len(data), generator=generator)
        loss = model.process.losses(model.denoiser, data, level, generator).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
    draw = named(SAMPLER, model.process)
    with torch.inference_mode():
        x = draw(model.process, model.denoiser, samples=1000, generator=Generator().manual_seed(2))
    torch.testing.assert_close(x.mean(dim=0), data.mean(dim=0), atol=0.08, rtol=0)
    assert float(((x[:, 0] == x[:, 1]) & (x[:, 0] != x[:, 2]) & (x[:, 2] == x[:, 3])).float().mean()) > 0.9


def test_a_model_is_rebuilt_from_its_description():
    description = design(BitFlips, {"kind": "net", "width": 8}, SAMPLER, process_data={"bits": 4}, denoiser_data={})
    model = build(description, processes=PROCESSES, denoisers=DENOISERS)
    again = build(model.description, processes=PROCESSES, denoisers=DENOISERS)
    again.process.load_state_dict(model.process.state_dict())
    again.denoiser.load_state_dict(model.denoiser.state_dict())
    options = {"samples": 3, "steps": 20}
    drawn = [ancestral(m.process, m.denoiser, **options, generator=Generator().manual_seed(0)) for m in (model, again)]
    assert again.process.steps == 20 and torch.equal(*drawn)
