"""Groups of columns that can share one direction, and what rows or columns are better done by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


def groups_of_columns(pattern: Any) -> np.ndarray:
    """A group for each column, so that no two columns of a group have an entry in the same row.

    Args:
        pattern: a sparse matrix in CSC form.
    """
    try:
        from scipy.optimize._numdiff import group_columns
    except ImportError:
        return _greedy(pattern)
    return np.asarray(group_columns(pattern.tocsc().astype(np.int32), order=np.arange(pattern.shape[1])))


def _greedy(pattern: Any) -> np.ndarray:
    """The same, column by column, each into the first group that has none of its rows."""
    pattern = pattern.tocsc()
    groups = np.full(pattern.shape[1], -1)
    taken: list[np.ndarray] = []
    for column in range(pattern.shape[1]):
        rows = pattern.indices[pattern.indptr[column] : pattern.indptr[column + 1]]
        k = next((k for k, used in enumerate(taken) if not used[rows].any()), len(taken))
        if k == len(taken):
            taken.append(np.zeros(pattern.shape[0], bool))
        taken[k][rows] = True
        groups[column] = k
    return groups


@dataclass(frozen=True)
class Plan:
    """How a matrix is found from few directions.

    Args:
        alone: rows (columns, for a plan of rows) that are done one by one.
        groups: a group for each column, of the matrix without those rows.
    """

    alone: np.ndarray
    groups: np.ndarray

    @property
    def sweeps(self) -> int:
        return len(self.alone) + int(self.groups.max(initial=-1)) + 1


def plan(pattern: Any) -> Plan:
    """For columns: dense rows by themselves, as far as that saves directions, then groups of columns."""
    pattern = pattern.tocsr()
    counts = np.diff(pattern.indptr)
    alone = _worth_it(counts)
    kept = np.ones(pattern.shape[0], bool)
    kept[alone] = False
    return Plan(alone, groups_of_columns(_only_rows(pattern, kept)))


def least_sweeps(pattern: Any) -> int:
    """What a plan takes at least: the rows done by themselves, and a group for each entry of the longest other row."""
    counts = np.diff(pattern.tocsr().indptr)
    alone = _worth_it(counts)
    return len(alone) + int(np.delete(counts, alone).max(initial=0))


def _only_rows(pattern: Any, kept: np.ndarray) -> Any:
    """The matrix with the other rows emptied."""
    from scipy import sparse

    rows, columns = pattern.nonzero()
    held = kept[rows]
    return sparse.csc_array((np.ones(int(held.sum()), np.int8), (rows[held], columns[held])), shape=pattern.shape)


def _worth_it(counts: np.ndarray) -> np.ndarray:
    """The longest rows, as many as make their number and the length of the next row least: no fewer groups will do."""
    order = np.argsort(-counts, kind="stable")[:1000]
    left = np.append(counts[order], 0)[: len(order) + 1]
    best = int(np.argmin(np.arange(len(left)) + left)) if len(counts) else 0
    return np.sort(order[:best])


@dataclass(frozen=True)
class SymmetricPlan:
    """How a symmetric matrix is found: each of `alone` has a direction of its own, which gives its column and its row;
    the other columns share directions by group (-1 for those of `alone`)."""

    alone: np.ndarray
    groups: np.ndarray

    @property
    def sweeps(self) -> int:
        return len(self.alone) + int(self.groups.max(initial=-1)) + 1


def symmetric_plan(pattern: Any) -> SymmetricPlan:
    """Dense rows and columns by themselves, then groups of what is left."""
    pattern = pattern.tocsr()
    alone = _worth_it(np.diff(pattern.indptr))
    kept = np.ones(pattern.shape[0], bool)
    kept[alone] = False
    rest = _only_rows(_only_rows(pattern, kept).T, kept)
    groups = groups_of_columns(rest)
    groups[alone] = -1
    used, numbered = np.unique(groups, return_inverse=True)
    return SymmetricPlan(alone, numbered - int(-1 in used))
