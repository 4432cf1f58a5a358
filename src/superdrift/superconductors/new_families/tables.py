"""Tables of groups of generated compounds, of what they are compared with, and of the decision."""

import pyarrow as pa

from superdrift.io.tables import Column, Table
from superdrift.superconductors.tables import COUNT, REAL, SMALL, TEXT, TRUTH

CLUSTERED = Table(
    "clustered",
    (
        Column("id", COUNT, "row number within the source, or of the known compound"),
        Column("known", TRUTH, "true: a known compound; false: a generated one"),
        Column("x", REAL, "first t-SNE coordinate; null: not on the map, a near-duplicate is", nullable=True),
        Column("y", REAL, "second t-SNE coordinate", nullable=True),
        Column("group", SMALL, "group of its source, as in groups.parquet; null: in none, or known", nullable=True),
    ),
)

_REFERENCE = Column("reference", TEXT, "slug of the reference; null where there is none", nullable=True)
_SCALE = Column("scale", SMALL, "N of the low-pass filter; null where there is none", nullable=True)

DOPING = Table(
    "doping",
    (
        Column("group", SMALL, "group of its source, as in groups.parquet"),
        Column("id", COUNT, "row number of the member within the source"),
        Column("x", REAL, "x of the general formula in this member", "atoms per formula unit"),
        Column("tc_k", REAL, "estimated Tc", "K"),
        Column("tc_low_k", REAL, "lower end of the interval of tc_k", "K"),
        Column("tc_high_k", REAL, "upper end of the interval of tc_k", "K"),
    ),
)

GROUPS = Table(
    "groups",
    (
        Column("group", SMALL, "group of its source, numbered from 0 over all scales"),
        Column("members", COUNT, "compounds in it, thinned at cluster.spacing"),
        Column("compounds", COUNT, "compounds in it, near-duplicates too"),
        Column("n_elements", SMALL, "median number of elements of the members"),
        Column("distance", REAL, "median distance of the members to the nearest known compound", "half L1"),
        Column("distance_low", REAL, "lower quartile of these distances", "half L1"),
        Column("general_formula", TEXT, "constant part, substituted sites with letters, ranges of the rest"),
        Column("variables", TEXT, "range of each letter over the bulk of the members, atoms per formula unit"),
        Column("pairs", pa.list_(TEXT), "elements that replace each other, within it or in it against the reference"),
        Column("neighbour_pairs", COUNT, "pairs that are neighbours in atomic number"),
        Column(
            "replacements", COUNT, "distinct pairs of the element that lost most against the reference and the one that"
            " gained most, of any member; null: no low-pass filter", nullable=True,
        ),
        Column(
            "neighbour_replacements", COUNT, "those that are neighbours in the order that was filtered along",
            nullable=True,
        ),
        Column("tc_median_k", REAL, "median estimated Tc", "K", nullable=True),
        Column("dome", TRUTH, "estimated Tc has a maximum in x; null: too few values of x, or none", nullable=True),
        Column("dome_bic", REAL, "information criterion (BIC) of a line minus that of a parabola in x", nullable=True),
        Column("dome_x", REAL, "x of the maximum; null: no dome", "atoms per formula unit", nullable=True),
        Column("dome_tc_k", REAL, "Tc of the parabola there", "K", nullable=True),
        _REFERENCE,
        _SCALE,
        Column(
            "reference_distance", REAL, "distance of the reference to the nearest known compound", "half L1",
            nullable=True,
        ),
    ),
)  # fmt: skip

BLOCKS = Table(
    "blocks",
    (
        Column("elements", TEXT, "set of elements whose known compounds are taken out"),
        Column("version", TEXT, "cuprates, pnictides or others, by the elements"),
        Column("n_elements", SMALL, "number of elements"),
        Column("family", COUNT, "number of the known family, by average linkage; it stays"),
        Column("members", COUNT, "superconductors of the block, thinned, that are novel without it"),
        Column("distance", REAL, "median distance of these to the nearest remaining known compound", "half L1"),
    ),
)

CONTROLS = Table(
    "controls",
    (
        Column("control", TEXT, "permuted order: filtered along permuted elements; untrained: drawn by such a network"),
        Column("reference", TEXT, "slug of the reference"),
        Column("scale", SMALL, "N of the low-pass filter"),
        Column("samples", COUNT, "samples of the control, in one order of the elements"),
        Column(
            "replacements", COUNT, "samples in which one element lost against the reference and another one gained"
        ),
        Column(
            "neighbour_replacements", COUNT, "those in which the element that lost most and the one that gained most"
            " are neighbours in the order that was filtered along",
        ),
    ),
)  # fmt: skip

FAMILIES = Table(
    "families",
    (
        Column("source", TEXT, "source of the group"),
        Column("version", TEXT, "family of the model that drew it: everything, cuprates, pnictides or others"),
        *GROUPS.columns,
        Column("null_families", COUNT, "known families whose chemical systems it is compared with"),
        Column("null_fewest_elements", SMALL, "fewest elements of these systems"),
        Column("null_most_elements", SMALL, "most elements of these systems"),
        Column("p_smallest", REAL, "smallest p_novel that these systems can give", nullable=True),
        Column("p_novel", REAL, "chance of such a distance for an unseen system of a known family", nullable=True),
        Column(
            "p_footprint", REAL, "chance of its neighbour_replacements if the low-pass filter alone made them; null: no"
            " filter, or no control samples", nullable=True,
        ),
        Column("p_value", REAL, "p_novel, of a reference's group the larger of both; null: not tested", nullable=True),
        Column("q_value", REAL, "p_value adjusted for all groups of the run (Benjamini–Hochberg)", nullable=True),
        Column("new_family", TRUTH, "q_value is at most cluster.false_discovery_rate"),
        Column(
            "novelty_inherited", TRUTH, "the reference lies as far out as the group: beyond the lower quartile of its"
            " distances; null: no reference", nullable=True,
        ),
    ),
)  # fmt: skip
