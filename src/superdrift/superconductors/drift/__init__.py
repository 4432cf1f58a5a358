"""Gradient drift: a VAE's latent space, the predictor that is climbed, the climb and its control."""
