"""Rows of text in aligned columns."""

from superdrift.io.columns import in_columns


def test_columns_are_aligned_as_their_headers_say():
    rows = [("n", "formula", "Tc"), ("1", "MgB2", "39.0"), ("10", "YBa2Cu3O7", "9.0")]
    assert in_columns(rows, left={"formula"}) == [" n  formula      Tc", " 1  MgB2       39.0", "10  YBa2Cu3O7   9.0"]


def test_no_line_ends_in_blanks():
    assert in_columns([("formula",), ("Nb",)], left={"formula"}) == ["formula", "Nb"]
