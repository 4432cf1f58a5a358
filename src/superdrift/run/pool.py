"""The same function over many arguments, in processes of their own where a setting asks for more than one."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def in_order(function: Callable[[A], B], arguments: Iterable[A], *, processes: int) -> Iterator[B]:
    """Results in the order of the arguments; with one process in this one.

    Args:
        function: of a module's top level, so that another process finds it.
        arguments: what it is called with, one after another.
        processes: how many work at a time.
    """
    if processes == 1:
        yield from map(function, arguments)
        return
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(function, arguments)
