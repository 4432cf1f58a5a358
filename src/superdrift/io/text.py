"""Text of files that people bring: bytes to lines, whatever program saved them; what is no text is told as such."""

import codecs
import logging
import re
from pathlib import Path

from superdrift.run.errors import InputError

logger = logging.getLogger("superdrift")

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for each byte of a legacy encoding: such bytes mean something else in every one, so that none is guessed."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = {
    b"PK\x03\x04": "a zip archive or a workbook (.xlsx, .ods)",
    b"\xd0\xcf\x11\xe0": "a workbook (.xls)",
    b"\x1f\x8b": "compressed (gzip)",
    b"ARROW1": "an Arrow file",
    b"%PDF": "a PDF",
    b"{": "JSON",
    b"[{": "JSON",
    b'["': "JSON",
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def read_content(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: when it is missing, a folder, or cannot be read.
    """
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None


def decode(content: bytes, place: str) -> str:
    """Text of UTF-8, with or without byte order mark, of UTF-16 or UTF-32 with one, or of a legacy encoding.

    Bytes of a legacy encoding (Latin-1, Windows-1252, Shift-JIS, …) become `UNREADABLE`: separators, quotes and
    chemical symbols are the same in all of them, and where another character matters its reader refuses it. A line
    in the log says so.

    Args:
        content: the whole file.
        place: what to call it in messages.

    Raises:
        InputError: for content that is no text; the message names what it is where that can be told.
    """
    kind = next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), None)
    if kind is not None:
        raise InputError(f"{place} is {kind}; save it as CSV text or Parquet")
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding not in ("utf-8", "utf-8-sig"):
            raise InputError(f"{place} is damaged {encoding.upper()} text ({error.reason}); save it as UTF-8") from None
        line = content.count(b"\n", 0, error.start) + 1
        text = content.decode(encoding, errors="replace")
        if not _CONTROL.search(text):
            logger.warning(
                "%s is not UTF-8 (line %d): characters beyond ASCII are refused where they are read", place, line
            )
    found = _CONTROL.search(text)
    if found:
        raise InputError(
            f"{place} is no text (it holds the byte {ord(found.group()):#04x} in line "
            f"{text.count(chr(10), 0, found.start()) + 1}); give UTF-8 text or Parquet"
        )
    return text
