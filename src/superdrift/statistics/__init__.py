"""Intervals, bootstraps, folds and scores; knows no material."""
