"""Formulas that a user gives: read, screened against known compounds, estimated, printed."""
