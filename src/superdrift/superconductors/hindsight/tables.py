"""Tables of the hindsight: the later compounds, what each method found of them, the shares."""

import pyarrow as pa

from superdrift.io.tables import Column, Table

TEXT, TRUTH, REAL, COUNT, SMALL = pa.string(), pa.bool_(), pa.float64(), pa.int64(), pa.int32()

LATER = Table(
    "later",
    (
        Column("id", COUNT, "row of the run's compounds.parquet"),
        Column("formula", TEXT, "formula as read"),
        Column("family", TEXT, "cuprates, pnictides or others, by the elements"),
        Column("tc_consensus_k", REAL, "median Tc over all entries of the composition", "K"),
        Column("year", SMALL, "year of the first report"),
        Column("distance_to_known", REAL, "distance to the nearest compound known at the cut-off", "half L1"),
        Column(
            "substitution_distance",
            REAL,
            "distance to the nearest composition that one substitution in a compound known then can make",
            "half L1",
        ),
        Column("high_pressure", TRUTH, "superconducts under pressure only: listed, and in no share"),
    ),
)

FORESEEN = Table(
    "foreseen",
    (
        Column("id", COUNT, "row of the run's compounds.parquet"),
        Column("method", TEXT, "generator, known (the compounds known then), or a null: substitution, pettifor, noise"),
        Column("distance", REAL, "distance to the nearest proposal", "half L1"),
        Column("radius", REAL, "how near a proposal counts", "half L1"),
        Column("rank", COUNT, "place of the first ranked proposal within the radius; null: none is", nullable=True),
    ),
)

REDISCOVERY = Table(
    "rediscovery",
    (
        Column("cutoff", SMALL, "the last year whose reports were known"),
        Column("family", TEXT, "family of the later compounds, or all"),
        Column(
            "method",
            TEXT,
            "generator, known, a null, or later_half: a random half of what was reported later, judged by the other",
        ),
        Column("selection", TEXT, "samples: all proposals; top_{number}: the best ranked"),
        Column("radius", REAL, "how near a proposal counts", "half L1"),
        Column("proposals", COUNT, "proposals looked at, at most"),
        Column("n", COUNT, "later compounds"),
        Column("hits", COUNT, "later compounds with a proposal within the radius"),
        Column("share", REAL, "hits / n"),
        Column("low", REAL, "lower end of its 95 % interval over chemical systems"),
        Column("high", REAL, "upper end of its 95 % interval over chemical systems"),
        Column(
            "beyond_substitution",
            REAL,
            "share of the hits that no single substitution in a compound known then reaches; null without hits",
            nullable=True,
        ),
        Column("enrichment", REAL, "hits of the generator over those of the best null", nullable=True),
        Column("enrichment_low", REAL, "lower end of its 95 % interval", nullable=True),
        Column("enrichment_high", REAL, "upper end of its 95 % interval", nullable=True),
    ),
)
