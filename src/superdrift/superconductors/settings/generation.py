"""Settings of the diffusion models: their parts, training, unconditional sampling, samples around a reference."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from superdrift.composition.settings import ATOMS, ElementSymbols
from superdrift.diffusion.settings import AncestralSettings, MlpSettings, Unet1dSettings
from superdrift.learning.settings import (
    ClippingSettings,
    Depth,
    Device,
    Dropout,
    Heads,
    LearningRate,
    OptimisationSettings,
    Width,
)
from superdrift.run.settings import Alternatives, Count, Limits, Partial, Slug, Threads, passed, setting
from superdrift.superconductors.settings.data import Flags, ModelFamily

Temperature = Annotated[float, Limits(above=0, at_most=10)]
MinP = Annotated[float, Limits(at_least=0, below=1)]


@dataclass(frozen=True)
class SlotTransformerSettings:
    """The denoiser of the masked process."""

    kind: Literal["slot_transformer"] = setting("transformer over the elements of a compound (masked)")
    width: Width = setting("of the embeddings, a multiple of heads")
    depth: Depth = setting("layers")
    heads: Heads = setting("attention heads")
    dropout: Dropout = setting("share of each residual branch dropped in training")


@dataclass(frozen=True)
class UnmaskSettings:
    """Sampling of the masked process, token by token."""

    kind: Literal["unmask"] = setting("tokens drawn one by one (masked)")
    temperature: Temperature = setting("of the amounts: above 1 draws rarer ones, below 1 commoner ones, 1 as learned")
    min_p: MinP = setting("amounts less likely than this share of the likeliest are never drawn; 0: all are")
    element_temperature: dict[ModelFamily, Temperature] = setting(
        "of the elements: above 1 draws rarer combinations, at the price of charge_valid"
    )
    keep_frequencies: bool = setting(
        "each element, number of elements and class of Tc as frequent as at element_temperature 1, whatever it is"
    )
    element_min_p: MinP = setting("min_p of the elements")
    plausible: bool = setting(
        "no element has more atoms than in any training compound, no redox ion a valence beyond the literature's"
    )
    guidance: float = setting(
        "how far samples that are asked for are pushed toward their family and Tc; 0: as learned",
        at_least=0, at_most=20,
    )  # fmt: skip


Denoiser = Annotated[dict[str, Any], Alternatives((SlotTransformerSettings, MlpSettings, Unet1dSettings))]
Sampler = Annotated[dict[str, Any], Alternatives((UnmaskSettings, AncestralSettings))]


@dataclass(frozen=True)
class TrainingSettings(ClippingSettings, OptimisationSettings):
    """Training of one diffusion model."""

    optimiser: Literal["adamw", "nadam"] = setting("rule of the updates")
    decay: Literal["cosine", "constant"] = setting("learning rate after the warm-up")
    ema: float = setting(
        "decay of the average of the weights, which is what is kept; 0: the weights themselves", at_least=0, below=1
    )
    merge_repeats: bool = setting("equal compounds reported several times count once")
    validation: Literal["groups", "random"] = setting(
        "rows that choose the weights to keep. random: about as many as `split` holds out, of the whole table;"
        " groups: those of `split`, which have no near-duplicate among the others"
    )
    validation_draws: Count = setting("pairs of a held-out compound and a noise level in the fixed validation grid")
    threads: Threads = setting("processor cores of a training")


@dataclass(frozen=True)
class ModelSettings:
    """A named model: `denoiser` and `sampler` are constructor arguments beside their `kind`."""

    process: Literal["masked", "gaussian"] = setting("how data is corrupted")
    denoiser: Denoiser = setting("the network")
    training: TrainingSettings = setting("how the network is trained")
    sampler: Sampler = setting("how samples are drawn")
    condition_forgotten: Annotated[float, Limits(at_least=0, below=1)] | None = setting(
        "share of the training rows whose family, and whose Tc, the network is not told, so that it can do without"
        " (masked); null: it is told neither, and samples cannot be asked for by Tc"
    )
    noise_floor: float = setting(
        "smaller amounts in a sample are noise; 0.08: as published; 0: samples are exact hundredths",
        unit=ATOMS, at_least=0, at_most=1,
    )  # fmt: skip


@dataclass(frozen=True)
class BaseSettings:
    """Families whose generator starts from the weights of another family's."""

    family: ModelFamily = setting("the family whose weights they start from")
    versions: Annotated[list[ModelFamily], Limits(unique=True)] = setting("the families that start from them")
    steps: Count = setting("instead of that of `training`")
    learning_rate: LearningRate = setting("instead of that of `training`")
    validate_every: Count = setting("instead of that of `training`")


@dataclass(frozen=True)
class TrainedOnSettings:
    """Where the generator is trained, and on which rows."""

    device: Device = setting("where to train")
    exclude_flags: Flags = setting("rows with one of these flags are not trained on (docs/data.md lists all)")


@dataclass(frozen=True)
class TrainBlock(TrainedOnSettings):
    """Block `train`."""

    model: Slug = setting("the generator, from `models`")
    base: BaseSettings | None = setting(
        "some families, too small to learn from alone, start from the weights of another one and change these numbers"
        " of `training`; null: all start afresh"
    )


@dataclass(frozen=True)
class TrainSettings(TrainedOnSettings):
    """One model, trained on the compounds of one family."""

    model: ModelSettings = passed("models.*")


@dataclass(frozen=True)
class SamplingSettings:
    """How compositions are drawn from a generator."""

    samples: int = setting("per family and request", at_least=1, at_most=1_000_000_000)
    batch_size: Count = setting("samples drawn at a time")
    allowed_elements: ElementSymbols = setting("symbols; empty: all")
    forbidden_elements: ElementSymbols = setting("symbols, e.g. [Tl, Pb, Hg, Cd]")
    device: Device = setting("where to sample")
    compiled: bool = setting("compile the denoiser (torch.compile); for long sampling on a GPU")
    threads: Threads = setting("processor cores")


@dataclass(frozen=True)
class GenerateBlock(SamplingSettings):
    """Block `generate`."""

    requests: dict[Slug, Annotated[str, Limits(fewest=1)]] = setting(
        "more samples, of what is asked for, by a name of yours, e.g. barium: 'cuprates, with Ba, 4-6 elements';"
        " docs/methods/diffusion.md has the clauses"
    )


@dataclass(frozen=True)
class GenerateSettings(SamplingSettings):
    """Sampling of one family, or of one request."""

    sampler: dict[str, Any] = passed("models.*.sampler")
    request: str | None = passed("generate.requests")


@dataclass(frozen=True)
class InpaintingSettings:
    """What of a reference stays, and what the generator draws anew."""

    redraw: Literal["elements", "amounts", "tokens"] = setting(
        "elements: some elements of the reference, drawn for each sample, are replaced, and the others stay with their"
        " amounts; amounts: all elements stay, and some amounts are drawn anew; tokens: what the process hides first,"
        " hundredths, then tenths, whole atoms, elements"
    )
    depths: Annotated[list[Annotated[float, Limits(above=0, at_most=1)]], Limits(fewest=1, unique=True)] = setting(
        "shares of what may be drawn anew that is: of the elements, at least one, or of the tokens"
    )
    keep: ElementSymbols = setting("elements of the reference that stay in every sample (elements, amounts)")
    added: int = setting("most elements of a sample beyond those of the reference (elements)", at_least=0, at_most=7)
    new_element: bool = setting("every sample has an element that the reference does not have (elements)")
    distinct: bool = setting(
        "samples of a batch that keep the same elements are drawn without replacement (elements, amounts)"
    )
    tolerance: dict[Literal["cations", "anions"], Annotated[float, Limits(at_least=0, at_most=10)]] = setting(
        "by which their sum, and each amount that stays, may differ from the reference's (elements, amounts)",
        unit=ATOMS,
    )


@dataclass(frozen=True)
class LowPassSettings:
    """ILVR on one reference: its low-pass."""

    scales: Annotated[list[Annotated[int, Limits(at_least=2, at_most=48)]], Limits(fewest=1, unique=True)] = setting(
        "N of the low-pass filter phi_N; 1 would keep the whole reference (ilvr)"
    )
    low_pass: Literal["cubic", "projector"] = setting(
        "cubic: as published; projector: the orthogonal projector on what cubic down-sampling sees, so that samples"
        " have just the low frequencies of the reference (ilvr)"
    )
    element_order: Literal["atomic_number", "pettifor"] = setting(
        "along which phi_N filters; atomic_number: as published; pettifor: similar elements are neighbours (ilvr)"
    )
    shared_noise: bool = setting("one noise for all y_t of a batch, as published (ilvr)")
    free_share: float = setting(
        "share of the steps, the last, that are the model's own, so that it removes what the filter smears; 0: as"
        " published (ilvr)",
        at_least=0,
        below=1,
    )


@dataclass(frozen=True)
class AroundSettings:
    """Samples around one reference, by whatever method."""

    samples: Count = setting("per reference, method, and scale or depth")


@dataclass(frozen=True)
class ConditioningSettings:
    """How samples around references are drawn."""

    batch_size: Count = setting("samples drawn at a time")
    device: Device = setting("where to sample")
    threads: Threads = setting("processor cores")


@dataclass(frozen=True)
class ControlsSettings(LowPassSettings):
    """Samples that show the footprint of the low-pass alone."""

    controls: Count = setting(
        "samples per reference, scale and control, with permuted elements and by an untrained network: what groups of"
        " ilvr are compared with"
    )


@dataclass(frozen=True)
class ReferenceSettings(AroundSettings, ControlsSettings):
    """What may differ from reference to reference."""

    methods: Annotated[list[Literal["ilvr", "inpaint"]], Limits(fewest=1, unique=True)] = setting(
        "ilvr: low frequencies of a gaussian model's steps are those of the reference (Choi et al. 2021); inpaint: the"
        " masked generator draws part of the reference anew"
    )
    inpaint: InpaintingSettings = setting("what stays of a reference, and what is drawn anew")


@dataclass(frozen=True)
class ConditionBlock(ReferenceSettings, ConditioningSettings):
    """Block `condition`."""

    model: Slug = setting("of ilvr, from `models`; must be gaussian")
    changes: dict[Slug, Annotated[ReferenceSettings, Partial()]] = setting(
        "what is different for single references, e.g. naalge: {methods: [inpaint], samples: 5000}"
    )


@dataclass(frozen=True)
class ConditionSettings(AroundSettings, LowPassSettings, ConditioningSettings):
    """ILVR on one reference compound."""


@dataclass(frozen=True)
class ControlSettings(ControlsSettings, ConditioningSettings):
    """Controls of ILVR on one reference compound."""

    noise_floor: float = passed("models.*.noise_floor")


@dataclass(frozen=True)
class InpaintSettings(AroundSettings, InpaintingSettings, ConditioningSettings):
    """Inpainting of one reference compound."""

    sampler: dict[str, Any] = passed("models.*.sampler")
    allowed_elements: ElementSymbols = passed("generate.allowed_elements")
    forbidden_elements: ElementSymbols = passed("generate.forbidden_elements")
