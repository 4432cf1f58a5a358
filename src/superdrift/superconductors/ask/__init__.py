"""A request that a user makes of a trained generator: drawn, checked, estimated, ranked, printed."""
