# Helpers of the superconductors' rules, and no rules: goals of the run; what the models are trained and sampled with.
GOALS = ["hindsight/rediscovery.parquet", "hindsight/rediscovery.svg"]
if not CUTOFFS:
    GOALS = ["candidates.parquet", "report/numbers.parquet", "report/report.html"]
TARGETS = [f"{RESULTS}/{goal}" for goal in GOALS]

# What a cut-off's later compounds are looked up in: samples of the families' generators and proposals of the nulls.
PROPOSED = FAMILIES + [null_name(method, family) for method in config["hindsight"]["nulls"] for family in FAMILIES]
CONDITIONER = config["condition"]["model"]


def starts_from_base(family):
    """Whether the generator of a family starts from the weights of the base family."""
    base = config["train"]["base"]
    return base is not None and family in base["versions"] and family != base["family"]


def base_of(wildcards):
    """Weights that the generator of a family starts from: those of the base family, or none; an input function."""
    if not starts_from_base(wildcards.family):
        return []
    return f"results/{wildcards.run}/train/{config['train']['base']['family']}/model.safetensors"


def train_settings(model, family=None):
    """Settings of the stage train; those of a family that starts from the base are the base block's."""
    block = dict(config["models"][model])
    # Of the sampler only what the process depends on: a model is not trained again to be sampled otherwise.
    block["sampler"] = {name: value for name, value in block["sampler"].items() if name in ("kind", "steps")}
    if family is not None and starts_from_base(family):
        changed = {name: config["train"]["base"][name] for name in ("steps", "learning_rate", "validate_every")}
        block["training"] = block["training"] | changed
    return settings(model=block, **{name: config["train"][name] for name in ("device", "exclude_flags")})


def sampler_of(family):
    """Sampler of the generator for one family; settings that differ between families are given for each."""
    sampler = config["models"][config["train"]["model"]]["sampler"]
    return {name: value[family] if isinstance(value, dict) else value for name, value in sampler.items()}


def conditioner(file):
    """Input function: a file of the model that a reference conditions, the generator of its family or another one."""
    below = "" if CONDITIONER == config["train"]["model"] else f"{CONDITIONER}/"
    return lambda w: f"results/{w.run}/train/{config['catalogue'][w.reference]['family']}/{below}{file}"
