"""Names and files that belong together, and the provenance records of a page."""

import pytest

from superdrift.run.errors import InputError
from superdrift.superconductors.report.provenance_records import paired, records


def test_parallel_lists_must_match(tmp_path):
    assert paired(["a"], [tmp_path], of="--sources", option="--screened") == {"a": tmp_path}
    with pytest.raises(InputError, match="--sources has 2 names and --screened 1 files"):
        paired(["a", "b"], [tmp_path], of="--sources", option="--screened")
    with pytest.raises(InputError, match="twice"):
        paired(["a", "a"], [tmp_path, tmp_path], of="--sources", option="--screened")


def test_files_of_one_making_share_a_provenance_record(run_folder):
    files = [(name, run_folder / f"screen/{name}/screened.parquet") for name in ("cuprates", "others")]
    found = records([("compounds", run_folder / "prepare/compounds.parquet"), *files])
    assert [names for names, _ in found] == [["compounds"], ["cuprates", "others"]]
    assert found[0][1]["inputs"] == {"supercon.csv": "ab" * 32}
