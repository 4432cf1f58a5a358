# Where generated compounds lie among the known ones: map, clusters, groups.


rule cluster:
    input:
        screened=f"{RUN}/screen/{{source}}/screened.parquet",
        estimated=f"{RUN}/estimate/{{source}}/estimated.parquet",
        compounds=f"{RUN}/prepare/compounds.parquet",
    output:
        clustered=f"{RUN}/cluster/{{source}}/clustered.parquet",
        groups=f"{RUN}/cluster/{{source}}/groups.parquet",
    log:
        f"{LOGS}/cluster/{{source}}.log",
    conda:
        ENV
    threads: config["cluster"]["threads"]
    params:
        settings=settings(**config["cluster"]),
        code=code("superconductors.stages.cluster"),
        seed=config["seed"],
    message:
        "Clustering {wildcards.source}"
    shell:
        "python -m superdrift.superconductors.stages.cluster --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --screened {input.screened:q} --estimated {input.estimated:q}"
        " --compounds {input.compounds:q} --source {wildcards.source}"
        " --clustered {output.clustered:q} --groups {output.groups:q}"
