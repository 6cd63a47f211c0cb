"""Operators on values: arithmetic, comparison, truth.

What is computed on constants is decided here: ints, booleans and strings are, floats never, so that a derivative does
the arithmetic that the function does.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any

import gast
import numpy as np

from ..errors import UnsupportedCall, UnsupportedType
from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import lookup
from ..ir.types import (
    STRING,
    STRUCTURES,
    Array,
    Dict,
    FixedList,
    List,
    Numeric,
    Object,
    Scalar,
    Tuple,
    Type,
    is_continuous,
    is_sparse,
)
from .core import Core
from .values import (
    Choice,
    Compound,
    Content,
    Reference,
    TupleValue,
    Value,
    is_const,
    is_foldable,
    same_atom,
)

BINARY: dict[type, Callable[..., Any]] = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Div: operator.truediv,
    gast.FloorDiv: operator.floordiv,
    gast.Mod: operator.mod,
    gast.Pow: operator.pow,
    gast.MatMult: operator.matmul,
    gast.BitAnd: operator.and_,
    gast.BitOr: operator.or_,
    gast.BitXor: operator.xor,
    gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
}
UNARY: dict[type, Callable[..., Any]] = {gast.USub: operator.neg, gast.UAdd: operator.pos, gast.Invert: operator.invert}
COMPARE: dict[type, Callable[..., Any]] = {
    gast.Lt: operator.lt,
    gast.LtE: operator.le,
    gast.Gt: operator.gt,
    gast.GtE: operator.ge,
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
}
_NAMES = {
    operator.add: "add", operator.sub: "sub", operator.mul: "mul", operator.truediv: "truediv", operator.pow: "pow",
    operator.floordiv: "floordiv", operator.mod: "mod", operator.matmul: "matmul", operator.and_: "and",
    operator.or_: "or", operator.xor: "xor", operator.lshift: "lshift", operator.rshift: "rshift",
    operator.neg: "neg", operator.pos: "pos", operator.invert: "invert", operator.lt: "lt", operator.le: "le",
    operator.gt: "gt", operator.ge: "ge", operator.eq: "eq", operator.ne: "ne",
}  # fmt: skip
IN_PLACE = {f: getattr(operator, f"i{n}") for f, n in _NAMES.items() if hasattr(operator, f"i{n}")}
_LARGEST = 10**40


class Operators(Core):
    """`binary`, `unary`, `compare`, `truth` and `in_place`."""

    def binary(self, function: Callable[..., Any], left: Value, right: Value, node: gast.AST | None = None) -> Value:
        """`left <operator> right`."""
        if left is UNDEF or right is UNDEF:
            return UNDEF
        folded = self._folded(function, left, right)
        if folded is not None:
            return folded
        found = self.by_methods(_NAMES[function], left, right, node)
        found = self._sequences(function, left, right, node) if found is None else found
        return self._arithmetic(function, (left, right), node) if found is None else found

    def by_methods(self, name: str, left: Value, right: Value, node: gast.AST | None) -> Value | None:
        """What the operands' own methods give, asked in Python's order; None where they have none."""
        ways = [(f"__{name}__", left, right), (f"__r{name}__", right, left)]
        for way in reversed(ways) if self._answers_first(f"__r{name}__", left, right) else ways:
            found = self._overloaded(*way, node)
            if found is not None:
                return found
        return None

    def _answers_first(self, name: str, left: Value, right: Value) -> bool:
        """Whether the right operand is asked first: its class inherits from that of the left one, and has a reflected
        method of its own."""
        known, other = self.class_of(left), self.class_of(right)
        if known is None or other is None or known is other or not issubclass(other, known):
            return False
        return inspect.getattr_static(other, name, None) is not inspect.getattr_static(known, name, None)

    def unary(self, function: Callable[..., Any], operand: Value, node: gast.AST | None = None) -> Value:
        if isinstance(operand, Const) and type(operand.value) in (int, bool, float):
            return Const(function(operand.value))
        found = self._overloaded(f"__{_NAMES[function]}__", operand, None, node)
        return found if found is not None else self._arithmetic(function, (operand,), node)

    def _arithmetic(self, function: Callable[..., Any], operands: tuple[Value, ...], node: gast.AST | None) -> Value:
        self._refuse_operands(function, operands, node)
        if function is operator.mod and getattr(operands[0], "type", None) == STRING:
            atoms = [self.as_atom(v, node) for v in operands]
        else:
            atoms = [self._operand(v, node) for v in operands]
        if any(isinstance(a.type, Array) for a in atoms):
            atoms = [self._as_array_operand(a) for a in atoms]
        found = lookup(function)
        assert found is not None
        type_ = STRING if any(a.type == STRING for a in atoms) and function is not operator.matmul else None
        return self.emit(found[0], *atoms, style="operator", type=type_)

    def _refuse_operands(self, function: Callable[..., Any], operands: Sequence[Value], node: gast.AST | None) -> None:
        """Arithmetic makes an array of a list or tuple only where another operand is NumPy's, and of an object only
        where that has no arithmetic of its own."""
        if not any(map(self.is_active, operands)):
            return
        types = [getattr(value, "type", None) for value in operands]
        foreign = next((t.cls for t in types if isinstance(t, Object) and t.cls), None)
        if foreign is not None and has_own_arithmetic(foreign, _NAMES[function]):
            reason = f"`{foreign.__name__}` gives arithmetic a meaning of its own"
            self.refuse(reason, node, "use an array: np.asarray(...)", UnsupportedType)
        if any(map(_is_container, operands)) and not any(map(_is_numpy, types)):
            kinds = " and ".join("a container" if _is_container(v) else "a number" for v in operands)
            hint = "make an array of it: np.array(...)"
            self.refuse(f"`{_NAMES[function]}` of {kinds}", node, hint, UnsupportedType)

    def _as_array_operand(self, atom: Atom) -> Atom:
        """Beside an array, a list or tuple of numbers is made an array."""
        array = lookup(np.array)
        listed = isinstance(atom.type, List) and is_continuous(atom.type)
        if array is None or not (listed or isinstance(atom.type, (FixedList, Tuple))):
            return atom
        return self.emit(array[0], atom, style=array[1])

    def _operand(self, value: Value, node: gast.AST | None) -> Atom:
        """A number or array; a list among them is made an array, as NumPy would."""
        atom = self.as_atom(value, node)
        if isinstance(value, Compound) and self.is_active(value) and not isinstance(value, Choice):
            array = lookup(np.asarray) or lookup(np.array)
            if array is None or not isinstance(value, (TupleValue, Reference)):
                self.refuse("this operator is not known for such operands", node, error=UnsupportedCall)
            return self.emit(array[0], atom, style=array[1])
        return atom

    def _folded(self, function: Callable[..., Any], left: Value, right: Value) -> Value | None:
        if not is_foldable(left) or not is_foldable(right):
            return None
        a, b = left.value, right.value
        if function in (operator.pow, operator.lshift) and (isinstance(b, int) and abs(b) > 64):
            return None
        try:
            result = function(a, b)
        except Exception:  # it fails when it runs
            return None
        if type(result) not in (int, bool, str, bytes) or (isinstance(result, int) and abs(result) > _LARGEST):
            return None
        return None if isinstance(result, str) and len(result) > 10_000 else Const(result)

    def _overloaded(self, name: str, owner: Value, other: Value | None, node: gast.AST | None) -> Value | None:
        """The result of an instance's own operator, None where it has none."""
        method = self.method_of_class(owner, name)
        if method is None:
            return None
        result = self.call(method, () if other is None else (other,), {}, node)
        return None if is_const(result) and result.value is NotImplemented else result

    def _sequences(
        self, function: Callable[..., Any], left: Value, right: Value, node: gast.AST | None
    ) -> Value | None:
        """`+` and `*` of tuples and lists."""
        if function is operator.add:
            for kind in (self._is_tuple, self._is_list):
                if kind(left) and kind(right):
                    return self._joined(left, right, node)
        if function is operator.or_ and self._is_dict(left) and self._is_dict(right):
            entries = {**dict(self.entries_of(left, node)), **dict(self.entries_of(right, node))}
            return self.new_cell(Content("dict", tuple(entries.values()), tuple(entries)), node)
        if function is operator.mul:
            for items, count in ((left, right), (right, left)):
                if (self._is_tuple(items) or self._is_list(items)) and not self._is_sequence(count):
                    if isinstance(getattr(count, "type", None), Array):
                        return None
                    return self._repeated(items, count, node)
        return None

    def _is_dict(self, value: Value) -> bool:
        if isinstance(value, Reference):
            return value.cell.kind == "dict"
        return isinstance(value, Var) and isinstance(value.type, Dict)

    def _is_tuple(self, value: Value) -> bool:
        return isinstance(value, TupleValue) or (isinstance(value, (Var, Const)) and isinstance(value.type, Tuple))

    def _is_list(self, value: Value) -> bool:
        if isinstance(value, Reference):
            return value.cell.kind == "list"
        return isinstance(value, Var) and isinstance(value.type, List)

    def _is_sequence(self, value: Value) -> bool:
        return isinstance(value, Compound)

    def _joined(self, left: Value, right: Value, node: gast.AST | None) -> Value:
        a, b = self.items_of(left, node), self.items_of(right, node)
        if a is not None and b is not None:
            if self._is_tuple(left):
                return TupleValue((*a, *b))
            return self.new_list((*a, *b), node)
        made = self.new_list((), node, growing=True)
        self.iterate(left, lambda item: self.append(made, item, node), node=node)
        self.iterate(right, lambda item: self.append(made, item, node), node=node)
        return made

    def _repeated(self, value: Value, count: Value, node: gast.AST | None) -> Value:
        items = self.items_of(value, node)
        if items is not None and is_const(count, int) and len(items) * max(count.value, 0) <= 4096:
            repeated = items * count.value
            return TupleValue(repeated) if self._is_tuple(value) else self.new_list(repeated, node)
        if self._is_tuple(value):
            self.refuse("a tuple repeated a number of times that is not constant", node, "use a list or an array")
        made = self.new_list((), node, growing=True)
        bounds = (Const(0), self.as_atom(count, node), Const(1))
        self.loop(
            bounds, lambda _: self.iterate(value, lambda item: self.append(made, item, node), node=node), hint="k"
        )
        return made

    # in place ---------------------------------------------------------------------------------------------------------

    def in_place(
        self, function: Callable[..., Any], target: Value, value: Value, node: gast.AST | None = None
    ) -> Value:
        """`target <operator>= value`: what the target is afterwards (itself, where it is written in place)."""
        if target is UNDEF or value is UNDEF:
            return UNDEF
        found = self._overloaded(f"__i{_NAMES[function]}__", target, value, node)
        if found is not None:
            return found
        if self._is_list(target) and function is operator.add:
            self.extend_list(target, value, node)
            return target
        if isinstance(target, Var) and isinstance(target.type, Array):
            self.update_item(function, target, Const(Ellipsis), value, node)
            return target
        if isinstance(target, Var) and isinstance(target.type, (Dict, FixedList)):
            self.call_named(target, f"__i{_NAMES[function]}__", (value,), {}, node)
            return target
        if isinstance(target, Var) and isinstance(target.type, (Numeric, Object)) and target.type != STRING:
            return self._in_place_unknown(function, target, value, node)
        if not _changes_in_place(target):
            return self.binary(function, target, value, node)
        made = self._combined(function, target, value, node)
        if made is None or not isinstance(target, Reference):
            self.refuse("this operator, which changes what others may hold,", node, "write `a = a * b` for `a *= b`")
        self.change(target, made, node)
        return target

    def _combined(
        self, function: Callable[..., Any], target: Value, value: Value, node: gast.AST | None
    ) -> Content | None:
        """What a list, dict or set holds behind `target <operator>= value`; None where that is not known."""
        if not isinstance(target, Reference):
            return None
        if target.cell.kind == "set":
            both = [self.items_of(v, node) for v in (target, value)]
            if not isinstance(value, Reference) or any(v is None or not all(map(is_foldable, v)) for v in both):
                return None
            left, right = ({(type(i.value), i.value): i for i in v} for v in both)  # type: ignore[union-attr]
            return Content("set", tuple(_SETS[function](left, right).values())) if function in _SETS else None
        made = self.binary(function, target, value, node)
        return self.content(made, node) if isinstance(made, Reference) else None

    def _in_place_unknown(
        self, function: Callable[..., Any], target: Var, value: Value, node: gast.AST | None
    ) -> Value:
        """Whether this rebinds a number or writes into an array is known at run time only."""
        if self.is_owned(target) and _keeps_dtype(value):
            return self.binary(function, target, value, node)
        if not self.is_active(target) and not self.is_active(value):
            return self.opaque(
                Const(IN_PLACE[function], name=f"operator.{IN_PLACE[function].__name__}"), (target, value), {}, node
            )
        self.refuse(
            "whether this writes into an array or rebinds a number is not known",
            node,
            "write `a = a + b` to rebind, or let `a` be an array from the start (np.zeros)",
        )

    def update_item(
        self, function: Callable[..., Any], target: Var, index: Atom, value: Value, node: gast.AST | None
    ) -> None:
        """`target[index] <operator>= value` for an array."""
        operand = self._operand(value, node)
        if function is operator.add:
            self.write(P.ADDAT, target, index, operand)
        elif function is operator.sub:
            self.write(P.ADDAT, target, index, self.emit(P.NEGATIVE, operand, style="operator"))
        else:
            whole = same_atom(index, Const(Ellipsis))
            old = target if whole else self.emit(P.GETITEM, target, index)
            new = self.as_atom(self.binary(function, old, operand, node))
            if isinstance(old.type, Scalar) or _fits_in_place(target.type, new.type):
                self.write(P.SETITEM, target, index, new)
            else:
                self._fail_in_place(function, old, operand, node)

    def _fail_in_place(self, function: Callable[..., Any], target: Atom, value: Atom, node: gast.AST | None) -> None:
        """NumPy does not write floats into integers in place, or complex numbers into floats."""
        if self.is_active(target) or self.is_active(value):
            hint = "make an array of the type that is needed"
            self.refuse("numbers are written in place into an array of another type", node, hint)
        in_place = IN_PLACE[function]
        self.opaque(Const(in_place, name=f"operator.{in_place.__name__}"), (target, value), {}, node)


def _fits_in_place(target: Type, new: Type) -> bool:
    """Whether NumPy writes what an operator makes into the array on its left; where that is not known, it does."""
    if not isinstance(target, Array) or not isinstance(new, (Array, Scalar)) or "O" in (target.kind, new.kind):
        return True
    return "bifc".index(new.kind) <= "bifc".index(target.kind)


def _is_container(value: Value) -> bool:
    """Whether a value is a list, a tuple, a dict or an instance, in any form."""
    if isinstance(value, Compound):
        return isinstance(value, (TupleValue, Reference))
    return isinstance(value.type, (List, *STRUCTURES))


def has_own_arithmetic(cls: type, operator_name: str | None = None) -> bool:
    """Whether operators (or this one) and NumPy's functions may do anything with an instance: a subclass of ndarray, or
    a class that says so itself."""
    if is_sparse(cls) or cls.__module__ in ("builtins", "fractions", "decimal"):
        return False
    if issubclass(cls, np.ndarray) or hasattr(cls, "__array_ufunc__"):
        return not issubclass(cls, np.generic)
    plain = next((base for base in (bool, int, float, complex) if issubclass(cls, base)), None)
    names = [f"__{side}{operator_name}__" for side in ("", "r")] if operator_name else []
    return any(getattr(cls, name, None) is not getattr(plain, name, None) for name in names)


def _is_numpy(type_: Type | None) -> bool:
    """Whether a value may be an array or a scalar of NumPy's, whose operators take lists."""
    if isinstance(type_, Scalar):
        return type_.dtype is not None
    return isinstance(type_, (Array, Numeric, Object))


_SETS: dict[Callable[..., Any], Callable[[dict[Any, Any], dict[Any, Any]], dict[Any, Any]]] = {
    operator.or_: lambda a, b: a | {k: v for k, v in b.items() if k not in a},
    operator.and_: lambda a, b: {k: v for k, v in a.items() if k in b},
    operator.sub: lambda a, b: {k: v for k, v in a.items() if k not in b},
    operator.xor: lambda a, b: {k: v for k, v in {**a, **b}.items() if (k in a) != (k in b)},
}


def _changes_in_place(target: Value) -> bool:
    """Whether `target |= ...` changes what it is, in place of making something new."""
    if isinstance(target, Reference):
        return target.cell.kind in ("list", "dict", "set") and target.cell.cls is not frozenset
    return isinstance(target, Var) and isinstance(target.type, List)


def _keeps_dtype(value: Value) -> bool:
    """Whether adding a value to an array of floats leaves its dtype: writing into it would."""
    type_ = getattr(value, "type", None)
    return isinstance(type_, Numeric) or (
        isinstance(type_, (Scalar, Array)) and type_.dtype in (None, "float64", "int64")
    )
