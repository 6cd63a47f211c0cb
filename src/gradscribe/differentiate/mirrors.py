"""The mirror of one operation: what its result's adjoint contributes to the adjoints of its operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedCall
from ..ir.nodes import Atom, Op, Var
from ..ir.primitives import (
    ADDAT,
    APPEND,
    CALL,
    CALL_METHOD,
    CALL_PYTHON,
    COPY,
    DICT,
    EXPRESSION,
    FIXED_LIST,
    FULL_LIKE,
    GETATTR,
    GETITEM,
    LAST_WRITE,
    LIST,
    MULTIPLY,
    POP,
    RECORD,
    SCATTER_ADD,
    SETITEM,
    TUPLE,
    UNBROADCAST,
    VADDAT,
    ZEROS_LIKE,
    Primitive,
)
from ..ir.solvers import LIBRARY_CALL, SOLUTION
from ..ir.types import Array, Scalar
from . import items, lists, solutions, writes
from .adjoint_rules import apply_rule, size_of
from .adjoints import Adjoints, bar
from .leaves import gather_leaves
from .shadows import cotangent

if TYPE_CHECKING:
    from .frames import Sweep


def mirror_op(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    """Append the mirror of an operation without blocks."""
    special = _SPECIAL.get(op.primitive)
    if special is not None:
        special(sweep, op, adjoints)
        return
    if not op.results or op.result not in sweep.active or sweep.is_view(op):
        return
    gather_leaves(sweep, adjoints, op.result)
    g = cotangent(sweep, op.result, adjoints)
    if g is not None:
        if isinstance(g, Var) and sweep.is_pointer(op.result):
            overwritten = sweep.overwritten.get(sweep.memory.of(op.result))
            if overwritten is not None:
                (adjoints.masked if overwritten else adjoints.cut).add(g)
        apply_rule(sweep, op, g, adjoints)


def _mirror_copy(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    g = cotangent(sweep, op.result, adjoints)
    if g is not None:
        adjoints.add(op.args[0], _owned(sweep, op, g, adjoints))


def _owned(sweep: Sweep, op: Op, g: Atom, adjoints: Adjoints) -> Atom:
    """The content of a shadow as a value of its own: later writes to the shadow must not reach it."""
    source = op.args[0]
    if sweep.is_pointer(op.result) and not sweep.is_pointer(source):
        return adjoints.builder.emit(COPY, g, hint=bar(getattr(source, "hint", "t")))
    return g


def _mirror_full_like(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    g = cotangent(sweep, op.result, adjoints)
    value = op.args[1]
    if g is None or not isinstance(value, Var):
        return
    if isinstance(value.type, Scalar) and isinstance(g.type, Scalar) and isinstance(op.result.type, Array):
        g = adjoints.builder.emit(MULTIPLY, g, size_of(adjoints.builder, op.result))
    else:
        g = adjoints.unbroadcast(adjoints.full(g, op.result), value)
    adjoints.add(value, g)


def _mirror_vaddat(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    base, index, value = op.args
    g = adjoints.take(op.result)
    if g is None:
        return
    g = adjoints.full(g, op.result)
    if isinstance(value, Var) and value in sweep.active:
        part = adjoints.builder.emit(GETITEM, g, index, hint=bar(value.hint))
        adjoints.add(value, adjoints.unbroadcast(part, value))
    adjoints.add(base, g)


def _mirror_unbroadcast(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    g = cotangent(sweep, op.result, adjoints)
    value = op.args[0]
    if g is not None and isinstance(value, Var):
        adjoints.add(value, adjoints.builder.emit(FULL_LIKE, value, g, hint=bar(value.hint)))


def _mirror_last_write(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    """The same entries pass on the way back."""
    g = cotangent(sweep, op.result, adjoints)
    value, *where = op.args
    if g is not None and isinstance(value, Var):
        passed = adjoints.builder.emit(LAST_WRITE, adjoints.full(g, op.result), *where, hint=bar(value.hint))
        adjoints.add(value, passed)


def _nothing(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    """Opaque or constant: its result is not active."""


def _refuse(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    if any(r in sweep.active for r in op.results):
        raise UnsupportedCall(f"{op.primitive} of an active value cannot be differentiated", op.origin)


_SPECIAL: dict[Primitive, Callable[[Any, Op, Adjoints], None]] = {
    GETITEM: items.mirror_getitem,
    GETATTR: items.mirror_field,
    TUPLE: items.mirror_structure,
    FIXED_LIST: items.mirror_structure,
    DICT: items.mirror_structure,
    RECORD: items.mirror_structure,
    SETITEM: writes.mirror_setitem,
    ADDAT: writes.mirror_addat,
    SCATTER_ADD: writes.mirror_addat,
    LIST: lists.mirror_list,
    APPEND: lists.mirror_append,
    POP: lists.mirror_pop,
    COPY: _mirror_copy,
    ZEROS_LIKE: _nothing,
    FULL_LIKE: _mirror_full_like,
    VADDAT: _mirror_vaddat,
    UNBROADCAST: _mirror_unbroadcast,
    LAST_WRITE: _mirror_last_write,
    CALL: _nothing,
    SOLUTION: solutions.mirror_solution,
    LIBRARY_CALL: _refuse,
    CALL_PYTHON: _refuse,
    CALL_METHOD: _refuse,
    EXPRESSION: _refuse,
}
