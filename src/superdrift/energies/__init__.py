"""Formation energies from compositions: networks, their ensemble, and the distance to the hull of known compounds."""
