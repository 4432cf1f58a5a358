"""New families: a map of compositions, its clusters, groups and general formulas."""
