# The drift toward high critical temperature: as published, in the latent space of a VAE, or in that of the generator.

if config["drift"]["method"] == "published":
    PUBLISHED_DRIFT = config["drift"]["published"]
    DRIFT_MACHINE = {key: config["drift"][key] for key in ("device", "threads")}
    DRIFT_NETWORKS = ("vae", "denoiser", "predictor")

    rule train_latent:
        input:
            compounds=f"{RUN}/prepare/compounds.parquet",
        output:
            weights=f"{RUN}/train/latent/model.safetensors",
            description=f"{RUN}/train/latent/model.json",
            vae_history=f"{RUN}/train/latent/vae-history.parquet",
            denoiser_history=f"{RUN}/train/latent/denoiser-history.parquet",
            predictor_history=f"{RUN}/train/latent/predictor-history.parquet",
        log:
            f"{LOGS}/train/latent.log",
        conda:
            conda_env(config["drift"]["device"])
        threads: config["drift"]["threads"]
        params:
            settings=settings(
                **DRIFT_MACHINE,
                exclude_flags=config["drift"]["exclude_flags"],
                **{key: PUBLISHED_DRIFT[key] for key in DRIFT_NETWORKS},
            ),
            code=code("superconductors.stages.train_latent"),
            seed=config["seed"],
        message:
            "Training the VAE, its denoiser and the predictor that is climbed"
        shell:
            "python -m superdrift.superconductors.stages.train_latent --settings {params.settings:q} --seed {params.seed} --log {log:q}"
            " --compounds {input.compounds:q} --weights {output.weights:q} --description {output.description:q}"
            " --vae-history {output.vae_history:q} --denoiser-history {output.denoiser_history:q}"
            " --predictor-history {output.predictor_history:q}"

    rule drift_published:
        input:
            weights=f"{RUN}/train/latent/model.safetensors",
            description=f"{RUN}/train/latent/model.json",
        output:
            trajectories=f"{RUN}/drift/{{start}}/trajectories.parquet",
            samples=f"{RUN}/drift/{{start}}/samples.parquet",
        log:
            f"{LOGS}/drift/{{start}}.log",
        conda:
            conda_env(config["drift"]["device"])
        threads: config["drift"]["threads"]
        params:
            settings=settings(
                **DRIFT_MACHINE,
                **{key: value for key, value in PUBLISHED_DRIFT.items() if key not in DRIFT_NETWORKS},
            ),
            formula=lambda w: config["catalogue"][w.start]["formula"],
            code=code("superconductors.stages.drift_published"),
            seed=config["seed"],
        message:
            "Drifting from {wildcards.start} toward higher critical temperature"
        shell:
            "python -m superdrift.superconductors.stages.drift_published --settings {params.settings:q} --seed {params.seed} --log {log:q}"
            " --weights {input.weights:q} --description {input.description:q} --start {wildcards.start}"
            " --formula {params.formula:q} --trajectories {output.trajectories:q} --samples {output.samples:q}"

else:

    rule train_ensemble:
        input:
            compounds=f"{RUN}/prepare/compounds.parquet",
        output:
            weights=f"{RUN}/train/ensemble/model.safetensors",
            description=f"{RUN}/train/ensemble/model.json",
            history=f"{RUN}/train/ensemble/history.parquet",
        log:
            f"{LOGS}/train/ensemble.log",
        conda:
            conda_env(config["drift"]["device"])
        threads: config["drift"]["threads"]
        params:
            settings=settings(
                **{key: config["drift"][key] for key in ("ensemble", "device", "threads", "exclude_flags")}
            ),
            code=code("superconductors.stages.train_ensemble"),
            seed=config["seed"],
        message:
            "Training the ensemble of predictors that is climbed"
        shell:
            "python -m superdrift.superconductors.stages.train_ensemble --settings {params.settings:q} --seed {params.seed}"
            " --log {log:q} --compounds {input.compounds:q} --weights {output.weights:q} --description {output.description:q}"
            " --history {output.history:q}"

    rule ascend:
        input:
            weights=generator_of_start("model.safetensors"),
            description=generator_of_start("model.json"),
            ensemble=f"{RUN}/train/ensemble/model.safetensors",
            ensemble_description=f"{RUN}/train/ensemble/model.json",
            compounds=f"{RUN}/prepare/compounds.parquet",
        output:
            trajectories=f"{RUN}/drift/{{start}}/trajectories.parquet",
            samples=f"{RUN}/drift/{{start}}/samples.parquet",
        log:
            f"{LOGS}/drift/{{start}}.log",
        conda:
            conda_env(config["drift"]["device"])
        threads: config["drift"]["threads"]
        params:
            settings=lambda w: settings(**model_blocks.ascend_settings(config, w.start)),
            formula=lambda w: config["catalogue"].get(w.start, {}).get("formula", ""),
            code=code("superconductors.stages.ascend"),
            seed=config["seed"],
        message:
            "Climbing from {wildcards.start} toward higher critical temperature"
        shell:
            "python -m superdrift.superconductors.stages.ascend --settings {params.settings:q} --seed {params.seed} --log {log:q}"
            " --weights {input.weights:q} --description {input.description:q} --ensemble {input.ensemble:q}"
            " --ensemble-description {input.ensemble_description:q} --compounds {input.compounds:q} --start {wildcards.start}"
            " --formula {params.formula:q} --trajectories {output.trajectories:q} --samples {output.samples:q}"
