"""One module a rule: arguments in, files out, no mathematics."""
