"""Ops as Python expressions: trees of `ast`, in which a value without a line stands as the op that computes it."""

from __future__ import annotations

import ast
from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np

from ..ir.nodes import Atom, Block, Const, Op, Var
from ..ir.primitives import (
    AT_ADD,
    CALL,
    CALL_METHOD,
    CALL_PYTHON,
    CHECK_FILLED,
    CHECK_SAME,
    COPY,
    DICT,
    EXPRESSION,
    EXTERNAL,
    FIXED_LIST,
    FULL_LIKE,
    GETATTR,
    GETITEM,
    IF,
    KEEP,
    LAST_WRITE,
    LENGTH,
    LIST,
    PLACED,
    POP,
    RANGE_LENGTH,
    RECORD,
    SHAPE,
    SLICE_,
    SNAPSHOTS,
    STATE_BEFORE,
    TUPLE,
    UNBROADCAST,
    WITH_LEADING,
    ZEROS_LIKE,
    Primitive,
)
from ..ir.signature import is_made_of_fields
from ..ir.solvers import LIBRARY_CALL, SOLUTION
from ..ir.types import Array, List, Scalar, Type
from .lines import by_position, operands, slice_parts
from .operators import BINARY, COMPARE, UNARY, without_sign
from .scope import CHECKPOINTS, RUNTIME, Scope, attribute, leading, literal
from .solver_calls import library_call
from .spelling import Spelling, sum_at
from .substitution import substituted


class Expressions:
    """Builds expressions.

    Args:
        names: the names of values that have a line.
        inlined: the values that have none.
        definition: the op of each of these.
        scope: the global names.
    """

    def __init__(
        self, names: Mapping[Var, str], inlined: Container[Var], definition: Mapping[Var, Op], scope: Scope
    ) -> None:
        self.names, self.inlined, self.definition, self.scope = names, inlined, definition, scope

    def atom(self, atom: Atom) -> ast.expr:
        """The expression of an operand."""
        if isinstance(atom, Const):
            return self.constant(atom)
        if atom in self.inlined:
            return self.op(self.definition[atom])
        return ast.Name(self.names[atom])

    def must_run(self, atom: Atom) -> bool:
        """Whether the expression of an operand does something besides computing a value."""
        if not isinstance(atom, Var) or atom not in self.inlined:
            return False
        op = self.definition[atom]
        return not op.primitive.is_pure or any(map(self.must_run, operands(op)))

    def constant(self, const: Const) -> ast.expr:
        value = const.value
        if const.name is None:
            found = literal(value, self.scope)
            if found is not None:
                return found
        name = const.name or getattr(value, "__name__", "constant")
        return self.scope.object(value, name)

    def index(self, atom: Atom) -> ast.expr:
        """An operand between brackets, where slices have their own form."""
        if isinstance(atom, Const) and atom.name is None:
            return literal(atom.value, self.scope, index=True) or self.atom(atom)
        if isinstance(atom, Var) and atom in self.inlined:
            op = self.definition[atom]
            if op.primitive is SLICE_:
                return ast.Slice(*(None if _is_none(a) else self.atom(a) for a in slice_parts(op)))
            if op.primitive is TUPLE and op.static is None and op.args:
                return ast.Tuple([self.index(a) for a in op.args])
        return self.atom(atom)

    def item(self, container: Atom, index: Atom) -> ast.Subscript:
        place, spelling = self.index(index), self.scope.spelling
        if spelling is not None and spelling.leaves_axes_out(container, index):
            place = ast.Tuple([*(place.elts if isinstance(place, ast.Tuple) else [place]), ast.Constant(...)])
        return ast.Subscript(self.atom(container), place)

    def atoms(self, atoms: Sequence[Atom]) -> list[ast.expr]:
        return [self.atom(a) for a in atoms]

    def call(self, function: ast.expr, args: Sequence[Atom], keywords: Sequence[tuple[str, Atom]] = ()) -> ast.expr:
        return ast.Call(function, self.atoms(args), [ast.keyword(k, self.atom(v)) for k, v in keywords])

    # ops --------------------------------------------------------------------------------------------------------------

    def op(self, op: Op) -> ast.expr:
        """The expression that computes the result of an op; its node knows the statement that it comes from."""
        made = self._form(op)
        if op.origin is not None and not hasattr(made, "origin"):
            made.origin = op.origin  # type: ignore[attr-defined]
        return made

    def _form(self, op: Op) -> ast.expr:
        special, spelling = _SPECIAL.get(op.primitive), self.scope.spelling
        if spelling is not None and spelling.takes_array(op) and spelling.form_of(op) is not None:
            return self._of_namespace(op, spelling)
        if special is not None:
            return special(self, op)
        if op.primitive.symbol and op.style in (None, "operator"):
            return self._symbol(op)
        return self._named(op)

    def _symbol(self, op: Op) -> ast.expr:
        symbol, parts = op.primitive.symbol or "", self.atoms(op.args)
        if len(parts) == 1:
            return ast.UnaryOp(UNARY[symbol], parts[0])
        if symbol in COMPARE:
            return ast.Compare(parts[0], [COMPARE[symbol]], [parts[1]])
        positive = without_sign(parts[1]) if symbol in "+-" else None
        if positive is not None:
            return ast.BinOp(parts[0], BINARY["-" if symbol == "+" else "+"], positive)
        return ast.BinOp(parts[0], BINARY[symbol], parts[1])

    def _named(self, op: Op) -> ast.expr:
        path = _spelling(op.primitive, op.style)
        args, keywords = by_position(op)
        spelling = self.scope.spelling
        found = spelling.call(op, args, keywords) if spelling is not None and spelling.concerns(op) else None
        if found is not None:
            return self.call(self.scope.path(found[0]), found[1], found[2])
        if "runtime" in op.primitive.spellings:
            module = op.primitive.spellings["runtime"][1].__module__
            return self.call(self.scope.helper(path, module), args, keywords)
        if op.style == "attribute":
            return ast.Attribute(self.atom(args[0]), path)
        if op.style == "method" or path.startswith("."):
            receiver = ast.Attribute(self.atom(args[0]), path.lstrip("."))
            return self.call(receiver, args[1:], keywords)
        local = _of_no_module(op)
        if local is not None:
            return self.call(self.scope.object(local, path.rpartition(".")[2]), args, keywords)
        return self.call(self.scope.path(path), args, keywords)

    # special forms ----------------------------------------------------------------------------------------------------

    def _tuple(self, op: Op) -> ast.expr:
        if op.static is not None:
            return self.call(self._class(op.static), op.args)
        return ast.Tuple(self.atoms(op.args))

    def _class(self, cls: type) -> ast.expr:
        return self.scope.object(cls, cls.__name__)

    def _list(self, op: Op) -> ast.expr:
        return ast.List(self.atoms(op.args))

    def _dict(self, op: Op) -> ast.expr:
        keys = [literal(k, self.scope) or self.scope.object(k, "key") for k in op.static]
        return ast.Dict(list(keys), self.atoms(op.args))

    def _record(self, op: Op) -> ast.expr:
        cls, fields = op.static
        values = list(zip(fields, op.args, strict=True))
        if is_made_of_fields(cls):
            return self.call(self._class(cls), (), values)
        made = self.call(self.scope.helper("instance_of"), (), values)
        made.args.insert(0, self._class(cls))
        return made

    def _slice(self, op: Op) -> ast.expr:
        return self.call(self.scope.builtin("slice"), slice_parts(op))

    def _getitem(self, op: Op) -> ast.expr:
        return self.item(*op.args)

    def _getattr(self, op: Op) -> ast.expr:
        names = op.static.split(".")
        if not all(map(str.isidentifier, names)):
            return ast.Call(self.scope.builtin("getattr"), [self.atom(op.args[0]), ast.Constant(op.static)], [])
        return attribute(self.atom(op.args[0]), names)

    def _external(self, op: Op) -> ast.expr:
        return self.scope.external(op.static)

    def _call(self, op: Op) -> ast.expr:
        return self.call(ast.Name(self.scope.function(op.static.function, op.static.name)), op.args, op.keywords)

    def _call_python(self, op: Op) -> ast.expr:
        return self.call(self.atom(op.args[0]), op.args[1:], op.keywords)

    def _call_method(self, op: Op) -> ast.expr:
        return self.call(ast.Attribute(self.atom(op.args[0]), op.static), op.args[1:], op.keywords)

    def _expression(self, op: Op) -> ast.expr:
        known = dict(zip(op.static.names, self.atoms(op.args), strict=True))
        return substituted(op.static.tree, known, self.scope)

    def _pop(self, op: Op) -> ast.expr:
        return self.call(ast.Attribute(self.atom(op.args[0]), "pop"), op.args[1:])

    def _length(self, op: Op) -> ast.expr:
        return self.call(self.scope.builtin("len"), op.args)

    def _range_length(self, op: Op) -> ast.expr:
        return ast.Call(self.scope.builtin("len"), [self.range(op.args)], [])

    def range(self, bounds: Sequence[Atom]) -> ast.expr:
        """`range(n)`, `range(a, b)` or `range(a, b, s)`."""
        start, stop, step = bounds
        args: Sequence[Atom] = (start, stop, step)
        if _is_int(step, 1):
            args = (stop,) if _is_int(start, 0) else (start, stop)
        return self.call(self.scope.builtin("range"), args)

    def parallel_range(self, bounds: Sequence[Atom]) -> ast.expr:
        """`numba.prange(0, n)`; without the first bound numba would take its indices for unsigned."""
        return self.call(self.scope.path("numba.prange"), bounds[:2])

    def _shape(self, op: Op) -> ast.expr:
        if isinstance(op.args[0].type, Array) or self.scope.spelling is not None:
            return ast.Attribute(self.atom(op.args[0]), "shape")
        return self.call(self.scope.path("np.shape"), op.args)

    def _helper(self, op: Op) -> ast.expr:
        return self.call(self.scope.helper(op.primitive.name), op.args, op.keywords)

    def _of_namespace(self, op: Op, spelling: Spelling) -> ast.expr:
        tree = ast.parse(spelling.form_of(op) or "", mode="eval").body
        alias = spelling.namespace.alias
        known = {"x": self.atom(op.args[0]), alias: self.scope.path(f"{alias}.asarray").value}  # type: ignore[attr-defined]
        return substituted(tree, known, self.scope)

    def _at_add(self, op: Op) -> ast.expr:
        target, index, value = op.args
        return sum_at(self.atom(target), self.index(index), self.atom(value))

    def _copy(self, op: Op) -> ast.expr:
        type_ = op.args[0].type
        if isinstance(type_, Scalar):
            return self.atom(op.args[0])
        if isinstance(type_, (Array, List)) and op.style != "np":
            return ast.Call(ast.Attribute(self.atom(op.args[0]), "copy"), [], [])
        return self._named(op)

    def _zeros_like(self, op: Op) -> ast.expr:
        type_ = op.args[0].type
        if isinstance(type_, Scalar):
            return _zero(op.result.type, self.scope)
        return self._named(op)

    def _full_like(self, op: Op) -> ast.expr:
        if isinstance(op.args[0].type, Scalar):
            return self.atom(op.args[1])
        return self._named(op)

    def _snapshots(self, op: Op) -> ast.expr:
        made = [self.range(op.args[:3]), self.atom(op.args[3])]
        return ast.Call(self.scope.helper("Snapshots", CHECKPOINTS), made, [])

    def _keep(self, op: Op) -> ast.expr:
        return self.call(ast.Attribute(self.atom(op.args[0]), "keep"), op.args[1:])

    def _state_before(self, op: Op) -> ast.expr:
        trip = ast.Name(self.scope.function(op.static.function, op.static.name))
        states, index, *others = self.atoms(op.args)
        return ast.Call(ast.Attribute(states, "before"), [index, trip, *others], [])

    # choices ----------------------------------------------------------------------------------------------------------

    def _choice(self, op: Op) -> ast.expr:
        (test,) = op.args
        then, orelse = (_yielded(arm) for arm in op.blocks)
        boolean = isinstance(test.type, Scalar) and test.type.kind == "b"
        if orelse is test or (boolean and _is_bool(orelse, False)):
            return _bool_op(ast.And(), self.atom(test), self.atom(then))
        if then is test or (boolean and _is_bool(then, True)):
            return _bool_op(ast.Or(), self.atom(test), self.atom(orelse))
        return ast.IfExp(self.atom(test), self.atom(then), self.atom(orelse))


def _yielded(arm: Block) -> Atom:
    (value,) = arm.yields
    return value


def _bool_op(operator: ast.boolop, left: ast.expr, right: ast.expr) -> ast.expr:
    """`a and b and c` is one node, as Python reads it."""
    if isinstance(left, ast.BoolOp) and type(left.op) is type(operator):
        return ast.BoolOp(operator, [*left.values, right])
    return ast.BoolOp(operator, [left, right])


def _is_bool(atom: Atom, value: bool) -> bool:
    return isinstance(atom, Const) and isinstance(atom.value, (bool, np.bool_)) and bool(atom.value) is value


def _is_int(atom: Atom, value: int) -> bool:
    return isinstance(atom, Const) and type(atom.value) is int and atom.value == value


def _is_none(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is None


def _zero(type_: Type, scope: Scope) -> ast.expr:
    if isinstance(type_, Scalar) and type_.kind == "c":
        return ast.Constant(0j)
    return ast.Constant(0.0)


def _of_no_module(op: Op) -> Any:
    """The function that is called, where it was defined inside another."""
    function = op.primitive.function(op.style) if op.primitive.spellings else None
    return function if "<locals>" in getattr(function, "__qualname__", "") else None


def _spelling(primitive: Primitive, style: str | None) -> str:
    """The path of a primitive, or the name of its method."""
    if style in primitive.spellings:
        return primitive.spellings[style][0]
    if not primitive.spellings or "runtime" in primitive.spellings:
        return f"{RUNTIME}.{primitive.spellings.get('runtime', (primitive.name,))[0]}"
    path = next(iter(primitive.spellings.values()))[0]
    return path.split(".")[-1] if style in ("method", "attribute") else path


_SPECIAL: dict[Primitive, Any] = {
    TUPLE: Expressions._tuple,
    FIXED_LIST: Expressions._list,
    LIST: Expressions._list,
    DICT: Expressions._dict,
    RECORD: Expressions._record,
    SLICE_: Expressions._slice,
    GETITEM: Expressions._getitem,
    GETATTR: Expressions._getattr,
    EXTERNAL: Expressions._external,
    CALL: Expressions._call,
    LIBRARY_CALL: library_call,
    SOLUTION: lambda self, op: self.atom(op.args[0]),
    CALL_PYTHON: Expressions._call_python,
    CALL_METHOD: Expressions._call_method,
    EXPRESSION: Expressions._expression,
    POP: Expressions._pop,
    LENGTH: Expressions._length,
    RANGE_LENGTH: Expressions._range_length,
    SHAPE: Expressions._shape,
    WITH_LEADING: lambda self, op: leading(*self.atoms(op.args)),
    UNBROADCAST: Expressions._helper,
    CHECK_FILLED: Expressions._helper,
    PLACED: Expressions._helper,
    AT_ADD: Expressions._at_add,
    LAST_WRITE: Expressions._helper,
    CHECK_SAME: Expressions._helper,
    COPY: Expressions._copy,
    ZEROS_LIKE: Expressions._zeros_like,
    FULL_LIKE: Expressions._full_like,
    IF: Expressions._choice,
    SNAPSHOTS: Expressions._snapshots,
    KEEP: Expressions._keep,
    STATE_BEFORE: Expressions._state_before,
}
