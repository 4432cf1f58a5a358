"""Diffusion models of any data: processes, denoisers, samplers, inpainting, ILVR (torch and numpy only)."""
