"""Progress of a long loop: a bar on a terminal, in a log one line every 30 s with rate, time left and memory."""

import logging
import resource
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tqdm import tqdm

LOG_EVERY_SECONDS = 30.0
"""s; between two lines of progress in a log. Presentation; no result depends on it."""

logger = logging.getLogger("superdrift")


class Progress:
    """Counts what is done of a total and shows it; use as a context manager.

    Args:
        total: how many units there are.
        label: what is being done, e.g. "train cuprates".
        unit: what is counted, e.g. "step".
        done: units that an earlier, interrupted run had finished.
    """

    def __init__(self, total: int, label: str, unit: str, *, done: int = 0) -> None:
        self.total, self.label, self.unit, self.done, self._before = total, label, unit, float(done), done

    def __enter__(self) -> Self:
        self._start = self._shown = time.monotonic()
        terminal = sys.stderr.isatty()
        self._bar = tqdm(total=self.total, initial=self.done, desc=self.label, unit=self.unit, disable=not terminal)
        return self

    def advance(self, count: float = 1, **values: float) -> None:
        """Record `count` more units, or a part of one; `values` (losses and the like) are shown beside them."""
        self.done += count
        self._bar.update(round(self.done) - self._bar.n)
        if values and not self._bar.disable:
            self._bar.set_postfix(values, refresh=False)
        now = time.monotonic()
        if now - self._shown >= LOG_EVERY_SECONDS or round(self.done) >= self.total:
            self._shown = now
            logger.info(self._line(now - self._start, values))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def _line(self, elapsed: float, values: dict[str, float]) -> str:
        rate = (self.done - self._before) / max(elapsed, 1e-9)
        left = tqdm.format_interval((self.total - self.done) / rate) if rate > 0 else "?"
        shown = "".join(f", {name} {value:.4g}" for name, value in values.items())
        return (
            f"{self.label}: {round(self.done):,} of {self.total:,} {self.unit}s, {rate:,.4g}/s, "
            f"{left} left{shown}, peak {peak_memory_gib():.2f} GiB"
        )


def peak_memory_gib() -> float:
    """Largest resident memory of this process so far, in GiB."""
    # On Linux getrusage also counts the memory that the parent process held when it started this one.
    status = Path("/proc/self/status")
    for line in status.read_text(encoding="utf-8").splitlines() if status.exists() else ():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 2**20
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 2**30
