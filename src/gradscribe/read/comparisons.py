"""Comparisons of values, and whether they are true."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import lookup
from ..ir.types import BOOL, INT, Array, List, Numeric, Object, Record, Scalar, is_numeric
from .carried import UNSURE
from .core import Core
from .tables import is_table
from .values import (
    Choice,
    Compound,
    Lazy,
    Range,
    Reference,
    TupleValue,
    Value,
    is_code,
    is_const,
    is_foldable,
    is_none,
    same_atom,
)


class Comparisons(Core):
    """`compare`, `identity`, `membership`, `truth` and `negation`."""

    def compare(self, function: Callable[..., Any], left: Value, right: Value, node: gast.AST | None = None) -> Value:
        """`left <comparison> right`."""
        if left is UNDEF or right is UNDEF:
            return UNDEF
        if isinstance(left, Const) and isinstance(right, Const) and self._is_plain(left) and self._is_plain(right):
            try:
                return Const(bool(function(left.value, right.value)))
            except TypeError:
                pass
        name = _NAMES[function]
        found = self._overloaded(f"__{name}__", left, right, node)
        if found is None:
            found = self._overloaded(f"__{_MIRRORED[name]}__", right, left, node)
        if found is None:
            found = self._compare_structures(function, left, right, node)
        return found if found is not None else self._compare_atoms(function, left, right, node)

    def _is_plain(self, atom: Const) -> bool:
        return is_foldable(atom) or (isinstance(atom.value, tuple)) or is_code(atom)

    def _compare_atoms(self, function: Callable[..., Any], left: Value, right: Value, node: gast.AST | None) -> Value:
        if function in (operator.eq, operator.ne) and (_never_equal(left, right) or _never_equal(right, left)):
            return Const(function is operator.ne)
        atoms = [self._operand(v, node) for v in (left, right)]
        found = lookup(function)
        assert found is not None
        is_mask = self.hint == "t" and any(isinstance(a.type, Array) for a in atoms)
        return self.emit(found[0], *atoms, style="operator", hint="mask" if is_mask else None)

    def _compare_structures(
        self, function: Callable[..., Any], left: Value, right: Value, node: gast.AST | None
    ) -> Value | None:
        """`==` and `<` of tuples or lists, item by item."""
        alike = (self._is_tuple(left) and self._is_tuple(right)) or (self._is_list(left) and self._is_list(right))
        a, b = (self.items_of(left, node), self.items_of(right, node)) if alike else (None, None)
        if a is None or b is None:
            return None
        if function in (operator.eq, operator.ne):
            result: Value = Const(len(a) == len(b))
            for x, y in zip(a, b, strict=False):
                result = self.choose(
                    self.truth(result), lambda x=x, y=y: self.compare(operator.eq, x, y, node), lambda: Const(False)
                )
            return result if function is operator.eq else self.negation(result)
        return self._lexicographic(function, a, b, node)

    def _lexicographic(
        self, function: Callable[..., Any], a: tuple[Value, ...], b: tuple[Value, ...], node: gast.AST | None
    ) -> Value:
        if not a or not b:
            return Const(bool(function(len(a), len(b))))
        return self.choose(
            self.truth(self.compare(operator.eq, a[0], b[0], node)),
            lambda: self._lexicographic(function, a[1:], b[1:], node),
            lambda: self.compare(function, a[0], b[0], node),
        )

    def identity(self, left: Value, right: Value, negated: bool = False, node: gast.AST | None = None) -> Value:
        """`left is right`."""
        if left is UNDEF or right is UNDEF:
            return UNDEF
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Choice):
                return self._choice_is(one, other, negated, node)
        if _may_be_same(left, right):
            self.refuse("whether these are one object is decided at run time", node, hint="compare what they hold")
        known = _same_object(left, right)
        if known is not None:
            return Const(known != negated)
        return self.emit(
            P.IS_NOT if negated else P.IS, self.as_atom(left), self.as_atom(right), style="operator", type=BOOL
        )

    def _choice_is(self, choice: Choice, other: Value, negated: bool, node: gast.AST | None) -> Value:
        return self.choose(
            choice.chosen,
            lambda: self.identity(choice.first, other, negated, node),
            lambda: self.identity(choice.second, other, negated, node),
        )

    def membership(self, item: Value, container: Value, negated: bool, node: gast.AST | None) -> Value:
        """`item in container`."""
        if item is UNDEF or container is UNDEF:
            return UNDEF
        container = self.taken(container, False, node)
        if is_foldable(item) and is_foldable(container):
            try:
                return Const((item.value in container.value) != negated)  # type: ignore[union-attr]
            except TypeError:
                pass
        if is_table(container):
            among = self.in_table(item, container, node)
            return self.negation(among) if negated else self.truth(among)
        found = self._overloaded("__contains__", container, item, node)
        if found is None:
            found = self._among(item, container, node)
        if found is not None:
            return self.negation(found) if negated else self.truth(found)
        primitive = P.NOT_IN if negated else P.IN
        return self.emit(primitive, self.as_atom(item, node), self.as_atom(container, node), type=BOOL)

    def _among(self, item: Value, container: Value, node: gast.AST | None) -> Value | None:
        if isinstance(container, Reference) and container.cell.kind == "dict":
            keys = self.content(container, node).keys or ()
            items: tuple[Value, ...] | None = tuple(map(Const, keys))
        elif isinstance(container, Range):
            return None
        else:
            items = self.items_of(container, node) if isinstance(container, (Compound, Var, Const)) else None
        if items is None:
            return None
        result: Value = Const(False)
        for known in items:
            result = self.choose(
                self.truth(result),
                lambda: Const(True),
                lambda known=known: self.compare(operator.eq, known, item, node),
            )
        return result

    def truth(self, value: Value) -> Atom:
        """`bool(value)` as a predicate: a constant, or an atom that is tested when it runs."""
        if value is UNDEF:
            return UNDEF
        if isinstance(value, Const):
            plain = is_code(value) and not any(hasattr(type(value.value), n) for n in ("__bool__", "__len__"))
            return value if isinstance(value.value, bool) else Const(plain or bool(value.value))
        if isinstance(value, Choice):
            return self.as_atom(
                self.choose(value.chosen, lambda: self.truth(value.first), lambda: self.truth(value.second))
            )
        if isinstance(value, Var) and isinstance(value.type, Object) and value.type.cls is type(None):
            return Const(False)
        if isinstance(value, Var) and not isinstance(value.type, Record):
            return self._truth_now(value)
        return self._truth_of_structure(value)

    def _truth_now(self, value: Var) -> Atom:
        """The truth of a value, taken here where it can change: of a list, whether it has entries."""
        if isinstance(value.type, List):
            length = self.emit(P.LENGTH, value, type=INT, hint="n")
            return self.as_atom(self.compare(operator.gt, length, Const(0), None))
        changes = isinstance(value.type, (Array, Numeric)) or (
            isinstance(value.type, Object) and value.type.cls not in _FIXED
        )
        return self.emit(P.BOOL_OF, value, style="builtin", inactive=True) if changes else value

    def _truth_of_structure(self, value: Value) -> Atom:
        for name in ("__bool__", "__len__"):
            method = self.method_of_class(value, name)
            if method is not None:
                return self.truth(self.call(method, (), {}))
        if isinstance(value, Reference) and value.cell.kind == "instance":
            return Const(True)
        if is_table(value):
            return self.truth(self.columns(value)[0])
        if isinstance(value, (TupleValue, Reference)):
            return Const(bool((value if isinstance(value, TupleValue) else self.content(value)).parts))
        if isinstance(value, (Range, Lazy)):
            items = self.items_of(value)
            return Const(bool(items)) if items is not None else self.as_atom(value)
        return Const(True)

    def negation(self, value: Value) -> Value:
        """`not value`."""
        predicate = self.truth(value)
        if isinstance(predicate, Const) and predicate is not UNDEF:
            return Const(not predicate.value)
        made = self.emit(P.NOT, predicate, style="operator")
        if isinstance(made, Var) and isinstance(predicate, Var):
            self.opposites[made], self.opposites[predicate] = predicate, made
        return made


_NAMES = {
    operator.add: "add", operator.sub: "sub", operator.mul: "mul", operator.truediv: "truediv", operator.pow: "pow",
    operator.floordiv: "floordiv", operator.mod: "mod", operator.matmul: "matmul", operator.and_: "and",
    operator.or_: "or", operator.xor: "xor", operator.lshift: "lshift", operator.rshift: "rshift",
    operator.neg: "neg", operator.pos: "pos", operator.invert: "invert", operator.lt: "lt", operator.le: "le",
    operator.gt: "gt", operator.ge: "ge", operator.eq: "eq", operator.ne: "ne",
}  # fmt: skip


_MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def _same_object(left: Value, right: Value) -> bool | None:
    """Whether two values are one object, None where that is not known."""
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value is right.value or (same_atom(left, right) and is_foldable(left))
    if isinstance(left, Reference) and isinstance(right, Reference):
        return left.cell is right.cell
    for one, other in ((left, right), (right, left)):
        if is_none(one) and (isinstance(other, Compound) or is_numeric_for_sure(other)):
            return False
    return True if left is right else None


def _may_be_same(left: Value, right: Value) -> bool:
    """Whether two references may stand for one object, or not."""
    both = isinstance(left, Reference) and isinstance(right, Reference) and left.cell is not right.cell
    return both and UNSURE in (left.cell.frozen, right.cell.frozen)  # type: ignore[union-attr]


def is_numeric_for_sure(value: Value) -> bool:
    """Whether a value is a number or array and nothing else (what is opaque is called numeric too)."""
    return isinstance(value, Var) and is_numeric(value.type) and not isinstance(value.type, Numeric)


def _never_equal(left: Value, right: Value) -> bool:
    """None and strings, and lists and tuples, against numbers."""
    number = isinstance(right, Var) and isinstance(right.type, Scalar)
    if isinstance(left, Const) and isinstance(left.value, (str, type(None))):
        return isinstance(right, Compound) or number
    python = (number and right.type.dtype is None) or is_const(right, int, float)  # type: ignore[union-attr]
    return isinstance(left, (TupleValue, Reference)) and python


_FIXED = (str, bytes, int, float, bool, complex, range, slice)
"""Classes of objects whose truth never changes."""
