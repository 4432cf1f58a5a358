"""Compounds of metals only: what marks a real alloy or intermetallic, and the check that learned it."""
