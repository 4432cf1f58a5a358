"""What is told of a block `crystals` that cannot be used."""

import pytest
from configurations import changed, load

from superdrift.configuration import validate
from superdrift.run.errors import InputError


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("sources",), ["mp-20-tset"], "names 'mp-20-tset', which crystals.catalogue does not hold; did you mean"),
        (("gather", "test_share"), 0.48, "test_share and validation_share are 0.53 together"),
        (("propose", "formulas"), ["NaClx"], "crystals.propose.formulas: malformed formula 'NaClx'"),
        (("read", "symprec"), 0, "crystals.read.symprec = 0"),
        (("template", "similarity"), "mined", "did you mean 'data_mined'"),
        (("catalogue", "mp-20-test", "split"), "tests", "did you mean 'test'"),
    ],
)
def test_mistakes_are_told(path, value, told):
    with pytest.raises(InputError, match=told):
        validate(changed(load(), ("crystals", *path), value))
