"""Which rows a model is trained on."""

import logging

import numpy as np
import pyarrow as pa
import pytest

from superdrift.run.errors import InputError
from superdrift.superconductors.encoding.encodings import AMOUNTS, TOKENS
from superdrift.superconductors.generation.training_rows import choose_rows
from superdrift.superconductors.tables import VECTOR


def compounds(n=40):
    """Made-up cuprates, all different, every tenth held out."""
    amounts = np.zeros((n, 96), dtype=np.float32)
    amounts[:, 7], amounts[:, 28], amounts[:, 56] = 4, 1, 1 + np.arange(n) / 100
    columns = {
        "family": ["cuprates"] * n,
        "superconducting": [True] * n,
        "amounts": amounts,
        "tc_consensus_k": [40.0 + i for i in range(n)],
        "split": ["validation" if i % 10 == 0 else "train" for i in range(n)],
        "flags": [[] for _ in range(n)],
    }
    return columns


def table(columns):
    flat = pa.array(np.ascontiguousarray(columns["amounts"]).reshape(-1))
    vectors = pa.FixedSizeListArray.from_arrays(flat, type=VECTOR)
    return pa.table({**columns, "amounts": vectors})


def choose(columns, family="cuprates", exclude=(), *, encoding=TOKENS, merge=True, validation="groups"):
    parts = choose_rows(
        table(columns), family, exclude, encoding, merge_repeats=merge, validation=validation, seed=1
    )  # fmt: skip
    return tuple(part.amounts for part in parts)


def test_rows_are_split():
    train, validation = choose(compounds())
    assert train.shape == (36, 96) and validation.shape == (4, 96)


def test_random_validation_is_the_same_for_every_version():
    columns = compounds(400)
    columns["family"][::2] = ["others"] * 200
    parts = {family: choose(columns, family, validation="random") for family in ("everything", "cuprates", "others")}
    held_out = {family: {tuple(row) for row in kept} for family, (_, kept) in parts.items()}
    assert held_out["everything"] == held_out["cuprates"] | held_out["others"]
    assert 20 < len(held_out["everything"]) < 60 and len(parts["everything"][0]) + len(held_out["everything"]) == 400
    with pytest.raises(InputError, match="'best' is neither groups nor random"):
        choose(columns, validation="best")


def test_each_filter_leaves_rows_out_and_says_how_many(caplog):
    columns = compounds()
    columns["family"][1] = "others"
    columns["superconducting"][2] = False
    columns["flags"][3] = ["oxygen_placeholder"]
    columns["amounts"][4, 56] = 250.0
    columns["amounts"][6] = columns["amounts"][5]
    with caplog.at_level(logging.INFO, logger="superdrift"):
        logging.getLogger("superdrift").propagate = True
        train, _ = choose(columns, exclude=["oxygen_placeholder"])
    assert len(train) == 36 - 5
    for line in ("38 superconducting compounds", "1 left out for their flags", "1 left out: the model cannot write",
                 "1 merged with an equal compound", "31 compounds to train on, 4 to validate on"):  # fmt: skip
        assert line in caplog.text


def test_vectors_hold_every_row_and_repeats_stay_where_asked():
    columns = compounds()
    columns["amounts"][4, 56] = 250.0
    columns["amounts"][6] = columns["amounts"][5]
    assert len(choose(columns, encoding=AMOUNTS, merge=False)[0]) == 36


def test_everything_takes_all_families():
    columns = compounds()
    columns["family"][:20] = ["others"] * 20
    assert len(choose(columns, family="everything")[0]) == 36


def test_too_few_rows_are_told():
    with pytest.raises(InputError, match="family cuprates leaves 9 compounds to train on and 1 to validate on"):
        choose(compounds(10))
    with pytest.raises(InputError, match="family pnictides leaves 0"):
        choose(compounds(), family="pnictides")
