# Helpers of the rules, and no rules: paths, validated configuration, settings and code fingerprint of each stage.
import json
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.settings.types import DeploymentMethod

SOURCE_CODE = Path(workflow.basedir) / "src"
sys.path.insert(0, str(SOURCE_CODE))

# Jobs run in the Python that runs Snakemake, activated or not; with --use-conda, in that of the rule's environment.
WITH_CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
OWN_PYTHON = "" if WITH_CONDA else f"export PATH='{Path(sys.executable).parent}':\"$PATH\"; "
shell.prefix(f"set -euo pipefail; export PYTHONPATH='{SOURCE_CODE}'; {OWN_PYTHON}")

from superdrift.run import registry
from superdrift.run.errors import InputError
from superdrift.run.fingerprint import fingerprint
from superdrift.superconductors import configuration
from superdrift.superconductors.sources import Sources

try:
    configuration.validate(config)
    DATA_FILES = [registry.local_path(source) for source in config["prepare"]["sources"]]
    PHASE_FILES = [registry.local_path(source, key="energy.phases") for source in config["energy"]["phases"]]
except InputError as error:
    raise WorkflowError(str(error)) from None

RUN = f"results/{config['run']}"
LOGS = f"logs/{config['run']}"
ENV = "../../../envs/cpu.yaml"
GPU_ENV = "../../../envs/gpu.yaml"

FAMILIES = config["families"]
REFERENCES = config["references"]
STARTS = config["starts"]
SOURCES = Sources(config)
GENERATED = [source.name for source in SOURCES.generated]
BASELINES = [source.name for source in SOURCES.known]
CONDITIONER = config["condition"]["model"]


wildcard_constraints:
    family="everything|cuprates|pnictides|others",
    reference="[a-z0-9][a-z0-9-]*",
    start="[a-z0-9][a-z0-9-]*",
    source="[a-z0-9][a-z0-9-]*",
    network="attention|elemnet",
    member="[0-9]+",


def settings(**block):
    """A stage's settings as the one JSON argument it takes."""
    return json.dumps(block, sort_keys=True)


def code(stage):
    """Fingerprint of the code a stage depends on; as a parameter it makes Snakemake rerun what an edit touches."""
    return fingerprint(f"superdrift.{stage}")


def templates(domain):
    """Templates of the page and of a domain's sections."""
    folders = (Path("src/superdrift") / room / "report/templates" for room in ("", domain))
    return sorted(str(file) for folder in folders for file in folder.glob("*.j2"))


def conda_env(device):
    """Environment of a stage that runs on `device`."""
    return GPU_ENV if device == "cuda" else ENV


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


def energy_settings(network):
    """Settings of the stage train_energy for one network."""
    block = {name: value for name, value in config["energy"][network].items() if name != "members"}
    names = ("width", "depth", "heads", "most_elements", "widths", "dropout")
    own = {name: block.pop(name) for name in names if name in block}
    common = {name: config["energy"][name] for name in ("min_rows", "device", "threads")}
    return settings(network=network, arguments=own, training=block, **common)


def energy_members(file):
    """The files of all members of a network, e.g. file = "{member}.json"; an input function."""
    return lambda wildcards: [
        f"{RUN}/train/energy/{wildcards.network}/{file.format(member=member)}"
        for member in range(config["energy"][wildcards.network]["members"])
    ]


def energy_file(network, name):
    """A file of a model of formation energies: of the shipped one, or of a network that the run trains."""
    if config["energy"]["use"] != "shipped":
        return f"{RUN}/train/energy/{network}/{name}"
    shipped = registry.own_path(f"energy/{name}")
    if not Path(shipped).is_file():
        raise WorkflowError(
            f"energy.use = shipped, but {shipped} does not exist: check out data/energy again, or set energy.use to"
            " attention, which trains a model"
        )
    return shipped


def energy_model(suffix):
    """Input function: the file with this suffix of the model of formation energies that the run uses."""
    return lambda wildcards: energy_file(config["energy"]["use"], f"model.{suffix}")


def energy_scores(wildcards):
    """Scores of the shipped model, or of both networks where the run trains."""
    return sorted({energy_file(network, "scores.parquet") for network in ("attention", "elemnet")})


def verify_start():
    """Before any job, and so before any result is replaced: no damaged table, no CUDA where there is none."""
    from superdrift.io.tables import verify

    on_cuda = [
        stage for stage in ("train", "generate", "condition", "drift", "energy") if config[stage]["device"] == "cuda"
    ]
    try:
        verify(RUN)
        if on_cuda and not workflow.non_local_exec and not WITH_CONDA:  # elsewhere each job looks for itself
            from superdrift.learning.device import choose

            choose("cuda", key=f"{on_cuda[0]}.device")
    except InputError as error:
        raise WorkflowError(str(error)) from None


def each(pattern, sources):
    """One path in the run's folder per source."""
    return expand(f"{RUN}/{pattern}", source=sources)
