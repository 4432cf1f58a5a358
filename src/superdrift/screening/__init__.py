"""Which compositions could exist: basic checks, charge balance, site balance, novelty, projection."""
