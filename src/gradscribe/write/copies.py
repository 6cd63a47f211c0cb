"""Parallel assignments, one after the other: each target is written behind its last reader."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def in_order(moves: Sequence[tuple[str, ast.expr]]) -> list[list[int]]:
    """An order of the assignments `name = value` that gives what doing all at once would give.

    Returns:
        groups of positions; a group of more than one is a cycle, and must be one tuple assignment.
    """
    reads = [{n.id for n in ast.walk(value) if isinstance(n, ast.Name)} for _, value in moves]
    left = dict.fromkeys(range(len(moves)))
    groups: list[list[int]] = []
    while left:
        ready = next((k for k in left if not any(moves[k][0] in reads[j] for j in left if j != k)), None)
        group = [ready] if ready is not None else _cycle(moves, reads, list(left))
        groups.append(group)
        for k in group:
            del left[k]
    return groups


def _cycle(moves: Sequence[tuple[str, ast.expr]], reads: list[set[str]], left: list[int]) -> list[int]:
    """Assignments of which each must stand behind another one of them, and nobody else's reader is among the rest."""
    path = [left[0]]
    while True:
        reader = next(j for j in left if j != path[-1] and moves[path[-1]][0] in reads[j])
        if reader in path:
            break
        path.append(reader)
    group = set(path[path.index(reader) :])
    while True:  # whoever reads a target of the group must be in it, or stand before it
        more = {j for j in left if j not in group and any(moves[k][0] in reads[j] for k in group)}
        if not more:
            return sorted(group)
        group |= more
