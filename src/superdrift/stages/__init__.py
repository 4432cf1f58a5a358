"""One module a rule: arguments in, files out, no mathematics. Run as `python -m superdrift.stages.NAME`."""
