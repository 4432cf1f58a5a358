"""The contract: every artifact of a run, what it holds, and its columns.

    python -m superdrift.superconductors.contract --write

writes results/README.md (what is where) and docs/tables.md (the columns) from it; without --write it says whether they
are as they should be.
"""

import sys
from pathlib import Path

from superdrift.io.contract import Artifact, Contract, Wildcard, column_dictionary, columns_in_words, list_of_files
from superdrift.learning.history import HISTORY
from superdrift.report.numbers import NUMBERS
from superdrift.statistics.scores import SCORES
from superdrift.superconductors import tables
from superdrift.superconductors.check.tables import CHECKED
from superdrift.superconductors.data.families import MODEL_FAMILIES
from superdrift.superconductors.hindsight.tables import FORESEEN, LATER, REDISCOVERY
from superdrift.superconductors.new_families.tables import BLOCKS, CLUSTERED, CONTROLS, DOPING, FAMILIES, GROUPS

_SLUG = "[a-z0-9][a-z0-9-]*"
_SOURCE = (
    "a family (its model's samples), `request-{request}` (samples of what a request asks for), `ilvr-{reference}` "
    "(samples conditioned on a reference), `inpaint-{reference}` (part of a reference drawn anew) or `drift-{start}` "
    "(steps of the drift from a start); below `project/` and `screen/` also `training-{family}`, the known "
    "superconductors of a family, run through the same checks; with cut-offs also `null-{null}`, proposals without a "
    "model"
)
WILDCARDS = {
    "source": Wildcard(_SOURCE, _SLUG),
    "family": Wildcard("family of the model: everything, cuprates, pnictides or others", "|".join(MODEL_FAMILIES)),
    "request": Wildcard("name of a request in `generate.requests`", _SLUG),
    "reference": Wildcard("slug of a reference compound of the catalogue", _SLUG),
    "start": Wildcard("slug of a start of the catalogue", _SLUG),
    "model": Wildcard("name of the model that is conditioned (`condition.model`)", _SLUG),
    "network": Wildcard("network of formation energies: attention or elemnet", "attention|elemnet"),
    "member": Wildcard("number of a member of an ensemble, from 0", "[0-9]+"),
    "null": Wildcard(
        "method and family of proposals without a model: substitution, pettifor or noise, `-`, the family",
        f"(?:substitution|pettifor|noise)-(?:{'|'.join(MODEL_FAMILIES)})",
    ),
    "figure": Wildcard("name of a figure", "[a-z0-9_]+"),
}

_CONDITIONER = "where the run has references, `condition.methods` names ilvr and `condition.model` is not the generator"
_TRAINED = "where `energy.use` is not shipped"
_REQUESTS = "where the run has requests"
_INPAINTED = "where the run has references and `condition.methods` names inpaint"
_REFERENCES, _STARTS = "where the run has references and `condition.methods` names ilvr", "where the run has starts"

_ASCENT = "where the run has starts and `drift.method` is ascent"
_PUBLISHED = "where the run has starts and `drift.method` is published"
_CUTOFF = "in the folder `hindsight/{cutoff}` of a run with cut-offs, which has the same files as a run"
_CUTOFFS = "where the run has cut-offs"

_RESULTS = (
    Artifact("candidates", "candidates.parquet",
             "**the answer**: one row per ranked candidate, with everything known about it", tables.CANDIDATES),
    Artifact("page", "report/report.html",
             "the page: best candidates, Tables 1 and 2, figures, limits, provenance"),
    Artifact("numbers", "report/numbers.parquet",
             "the numbers of the run, with intervals and counts; `docs/methods/numbers.md` defines each", NUMBERS),
    Artifact("table1", "report/table1.csv",
             "the model of each family, beside the published figures and their training compounds"),
    Artifact("table2", "report/table2.csv", "groups of each reference, beside the published families"),
    Artifact("figure", "report/figures/{figure}.svg", "the figures, one file each"),
)  # fmt: skip

_DATA = (
    Artifact("compounds", "prepare/compounds.parquet",
             "known compounds as used, with flags for doubtful rows", tables.COMPOUNDS),
    Artifact("rejected", "prepare/rejected.parquet", "rows that were not used, with the reason", tables.REJECTED),
)  # fmt: skip

_TRAINING = (
    Artifact("generator", "train/{family}/model.safetensors", "weights of the generator"),
    Artifact("generator_description", "train/{family}/model.json",
             "what the generator is built from, and its provenance"),
    Artifact("history", "train/{family}/history.parquet", "losses of the generator while it was trained", HISTORY),
    Artifact("conditioner", "train/{family}/{model}/model.safetensors", "weights of the model that is conditioned",
             only=_CONDITIONER),
    Artifact("conditioner_description", "train/{family}/{model}/model.json",
             "what that model is built from, and its provenance", only=_CONDITIONER),
    Artifact("conditioner_history", "train/{family}/{model}/history.parquet",
             "losses of that model while it was trained", HISTORY, only=_CONDITIONER),
    Artifact("ensemble", "train/ensemble/model.safetensors", "weights of the predictors that are climbed",
             only=_ASCENT),
    Artifact("ensemble_description", "train/ensemble/model.json",
             "what they are built from, their errors, and their provenance", only=_ASCENT),
    Artifact("ensemble_history", "train/ensemble/history.parquet",
             "losses of the predictors while they were trained, one after another", HISTORY, only=_ASCENT),
    Artifact("latent", "train/latent/model.safetensors", "weights of the VAE, its denoiser and the predictor that is "
             "climbed", only=_PUBLISHED),
    Artifact("latent_description", "train/latent/model.json", "what they are built from, and their provenance",
             only=_PUBLISHED),
    Artifact("vae_history", "train/latent/vae-history.parquet", "losses of the VAE while it was trained", HISTORY,
             only=_PUBLISHED),
    Artifact("denoiser_history", "train/latent/denoiser-history.parquet",
             "losses of the denoiser of what the VAE decodes while it was trained", HISTORY, only=_PUBLISHED),
    Artifact("predictor_history", "train/latent/predictor-history.parquet",
             "losses of the predictor while it was trained", HISTORY, only=_PUBLISHED),
    Artifact("energy_member", "train/energy/{network}/{member}.safetensors",
             "weights of one member of the ensemble of formation energies", only=_TRAINED),
    Artifact("energy_member_description", "train/energy/{network}/{member}.json",
             "what the member is built from, and its provenance", only=_TRAINED),
    Artifact("energy_history", "train/energy/{network}/{member}-history.parquet",
             "losses of the member while it was trained", HISTORY, only=_TRAINED),
    Artifact("energy", "train/energy/{network}/model.safetensors", "weights of the ensemble of formation energies",
             only=_TRAINED),
    Artifact("energy_description", "train/energy/{network}/model.json",
             "what the ensemble is built from, its calibration, its provenance", only=_TRAINED),
    Artifact("energy_scores", "train/energy/{network}/scores.parquet",
             "scores of the formation energies on the test part of their data: models formation-energy, elemnet, null "
             "(the mean); subsets by number of elements, and by whether the training data has the element set",
             SCORES, only=_TRAINED),
)  # fmt: skip

_SOURCES = (
    Artifact("samples", "generate/{family}/samples.parquet", "compositions as drawn", tables.SAMPLES),
    Artifact("requested", "generate/request/{request}/samples.parquet",
             "compositions of what a request asks for, as drawn; its text stands in the metadata", tables.SAMPLES,
             only=_REQUESTS),
    Artifact("conditioned", "condition/{reference}/samples.parquet",
             "compositions drawn around a reference (ILVR)", tables.CONDITIONED, only=_REFERENCES),
    Artifact("controls", "condition/{reference}/controls.parquet",
             "how often the low-pass filter alone lets neighbours replace each other", CONTROLS, only=_REFERENCES),
    Artifact("inpainted", "condition/inpaint/{reference}/samples.parquet",
             "compositions of which the generator drew part of a reference anew", tables.INPAINTED, only=_INPAINTED),
    Artifact("trajectories", "drift/{start}/trajectories.parquet",
             "the climbs in latent space and the random walks, step by step", tables.TRAJECTORIES, only=_STARTS),
    Artifact("drifted", "drift/{start}/samples.parquet",
             "the compositions that the climbs and walks passed", tables.DRIFTED, only=_STARTS),
    Artifact("projected", "project/{source}/projected.parquet",
             "samples after projection on a rule (unchanged where the rule is `none`)", tables.PROJECTED),
    Artifact("screened", "screen/{source}/screened.parquet",
             "one row per sample: its amounts as they were judged, its formula, and the verdict of every check",
             tables.SCREENED),
    Artifact("estimated", "estimate/{source}/estimated.parquet",
             "superconducting probability, Tc and its interval, by the default and the published method; formation "
             "energy and distance to the hull", tables.ESTIMATED),
    Artifact("clustered", "cluster/{source}/clustered.parquet",
             "t-SNE coordinates of generated and known compounds; groups of the generated ones", CLUSTERED),
    Artifact("groups", "cluster/{source}/groups.parquet", "the groups of generated compounds found", GROUPS),
    Artifact("doping", "cluster/{source}/doping.parquet",
             "estimated Tc against x of the general formula, of the members of each group that has one", DOPING),
    Artifact("blocks", "cluster/blocks.parquet",
             "chemical systems of known families, and how far each lies from the rest: what groups are compared with",
             BLOCKS),
    Artifact("families", "cluster/families.parquet",
             "all groups of the run, with both p-values and whether they are new families", FAMILIES),
)  # fmt: skip

_ESTIMATORS = (
    Artifact("neighbours", "estimate/models/neighbours.parquet",
             "the compositions that the estimators were fitted to", tables.NEIGHBOURS),
    Artifact("estimators", "estimate/models/estimators.json",
             "the fitted estimators: trees, what was chosen, calibration of the intervals"),
    Artifact("scores", "estimate/models/scores.parquet",
             "scores of the estimators on held-out compounds: models estimator (the default), knn (as published), null "
             "(mean of the family); splits random, systems, grouped; subsets by family, measured Tc, distance to known",
             SCORES),
    Artifact("held_out", "estimate/models/held_out.parquet",
             "estimates of held-out compounds beside their measured values", tables.HELD_OUT),
    Artifact("phases", "estimate/models/phases.parquet",
             "compounds that make the hull, with predicted energies", tables.PHASES),
)  # fmt: skip

_HINDSIGHT = (
    Artifact("found_later", "hindsight/rediscovery.parquet",
             "shares of the later compounds that each method proposed, of all cut-offs, families, selections, radii",
             REDISCOVERY, only=_CUTOFFS),
    Artifact("found_later_figure", "hindsight/rediscovery.svg",
             "later compounds found by year of report, by each method, of every cut-off", only=_CUTOFFS),
    Artifact("tc_of_later", "hindsight/tc.parquet",
             "Tc of the later compounds by the cut-offs' estimators: models estimator (the default), knn, extra_trees "
             "(on fractions), null (mean of the family); splits until_{year}; subsets by family, distance and so on",
             SCORES, only=_CUTOFFS),
    Artifact("proposed", "null/{null}/samples.parquet",
             "compositions proposed without a model, as many as the generator's samples", tables.SAMPLES, only=_CUTOFF),
    Artifact("ranked", "rank/{source}/candidates.parquet", "the ranked candidates of one source alone",
             tables.CANDIDATES, only=_CUTOFF),
    Artifact("later", "rediscover/later.parquet",
             "the compounds first reported after the cut-off, unlike everything known then, one a neighbourhood", LATER,
             only=_CUTOFF),
    Artifact("foreseen", "rediscover/foreseen.parquet", "how near each method came to each of them", FORESEEN,
             only=_CUTOFF),
    Artifact("rediscovery", "rediscover/rediscovery.parquet", "the shares that each method found", REDISCOVERY,
             only=_CUTOFF),
    Artifact("tc_later", "rediscover/tc.parquet", "Tc of the later compounds by the cut-off's estimators", SCORES,
             only=_CUTOFF),
)  # fmt: skip

CONTRACT = Contract((*_RESULTS, *_DATA, *_TRAINING, *_SOURCES, *_ESTIMATORS, *_HINDSIGHT), WILDCARDS)

_MADE = "<!-- Made by: python -m superdrift.superconductors.contract --write -->\n\n"
_FILES_HEAD = """# What is where in a run's folder

`results/{run}/` is made by Snakemake and not committed. Start with `report/report.html` (opens in any browser, no
network), or `superdrift show {run}`. Every Parquet file carries its settings, seed, commit, code fingerprint, package
versions and the SHA-256 of its inputs in its metadata; columns, units and meanings are in
[docs/tables.md](../docs/tables.md), and travel with each file as the metadata of its columns. Files below `crystals/`:
[docs/crystals-tables.md](../docs/crystals-tables.md).

"""
_COLUMNS_HEAD = """# Tables of a run

Every Parquet table, column by column. Where the files lie: [results/README.md](../results/README.md). Names of settings
such as `screen.known_radius` are those of [config.yaml](../config.yaml). Reals and integers have 64 bits unless it says
otherwise; *half L1* is half the L1 distance of atomic fractions, 0 to 1. Units and meanings are also in the metadata of
each file's columns: `pyarrow.parquet.read_schema(path).field("tc_k").metadata`.

"""
_CHECKED_HEAD = f"""
## {CHECKED.name}

No artifact of a run: what `superdrift check --output` writes as Parquet, CSV (lists as text, `; ` between their
members) or JSON (a list of records), one row per formula given, in the order given.

"""


def documents() -> dict[str, str]:
    """Path in the repository → text of the documents that are made from the contract."""
    return {
        "results/README.md": _MADE + _FILES_HEAD + list_of_files(CONTRACT),
        "docs/tables.md": _MADE
        + _COLUMNS_HEAD
        + column_dictionary(CONTRACT)
        + _CHECKED_HEAD
        + columns_in_words(CHECKED),
    }


def main(arguments: list[str]) -> int:
    """Write the documents, or name those that are not what is made; 1 where there is one."""
    root, different = Path(__file__).resolve().parents[3], 0
    for place, text in documents().items():
        path = root / place
        if "--write" in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            different += 1
            print(f"{place} is not what the contract makes; run this command again with --write")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
