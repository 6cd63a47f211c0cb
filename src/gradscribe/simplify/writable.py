"""Gradients that the caller can write to: a broadcast view, which NumPy gives out read-only, is copied at the end."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.build import Builder, substitute
from ..ir.nodes import Atom, Block, Function, Op, Var, replace
from ..ir.primitives import BY_NAME, COPY, DICT, FIXED_LIST, RECORD, TUPLE
from ..ir.types import Array

_MAKING = (TUPLE, FIXED_LIST, DICT, RECORD)


def writable_results(function: Function) -> Function:
    """The function with each array that it returns writable."""
    made = {result: op for op in function.body.ops for result in op.results}
    copied = {
        v: v for v in _returned(function.body.yields, made) if isinstance(v.type, Array) and _is_broadcast(v, made)
    }
    if not copied:
        return function
    builder = Builder()
    for op in function.body.ops:
        if op.primitive in _MAKING:
            builder.append(substitute(op, copied))
            continue
        builder.append(op)
        for result in op.results:
            if result in copied:
                builder.origin = op.origin
                copied[result] = builder.emit(COPY, result, hint=result.hint)
    yields = tuple(copied.get(a, a) if isinstance(a, Var) else a for a in function.body.yields)
    return replace(function, body=Block(function.body.params, tuple(builder.ops), yields))


def _returned(atoms: tuple[Atom, ...], made: dict[Var, Op]) -> Iterator[Var]:
    """The values that are returned, also as parts of a structure."""
    for atom in atoms:
        if isinstance(atom, Var):
            op = made.get(atom)
            if op is not None and op.primitive in _MAKING:
                yield from _returned(op.args, made)
            else:
                yield atom


def _is_broadcast(var: Var, made: dict[Var, Op]) -> bool:
    """Whether a value is a broadcast view, or a view of one."""
    op = made.get(var)
    while op is not None and op.primitive is not BY_NAME["broadcast_to"]:
        first = op.args[0] if op.args else None
        is_view = op.primitive.aliasing in ("view", "maybe") and isinstance(first, Var)
        op = made.get(first) if is_view else None  # type: ignore[arg-type]
    return op is not None
