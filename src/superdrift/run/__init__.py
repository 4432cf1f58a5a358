"""How a run is made: commands, settings, configuration, provenance, downloads, seeds; knows no material."""
