# Where generated compounds lie among the known ones: groups, a map, and which groups are new families.


rule cluster:
    input:
        screened=f"{RUN}/screen/{{source}}/screened.parquet",
        estimated=f"{RUN}/estimate/{{source}}/estimated.parquet",
        compounds=f"{RUN}/prepare/compounds.parquet",
        samples=lambda w: f"results/{w.run}/{SOURCES[w.source].samples}" if SOURCES[w.source].conditioned else [],
    output:
        clustered=f"{RUN}/cluster/{{source}}/clustered.parquet",
        groups=f"{RUN}/cluster/{{source}}/groups.parquet",
        doping=f"{RUN}/cluster/{{source}}/doping.parquet",
    log:
        f"{LOGS}/cluster/{{source}}.log",
    conda:
        ENV
    threads: config["cluster"]["threads"]
    params:
        settings=cluster_settings(ClusterSettings),
        reference=around_reference,
        code=code("superconductors.stages.cluster"),
        seed=config["seed"],
    message:
        "Grouping {wildcards.source}"
    shell:
        "python -m superdrift.superconductors.stages.cluster --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --screened {input.screened:q} --estimated {input.estimated:q}"
        " --compounds {input.compounds:q} --source {wildcards.source} {params.reference:q}"
        " --clustered {output.clustered:q} --groups {output.groups:q} --doping {output.doping:q}"


rule blocks:
    input:
        compounds=f"{RUN}/prepare/compounds.parquet",
    output:
        blocks=f"{RUN}/cluster/blocks.parquet",
    log:
        f"{LOGS}/blocks.log",
    conda:
        ENV
    params:
        settings=cluster_settings(BlocksSettings),
        code=code("superconductors.stages.blocks"),
        seed=config["seed"],
    message:
        "Leaving out each chemical system of the known compounds"
    shell:
        "python -m superdrift.superconductors.stages.blocks --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --compounds {input.compounds:q} --blocks {output.blocks:q}"


rule decide:
    input:
        groups=each("cluster/{source}/groups.parquet", GENERATED),
        blocks=f"{RUN}/cluster/blocks.parquet",
        controls=[f"{RUN}/condition/{slug}/controls.parquet" for slug in model_blocks.by_method(config, "ilvr")],
    output:
        families=f"{RUN}/cluster/families.parquet",
    log:
        f"{LOGS}/decide.log",
    conda:
        ENV
    params:
        settings=cluster_settings(DecideSettings),
        sources=GENERATED,
        versions=[source.family for source in SOURCES.generated],
        controls=lambda w, input: ["--controls", *input.controls] if input.controls else [],
        code=code("superconductors.stages.decide"),
        seed=config["seed"],
    message:
        "Deciding which groups are new families"
    shell:
        "python -m superdrift.superconductors.stages.decide --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --sources {params.sources} --versions {params.versions} --groups {input.groups:q} --blocks {input.blocks:q}"
        " {params.controls:q} --families {output.families:q}"
