# Diffusion models: training, unconditional sampling, conditioning by ILVR.

# Families that others start from are trained first, or those others would wait for them at the end.
BASES = [config["train"]["base"]["family"]] if any(map(starts_from_base, FAMILIES)) else []


rule train:
    input:
        compounds=f"{RUN}/prepare/compounds.parquet",
        base=base_of,
    output:
        weights=f"{RUN}/train/{{family}}/model.safetensors",
        description=f"{RUN}/train/{{family}}/model.json",
        history=f"{RUN}/train/{{family}}/history.parquet",
    log:
        f"{LOGS}/train/{{family}}.log",
    priority: lambda wildcards: int(wildcards.family in BASES)
    conda:
        conda_env(config["train"]["device"])
    threads: config["models"][config["train"]["model"]]["training"]["threads"]
    params:
        settings=lambda wildcards: train_settings(config["train"]["model"], wildcards.family),
        code=code("superconductors.stages.train"),
        seed=config["seed"],
        base=lambda wildcards: ["--base", base_of(wildcards)] if base_of(wildcards) else [],
    message:
        "Training the generator on {wildcards.family}"
    shell:
        "python -m superdrift.superconductors.stages.train --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --compounds {input.compounds:q} --family {wildcards.family}"
        " --weights {output.weights:q} --description {output.description:q} --history {output.history:q}"
        " {params.base:q}"


# The model that ILVR conditions, where it is not the generator itself.
use rule train as train_conditioner with:
    input:
        compounds=f"{RUN}/prepare/compounds.parquet",
    output:
        weights=f"{RUN}/train/{{family}}/{CONDITIONER}/model.safetensors",
        description=f"{RUN}/train/{{family}}/{CONDITIONER}/model.json",
        history=f"{RUN}/train/{{family}}/{CONDITIONER}/history.parquet",
    log:
        f"{LOGS}/train/{{family}}-{CONDITIONER}.log",
    priority: 0
    threads: config["models"][CONDITIONER]["training"]["threads"]
    params:
        settings=train_settings(CONDITIONER),
        code=code("superconductors.stages.train"),
        seed=config["seed"],
        base=[],
    message:
        "Training the model to condition on {wildcards.family}"


rule generate:
    input:
        weights=f"{RUN}/train/{{family}}/model.safetensors",
        description=f"{RUN}/train/{{family}}/model.json",
    output:
        samples=f"{RUN}/generate/{{family}}/samples.parquet",
    log:
        f"{LOGS}/generate/{{family}}.log",
    conda:
        conda_env(config["generate"]["device"])
    threads: config["generate"]["threads"]
    params:
        settings=lambda wildcards: sampling_settings(wildcards.family),
        family=lambda wildcards: wildcards.family,
        source=lambda wildcards: wildcards.family,
        code=code("superconductors.stages.generate"),
        seed=config["seed"],
    message:
        "Sampling {wildcards.family}"
    shell:
        "python -m superdrift.superconductors.stages.generate --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --weights {input.weights:q} --description {input.description:q} --family {params.family}"
        " --source {params.source} --samples {output.samples:q}"


# What is asked for beside the families, each by the model of its family.
use rule generate as generate_requested with:
    input:
        weights=requested("model.safetensors"),
        description=requested("model.json"),
    output:
        samples=f"{RUN}/generate/request/{{request}}/samples.parquet",
    log:
        f"{LOGS}/generate/request/{{request}}.log",
    params:
        settings=lambda wildcards: sampling_settings(family_of_request(wildcards), wildcards.request),
        family=family_of_request,
        source=lambda wildcards: source_name(REQUESTED, wildcards.request),
        code=code("superconductors.stages.generate"),
        seed=config["seed"],
    message:
        "Sampling what {wildcards.request} asks for"


rule condition:
    input:
        weights=conditioner("model.safetensors"),
        description=conditioner("model.json"),
        compounds=f"{RUN}/prepare/compounds.parquet",
    output:
        samples=f"{RUN}/condition/{{reference}}/samples.parquet",
    log:
        f"{LOGS}/condition/{{reference}}.log",
    conda:
        conda_env(config["condition"]["device"])
    threads: config["condition"]["threads"]
    params:
        settings=lambda w: settings(**model_blocks.condition_settings(config, w.reference)),
        formula=lambda w: config["catalogue"][w.reference]["formula"],
        family=lambda w: config["catalogue"][w.reference]["family"],
        code=code("superconductors.stages.condition"),
        seed=config["seed"],
    message:
        "Conditioning on {wildcards.reference} by ILVR"
    shell:
        "python -m superdrift.superconductors.stages.condition --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --weights {input.weights:q} --description {input.description:q} --compounds {input.compounds:q}"
        " --family {params.family} --reference {wildcards.reference} --formula {params.formula:q}"
        " --samples {output.samples:q}"


# What the low-pass filter does by itself: what groups of a reference are compared with.
rule control:
    input:
        weights=conditioner("model.safetensors"),
        description=conditioner("model.json"),
    output:
        controls=f"{RUN}/condition/{{reference}}/controls.parquet",
    log:
        f"{LOGS}/condition/controls/{{reference}}.log",
    conda:
        conda_env(config["condition"]["device"])
    threads: config["condition"]["threads"]
    params:
        settings=lambda w: settings(**model_blocks.control_settings(config, w.reference)),
        formula=lambda w: config["catalogue"][w.reference]["formula"],
        code=code("superconductors.stages.control"),
        seed=config["seed"],
    message:
        "Drawing controls of {wildcards.reference}"
    shell:
        "python -m superdrift.superconductors.stages.control --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --weights {input.weights:q} --description {input.description:q}"
        " --reference {wildcards.reference} --formula {params.formula:q} --controls {output.controls:q}"


# Part of a reference drawn anew, by the generator itself.
rule inpaint:
    input:
        weights=generator_of_reference("model.safetensors"),
        description=generator_of_reference("model.json"),
        compounds=f"{RUN}/prepare/compounds.parquet",
    output:
        samples=f"{RUN}/condition/inpaint/{{reference}}/samples.parquet",
    log:
        f"{LOGS}/condition/inpaint/{{reference}}.log",
    conda:
        conda_env(config["condition"]["device"])
    threads: config["condition"]["threads"]
    params:
        settings=lambda w: settings(
            **model_blocks.inpaint_settings(config, w.reference, config["catalogue"][w.reference]["family"])
        ),
        formula=lambda w: config["catalogue"][w.reference]["formula"],
        family=lambda w: config["catalogue"][w.reference]["family"],
        code=code("superconductors.stages.inpaint"),
        seed=config["seed"],
    message:
        "Drawing part of {wildcards.reference} anew"
    shell:
        "python -m superdrift.superconductors.stages.inpaint --settings {params.settings:q} --seed {params.seed} --log {log:q}"
        " --weights {input.weights:q} --description {input.description:q} --compounds {input.compounds:q}"
        " --family {params.family} --reference {wildcards.reference} --formula {params.formula:q}"
        " --samples {output.samples:q}"
