"""A judge of anybody's structures: validity, uniqueness, novelty, matches, each definition under its own name."""
