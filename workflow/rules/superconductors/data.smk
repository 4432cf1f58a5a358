# From public files to one clean table of known compounds.


rule fetch:
    output:
        "data/downloads/{name}/{file}",
    log:
        "logs/fetch/{name}-{file}.log",
    conda:
        ENV
    params:
        settings=settings(),
        code=code("superconductors.stages.fetch"),
    message:
        "Fetching {wildcards.file} (or taking the local copy under SUPERDRIFT_DATA)"
    shell:
        "python -m superdrift.superconductors.stages.fetch --settings {params.settings:q} --seed 0 --log {log:q}"
        " --name {wildcards.name} --output {output:q}"


rule prepare:
    input:
        sources=DATA_FILES,
    output:
        compounds=f"{RUN}/prepare/compounds.parquet",
        rejected=f"{RUN}/prepare/rejected.parquet",
    log:
        f"{LOGS}/prepare.log",
    conda:
        ENV
    params:
        settings=lambda w: settings(**config["prepare"] | {"until_year": cutoff_of(w)}),
        code=code("superconductors.stages.prepare"),
        seed=config["seed"],
    message:
        "Preparing the known compounds"
    shell:
        "python -m superdrift.superconductors.stages.prepare --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --sources {input.sources:q} --compounds {output.compounds:q} --rejected {output.rejected:q}"
