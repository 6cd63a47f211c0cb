"""Statements: one method for each kind of node."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import gast
import numpy as np

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Const, Var
from ..ir.types import Array, List, Numeric, Object, Scalar
from .comparisons import is_numeric_for_sure
from .lists import is_run_time_list, is_slice
from .operators import BINARY
from .rebinding import Rebinding
from .values import NONE, Content, Lazy, Reference, Value, is_code


class Statements(Rebinding):
    """`block` and `assign`."""

    def block(self, statements: Sequence[gast.stmt]) -> None:
        """Read statements in order, up to one that never completes; inside of a `try`, each of them is tried."""
        if self.attempt is not None:
            attempt, self.attempt = self.attempt, None
            try:
                attempt.block(statements)
            finally:
                self.attempt = attempt
            return
        for statement in statements:
            if self.dead:
                return
            self.at(statement)
            method = getattr(self, f"_run_{type(statement).__name__}", None)
            if method is None:
                name = type(statement).__name__.lower()
                shown = _SHOWN.get(name, f"`{name}`")
                self.refuse(f"{shown} is not supported", statement, _HINTS.get(name))
            method(statement)

    def _run_Pass(self, node: gast.Pass) -> None:
        pass

    def _run_Global(self, node: gast.Global) -> None:
        pass

    _run_Nonlocal = _run_Global

    def _run_Expr(self, node: gast.Expr) -> None:
        if not isinstance(node.value, gast.Constant):
            with self.hinted(_hint_of_call(node.value)):
                self.expression(node.value)

    # assignment -------------------------------------------------------------------------------------------------------

    def _run_Assign(self, node: gast.Assign) -> None:
        first = node.targets[0]
        with self.hinted(_hint_of(first)):
            value = self.expression(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _run_AnnAssign(self, node: gast.AnnAssign) -> None:
        if node.value is not None:
            with self.hinted(_hint_of(node.target)):
                value = self.expression(node.value)
            self.assign(node.target, value)

    def assign(self, target: gast.AST, value: Value) -> None:
        """`target = value`."""
        value = self.kept(value, target)
        if isinstance(target, gast.Name):
            self._assign_name(target, value)
        elif isinstance(target, (gast.Tuple, gast.List)):
            self._unpack(target, value)
        elif isinstance(target, gast.Subscript):
            container = self.expression(target.value)
            self.set_item(container, self.index(target.slice), value, target)
        elif isinstance(target, gast.Attribute):
            self.set_attribute(self.expression(target.value), target.attr, value, target)
        else:
            self.refuse("this cannot be assigned to", target)

    def _assign_name(self, target: gast.Name, value: Value) -> None:
        frame = self.frame_of(target.id)
        if frame is None:
            self.rebind(target.id, value, target)
            return
        self._name_value(value, target.id)
        self.store.set((frame, target.id), value)

    def _name_value(self, value: Value, name: str) -> None:
        """The first name that a new value gets is what it is called."""
        if isinstance(value, Var) and not value.named and not name.startswith("%") and value not in self.samples:
            value.hint, value.named = name, True

    def _unpack(self, target: gast.Tuple | gast.List, value: Value) -> None:
        starred = [k for k, t in enumerate(target.elts) if isinstance(t, gast.Starred)]
        items = self._unpacked(value, len(target.elts), bool(starred), target)
        if isinstance(items, Var):
            items = self.opened(items, starred[0], len(target.elts) - starred[0] - 1, target)
        elif starred:
            first, after = starred[0], len(target.elts) - starred[0] - 1
            if len(items) < first + after:
                self.refuse("not enough values to unpack", target)
            middle = self.new_list(items[first : len(items) - after], target.elts[first])
            items = (*items[:first], middle, *items[len(items) - after :])
        for element, item in zip(target.elts, items, strict=True):
            inner = element.value if isinstance(element, gast.Starred) else element
            if isinstance(item, Var) and isinstance(inner, gast.Name) and not item.named and item not in self.samples:
                item.hint = inner.id.lstrip("%")
            self.assign(inner, item)

    def _unpacked(self, value: Value, count: int, starred: bool, node: gast.AST) -> tuple[Value, ...] | Var:
        """The items, or a list or array of an unknown number of them where one name is starred."""
        if value is UNDEF:
            return (UNDEF,) * (count - 1 if starred else count)
        value = self.taken(value, True, node)
        items = self.forced(value, node)
        counted = isinstance(value, Var) and isinstance(value.type, (Array, Numeric, List, Object))
        if items is None and not starred and counted:
            return tuple(self.get_item(value, Const(k), node) for k in range(count))
        if items is None and starred and isinstance(value, Var) and isinstance(value.type, Array):
            return value
        if items is None:
            made = self.call(Const(list, name="list"), (value,), {}, node)
            listed = self.items_of(made, node)
            if listed is None and starred and is_run_time_list(made):
                return made  # type: ignore[return-value]
            if listed is None:
                self.refuse("how many values there are to unpack is not known", node, "index the array")
            items = listed
        if not starred and len(items) != count:
            self.refuse(f"{len(items)} values are unpacked into {count} names", node)
        return items

    def _run_AugAssign(self, node: gast.AugAssign) -> None:
        function = BINARY[type(node.op)]
        target = node.target
        with self.hinted(_hint_of(target)):
            if isinstance(target, gast.Name):
                old = self.load(target.id, target)
                given = self.expression(node.value)
                value = self.bound_anew(function, target.id, old, given, node)
                if value is None:
                    value = self.in_place(function, old, given, node)
                if value is not old:
                    self._assign_name(target, value)
            elif isinstance(target, gast.Subscript):
                self._augment_item(function, target, node)
            else:
                owner = self.expression(target.value)
                old = self.get_attribute(owner, target.attr, target)
                value = self.in_place(function, old, self.expression(node.value), node)
                if value is not old:
                    self.set_attribute(owner, target.attr, value, target)

    def _augment_item(self, function: Any, target: gast.Subscript, node: gast.AugAssign) -> None:
        container = self.expression(target.value)
        index = self.index(target.slice)
        if isinstance(container, Lazy) and container.kind == "flat":
            (container,) = container.sources
            index = self.flat_index(container, index, target)
        if isinstance(container, Var) and self._holds_numbers(container):
            self._augment_cells(function, container, self.index_atom(index, target), node)
            return
        old = self.get_item(container, index, target)
        value = self.in_place(function, old, self.expression(node.value), node)
        if value is not old:
            self.set_item(container, index, value, target)

    def _augment_cells(self, function: Any, container: Var, index: Atom, node: gast.AugAssign) -> None:
        """Python reads a single entry, or a copy, before it evaluates the right side; a view is read behind that."""
        mark = len(self.builder.ops)
        old = self.emit(P.GETITEM, container, index)
        before = len(self.builder.ops)
        value = self.expression(node.value)
        changed = any(op.primitive.writes or op.primitive.effect or op.blocks for op in self.builder.ops[before:])
        if changed and isinstance(old, Var) and (isinstance(old.type, Scalar) or not is_basic_index(index)):
            self.write(P.SETITEM, container, index, self.as_atom(self.binary(function, old, value, node.target)))
            return
        if changed and isinstance(old, Var) and isinstance(old.type, Numeric):
            self.refuse("the right side writes to memory, and what is read on the left is a number or an array", node)
        del self.builder.ops[mark:before]
        self.update_item(function, container, index, value, node)

    def _holds_numbers(self, container: Var) -> bool:
        if container in self.samples and not isinstance(self.samples[container], np.ndarray):
            return False
        return is_numeric_for_sure(container) or isinstance(container.type, Numeric)

    def _run_Delete(self, node: gast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, gast.Name):
                frame = self.frame_of(target.id)
                if frame is None:
                    self.refuse(f"`{target.id}` is deleted, and is not local", target)
                self.store.set((frame, target.id), UNDEF)
            elif isinstance(target, gast.Subscript):
                self._delete_item(target)
            else:
                self.refuse("`del` of an attribute", target)

    def _delete_item(self, target: gast.Subscript) -> None:
        container, index = self.expression(target.value), self.index(target.slice)
        known = isinstance(container, Reference) and container.cell.kind == "list" and container.cell.origin is None
        if isinstance(container, Reference) and known and not isinstance(index, Const):
            self.grow(container.cell)
        if is_run_time_list(container):
            if is_slice(index):
                self.store_in_slice(container, index, self.new_list((), target, tag="none"), target)  # type: ignore[arg-type]
            else:
                self.pop_from_list(container, index, target)  # type: ignore[arg-type]
            return
        if not isinstance(container, Reference) or not isinstance(index, Const) or container.cell.origin is not None:
            self.refuse("`del` of this item", target, "build a new container without it")
        content = self.content(container, target)
        if content.kind == "dict":
            self.change(container, content.without(index.value), target)
            return
        items = list(content.items)
        del items[index.value]
        self.change(container, Content("list", tuple(items)), target)

    # control ----------------------------------------------------------------------------------------------------------

    def _run_If(self, node: gast.If) -> None:
        with self.hinted("took"):
            predicate = self.truth(self.expression(node.test))
        self.branch(predicate, lambda: self.block(node.body), lambda: self.block(node.orelse))

    def _run_For(self, node: gast.For) -> None:
        iterable = self.expression(node.iter)
        name = node.target.id if isinstance(node.target, gast.Name) else "item"
        flag = self.exit_flag_of(node)

        def trip(item: Value) -> None:
            self.at(node)
            self.assign(node.target, item)
            self.block(node.body)

        self.iterate(iterable, trip, flag, name, node)

    def _run_While(self, node: gast.While) -> None:
        self.loop(None, lambda _: self.block(node.body), self.exit_flag_of(node))

    def exit_flag_of(self, node: Any) -> Any:
        name = getattr(node, "exit_flag", None)
        return None if name is None else (self.frame, name)

    # functions --------------------------------------------------------------------------------------------------------

    def _run_FunctionDef(self, node: gast.FunctionDef) -> None:
        value = self.closure(node)
        for decorator in reversed(node.decorator_list):
            value = self.call(self.expression(decorator), (value,), {}, decorator)
        frame = self.frame_of(node.name)
        assert frame is not None
        self.store.set((frame, node.name), value)

    # effects ----------------------------------------------------------------------------------------------------------

    def _run_Assert(self, node: gast.Assert) -> None:
        test = self.truth(self.expression(node.test))
        if isinstance(test, Const) and test is not UNDEF and test.value:
            return
        message = () if node.msg is None else (self.as_atom(self.expression(node.msg), node.msg),)
        self.perform(P.ASSERT, test, *message)

    def _run_Raise(self, node: gast.Raise) -> None:
        if node.exc is None:
            self.perform(P.RAISE, self.as_atom(self.handled(node)[0]))
            self.dead = True
            return
        error = self.expression(node.exc)
        if is_code(error):
            error = self.call(error, (), {}, node)
        atoms = [self.as_atom(error, node)]
        if node.cause is not None:
            atoms.append(self.as_atom(self.expression(node.cause), node))
        self.perform(P.RAISE, *atoms)
        self.dead = True

    def handled(self, node: gast.Raise) -> tuple[Value, tuple[type[BaseException], ...]]:
        """The exception that the innermost handler handles, and the classes that this is for."""
        if not self.handling or self.handling[-1][0] is UNDEF:
            self.refuse("`raise` without an exception", node)
        return self.handling[-1]

    def _run_With(self, node: gast.With) -> None:
        """Context managers are entered and left around the body."""
        self._with(node, 0)

    def _is_suppressing(self, node: gast.AST) -> bool:
        """Whether a context manager is `contextlib.suppress(...)`."""
        if not isinstance(node, gast.Call) or node.keywords:
            return False
        if not isinstance(node.func, (gast.Name, gast.Attribute)):
            return False
        callee = self.expression(node.func)
        return is_code(callee) and callee.value is contextlib.suppress

    def _with(self, node: gast.With, k: int) -> None:
        if k == len(node.items):
            self.block(node.body)
            return
        item = node.items[k]
        if self._is_suppressing(item.context_expr):
            self._run_Try(_suppressed(node, k))
            return
        manager = self.expression(item.context_expr)
        if isinstance(manager, Lazy) and manager.kind == "manager":
            self.enter_generator(manager, item, lambda: self._with(node, k + 1))
            return
        enter, exit_ = self.method_of_class(manager, "__enter__"), self.method_of_class(manager, "__exit__")
        if enter is not None and exit_ is not None:
            entered = self.call(enter, (), {}, item.context_expr)
        elif isinstance(manager, Var) and not self.is_active(manager):
            entered = self.call(self.get_attribute(manager, "__enter__"), (), {}, item.context_expr)
            exit_ = self.get_attribute(manager, "__exit__")
        else:
            self.refuse("this context manager", node, "call what it does directly")
        if self.may_swallow(exit_):
            self.refuse("a context manager that may swallow exceptions", node, "use `try` and `except`")
        if item.optional_vars is not None:
            self.assign(item.optional_vars, entered)
        self._with(node, k + 1)
        if not self.dead:
            self.call(exit_, (NONE, NONE, NONE), {}, item.context_expr)


def _suppressed(node: gast.With, k: int) -> gast.Try:
    """`with contextlib.suppress(A, B): ...` as a `try`."""
    call: gast.Call = node.items[k].context_expr
    classes = gast.copy_location(gast.Tuple(elts=list(call.args), ctx=gast.Load()), call)
    nothing = gast.copy_location(gast.Pass(), node)
    handler = gast.copy_location(gast.ExceptHandler(type=classes, name=None, body=[nothing]), node)
    body = node.body
    if k + 1 < len(node.items):
        body = [gast.copy_location(gast.With(items=node.items[k + 1 :], body=body, type_comment=None), node)]
    return gast.copy_location(gast.Try(body=body, handlers=[handler], orelse=[], finalbody=[]), node)


def _hint_of(target: gast.AST) -> str:
    """The name that temporaries of a statement are called after."""
    while isinstance(target, (gast.Subscript, gast.Starred)):
        target = target.value
    if isinstance(target, gast.Attribute):
        return str(target.attr)
    return target.id if isinstance(target, gast.Name) else "t"


def _hint_of_call(node: gast.AST) -> str:
    """The name that temporaries of `states.append(...)` are called after: that of an entry."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Attribute):
        return "t"
    name = _hint_of(node.func.value)
    return name[:-1] if len(name) > 2 and name.endswith("s") and not name.endswith("ss") else name


_HINTS = {
    "asyncfor": "differentiate a plain function",
    "asyncwith": "differentiate a plain function",
    "asyncfunctiondef": "differentiate a plain function",
    "classdef": "define the class outside the function",
    "match": "write it with `if` and `elif`",
}
_SHOWN = {"classdef": "`class` inside of a function", "asyncfunctiondef": "`async def`", "asyncfor": "`async for`"}
