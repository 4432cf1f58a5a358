"""The domain of superconductors: data, generation, screening, Tc, new families, drift, ranking, and their stages."""
