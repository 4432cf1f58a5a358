# Helpers of the rules of formation energies, and no rules: settings of a network, files of the model in use.


def energy_settings(network):
    """Settings of the stage train_energy for one network."""
    block = {name: value for name, value in config["energy"][network].items() if name != "members"}
    names = ("width", "depth", "heads", "most_elements", "widths", "dropout")
    own = {name: block.pop(name) for name in names if name in block}
    common = {name: config["energy"][name] for name in ("min_rows", "device", "threads")}
    return settings(network=network, arguments=own, training=block, **common)


def energy_members(file):
    """The files of all members of a network, e.g. file = "{member}.json"; an input function."""
    return lambda wildcards: [
        f"results/{wildcards.run}/train/energy/{wildcards.network}/{file.format(member=member)}"
        for member in range(config["energy"][wildcards.network]["members"])
    ]


def energy_file(network, name):
    """A file of a model of formation energies: of the shipped one, or of a network that the run trains.

    Cut-offs of the hindsight share the run's network: formation energies know nothing of superconductors.
    """
    if config["energy"]["use"] != "shipped":
        return f"{RESULTS}/train/energy/{network}/{name}"
    shipped = literal(registry.own_path(f"energy/{name}"))
    if not Path(shipped).is_file():
        raise WorkflowError(
            f"energy.use = shipped, but {shipped} does not exist: check out data/energy again, or set energy.use to"
            " attention, which trains a model"
        )
    return shipped


def energy_model(suffix):
    """Input function: the file with this suffix of the model of formation energies that the run uses."""
    return lambda wildcards: energy_file(config["energy"]["use"], f"model.{suffix}")


def energy_scores(wildcards):
    """Scores of the shipped model, or of both networks where the run trains."""
    return sorted({energy_file(network, "scores.parquet") for network in ("attention", "elemnet")})
