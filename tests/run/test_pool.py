"""Many arguments, one function, several processes."""

import operator

from superdrift.run.pool import in_order


def test_results_are_in_order_whatever_works():
    arguments = [3, -1, 2, 0]
    assert list(in_order(operator.neg, arguments, processes=1)) == [-3, 1, -2, 0]
    assert list(in_order(operator.neg, arguments, processes=2)) == [-3, 1, -2, 0]
