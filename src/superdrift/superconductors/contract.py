"""The contract: every artifact of a run."""

from superdrift.learning.history import HISTORY
from superdrift.report.numbers import NUMBERS
from superdrift.statistics.scores import SCORES
from superdrift.superconductors.tables import (
    CANDIDATES,
    CLUSTERED,
    COMPOUNDS,
    CONDITIONED,
    DRIFTED,
    ESTIMATED,
    GROUPS,
    HELD_OUT,
    NEIGHBOURS,
    PHASES,
    PROJECTED,
    REJECTED,
    SAMPLES,
    SCREENED,
    TRAJECTORIES,
)

TABLES = {
    table.name: table
    for table in (
        HISTORY,
        SCORES,
        NUMBERS,
        COMPOUNDS,
        REJECTED,
        SAMPLES,
        CONDITIONED,
        DRIFTED,
        TRAJECTORIES,
        PROJECTED,
        SCREENED,
        ESTIMATED,
        NEIGHBOURS,
        PHASES,
        HELD_OUT,
        CLUSTERED,
        GROUPS,
        CANDIDATES,
    )
}
