"""The figures of the superconductors' report, one a file; `all` lists them in the order of the page."""
