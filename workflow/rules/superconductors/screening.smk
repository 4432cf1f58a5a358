# Projection on a rule, and the checks that every sample meets.


rule project:
    input:
        samples=lambda w: f"results/{w.run}/{SOURCES[w.source].samples}",
        compounds=f"{RUN}/prepare/compounds.parquet",
    output:
        projected=f"{RUN}/project/{{source}}/projected.parquet",
    log:
        f"{LOGS}/project/{{source}}.log",
    conda:
        ENV
    threads: config["screen"]["threads"]
    params:
        settings=lambda w: settings(
            **config["project"] | SOURCES[w.source].projection,
            **{key: config["screen"][key] for key in ("oxidation_states", "charge", "batch_size", "threads")},
            noise_floor=SOURCES[w.source].noise_floor,
        ),
        training=lambda w: f"--family {SOURCES[w.source].family}" if SOURCES[w.source].known else "",
        code=code("superconductors.stages.project"),
        seed=config["seed"],
    message:
        "Projecting {wildcards.source}"
    shell:
        "python -m superdrift.superconductors.stages.project --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --samples {input.samples:q} --compounds {input.compounds:q} {params.training} --projected {output.projected:q}"


rule screen:
    input:
        projected=f"{RUN}/project/{{source}}/projected.parquet",
        compounds=f"{RUN}/prepare/compounds.parquet",
        samples=lambda w: f"results/{w.run}/{SOURCES[w.source].samples}",
        intermetallics=literal(registry.local_path("intermetallics", key="data/registry.yaml")),
    output:
        screened=f"{RUN}/screen/{{source}}/screened.parquet",
    log:
        f"{LOGS}/screen/{{source}}.log",
    conda:
        ENV
    threads: config["screen"]["threads"]
    params:
        settings=lambda w: settings(
            **config["screen"]
            | {
                "n_elements": config["screen"]["n_elements"][SOURCES[w.source].family],
                "noise_floor": SOURCES[w.source].noise_floor,
            }
        ),
        training=lambda w: "--training true" if SOURCES[w.source].known else "",
        code=code("superconductors.stages.screen"),
        seed=config["seed"],
    message:
        "Screening {wildcards.source}"
    shell:
        "python -m superdrift.superconductors.stages.screen --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --projected {input.projected:q} --samples {input.samples:q} --compounds {input.compounds:q}"
        " {params.training}"
        " --screened {output.screened:q}"
