"""Turns the table when it is imported."""

from .meddlers import turn

value = turn()
