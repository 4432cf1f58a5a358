"""Which job starts first where several could."""

import re

import pytest
import yaml


@pytest.mark.slow
def test_the_version_that_others_start_from_is_trained_first(project):
    """On two cores it would otherwise be chosen last, and the families that start from it would wait for it."""
    changes = {
        "families": ["cuprates", "others", "everything", "pnictides"],
        "train": {"base": {"family": "everything", "versions": ["pnictides"], "steps": 20, "learning_rate": 1e-3,
                           "validate_every": 20}},
    }  # fmt: skip
    (project.folder / "workflow/presets/four.yaml").write_text(
        yaml.safe_dump(yaml.safe_load((project.folder / "workflow/presets/test.yaml").read_text()) | changes)
    )
    targets = [f"results/test/train/{family}/model.json" for family in changes["families"]]
    done = project.snakemake(*targets, preset="four")
    assert done.returncode == 0, done.stderr
    started = re.findall(r"Training the generator on (\w+)", done.stdout + done.stderr)
    assert set(started) == set(changes["families"])
    assert "everything" in started[:2]  # two cores: two start at once, in either order
