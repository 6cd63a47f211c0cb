"""Simple statements inside of `try`: what may fail is tried first; what writes is rehearsed on a copy.

`v += w` fails where `operator.iadd(np.array(v), w)` does, `v[i] = w` where `operator.setitem(np.array(v[i]), ..., w)`
does. Where only part of a statement has effects, the parts become statements of their own.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import gast
import numpy as np

from .. import runtime
from ..ir.nodes import Const, Var
from ..ir.types import Array, List, Scalar, Undefined
from .exits import at, constant, name_of
from .flattening import as_load, augmented, flattened, in_steps, with_named_value
from .operators import BINARY, IN_PLACE
from .raising import has_no_effect
from .trying import HINT, Trying, is_read
from .values import Reference, Value

OUTPUT = "output array"
"""What NumPy calls an array that an operator in place writes."""
_SMOOTH = (gast.Add, gast.Sub, gast.Mult, gast.Div)


class Rehearsing(Trying):
    """`_run_simple`."""

    def block(self, statements: Any) -> None:
        raise NotImplementedError

    def called(self, call: Callable[[], Value]) -> Value:
        raise NotImplementedError

    def _run_simple(self, node: gast.stmt) -> None:
        """A statement of expressions: tried as it is, or one call after the other where these have effects."""
        expressions = self._expressions(node)
        if expressions is not None and all(map(self.is_repeatable, expressions)):
            self.attempt(self._with_write(node, expressions), node)
            self._unless_failed(lambda: self.reader.block([node]))
            return
        if self._is_in_place(node):
            parts = with_named_value(node)
        else:
            parts = in_steps(node) if self._has_steps(node) else flattened(node)
        if parts is not None:
            self.block(parts)
        elif isinstance(node, (gast.Assign, gast.Expr)) and isinstance(node.value, gast.Call):
            self._inline(node)
        else:
            self._rehearse(node)

    def _with_write(self, node: gast.stmt, expressions: list[gast.AST]) -> list[gast.AST]:
        """What is evaluated by a statement that writes into an array, and a test that this can be written, which comes
        in front of the look at its entries."""
        target = node.target if isinstance(node, gast.AugAssign) else getattr(node, "targets", [None])[0]
        if not isinstance(target, gast.Subscript) and not isinstance(node, gast.AugAssign):
            return expressions
        owner = target.value if isinstance(target, gast.Subscript) else name_of(target.id, target)
        if not self._handles(ValueError) or not self._may_be_read_only(self.seen_at(owner)):
            return expressions
        tests = [self._demand_writable(owner, node)]
        if isinstance(node, gast.Assign):
            value, *entry = expressions
            return [value, *_parts_of_index(target.slice), *tests, *entry]
        if isinstance(target, gast.Name):
            tests = [self._demand_writable(owner, node, OUTPUT)]
        elif not isinstance(self.typed(as_load(target)), Scalar):  # a view is written first, a copy is not read-only
            tests.insert(0, self._demand_writable(as_load(target), node, OUTPUT))
        return [*expressions, *tests]

    def _demand_writable(self, array: gast.AST, node: gast.stmt, *what: str) -> Any:
        """A call that fails where writing into an array does."""
        words = [constant(word, node) for word in what]
        return self._call(runtime.demand_writable, "demand_writable", (array, *words), node)

    def _may_be_read_only(self, value: Value) -> bool:
        """Whether a value is an array of NumPy's that is not known to have been made here."""
        plain = isinstance(value, Var) and isinstance(value.type, Array) and value.type.home is None
        return plain and not self.reader.is_made_here(value)

    def _handles(self, cls: type[BaseException]) -> bool:
        """Whether there is a handler for an exception of a class."""
        return any(issubclass(cls, known) for classes in self.classes for known in classes)

    def _expressions(self, node: gast.stmt) -> list[gast.AST] | None:
        """What a simple statement evaluates; None where it does more than binding names and entries."""
        if isinstance(node, gast.Expr):
            return [node.value]
        if isinstance(node, (gast.Assign, gast.AnnAssign)):
            targets = node.targets if isinstance(node, gast.Assign) else [node.target]
            if node.value is not None and all(isinstance(t, (gast.Name, gast.Tuple)) for t in targets):
                return [node.value]
            return [node.value, as_load(targets[0])] if self._is_entry(node) else None
        if isinstance(node, gast.AugAssign) and type(node.op) in BINARY and self._rebinds(node):
            return [augmented(node)]
        return None

    def _rebinds(self, node: gast.AugAssign) -> bool:
        """Whether `x += v` fails where `x + v` does: x is a number, or v is one that fits into the array x."""
        old = self._type_of_target(node.target)
        if isinstance(old, Undefined):  # an entry that certainly is not there
            return isinstance(node.target, gast.Subscript)
        if isinstance(old, Scalar):
            return isinstance(node.target, gast.Name) or self._holds(node.target, self.typed(augmented(node)))
        new = self.typed(node.value)
        fits = isinstance(old, Array) and isinstance(new, Scalar) and old.kind in "fc" and not _is_wider(new, old)
        return fits and isinstance(node.op, _SMOOTH) and isinstance(node.target, gast.Name)

    def _has_steps(self, node: gast.stmt) -> bool:
        """Whether `x[i] += v` is `old = x[i]; new = old + v; x[i] = new`: where x[i] is a number."""
        if not isinstance(node, gast.AugAssign) or isinstance(node.target, gast.Name):
            return False
        if not isinstance(self._type_of_target(node.target), Scalar) or not all(map(_is_fixed, gast.walk(node.target))):
            return False
        self.trial(partial(self.reader.expression, node.value))
        return isinstance(node.target.value, gast.Name) or not self.leaves_traces

    def _type_of_target(self, target: Any) -> Any:
        return self.typed_name(target.id) if isinstance(target, gast.Name) else self.typed(as_load(target))

    def _is_entry(self, node: gast.Assign | gast.AnnAssign) -> bool:
        """Whether a number is written to an entry, which fails where reading it does."""
        if not isinstance(node, gast.Assign) or len(node.targets) != 1:
            return False
        (target,) = node.targets
        if not isinstance(target, gast.Subscript) or isinstance(self.seen_at(target.value), Reference):
            return False
        return isinstance(self.typed(as_load(target)), Scalar) and self._holds(target, self.typed(node.value))

    def _holds(self, target: Any, new: Any) -> bool:
        """Whether a number of this type can be put where another is."""
        owner = self.seen_at(target.value)
        type_ = getattr(owner, "type", None)
        if not isinstance(new, Scalar):
            return False
        if isinstance(target, gast.Attribute):
            cls = owner.cell.cls if isinstance(owner, Reference) else None
            return cls is not None and not isinstance(inspect.getattr_static(cls, target.attr, None), property)
        if isinstance(type_, Array):
            return type_.kind in "fc" and not _is_wider(new, type_)
        return isinstance(type_, List) or (isinstance(owner, Reference) and owner.cell.kind in ("list", "dict"))

    def seen_at(self, expression: gast.AST) -> Value:
        """The value of an expression, which is not computed."""
        return self.seen(partial(self.reader.expression, expression))

    def _is_in_place(self, node: gast.stmt) -> bool:
        """Whether `x += v` may change what x is, for others to see, so that it is not `x = x + v`."""
        if not isinstance(node, gast.AugAssign) or not isinstance(node.target, gast.Name):
            return False
        return not isinstance(self.typed_name(node.target.id), (Scalar, Undefined))

    def _inline(self, node: gast.Assign | gast.Expr) -> None:
        """A call of a function that is read: its statements belong to the body of the `try`."""
        reader = self.reader
        if not is_read(reader, self.seen_at(node.value.func)):
            reader.refuse("an effect inside of `try`, in an expression that may raise an exception,", node, HINT)
        value = self.called(lambda: reader.expression(node.value))
        if isinstance(node, gast.Assign) and not reader.dead:
            self._unless_failed(lambda: [reader.assign(target, value) for target in node.targets])

    # writing ----------------------------------------------------------------------------------------------------------

    def _rehearse(self, node: gast.stmt) -> None:
        """A statement that writes into an array."""
        tree = self._rehearsal(node)
        if tree is None:
            word = type(node).__name__.lower()
            self.reader.refuse(f"`{word}` inside of `try`, where it may raise an exception,", node, HINT)
        if isinstance(node, gast.Assign):
            self.attempt(self._with_write(node, [node.value]), node)
            self._unless_failed(lambda: self.try_out(tree))
        else:
            self.try_out(tree)
            self._unless_failed(lambda: self.attempt(self._with_write(node, []), node))
        self._unless_failed(lambda: self.reader.block([node]))

    def _rehearsal(self, node: gast.stmt) -> gast.AST | None:
        """What fails as the statement does and changes nothing; None where there is no such expression."""
        if isinstance(node, gast.AugAssign) and type(node.op) in BINARY:
            target, value = node.target, node.value
        elif isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Subscript):
            target, value = node.targets[0], node.value
        else:
            return None
        if not isinstance(self._type_of_array(node, target), Array) or not self._is_quiet(target, value):
            return None
        read = name_of(target.id, target) if isinstance(target, gast.Name) else as_load(target)
        copy = self._call(np.array, "np.array", (read,), node)
        if isinstance(node, gast.Assign):
            return self._call(operator.setitem, "operator.setitem", (copy, constant(Ellipsis, node), value), node)
        function = IN_PLACE[BINARY[type(node.op)]]
        return self._call(function, f"operator.{function.__name__}", (copy, value), node)

    def _type_of_array(self, node: Any, target: Any) -> Any:
        """The type of the array that a statement writes into."""
        if isinstance(target, gast.Name):
            return self.typed_name(target.id)
        owner = self.seen_at(target.value)
        if isinstance(node, gast.AugAssign) and isinstance(owner, Reference):
            return self.typed(as_load(target)) if self._holds(target, Scalar("f")) else None
        return getattr(owner, "type", None)

    def _is_quiet(self, target: Any, value: gast.AST) -> bool:
        """Whether evaluating the parts has no effect."""
        for part in (value,) if isinstance(target, gast.Name) else (as_load(target), value):
            ops = self.trial(partial(self.reader.expression, part))
            if self.leaves_traces or not has_no_effect(ops):
                return False
        return True

    def _call(self, function: Any, shown: str, args: tuple[Any, ...], place: gast.AST) -> Any:
        """A call of a function of the library, by a name of our own."""
        name = f"%{shown}"
        self.reader.store.set((self.reader.frame, name), Const(function, name=shown))
        return at(place, gast.Call(func=name_of(name, place), args=list(args), keywords=[]))


_FIXED = (gast.Subscript, gast.Attribute, gast.Name, gast.Constant, gast.UnaryOp, gast.USub, gast.Load, gast.Store)


def _is_fixed(part: gast.AST) -> bool:
    """Whether a part of a place stands for the same each time."""
    return isinstance(part, _FIXED)


def _parts_of_index(index: gast.AST) -> list[gast.AST]:
    """The expressions that an index is made of."""
    if isinstance(index, gast.Tuple):
        return [part for item in index.elts for part in _parts_of_index(item)]
    if isinstance(index, gast.Slice):
        return [part for part in (index.lower, index.upper, index.step) if part is not None]
    return [index]


def _is_wider(new: Scalar, old: Array) -> bool:
    return "bifc".index(new.kind) > "bifc".index(old.kind)
