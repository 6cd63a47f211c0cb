"""What operations can raise, and whether they can be run twice without a trace. Nothing here knows what is active."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

import numpy as np

from .. import runtime
from ..ir import primitives as P
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, walk
from ..ir.types import STRING, STRUCTURES, Array, Scalar

_SAFE = {
    P.ADD, P.SUBTRACT, P.MULTIPLY, P.NEGATIVE, P.POSITIVE, P.LESS, P.LESS_EQUAL, P.GREATER, P.GREATER_EQUAL, P.EQUAL,
    P.NOT_EQUAL, P.NOT, P.IS, P.IS_NOT,
}  # fmt: skip
_MAKING = {P.TUPLE, P.FIXED_LIST, P.DICT, P.RECORD, P.LIST, P.SLICE_, P.EXTERNAL, P.SHAPE, P.COPY, P.COMMENT, P.APPEND}
_QUIET = {
    range, len, int, float, bool, list, tuple, sorted, min, max, abs, sum, isinstance, str, repr, complex, round,
    runtime.demand_writable,
}  # fmt: skip


def certain(ops: Sequence[Op]) -> Op | None:
    """The construction of the exception that operations certainly raise, as a failed look-up does."""
    made: dict[Var, Op] = {op.result: op for op in ops if op.primitive is P.CALL_PYTHON and op.results}
    for op in ops:
        if op.primitive is P.RAISE:
            error = made.get(op.args[0])  # type: ignore[arg-type]
            known = error is not None and isinstance(error.args[0], Const) and isinstance(error.args[0].value, type)
            return error if known else None
        if not cannot_raise(op) and not any(result in made for result in op.results):
            return None
    return None


def cannot_raise(op: Op) -> bool:
    """Whether an operation raises no exception, whatever its operands are."""
    if op.blocks:
        return all(cannot_raise(inner) for block in op.blocks for inner in block.ops)
    if op.primitive is P.CALL_PYTHON:
        callee = op.args[0]
        return isinstance(callee, Const) and callee.value in (print, warnings.warn, range)
    if op.primitive is P.GETITEM:
        return isinstance(op.args[0].type, STRUCTURES) and isinstance(op.args[1], Const)
    if op.primitive in _MAKING:
        return True
    arrays = [a for a in op.args if isinstance(a.type, Array)]
    return op.primitive in _SAFE and len(arrays) <= 1 and all(isinstance(a.type, (Scalar, Array)) for a in op.args)


def has_no_effect(ops: Iterable[Op], around: tuple[Function, ...] = ()) -> bool:
    """Whether operations can be run twice, and nobody sees it.

    Args:
        ops: the operations.
        around: the functions that they are part of: a call of one, by itself, adds no effect of its own.
    """
    every = list(walk(Block((), tuple(ops))))
    own = {result for op in every for result in op.results if op.aliasing == "fresh"}
    return all(_is_quiet(op, own, around) for op in every)


def _is_quiet(op: Op, own: set[Var], around: tuple[Function, ...]) -> bool:
    if any(op.args[k] not in own for k in op.primitive.writes):
        return False
    if op.primitive is P.CALL_PYTHON:
        return _is_quiet_function(op.args[0])
    if op.primitive is P.CALL_METHOD:
        return isinstance(op.args[0].type, (Scalar, Array)) or op.args[0].type == STRING
    if op.primitive is P.CALL:
        function = op.static.function
        if any(function is known for known in around):
            return True
        return function is not None and has_no_effect(function.body.ops, (*around, function))
    return not op.primitive.effect or op.primitive in (P.RAISE, P.ASSERT, P.EXPRESSION, P.COMMENT)


def _is_quiet_function(callee: Atom) -> bool:
    if not isinstance(callee, Const):
        return False
    function = callee.value
    if isinstance(function, type) and issubclass(function, BaseException):
        return True
    if any(function is known for known in _QUIET):
        return True
    module = getattr(function, "__module__", None) or ""
    return isinstance(function, np.ufunc) or module in ("math", "numpy", "numpy.linalg", "cmath")
