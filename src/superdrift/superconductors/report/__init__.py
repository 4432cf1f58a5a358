"""The superconductors' part of the report: numbers, tables, figures, sections."""
