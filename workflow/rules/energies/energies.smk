# Formation energies: training, the ensemble and its scores, the competitors in the hull.
CRITEXAM = {part: registry.local_path(f"critexam_{part}", key="energy.use") for part in ("train", "val", "test")}


rule train_energy:
    input:
        train=CRITEXAM["train"],
        validation=CRITEXAM["val"],
    output:
        weights=f"{RUN}/train/energy/{{network}}/{{member}}.safetensors",
        description=f"{RUN}/train/energy/{{network}}/{{member}}.json",
        history=f"{RUN}/train/energy/{{network}}/{{member}}-history.parquet",
    log:
        f"{LOGS}/train/energy-{{network}}-{{member}}.log",
    conda:
        conda_env(config["energy"]["device"])
    threads: config["energy"]["threads"]
    params:
        settings=lambda wildcards: energy_settings(wildcards.network),
        code=code("energies.stages.train_energy"),
        seed=config["seed"],
    message:
        "Training formation energies: {wildcards.network}, member {wildcards.member}"
    shell:
        "python -m superdrift.energies.stages.train_energy --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --train {input.train:q} --validation {input.validation:q} --member {wildcards.member}"
        " --weights {output.weights:q} --description {output.description:q} --history {output.history:q}"


rule gather_energy:
    input:
        weights=energy_members("{member}.safetensors"),
        descriptions=energy_members("{member}.json"),
        train=CRITEXAM["train"],
        validation=CRITEXAM["val"],
        test=CRITEXAM["test"],
    output:
        weights=f"{RUN}/train/energy/{{network}}/model.safetensors",
        description=f"{RUN}/train/energy/{{network}}/model.json",
        scores=f"{RUN}/train/energy/{{network}}/scores.parquet",
    log:
        f"{LOGS}/train/energy-{{network}}.log",
    conda:
        ENV
    threads: config["energy"]["threads"]
    params:
        settings=settings(threads=config["energy"]["threads"]),
        code=code("energies.stages.gather_energy"),
        seed=config["seed"],
    message:
        "Calibrating and measuring formation energies: {wildcards.network}"
    shell:
        "python -m superdrift.energies.stages.gather_energy --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --member-weights {input.weights:q} --member-descriptions {input.descriptions:q} --train {input.train:q}"
        " --validation {input.validation:q} --test {input.test:q} --weights {output.weights:q}"
        " --description {output.description:q} --scores {output.scores:q}"


rule phases:
    input:
        compounds=f"{RUN}/prepare/compounds.parquet",
        weights=energy_model("safetensors"),
        description=energy_model("json"),
        energies=PHASE_FILES,
    output:
        phases=f"{RUN}/estimate/models/phases.parquet",
    log:
        f"{LOGS}/estimate/phases.log",
    conda:
        ENV
    threads: config["energy"]["threads"]
    params:
        settings=settings(threads=config["energy"]["threads"]),
        origins=config["energy"]["phases"],
        code=code("superconductors.stages.phases"),
        seed=config["seed"],
    message:
        "Estimating the energies of the known compounds that others may decompose into"
    shell:
        "python -m superdrift.superconductors.stages.phases --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --compounds {input.compounds:q} --weights {input.weights:q} --description {input.description:q}"
        " --energies {input.energies:q} --origins {params.origins:q} --phases {output.phases:q}"
