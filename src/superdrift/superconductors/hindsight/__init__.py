"""What a run that knows the compounds up to a year says of those that were reported afterwards."""
