"""Training: one loop, its objectives, checkpoints, devices, shared layers; knows no material."""
