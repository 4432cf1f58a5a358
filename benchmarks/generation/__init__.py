"""What generators write, beside the data they learned from."""
