# Helpers of the rules, and no rules: paths, validated configuration, settings and code fingerprint of each stage.
import json
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.io import WILDCARD_REGEX
from snakemake.pathvars import PATHVAR_REGEX
from snakemake.settings.types import DeploymentMethod

SOURCE_CODE = Path(workflow.basedir) / "src"
sys.path.insert(0, str(SOURCE_CODE))

from superdrift import configuration
from superdrift.crystals.contract import CONTRACT as CRYSTALS_CONTRACT
from superdrift.run import registry
from superdrift.run.configuration import refuse_repeated_keys
from superdrift.run.errors import InputError
from superdrift.run.fingerprint import fingerprint
from superdrift.run.shell_prefix import check_names, shell_prefix
from superdrift.superconductors.contract import CONTRACT
from superdrift.superconductors.model_blocks import by_method
from superdrift.superconductors.sources import REQUESTED, Sources, null_name, source_name


def literal(path):
    """A path of the project or the user's as an input; Snakemake fills in {name} and <name>, and knows no escape."""
    for pattern, what in ((WILDCARD_REGEX, "a wildcard"), (PATHVAR_REGEX, "a path variable")):
        if (found := pattern.search(path)) is not None:
            raise WorkflowError(
                f"Snakemake takes {found.group()} in {path} for {what}: start snakemake in the project's own folder, or"
                " give that folder or file another name"
            )
    return path


# Jobs run in the Python that runs Snakemake, activated or not; with --use-conda, in that of the rule's environment.
WITH_CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method

try:
    shell.prefix(shell_prefix(SOURCE_CODE, None if WITH_CONDA else Path(sys.executable)))
    refuse_repeated_keys(workflow.configfiles)
    configuration.validate(config)
    DATA_FILES = [
        literal(registry.local_path(source, key="prepare.sources")) for source in config["prepare"]["sources"]
    ]
    PHASE_FILES = [literal(registry.local_path(source, key="energy.phases")) for source in config["energy"]["phases"]]
except InputError as error:
    raise WorkflowError(str(error)) from None

# A cut-off year of the hindsight is a run of its own, in a folder of the run: the same rules make its files.
RESULTS = f"results/{config['run']}"
RUN, LOGS = "results/{run}", "logs/{run}"
CUTOFFS = config["hindsight"]["cutoffs"]
# Snakemake formats these paths: braces in the name of a folder are doubled.
ENV, GPU_ENV, CRYSTALS_ENV, CRYSTALS_GPU_ENV = (
    f"{workflow.basedir}/envs/{name}.yaml".replace("{", "{{").replace("}", "}}")
    for name in ("cpu", "gpu", "crystals", "crystals-gpu")
)

FAMILIES = config["families"]
REQUESTS = list(config["generate"]["requests"])
REFERENCES, INPAINTED = by_method(config, "ilvr"), by_method(config, "inpaint")
STARTS = config["starts"]
SOURCES = Sources(config)
GENERATED = [source.name for source in SOURCES.generated]
BASELINES = [source.name for source in SOURCES.known]


wildcard_constraints:
    **{name: wildcard.pattern for name, wildcard in (CRYSTALS_CONTRACT.wildcards | CONTRACT.wildcards).items()},
    run=re.escape(config["run"]) + "(?:/hindsight/[0-9]{4})?",


def settings(**block):
    """A stage's settings as the one JSON argument it takes."""
    return json.dumps(block, sort_keys=True)


def code(stage):
    """Fingerprint of the code a stage depends on; as a parameter it makes Snakemake rerun what an edit touches."""
    return fingerprint(f"superdrift.{stage}")


def templates(domain):
    """Templates of the page and of a domain's sections."""
    folders = (SOURCE_CODE / "superdrift" / room / "report/templates" for room in ("", domain))
    return sorted(literal(registry.project_path(file)) for folder in folders for file in folder.glob("*.j2"))


def conda_env(device):
    """Environment of a stage that runs on `device`."""
    return GPU_ENV if device == "cuda" else ENV


def crystals_conda_env(device):
    """Environment of a stage of the crystals that runs on `device`."""
    return CRYSTALS_GPU_ENV if device == "cuda" else CRYSTALS_ENV


def verify_start():
    """Before any job, and so before any result is replaced: no damaged table, no CUDA where there is none."""
    from superdrift.io.tables import verify

    on_cuda = [
        stage for stage in ("train", "generate", "condition", "drift", "energy") if config[stage]["device"] == "cuda"
    ]
    stability = config["crystals"]["stability"]
    on_cuda += ["crystals.stability"] if stability["relax"] and stability["device"] == "cuda" else []
    try:
        verify(RESULTS)
        if workflow.non_local_exec:
            check_names("a cluster", Path.cwd(), Path(workflow.basedir))
        if WITH_CONDA:
            check_names("--use-conda", Path(workflow.deployment_settings.conda_prefix or Path.cwd()))
        if on_cuda and not workflow.non_local_exec and not WITH_CONDA:  # elsewhere each job looks for itself
            from superdrift.learning.device import choose

            choose("cuda", key=f"{on_cuda[0]}.device")
    except InputError as error:
        raise WorkflowError(str(error)) from None


def each(pattern, sources):
    """One path in the run's folder per source."""
    return expand(f"{RUN}/{pattern}", source=sources, allow_missing=True)


def each_cutoff(place):
    """One path per cut-off: a file of its run."""
    return [f"{RUN}/hindsight/{year}/{place}" for year in CUTOFFS]


def cutoff_of(wildcards):
    """The year up to which a run knows the compounds: that of its folder, else the setting, null for all."""
    name = Path(wildcards.run).name
    return int(name) if wildcards.run != config["run"] else config["prepare"]["until_year"]
