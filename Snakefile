# superdrift: from a table of known superconductors to a ranked, checked table of hypothetical ones.
#
#   snakemake --cores 2 --configfile workflow/presets/demo.yaml      the demo, embedded data
#   snakemake --cores 8                                              the paper-scale run of config.yaml
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")


# The project's own settings, wherever snakemake is started; a config.yaml there changes some of them.
configfile: Path(workflow.basedir, "config.yaml")


if Path("config.yaml").is_file() and not Path("config.yaml").samefile(Path(workflow.basedir, "config.yaml")):

    configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/superconductors/common.smk"
include: "workflow/rules/superconductors/data.smk"
include: "workflow/rules/superconductors/generation.smk"
include: "workflow/rules/superconductors/drift.smk"
include: "workflow/rules/superconductors/screening.smk"
include: "workflow/rules/energies/common.smk"
include: "workflow/rules/energies/energies.smk"
include: "workflow/rules/superconductors/tc.smk"
include: "workflow/rules/superconductors/new_families.smk"
include: "workflow/rules/superconductors/report.smk"
include: "workflow/rules/superconductors/hindsight.smk"
include: "workflow/rules/crystals/common.smk"
include: "workflow/rules/crystals/crystals.smk"


report: "workflow/report/workflow.rst"


onstart:
    verify_start()


localrules:
    all,
    crystals,
    fetch,


rule all:
    default_target: True
    input:
        TARGETS,
