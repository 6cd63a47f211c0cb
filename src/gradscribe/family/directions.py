"""Several directions through one function: k tangents forward, or k adjoints backward.

A direction is a list with one array for each leaf (a float or an array) of the arguments or of the result, in order; k
of them are arrays with a leading axis of length k.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..numerical import Leaf, flatten

Directions = list[np.ndarray]


@dataclass(frozen=True)
class Leaves:
    """The differentiable parts of a structure.

    Args:
        leaves: the parts in order.
        build: makes the structure anew from as many values.
    """

    leaves: list[Leaf]
    build: Callable[[Sequence[Any]], Any]

    @staticmethod
    def of(value: Any) -> Leaves:
        return Leaves(*flatten(value, top=False))

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        return [np.shape(leaf.value) for leaf in self.leaves]

    @property
    def size(self) -> int:
        """The number of entries of all leaves together."""
        return sum(int(np.size(leaf.value)) for leaf in self.leaves)

    @property
    def is_complex(self) -> bool:
        return any(np.iscomplexobj(leaf.value) for leaf in self.leaves)

    def row(self, directions: Directions, k: int) -> Any:
        """One direction of several, as a structure."""
        return self.build([_like(leaf.value, d[k]) for leaf, d in zip(self.leaves, directions, strict=True)])

    def rows(self, directions: Directions, chosen: slice) -> Any:
        """Some of several directions, as one structure of arrays with a leading axis."""
        return self.build([d[chosen] for d in directions])

    def zero(self, count: int = 0) -> Any:
        """The direction of length zero, as a structure; or so many of them, with a leading axis."""
        lead = (count,) if count else ()
        zeros = [np.zeros((*lead, *np.shape(leaf.value)), np.asarray(leaf.value).dtype) for leaf in self.leaves]
        return self.build(
            zeros if count else [_like(leaf.value, z) for leaf, z in zip(self.leaves, zeros, strict=True)]
        )

    def parts(self, structure: Any) -> list[Any]:
        """The leaves of a structure of derivatives (in which constants may be missing)."""
        found = {leaf.path: leaf.value for leaf in flatten(structure, top=False)[0]}
        return [found[leaf.path] for leaf in self.leaves]

    def units(self) -> Directions:
        """As many directions as there are entries, each along one entry."""
        return self.split(np.eye(self.size))

    def split(self, rows: np.ndarray) -> Directions:
        """The columns of a matrix of directions, one a row, as leaves."""
        ends = np.cumsum([np.size(leaf.value) for leaf in self.leaves])[:-1]
        pieces = np.split(rows, ends, axis=1) if self.leaves else []
        return [
            piece.reshape(len(rows), *np.shape(leaf.value)).astype(np.asarray(leaf.value).dtype, copy=False)
            for piece, leaf in zip(pieces, self.leaves, strict=True)
        ]


def joined(directions: Directions, count: int) -> np.ndarray:
    """The matrix of directions, one a row."""
    flat = [np.reshape(d, (count, -1)) for d in directions]
    return np.concatenate(flat, axis=1) if flat else np.zeros((count, 0))


def _like(value: Any, part: np.ndarray) -> Any:
    if isinstance(value, np.ndarray):
        return part
    return part[()] if isinstance(value, np.generic) else type(value)(part)


def stacked(rows: Sequence[Sequence[Any]], shapes: Sequence[tuple[int, ...]]) -> Directions:
    """Directions from rows, each a list with one part for each leaf."""
    columns = zip(*rows, strict=True) if rows else [()] * len(shapes)
    return [
        np.stack([np.asarray(part) for part in column]) if column else np.zeros((0, *shape))
        for column, shape in zip(columns, shapes, strict=True)
    ]


def concatenated(groups: Sequence[Sequence[np.ndarray]], shapes: Sequence[tuple[int, ...]]) -> Directions:
    """Directions from groups of directions, each a list with one array for each leaf."""
    if len(groups) == 1:
        return [part if part.flags.writeable else part.copy() for part in map(np.asarray, groups[0])]
    return [np.concatenate(column) for column in zip(*groups, strict=True)]
