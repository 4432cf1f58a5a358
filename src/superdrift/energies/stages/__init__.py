"""Training and gathering of formation-energy networks: arguments in, files out."""
