"""The generator: which rows it learns from, the model, sampling with and without a reference."""
