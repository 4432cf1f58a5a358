"""Is a climb real? The drift and its rivals at equal calls, judged on the other half of the known compounds."""
