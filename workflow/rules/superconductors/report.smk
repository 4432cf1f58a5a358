# What people read: the numbers of the run, the tables, the figures, the page.

PUBLISHED = [
    literal(registry.project_path(f"src/superdrift/superconductors/report/published/{name}.csv"))
    for name in ("table1", "table2")
]


rule numbers:
    input:
        compounds=f"{RUN}/prepare/compounds.parquet",
        rejected=f"{RUN}/prepare/rejected.parquet",
        scores=f"{RUN}/estimate/models/scores.parquet",
        held_out=f"{RUN}/estimate/models/held_out.parquet",
        phases=f"{RUN}/estimate/models/phases.parquet",
        energy_scores=energy_scores,
        candidates=f"{RUN}/candidates.parquet",
        histories=each("train/{source}/history.parquet", FAMILIES),
        screened=each("screen/{source}/screened.parquet", GENERATED),
        estimated=each("estimate/{source}/estimated.parquet", GENERATED),
        projected=each("project/{source}/projected.parquet", GENERATED),
        training=each("screen/{source}/screened.parquet", BASELINES),
        families=f"{RUN}/cluster/families.parquet",
        trajectories=each("drift/{source}/trajectories.parquet", STARTS),
    output:
        numbers=f"{RUN}/report/numbers.parquet",
    log:
        f"{LOGS}/numbers.log",
    conda:
        ENV
    params:
        settings=settings(
            novel_radius=config["screen"]["novel_radius"],
            published_tp=config["report"]["published_tp"],
            published_fp=config["report"]["published_fp"],
        ),
        folder=lambda w, input: Path(input.candidates).parent,
        families=FAMILIES,
        requests=REQUESTS,
        references=REFERENCES,
        inpainted=INPAINTED,
        starts=STARTS,
        code=code("superconductors.stages.numbers"),
        seed=config["seed"],
    message:
        "Collecting the numbers of the run"
    shell:
        "python -m superdrift.superconductors.stages.numbers --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --folder {params.folder:q} --families {params.families} --requests {params.requests} --references {params.references}"
        " --inpainted {params.inpainted} --starts {params.starts}"
        " --energy-scores {input.energy_scores:q} --numbers {output.numbers:q}"


rule report:
    input:
        numbers=f"{RUN}/report/numbers.parquet",
        compounds=f"{RUN}/prepare/compounds.parquet",
        candidates=f"{RUN}/candidates.parquet",
        estimators=f"{RUN}/estimate/models/estimators.json",
        requested=each("generate/request/{source}/samples.parquet", REQUESTS),
        histories=each("train/{source}/history.parquet", FAMILIES),
        screened=each("screen/{source}/screened.parquet", GENERATED),
        estimated=each("estimate/{source}/estimated.parquet", GENERATED),
        training=each("screen/{source}/screened.parquet", BASELINES),
        clustered=each("cluster/{source}/clustered.parquet", GENERATED),
        families=f"{RUN}/cluster/families.parquet",
        trajectories=each("drift/{source}/trajectories.parquet", STARTS),
        templates=templates("superconductors"),
        published=PUBLISHED,
    output:
        table1=report(f"{RUN}/report/table1.csv", category="Tables"),
        table2=report(f"{RUN}/report/table2.csv", category="Tables"),
        page=report(f"{RUN}/report/report.html", category="Results"),
        figures=report(directory(f"{RUN}/report/figures"), patterns=["{name}.svg"], category="Figures"),
    log:
        f"{LOGS}/report.log",
    conda:
        ENV
    params:
        settings=settings(top=config["report"]["top"], groups=config["report"]["groups"]),
        folder=lambda w, input: Path(input.candidates).parent,
        families=FAMILIES,
        requests=REQUESTS,
        starts=STARTS,
        references=REFERENCES,
        inpainted=INPAINTED,
        catalogue=[f"{name}={config['catalogue'][name]['formula']}" for name in config["references"]],
        code=code("superconductors.stages.report"),
        seed=config["seed"],
    message:
        "Writing the report"
    shell:
        "python -m superdrift.superconductors.stages.report --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --folder {params.folder:q} --families {params.families} --requests {params.requests} --starts {params.starts}"
        " --references {params.references} --inpainted {params.inpainted} --catalogue {params.catalogue:q}"
        " --table1-csv {output.table1:q} --table2-csv {output.table2:q} --page {output.page:q}"
        " --figures {output.figures:q}"
