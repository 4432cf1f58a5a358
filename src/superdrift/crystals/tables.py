"""The crystals' Parquet tables, declared once: names, types, units, meanings. `read` and `write` check them."""

import pyarrow as pa

from superdrift.io.tables import Column, Table, vector

TEXT, TRUTH, REAL, COUNT, SMALL = pa.string(), pa.bool_(), pa.float64(), pa.int64(), pa.int32()

_REALS, _TEXTS = pa.list_(REAL), pa.list_(TEXT)

CELL = (
    Column("lattice", vector(9), "lattice vectors a, b, c, one after another", "Å"),
    Column("species", _TEXTS, "element of each occupant; a disordered site has several, one after another"),
    Column("coordinates", _REALS, "three fractional coordinates of each occupant"),
    Column("occupancies", _REALS, "share of its site of each occupant; null where every site has one", nullable=True),
)
"""A structure: what `structures.rows` makes and reads."""

_ORIGIN = (
    Column("source", TEXT, "data source, by its name in crystals.catalogue"),
    Column("row", COUNT, "row in that source, from 1"),
    Column("material_id", TEXT, "name of the structure there"),
)

_READ = (
    *_ORIGIN,
    Column("formula", TEXT, "atoms in the cell as given"),
    Column("reduced_formula", TEXT, "formula with the smallest whole numbers; equal for equal compositions"),
    Column("anonymous_formula", TEXT, "stoichiometry without elements, the fewest atoms first, such as AB2C4"),
    Column("elements", _TEXTS, "elements, in the order of the alphabet"),
    Column("n_sites", SMALL, "sites in the cell as given"),
    *CELL,
    Column("volume", REAL, "volume of the cell", "Å^3"),
    Column("space_group", SMALL, "number of the space group, to within crystals.read.symprec (spglib)"),
    Column("prototype", TEXT, "AFLOW's label of the arrangement without elements, equal for isopointal structures"),
    Column("fingerprint", TEXT, "AFLOW's label and the elements (mixtures) on the occupied Wyckoff positions"),
    Column("formation_energy_ev", REAL, "formation energy that the source gives (DFT)", "eV/atom", nullable=True),
    Column("e_above_hull_ev", REAL, "distance to the hull that the source gives", "eV/atom", nullable=True),
    Column("tc_k", REAL, "critical temperature of the formula or as the source gives it", "K", nullable=True),
)

READ = Table(
    "crystals_read",
    (*_READ, Column("assigned", TEXT, "part of the split that the source assigns; null: none", nullable=True)),
)

STRUCTURES = Table(
    "crystals_structures",
    (
        Column("id", COUNT, "row number in this table, from 0"),
        *_READ,
        Column(
            "split",
            TEXT,
            "train, validation or test; left_out: its formula is one of the test's or the validation's, but its source "
            "is not",
        ),
        Column(
            "prototype_split",
            TEXT,
            "a split by prototype: train, validation or test; left_out: of a prototype to train on, but its formula is "
            "held out",
        ),
        Column("prototype_known", TRUTH, "another formula that split counts to train has this prototype"),
        Column(
            "duplicate_of",
            COUNT,
            "id of the first row with the same formula, fingerprint and geometry; null: none before it",
            nullable=True,
        ),
    ),
)

REJECTED = Table(
    "crystals_rejected",
    (*_ORIGIN, Column("reason", TEXT, "why it was not used")),
)

PROPOSALS = Table(
    "crystals_proposals",
    (
        Column("formula", TEXT, "formula that was asked for, with the smallest whole numbers"),
        Column("rank", SMALL, "place among the formula's proposals, from 1"),
        Column("score", REAL, "what they are ranked by, largest first; docs/methods/crystals.md"),
        *CELL,
        Column("n_sites", SMALL, "sites in the cell"),
        Column("volume", REAL, "volume of the cell, predicted", "Å^3"),
        Column("space_group", SMALL, "space group of the template"),
        Column("prototype", TEXT, "prototype of the template"),
        Column("template", COUNT, "id of the template in structures.parquet"),
        Column("template_source", TEXT, "data source of the template"),
        Column("template_id", TEXT, "name of the template in its source"),
        Column("template_formula", TEXT, "formula of the template, with the smallest whole numbers"),
        Column("replaced", _TEXTS, "which element stands for which of the template, such as K for Na"),
    ),
)

_SAID = "null: it cannot be said; reason"

EVALUATED = Table(
    "crystals_evaluated",
    (
        Column("set", TEXT, "what it is counted with: a method, known (a draw of known structures) or given"),
        Column("name", TEXT, "its name there: formula and rank, source and name, or name of the file"),
        Column("rank", SMALL, "place among the formula's proposals, from 1; null: no proposal", nullable=True),
        Column("readable", TRUTH, "it is a structure of chemical elements"),
        Column("formula", TEXT, "formula with the smallest whole numbers", nullable=True),
        Column("n_sites", COUNT, "sites in the cell as given", nullable=True),
        Column("ordered", TRUTH, "every site is occupied by one element", nullable=True),
        Column("volume", REAL, "volume of the cell", "Å^3", nullable=True),
        Column("density", REAL, "mass density", "g/cm^3", nullable=True),
        Column("nearest", REAL, "smallest distance of two atoms, images included", "Å", nullable=True),
        Column("widest_gap", REAL, "widest layer without atoms between lattice planes", "Å", nullable=True),
        Column("space_group", SMALL, "number of the space group, to within crystals.read.symprec", nullable=True),
        Column("fingerprint", TEXT, "AFLOW's label and the elements on Wyckoff positions", nullable=True),
        Column("cdvae_geometry", TRUTH, f"CDVAE's validity of the structure; {_SAID}", nullable=True),
        Column("smact", TRUTH, f"CDVAE's validity of the composition: SMACT, Pauling's test; {_SAID}", nullable=True),
        Column("cdvae", TRUTH, f"both; {_SAID}", nullable=True),
        Column("lemat_distance", TRUTH, f"LeMat-GenBench's shortest distances; {_SAID}", nullable=True),
        Column("lemat_plausible", TRUTH, f"LeMat-GenBench's densities and lattice; {_SAID}", nullable=True),
        Column("charge_neutral", TRUTH, "measured oxidation states cancel; null: no ionic picture", nullable=True),
        *(
            Column(f"{what}_{way}", TRUTH, f"{meaning}, {how}; null: not compared", nullable=True)
            for way, how in (
                ("wyckoff", "by elements on Wyckoff positions"),
                ("matcher", "by pymatgen's matcher"),
                ("alloy", "by MatterGen's disorder-aware matcher"),
            )
            for what, meaning in (("unique", "it repeats none before it in its set"), ("novel", "it is no known one"))
        ),
        Column("known_as", TEXT, "source and name of the first known structure that it is, any way", nullable=True),
        Column("target", TEXT, "structure sought that it matches best (DiffCSP); null: none", nullable=True),
        Column("rmsd", REAL, "displacement from that", "(V/N)^(1/3)", nullable=True),
        Column("same_space_group", TRUTH, "it has the space group of that", nullable=True),
        Column("reason", TEXT, "what is wrong or remarkable, or why there is no verdict", nullable=True),
    ),
)

EVALUATION = Table(
    "crystals_evaluation",
    (
        Column("set", TEXT, "as in evaluated.parquet"),
        Column("quantity", TEXT, "name, as defined in docs/methods/crystals.md"),
        Column("at", SMALL, "so many proposals of a formula are looked at; null: all", nullable=True),
        Column("value", REAL, "the number; null where nothing is counted", nullable=True),
        Column("low", REAL, "lower end of its 95 % interval", nullable=True),
        Column("high", REAL, "upper end of its 95 % interval", nullable=True),
        Column("unit", TEXT, "unit; 1 for shares"),
        Column("hits", COUNT, "how many pass; null: no share", nullable=True),
        Column("n", COUNT, "of how many"),
    ),
)

RELAXED = Table(
    "crystals_relaxed",
    (
        Column("formula", TEXT, "formula that was asked for, with the smallest whole numbers"),
        Column("rank", SMALL, "place among the formula's proposals, from 1"),
        *CELL,
        Column("volume", REAL, "volume of the cell", "Å^3"),
        Column("reason", TEXT, "why it could not be relaxed, and is as it was proposed; null: it was", nullable=True),
        Column("converged", TRUTH, "no force was above crystals.stability.fmax at the end"),
        Column("steps", SMALL, "steps of the relaxation"),
        Column("fmax", REAL, "largest force at the end, that on the cell included", "eV/Å", nullable=True),
        Column("energy_ev", REAL, "energy of the potential, with its corrections", "eV/atom", nullable=True),
        Column("formation_energy_ev", REAL, "formation energy by the potential", "eV/atom", nullable=True),
        Column(
            "e_above_hull_ev",
            REAL,
            "distance to the hull of known structures; negative: below all mixtures of them",
            "eV/atom",
            nullable=True,
        ),
        Column(
            "e_above_hull_error_ev",
            REAL,
            "mean error of such distances on crystals.stability.checked known structures, each left out of its hull",
            "eV/atom",
            nullable=True,
        ),
        Column("stable", TRUTH, "e_above_hull_ev is at most 0", nullable=True),
        Column("metastable", TRUTH, "e_above_hull_ev is at most 0.1 eV/atom", nullable=True),
        Column("competitors", COUNT, "known compounds of other compositions among its elements", nullable=True),
        Column("potential", TEXT, "potential, with the version of its weights"),
    ),
)
