"""The provenance records of a page."""

from superdrift.report.provenance_records import records


def test_files_of_one_making_share_a_provenance_record(run_folder):
    files = [(name, run_folder / f"screen/{name}/screened.parquet") for name in ("cuprates", "others")]
    found = records([("compounds", run_folder / "prepare/compounds.parquet"), *files])
    assert [names for names, _ in found] == [["compounds"], ["cuprates", "others"]]
    assert found[0][1]["inputs"] == {"supercon.csv": "ab" * 32}
