"""Loops that arrays cannot express: compiled for many rows, run by the interpreter for a few, with the same results.

To compile a kernel takes seconds, and a fresh installation has none; a handful of rows is done before that. Numba is
imported when the first kernel is compiled.
"""

from collections.abc import Callable
from functools import cache, wraps
from types import FunctionType
from typing import Any, ParamSpec, TypeVar

import numpy as np

P, R = ParamSpec("P"), TypeVar("R")

FEW_ROWS = 500
"""Rows up to which a kernel runs in the interpreter: milliseconds a row there, against seconds to compile it."""

prange = range
"""The loop over rows; its turns run side by side where it is compiled."""

_helpers: set[FunctionType] = set()
_ready: set[Callable[..., Any]] = set()
"""Kernels that this process has compiled: from then on few rows go through them too."""


def helper(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function that kernels call: it is compiled with them."""
    _helpers.add(function)  # type: ignore[arg-type]
    return function


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a kernel, whose first argument has a row for each turn of its `prange`."""

    @wraps(function)
    def run(*arguments: P.args, **keywords: P.kwargs) -> R:
        if not is_interpreted(run, len(arguments[0])):  # type: ignore[arg-type]
            _ready.add(run)
            return _compiled(function, parallel=True)(*arguments, **keywords)
        with np.errstate(all="ignore"):  # compiled code warns of no overflow and no division by zero either
            return function(*arguments, **keywords)

    return run


def is_compiled(function: Callable[..., Any]) -> bool:
    """Whether a kernel is compiled already, so that no other way is quicker."""
    return function in _ready


def is_interpreted(function: Callable[..., Any], rows: int) -> bool:
    """Whether a kernel runs in the interpreter for so many rows: arrays may then be quicker."""
    return rows <= FEW_ROWS and not is_compiled(function)


def set_threads(threads: int) -> None:
    """Compiled kernels use as many threads, or all cores where these are fewer."""
    import numba  # noqa: PLC0415 - slow to import, and needed only where kernels are compiled

    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))


@cache
def _compiled(function: FunctionType, *, parallel: bool) -> Callable[..., Any]:
    """The compiled function, with the helpers that it names compiled as well."""
    import numba  # noqa: PLC0415 - slow to import, and needed only where kernels are compiled

    from superdrift.run.kernels import njit  # noqa: PLC0415

    known = dict(function.__globals__)
    for name in function.__code__.co_names:
        value = known.get(name)
        if value is prange:
            known[name] = numba.prange
        elif isinstance(value, FunctionType) and value in _helpers:
            known[name] = _compiled(value, parallel=False)
    plain = FunctionType(function.__code__, known, function.__name__, function.__defaults__, function.__closure__)
    plain.__qualname__, plain.__module__ = function.__qualname__, function.__module__
    return njit(parallel=parallel, cache=True)(plain)
