# Superconducting or not, and at which temperature: fit, measure, estimate.


rule fit:
    input:
        compounds=f"{RUN}/prepare/compounds.parquet",
    output:
        neighbours=f"{RUN}/estimate/models/neighbours.parquet",
        description=f"{RUN}/estimate/models/estimators.json",
        scores=f"{RUN}/estimate/models/scores.parquet",
        held_out=f"{RUN}/estimate/models/held_out.parquet",
    log:
        f"{LOGS}/estimate/fit.log",
    conda:
        ENV
    threads: config["estimate"]["threads"]
    params:
        settings=settings(**config["estimate"]),
        code=code("superconductors.stages.fit"),
        seed=config["seed"],
    message:
        "Fitting the estimators and measuring them on held-out compounds"
    shell:
        "python -m superdrift.superconductors.stages.fit --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --compounds {input.compounds:q} --neighbours {output.neighbours:q}"
        " --description {output.description:q} --scores {output.scores:q} --held-out {output.held_out:q}"


rule estimate:
    input:
        screened=f"{RUN}/screen/{{source}}/screened.parquet",
        neighbours=f"{RUN}/estimate/models/neighbours.parquet",
        description=f"{RUN}/estimate/models/estimators.json",
        energy_weights=energy_model("safetensors"),
        energy_description=energy_model("json"),
        phases=f"{RUN}/estimate/models/phases.parquet",
    output:
        estimated=f"{RUN}/estimate/{{source}}/estimated.parquet",
    log:
        f"{LOGS}/estimate/{{source}}.log",
    conda:
        ENV
    threads: config["estimate"]["threads"]
    params:
        settings=settings(threads=config["estimate"]["threads"], energy_threads=config["energy"]["threads"]),
        code=code("superconductors.stages.estimate"),
        seed=config["seed"],
    message:
        "Estimating {wildcards.source}"
    shell:
        "python -m superdrift.superconductors.stages.estimate --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --screened {input.screened:q} --neighbours {input.neighbours:q}"
        " --description {input.description:q} --energy-weights {input.energy_weights:q}"
        " --energy-description {input.energy_description:q} --phases {input.phases:q}"
        " --estimated {output.estimated:q}"


rule rank:
    input:
        compounds=f"{RUN}/prepare/compounds.parquet",
        screened=each("screen/{source}/screened.parquet", GENERATED),
        projected=each("project/{source}/projected.parquet", GENERATED),
        estimated=each("estimate/{source}/estimated.parquet", GENERATED),
        clustered=each("cluster/{source}/clustered.parquet", GENERATED),
    output:
        candidates=f"{RUN}/candidates.parquet",
    log:
        f"{LOGS}/rank.log",
    conda:
        ENV
    params:
        settings=settings(**config["rank"]),
        sources=GENERATED,
        code=code("superconductors.stages.rank"),
        seed=config["seed"],
    message:
        "Ranking the candidates"
    shell:
        "python -m superdrift.superconductors.stages.rank --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --compounds {input.compounds:q} --sources {params.sources} --screened {input.screened:q}"
        " --projected {input.projected:q} --estimated {input.estimated:q} --clustered {input.clustered:q}"
        " --candidates {output.candidates:q}"
