"""How a composition enters a network: as a vector, as tokens of running sums, as digits."""
