"""Formulas from people: read, screened, estimated, told."""
