"""How long a test waits for another process: long enough that only a hang ends there, however busy the machine."""

HANG_S = 3600
"""s; no test passes or fails by being quick, so that this is the one limit on processes that tests start."""
