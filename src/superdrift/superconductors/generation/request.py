"""What samples are asked for: a family and a Tc, which the model learned to follow, and what every sample must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

AmountRange = tuple[float, float]
"""Least and greatest amount, atoms per formula unit, both included."""
ANY_AMOUNT: AmountRange = (0.01, 199.99)
"""Of an element that is there: what tokens hold (`encoding.tokens`)."""


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        family: everything, cuprates, pnictides or others; by elements, so every sample belongs to it.
        tc_at_least_k: K; samples are drawn as compounds of at least this Tc are. None: any.
        required: symbols of elements that every sample has.
        allowed: symbols of all elements that a sample may have; empty: any.
        forbidden: symbols of elements that no sample has.
        n_elements: fewest and most elements.
        amounts: symbol → range of its amount where it is there; an element of the fixed part has its amount twice.
        open_cations: range of the sum of the cations that have no fixed amount; None: any.
    """

    family: str = "everything"
    tc_at_least_k: float | None = None
    required: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    n_elements: tuple[int, int] = (1, 8)
    amounts: Mapping[str, AmountRange] = field(default_factory=dict)
    open_cations: AmountRange | None = None

    @property
    def fixed(self) -> dict[str, float]:
        """Elements whose amount is fixed, and it."""
        return {symbol: low for symbol, (low, high) in self.amounts.items() if low == high}
