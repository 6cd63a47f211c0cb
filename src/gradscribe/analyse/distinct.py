"""Whether an index names no cell of an array twice, so that what is added or written there may be added or written at
once. Indices that are made by `np.arange`, `np.argsort` and the like have distinct entries, whatever their length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import BY_NAME, GETITEM, TUPLE
from ..ir.types import Array, Tuple
from .extents import Extents

_PAIRS = ("triu_indices", "tril_indices", "triu_indices_from", "tril_indices_from", "nonzero")
"""What gives cells as a tuple with an array for each axis."""


def names_no_cell_twice(
    index: Atom, definition: Mapping[Var, Op], extents: Extents, is_written: Callable[[Var], bool]
) -> bool:
    """Whether all entries of `x[index]` are known to be different cells.

    Args:
        index: any index.
        definition: of each value the operation that makes it, where one does.
        extents: of the arrays of the program.
        is_written: whether the memory of a value is changed after it was made.
    """
    made = definition.get(index) if isinstance(index, Var) else None
    parts = made.args if made is not None and made.primitive is TUPLE else (index,)
    arrays = [a for a in parts if not is_basic_index(a)]
    if not arrays:
        return True
    if not all(_is_row(a) for a in arrays) or any(map(is_written, arrays)):  # type: ignore[arg-type]
        return False
    first = arrays[0]
    if all(extents.same(first, a) for a in arrays) and any(_has_distinct_entries(a, definition) for a in arrays):
        return True
    return _are_all_of_one(arrays, definition)


def _is_row(atom: Atom) -> bool:
    return isinstance(atom, Var) and isinstance(atom.type, Array) and atom.type.ndim == 1 and atom.type.kind == "i"


def _has_distinct_entries(atom: Atom, definition: Mapping[Var, Op]) -> bool:
    """None of them negative: `x[-1]` and `x[n - 1]` are one cell."""
    op = definition.get(atom) if isinstance(atom, Var) else None
    if op is None:
        return False
    if op.primitive is BY_NAME["arange_"]:
        start, step = op.args[0], op.args[2] if len(op.args) > 2 else Const(1)
        return _is_at_least(start, 0) and _is_at_least(step, 1)
    if op.primitive is BY_NAME["argsort"]:
        return isinstance(op.args[0].type, Array) and op.args[0].type.ndim == 1
    return op.primitive in (BY_NAME["arange"], BY_NAME["flatnonzero"])


def _is_at_least(atom: Atom, least: int) -> bool:
    return isinstance(atom, Const) and type(atom.value) is int and atom.value >= least


def _are_all_of_one(arrays: list[Atom], definition: Mapping[Var, Op]) -> bool:
    """Whether the arrays are all those of one list of cells."""
    found = [definition.get(a) for a in arrays if isinstance(a, Var)]
    made = [op for op in found if op is not None and op.primitive is GETITEM and isinstance(op.args[1], Const)]
    wholes = {op.args[0] for op in made}
    whole = wholes.pop() if len(made) == len(arrays) else None
    lister = definition.get(whole) if isinstance(whole, Var) else None
    if wholes or whole is None or lister is None or lister.primitive.name not in _PAIRS:
        return False
    numbers = {op.args[1].value for op in made if isinstance(op.args[1], Const)}
    return isinstance(whole.type, Tuple) and numbers == set(range(len(whole.type.items)))
