"""Benchmark of new families: where the tree of linkage is cut, and what the test of a new family can see."""
