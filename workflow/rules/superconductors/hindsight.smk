# Hindsight: each cut-off year is a run of its own; nulls propose beside the generator; what was found later.


rule null:
    input:
        compounds=f"{RUN}/prepare/compounds.parquet",
    output:
        samples=f"{RUN}/null/{{null}}/samples.parquet",
    log:
        f"{LOGS}/null/{{null}}.log",
    conda:
        ENV
    params:
        settings=settings(
            **{key: config["hindsight"][key] for key in ("pettifor_reach", "whole_share", "noise")},
            samples=config["generate"]["samples"],
            exclude_flags=config["train"]["exclude_flags"],
        ),
        method=lambda w: w.null.rpartition("-")[0],
        family=lambda w: w.null.rpartition("-")[2],
        code=code("superconductors.stages.null"),
        seed=config["seed"],
    message:
        "Proposing without a model: {wildcards.null}"
    shell:
        "python -m superdrift.superconductors.stages.null --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --compounds {input.compounds:q} --method {params.method} --family {params.family} --samples {output.samples:q}"


use rule rank as rank_source with:
    input:
        compounds=f"{RUN}/prepare/compounds.parquet",
        screened=f"{RUN}/screen/{{source}}/screened.parquet",
        projected=f"{RUN}/project/{{source}}/projected.parquet",
        estimated=f"{RUN}/estimate/{{source}}/estimated.parquet",
        clustered=[],
    output:
        candidates=f"{RUN}/rank/{{source}}/candidates.parquet",
    log:
        f"{LOGS}/rank/{{source}}.log",
    params:
        settings=settings(**config["rank"]),
        sources=lambda w: w.source,
        code=code("superconductors.stages.rank"),
        seed=config["seed"],
    message:
        "Ranking the candidates of {wildcards.source}"


rule rediscover:
    input:
        every=f"{RESULTS}/prepare/compounds.parquet",
        compounds=f"{RUN}/prepare/compounds.parquet",
        screened=each("screen/{source}/screened.parquet", PROPOSED),
        ranked=each("rank/{source}/candidates.parquet", PROPOSED),
    output:
        later=f"{RUN}/rediscover/later.parquet",
        foreseen=f"{RUN}/rediscover/foreseen.parquet",
        rediscovery=f"{RUN}/rediscover/rediscovery.parquet",
    log:
        f"{LOGS}/rediscover.log",
    conda:
        ENV
    params:
        settings=settings(
            **{key: config["hindsight"][key] for key in ("radii", "tops")}, spacing=config["screen"]["novel_radius"]
        ),
        cutoff=cutoff_of,
        sources=PROPOSED,
        code=code("superconductors.stages.rediscover"),
        seed=config["seed"],
    message:
        "Looking up what was reported after {params.cutoff}"
    shell:
        "python -m superdrift.superconductors.stages.rediscover --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --every {input.every:q} --compounds {input.compounds:q} --cutoff {params.cutoff} --sources {params.sources}"
        " --screened {input.screened:q} --ranked {input.ranked:q} --later {output.later:q}"
        " --foreseen {output.foreseen:q} --rediscovery {output.rediscovery:q}"


rule tc_later:
    input:
        every=f"{RESULTS}/prepare/compounds.parquet",
        compounds=f"{RUN}/prepare/compounds.parquet",
        neighbours=f"{RUN}/estimate/models/neighbours.parquet",
        description=f"{RUN}/estimate/models/estimators.json",
    output:
        scores=f"{RUN}/rediscover/tc.parquet",
    log:
        f"{LOGS}/tc_later.log",
    conda:
        ENV
    threads: config["estimate"]["threads"]
    params:
        settings=settings(
            spacing=config["screen"]["novel_radius"],
            **{key: config["estimate"][key] for key in ("forest", "threads")},
        ),
        cutoff=cutoff_of,
        code=code("superconductors.stages.tc_later"),
        seed=config["seed"],
    message:
        "Estimating what was reported after {params.cutoff}"
    shell:
        "python -m superdrift.superconductors.stages.tc_later --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --every {input.every:q} --compounds {input.compounds:q} --neighbours {input.neighbours:q}"
        " --description {input.description:q} --cutoff {params.cutoff} --scores {output.scores:q}"


rule gather_hindsight:
    input:
        later=each_cutoff("rediscover/later.parquet"),
        foreseen=each_cutoff("rediscover/foreseen.parquet"),
        rediscoveries=each_cutoff("rediscover/rediscovery.parquet"),
        scores=each_cutoff("rediscover/tc.parquet"),
    output:
        rediscovery=f"{RUN}/hindsight/rediscovery.parquet",
        tc=f"{RUN}/hindsight/tc.parquet",
        figure=report(f"{RUN}/hindsight/rediscovery.svg", category="Results"),
    log:
        f"{LOGS}/hindsight.log",
    conda:
        ENV
    params:
        settings=settings(**{key: config["hindsight"][key] for key in ("cutoffs", "radii")}),
        code=code("superconductors.stages.gather_hindsight"),
        seed=config["seed"],
    message:
        "Gathering what the cut-offs would have found"
    shell:
        "python -m superdrift.superconductors.stages.gather_hindsight --settings {params.settings:q} --seed {params.seed}"
        " --log {log:q} --later {input.later:q} --foreseen {input.foreseen:q} --rediscoveries {input.rediscoveries:q}"
        " --scores {input.scores:q} --rediscovery {output.rediscovery:q} --tc {output.tc:q} --figure {output.figure:q}"
