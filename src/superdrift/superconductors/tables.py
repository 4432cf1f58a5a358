"""The superconductors' Parquet tables, declared once: names, types, units, meanings. `read` and `write` check them."""

import pyarrow as pa

from superdrift.composition.elements import N_ELEMENTS
from superdrift.io.tables import Column, Table, vector

TEXT, TRUTH, REAL, COUNT, SMALL = pa.string(), pa.bool_(), pa.float64(), pa.int64(), pa.int32()

VECTOR = vector(N_ELEMENTS)
"""Amounts of the elements, hydrogen to curium."""
ID = Column("id", COUNT, "row number within its source, from 0")
AMOUNTS = Column("amounts", VECTOR, "amount of each element, hydrogen to curium", "atoms per formula unit")

LABEL = Column(
    "superconducting",
    TRUTH,
    "false: measured and found not superconducting; null: listed without a Tc, so nobody knows",
    nullable=True,
)

COMPOUNDS = Table(
    "compounds",
    (
        Column("id", COUNT, "row number in this table, from 0"),
        Column("formula", TEXT, "formula as read"),
        Column("reduced_formula", TEXT, "formula with the smallest whole numbers; equal for equal compositions"),
        Column("family", TEXT, "cuprates, pnictides or others, by the elements"),
        LABEL,
        Column("tc_k", REAL, "critical temperature as reported; null where not superconducting", "K", nullable=True),
        Column("tc_consensus_k", REAL, "median over all entries of the same composition", "K", nullable=True),
        AMOUNTS,
        Column(
            "split",
            TEXT,
            "train or validation, for the drift and for models whose training.validation is groups; a near-duplicate "
            "group stays on one side",
        ),
        Column("group", SMALL, "near-duplicate group: linked by steps of at most prepare.group_radius"),
        Column("flags", pa.list_(TEXT), "doubts about the row, e.g. oxygen_placeholder; docs/data.md lists them"),
        Column("year", SMALL, "year of the first report of the composition; null: not known", nullable=True),
        Column("reference", TEXT, "that report; null: not known", nullable=True),
        Column("origin", TEXT, "data source the row was read from"),
        Column("row", COUNT, "line in that source, from 1"),
    ),
)

REJECTED = Table(
    "rejected",
    (
        Column("row", COUNT, "line in the source, from 1"),
        Column("text", TEXT, "the formula as it stands there"),
        Column("reason", TEXT, "why it was not used"),
        Column("origin", TEXT, "data source the row was read from"),
    ),
)

SAMPLES = Table("samples", (ID, AMOUNTS))

_REFERENCE = Column("reference", TEXT, "slug of the reference compound")
CONDITIONED = Table(
    "conditioned", (ID, AMOUNTS, _REFERENCE, Column("scale", SMALL, "N of the low-pass filter phi_N (ILVR)"))
)

INPAINTED = Table(
    "inpainted",
    (
        ID,
        AMOUNTS,
        _REFERENCE,
        Column("depth", REAL, "share of what may be drawn anew that was"),
        Column("stays", TEXT, "elements of the reference that stayed as they were, with blanks between; may be none"),
    ),
)

DRIFTED = Table(
    "drifted",
    (
        ID,
        AMOUNTS,
        Column("start", TEXT, "slug of the start"),
        Column("trajectory", SMALL, "trajectory that passed here"),
        Column("kind", TEXT, "climb (gradient drift) or walk (random control)"),
        Column("step", SMALL, "step number, from 1; the largest is the end of the trajectory"),
    ),
)

TRAJECTORIES = Table(
    "trajectories",
    (
        Column("kind", TEXT, "climb (gradient drift) or walk (random control)"),
        Column("trajectory", SMALL, "trajectory number, from 0"),
        Column("step", SMALL, "step number; 0 is the encoded start"),
        Column("z", pa.list_(pa.float32()), "position in the latent space"),
        Column("formula", TEXT, "decoded composition", nullable=True),
        Column("tc_climbed_k", REAL, "Tc by the predictor that is climbed; judge it by tc_k of the estimate", "K"),
        Column(
            "tc_undenoised_k",
            REAL,
            "the same before the decoding is denoised; null where nothing is denoised",
            "K",
            nullable=True,
        ),
        Column("spread_k", REAL, "disagreement of the ensemble's members; null as published", "K", nullable=True),
        Column(
            "distance_to_learned",
            REAL,
            "half L1 to the nearest compound that the ensemble learned from; null as published",
            nullable=True,
        ),
        Column(
            "objective_k",
            REAL,
            "what is climbed: tc_climbed_k less both penalties; null as published",
            "K",
            nullable=True,
        ),
    ),
)

PROJECTED = Table(
    "projected",
    (
        ID,
        AMOUNTS,
        Column("moved", REAL, "half the L1 distance of atomic fractions between the sample and this row"),
        Column("rule", TEXT, "rule that was projected on; none: passed through"),
    ),
)

SCREENED = Table(
    "screened",
    (
        ID,
        Column(
            "amounts",
            VECTOR,
            "amount of each element as it was judged: after rounding and noise floor; all 0 where one was not finite",
            "atoms per formula unit",
        ),
        Column(
            "formula", TEXT, "formula after rounding and noise floor; null where no compound remains", nullable=True
        ),
        Column("reduced_formula", TEXT, "formula with the smallest whole numbers", nullable=True),
        Column("family", TEXT, "family of this compound by its elements", nullable=True),
        Column("n_elements", SMALL, "number of elements"),
        Column("basic_pass", TRUTH, "no negative amount, and a number of elements within screen.n_elements"),
        Column("basic_failure", TEXT, "why the basic checks failed", nullable=True),
        Column("duplicate", TRUTH, "an earlier row of this source has the same reduced formula"),
        Column("known", TRUTH, "a known compound lies within screen.known_radius"),
        Column("novel", TRUTH, "no known compound lies within screen.novel_radius"),
        Column("distance_to_known", REAL, "distance to the nearest known compound", "half L1", nullable=True),
        Column("nearest_known", TEXT, "formula of the nearest known compound", nullable=True),
        Column("metallic", TRUTH, "metals only: no ionic picture applies"),
        Column(
            "metal_plausible",
            TRUTH,
            "of metals only: more like known alloys and intermetallics than like mixtures of metals; null for others",
            nullable=True,
        ),
        Column("metal_score", REAL, "at least 0: plausible; log odds over the limit", nullable=True),
        Column("valid_published", TRUTH, "SMACT's charge neutrality and Pauling test, as published"),
        Column(
            "charge_valid",
            TRUTH,
            "charge-balanced: neutral with charges that its ions hold in known compounds of any kind; null where no "
            "ionic picture applies",
            nullable=True,
        ),
        Column("charge_reason", TEXT, "why charge_valid is false or null", nullable=True),
        Column(
            "superconductor_valence",
            TRUTH,
            "the redox ion's formal valence is one of known superconductors of similar cations; null without a redox "
            "ion, and where too few of its superconductors are known",
            nullable=True,
        ),
        Column(
            "charge_score",
            REAL,
            "at least 0: valid; log density of the valence among known superconductors over the limit; next to 0 "
            "where valid by other compounds alone",
            nullable=True,
        ),
        Column("charges", TEXT, "the mean charge of each element, as in Ba2+ Cu2.27+ O2-", nullable=True),
        Column("valid_published_raw", TRUTH, "valid_published of the sample before projection"),
        Column("charge_valid_raw", TRUTH, "charge_valid of the sample before projection", nullable=True),
        Column("redox_ion", TEXT, "element that takes the charge that the others leave", nullable=True),
        Column("formal_valence", REAL, "mean charge of the redox ion", "e", nullable=True),
        Column("site_balanced", TRUTH, "the cations sum to a whole number, to within the rounding of amounts"),
    ),
)

ESTIMATED = Table(
    "estimated",
    (
        ID,
        Column("superconducting_probability", REAL, "probability of superconductivity, at equal prior odds"),
        Column("tc_k", REAL, "critical temperature if superconducting", "K"),
        Column("tc_low_k", REAL, "lower end of the interval of tc_k", "K"),
        Column("tc_high_k", REAL, "upper end of the interval of tc_k", "K"),
        Column(
            "extrapolated", TRUTH, "tc_high_k passes every Tc established at ambient pressure in the compound's class"
        ),
        Column("needs_pressure", TRUTH, "an element or a hydride that superconducts, if at all, only under pressure"),
        Column(
            "applicable",
            TRUTH,
            "measured, or its chemistry close enough to known superconductors, for the estimate to mean something",
        ),
        Column(
            "superconducting_probability_knn", REAL, "share of superconductors among the neighbours (published method)"
        ),
        Column("tc_knn_k", REAL, "mean critical temperature of the neighbours (published method)", "K"),
        Column("formation_energy_ev", REAL, "formation energy", "eV/atom", nullable=True),
        Column("formation_energy_sd_ev", REAL, "standard deviation of the formation energy", "eV/atom", nullable=True),
        Column(
            "hull_distance_ev",
            REAL,
            "predicted distance to the hull of the other known compounds",
            "eV/atom",
            nullable=True,
        ),
        Column(
            "hull_competitors",
            COUNT,
            "known compounds in that hull; 0: it holds the elements alone, and says no more than the formation energy",
            nullable=True,
        ),
    ),
)

NEIGHBOURS = Table(
    "neighbours",
    (
        Column("id", COUNT, "row of compounds.parquet that stands for the composition"),
        Column("family", TEXT, "cuprates, pnictides or others, by the elements"),
        LABEL,
        Column("tc_consensus_k", REAL, "median over all entries of the composition", "K", nullable=True),
        AMOUNTS,
    ),
)

PHASES = Table(
    "phases",
    (
        AMOUNTS,
        Column("formation_energy_ev", REAL, "formation energy, predicted as for candidates", "eV/atom"),
        Column("origin", TEXT, "data source that lists the compound"),
        Column("known", TRUTH, "one of the run's known compounds; false: listed by energy.phases alone"),
    ),
)

HELD_OUT = Table(
    "held_out",
    (
        Column("id", COUNT, "row of compounds.parquet that stands for the composition"),
        Column("split", TEXT, "how held-out data was chosen: random, systems or grouped"),
        Column("fold", SMALL, "fold in which it was held out"),
        Column("group", COUNT, "held-out group: chemical systems linked by near-duplicates, held out together"),
        Column("family", TEXT, "cuprates, pnictides or others, by the elements"),
        LABEL,
        Column("measured_tc_k", REAL, "measured Tc: median over all entries of the composition", "K", nullable=True),
        Column("distance", REAL, "distance to the nearest training composition, whatever its label", "half L1"),
        Column("superconducting_probability", REAL, "estimate by the default estimator"),
        Column("superconducting_probability_knn", REAL, "estimate by the published method"),
        Column("tc_k", REAL, "Tc by the default estimator", "K"),
        Column("tc_low_k", REAL, "lower end of the interval of tc_k", "K"),
        Column("tc_high_k", REAL, "upper end of the interval of tc_k", "K"),
        Column("tc_knn_k", REAL, "Tc by the published method", "K"),
        Column("tc_family_k", REAL, "mean Tc of the family's training compounds", "K"),
    ),
)

VERDICTS = tuple(column for column in SCREENED.columns if column.name != "amounts")
"""Columns of `SCREENED` that go with a candidate: the vector of amounts is stored once."""

CANDIDATES = Table(
    "candidates",
    (
        Column("rank", COUNT, "place, from 1"),
        Column("score", REAL, "superconducting probability × lower bound of Tc", "K"),
        Column("source", TEXT, "source that the candidate comes from"),
        *VERDICTS,
        *(column for column in ESTIMATED.columns if column != ID),
        Column("moved", REAL, "how far the projection moved the sample", "half L1"),
        Column("group", SMALL, "group of its source, as in that source's groups.parquet; null: in none", nullable=True),
    ),
)
