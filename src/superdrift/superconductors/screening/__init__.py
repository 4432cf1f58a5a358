"""Which samples could be compounds: basic checks, novelty, all verdicts of a batch."""
