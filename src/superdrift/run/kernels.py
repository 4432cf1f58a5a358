"""Compiled kernels, kept between processes: numba's cache, made to mend itself where it is damaged or has no place."""

import functools
import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

logger = logging.getLogger("superdrift")

_DIGEST_BYTES = hashlib.sha256().digest_size


def njit(*, cache: bool, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit`, where code that cannot be read back, or kept, is compiled again and no error."""

    def compiled(function: Callable[..., Any]) -> Any:
        kernel = numba.njit(**options)(function)
        try:
            kernel._cache = _Cache(function) if cache else kernel._cache  # as numba does, with a class of its own
        except RuntimeError:  # neither the package's folder nor the user's cache can be written
            _tell("no folder to keep compiled code in can be written")
        return kernel

    return compiled


class _Cache(FunctionCache):
    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _CheckedFile(
            self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp()
        )

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep compiled code; a full disk costs the next process time, and this one nothing."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _tell(f"compiled code cannot be kept ({error})")


class _CheckedFile(IndexDataCacheFile):
    """Index and data of one kernel; numba reads them back unchecked, and stops at a file that was cut short."""

    def _load_index(self) -> dict[Any, str]:
        try:
            return super()._load_index()
        except Exception:  # numba raises nearly anything where a file is damaged
            return {}

    def _save_data(self, name: str, data: Any) -> None:
        content = self._dump(data)
        with self._open_for_write(self._data_path(name)) as stream:
            stream.write(content + hashlib.sha256(content).digest())  # numba reads no further than its own content

    def _load_data(self, name: str) -> Any:
        content = Path(self._data_path(name)).read_bytes()
        if hashlib.sha256(content[:-_DIGEST_BYTES]).digest() != content[-_DIGEST_BYTES:]:
            raise OSError(f"{name} is damaged")  # numba takes an unreadable file for a missing one, and compiles
        return super()._load_data(name)


@functools.cache
def _tell(what: str) -> None:
    """Once in a process."""
    logger.warning("%s: every process compiles anew, which takes a minute; NUMBA_CACHE_DIR names another folder", what)
