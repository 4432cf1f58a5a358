# Crystals: from public files and your own to one table of structures, and structures proposed for formulas.


rule crystals:
    input:
        f"{CRYSTALS}/structures.parquet",
        f"{CRYSTALS}/propose/template/proposals.parquet",
        f"{CRYSTALS}/evaluated.parquet",
        f"{CRYSTALS}/stability/template/relaxed.parquet" if config["crystals"]["stability"]["relax"] else [],


rule read_crystals:
    input:
        data=crystal_data,
        files=crystal_files,
        tc=crystal_tc,
    output:
        structures=f"{CRYSTALS}/read/{{source}}/structures.parquet",
        rejected=f"{CRYSTALS}/read/{{source}}/rejected.parquet",
    log:
        f"{CRYSTALS_LOGS}/read/{{source}}.log",
    conda:
        CRYSTALS_ENV
    threads: config["crystals"]["read"]["threads"]
    params:
        settings=lambda w: settings(
            **config["crystals"]["read"], split=config["crystals"]["catalogue"][w.source]["split"]
        ),
        name=lambda w: config["crystals"]["catalogue"][w.source]["data"],
        tc=lambda w, input: ["--tc", input.tc] if input.tc else [],
        code=code("crystals.stages.read"),
        seed=config["seed"],
    message:
        "Reading structures: {wildcards.source}"
    shell:
        "python -m superdrift.crystals.stages.read --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --data {input.data:q} --name {params.name:q} --source {wildcards.source} {params.tc:q}"
        " --structures {output.structures:q} --rejected {output.rejected:q}"


rule gather_crystals:
    input:
        read=each_crystal_source("structures.parquet"),
        refused=each_crystal_source("rejected.parquet"),
    output:
        structures=f"{CRYSTALS}/structures.parquet",
        rejected=f"{CRYSTALS}/rejected.parquet",
    log:
        f"{CRYSTALS_LOGS}/gather.log",
    conda:
        CRYSTALS_ENV
    threads: config["crystals"]["gather"]["threads"]
    params:
        settings=settings(**config["crystals"]["gather"], sources=CRYSTAL_SOURCES),
        code=code("crystals.stages.gather"),
        seed=config["seed"],
    message:
        "Gathering the known structures: duplicates, splits"
    shell:
        "python -m superdrift.crystals.stages.gather --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --read {input.read:q} --refused {input.refused:q} --structures {output.structures:q}"
        " --rejected {output.rejected:q}"


rule propose_crystals:
    input:
        structures=f"{CRYSTALS}/structures.parquet",
    output:
        proposals=f"{CRYSTALS}/propose/template/proposals.parquet",
    log:
        f"{CRYSTALS_LOGS}/propose/template.log",
    conda:
        CRYSTALS_ENV
    params:
        settings=settings(
            **config["crystals"]["template"],
            **config["crystals"]["propose"],
            symprec=config["crystals"]["read"]["symprec"],
        ),
        code=code("crystals.stages.propose"),
        seed=config["seed"],
    message:
        "Proposing structures from templates"
    shell:
        "python -m superdrift.crystals.stages.propose --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --structures {input.structures:q} --proposals {output.proposals:q}"


rule evaluate_crystals:
    input:
        structures=f"{CRYSTALS}/structures.parquet",
        proposals=expand(f"{CRYSTALS}/propose/{{method}}/proposals.parquet", method=METHODS),
    output:
        evaluated=f"{CRYSTALS}/evaluated.parquet",
        evaluation=f"{CRYSTALS}/evaluation.parquet",
    log:
        f"{CRYSTALS_LOGS}/evaluate.log",
    conda:
        CRYSTALS_ENV
    threads: config["crystals"]["evaluate"]["threads"]
    params:
        settings=settings(
            **config["crystals"]["evaluate"],
            **config["crystals"]["propose"],
            symprec=config["crystals"]["read"]["symprec"],
        ),
        methods=METHODS,
        code=code("crystals.stages.evaluate"),
        seed=config["seed"],
    message:
        "Evaluating proposed and known structures"
    shell:
        "python -m superdrift.crystals.stages.evaluate --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --structures {input.structures:q} --methods {params.methods:q} --proposals {input.proposals:q}"
        " --evaluated {output.evaluated:q} --evaluation {output.evaluation:q}"


rule relax_crystals:
    input:
        proposals=f"{CRYSTALS}/propose/template/proposals.parquet",
        structures=f"{CRYSTALS}/structures.parquet",
        phases=CRYSTAL_PHASES,
    output:
        relaxed=f"{CRYSTALS}/stability/template/relaxed.parquet",
    log:
        f"{CRYSTALS_LOGS}/stability/template.log",
    conda:
        crystals_conda_env(config["crystals"]["stability"]["device"])
    threads: config["crystals"]["stability"]["threads"]
    params:
        settings=settings(**config["crystals"]["stability"]),
        code=code("crystals.stages.relax"),
        seed=config["seed"],
    message:
        "Relaxing the first proposals; energy above the hull"
    shell:
        "python -m superdrift.crystals.stages.relax --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --proposals {input.proposals:q} --structures {input.structures:q} --relaxed {output.relaxed:q}"
        " --phases {input.phases:q}"
