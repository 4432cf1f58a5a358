# Helpers of the superconductors' rules, and no rules: what the models of the families are trained and sampled with.
from superdrift.superconductors import model_blocks

CONDITIONER = config["condition"]["model"]


def base_of(family):
    """Weights that the generator of a family starts from: those of the base family, or none."""
    base = model_blocks.base_family(config, family)
    return f"{RUN}/train/{base}/model.safetensors" if base else []


def train_settings(model, family=None):
    """Settings of the stage train as its argument."""
    return settings(**model_blocks.train_settings(config, model, family))


def sampler_of(family):
    """Sampler of the generator for one family."""
    return model_blocks.sampler(config, family)


def conditioner(reference, file):
    """A file of the model that a reference conditions: the generator of its family, or another one level below."""
    folder = f"{RUN}/train/{config['catalogue'][reference]['family']}"
    return f"{folder}/{file}" if CONDITIONER == config["train"]["model"] else f"{folder}/{CONDITIONER}/{file}"
