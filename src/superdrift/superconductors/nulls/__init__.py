"""Proposals that need no model: what anybody could write down who has the table of known compounds."""
