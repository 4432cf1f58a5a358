"""Diffusion models over compositions: processes, denoisers, training, samplers, ILVR (torch and numpy only)."""
