"""A VAE of compositions and the gradient drift in its latent space (torch and numpy only)."""
