"""Source-to-source automatic differentiation of Python functions."""
