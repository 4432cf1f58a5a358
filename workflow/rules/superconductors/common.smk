# Helpers of the superconductors' rules, and no rules: goals of the run; what the models are trained and sampled with.
from dataclasses import fields

from superdrift.superconductors import model_blocks
from superdrift.superconductors.settings.new_families import BlocksSettings, ClusterSettings, DecideSettings

GOALS = ["hindsight/rediscovery.parquet", "hindsight/tc.parquet", "hindsight/rediscovery.svg"]
if not CUTOFFS:
    GOALS = ["candidates.parquet", "report/numbers.parquet", "report/report.html"]
TARGETS = [f"{RESULTS}/{goal}" for goal in GOALS]

# What a cut-off's later compounds are looked up in: samples of the families' generators and proposals of the nulls.
PROPOSED = FAMILIES + [null_name(method, family) for method in config["hindsight"]["nulls"] for family in FAMILIES]
CONDITIONER = config["condition"]["model"]


def starts_from_base(family):
    """Whether the generator of a family starts from the weights of another one."""
    return model_blocks.base_family(config, family) is not None


def base_of(wildcards):
    """Weights that the generator of a family starts from: those of the base family, or none; an input function."""
    base = model_blocks.base_family(config, wildcards.family)
    return f"results/{wildcards.run}/train/{base}/model.safetensors" if base else []


def train_settings(model, family=None):
    """Settings of the stage train as its argument."""
    return settings(**model_blocks.train_settings(config, model, family))


def sampling_settings(family, request=None):
    """Settings of the stage generate as its argument: samples of a family, or of what a request asks of its model."""
    return settings(**model_blocks.generate_settings(config, family, request))


def family_of_request(wildcards):
    """Family of the model that a request is drawn from."""
    return model_blocks.requested_family(config, wildcards.request)


def requested(file):
    """Input function: a file of the model that a request is drawn from."""
    return lambda wildcards: f"results/{wildcards.run}/train/{family_of_request(wildcards)}/{file}"


def generator_of_reference(file):
    """Input function: a file of the generator of a reference's family."""
    return lambda w: f"results/{w.run}/train/{config['catalogue'][w.reference]['family']}/{file}"


def generator_of_start(file):
    """Input function: a file of the generator that a start, or a set of starts, is climbed from with."""
    return lambda w: f"results/{w.run}/train/{model_blocks.family_of_start(config, w.start)}/{file}"


def conditioner(file):
    """Input function: a file of the model that a reference conditions, the generator of its family or another one."""
    below = "" if CONDITIONER == config["train"]["model"] else f"{CONDITIONER}/"
    return lambda w: f"results/{w.run}/train/{config['catalogue'][w.reference]['family']}/{below}{file}"


def cluster_settings(stage):
    """What a stage takes of the block `cluster`, as its argument."""
    return settings(**{field.name: config["cluster"][field.name] for field in fields(stage)})


def around_reference(wildcards):
    """Arguments of the stage cluster around a reference: its formula and, of ILVR, samples with their scales, order."""
    source = SOURCES[wildcards.source]
    if not source.around_reference:
        return []
    formula = ["--formula", config["catalogue"][source.subject]["formula"]]
    if not source.conditioned:
        return formula
    order = model_blocks.reference_settings(config, source.subject)["element_order"]
    return [*formula, "--samples", f"results/{wildcards.run}/{source.samples}", "--element-order", order]
