"""The made-up run as a fixture."""

import made_up_run
import pytest


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    return made_up_run.build_run(tmp_path_factory.mktemp("made-up"))
