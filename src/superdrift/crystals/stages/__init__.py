"""Stages of the crystals."""
