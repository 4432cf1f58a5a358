"""Shared by all tests: a fresh copy of the project to run the workflow in, and one finished tiny run."""

import shutil

import made_up_run
import pytest
from hypothesis import settings
from project import Project

settings.register_profile("untimed", deadline=None)  # timing never decides a test: machines are shared
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """The user's cache folder is left alone: what is kept between commands is kept for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """One finished run of the test preset; tests must not change it (copy it instead)."""
    project = Project.copy(tmp_path_factory.mktemp("finished") / "project")
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def finished_copy(finished, tmp_path):
    """A copy of the finished run, times of files kept, free to be damaged."""
    shutil.copytree(finished.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


@pytest.fixture
def project(tmp_path):
    """A fresh copy of the project, nothing run yet."""
    return Project.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    """A run whose tables are made up, quickly: for tests of what reads them."""
    return made_up_run.build_run(tmp_path_factory.mktemp("made-up"))
