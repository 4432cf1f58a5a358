"""Diffusion models of any data: processes, denoisers, samplers, ILVR (torch and numpy only)."""
