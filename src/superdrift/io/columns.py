"""Rows of text in aligned columns, for a terminal."""

from collections.abc import Collection, Sequence


def in_columns(rows: Sequence[Sequence[str]], *, left: Collection[str]) -> list[str]:
    """Rows of texts as lines of aligned columns.

    Args:
        rows: the header first, all of one length.
        left: headers of the columns that are aligned to the left; the others are to the right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text.ljust(width) if name in left else text.rjust(width)
            for name, text, width in zip(rows[0], row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
