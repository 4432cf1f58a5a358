"""Periodic structures: files, rows of tables, symmetry, matching, volume."""
