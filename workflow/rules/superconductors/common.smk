# Helpers of the superconductors' rules, and no rules: what the models of the families are trained and sampled with.
CONDITIONER = config["condition"]["model"]


def base_of(family):
    """Weights that the generator of a family starts from: those of the base family, or none."""
    base = config["train"]["base"]
    started = base is not None and family in base["versions"] and family != base["family"]
    return f"{RUN}/train/{base['family']}/model.safetensors" if started else []


def train_settings(model, family=None):
    """Settings of the stage train; those of a family that starts from the base are the base block's."""
    block = dict(config["models"][model])
    # Of the sampler only what the process depends on: a model is not trained again to be sampled otherwise.
    block["sampler"] = {name: value for name, value in block["sampler"].items() if name in ("kind", "steps")}
    if family is not None and base_of(family):
        changed = {name: config["train"]["base"][name] for name in ("steps", "learning_rate", "validate_every")}
        block["training"] = block["training"] | changed
    return settings(model=block, **{name: config["train"][name] for name in ("device", "exclude_flags")})


def sampler_of(family):
    """Sampler of the generator for one family; settings that differ between families are given for each."""
    sampler = config["models"][config["train"]["model"]]["sampler"]
    return {name: value[family] if isinstance(value, dict) else value for name, value in sampler.items()}


def conditioner(reference, file):
    """A file of the model that a reference conditions: the generator of its family, or another one level below."""
    folder = f"{RUN}/train/{config['catalogue'][reference]['family']}"
    return f"{folder}/{file}" if CONDITIONER == config["train"]["model"] else f"{folder}/{CONDITIONER}/{file}"
