"""Calls that change the lists, dicts and sets that they are given.

A list, dict or set whose structure is known is an object of the compiler: what a call that is not read does to it would
be lost. A list becomes one of the program, which the call changes as it runs; with others the call is refused.
"""

from __future__ import annotations

import logging
import operator
import types
from collections.abc import Sequence
from typing import Any

import gast

from ..errors import UnsupportedCall
from ..ir.nodes import Atom, Const, Var
from ..ir.signature import is_library_name
from ..ir.types import STRING, Object
from .asking import has_own_handlers
from .core import Core
from .meddling import call_may_meddle, holds_containers, is_container, method_may_meddle
from .parts import Keywords
from .values import NONE, Content, Reference, TupleValue, Value, is_foldable, same_atom

_CHANGING = {
    "shuffle", "heapify", "heappush", "heappop", "heapreplace", "heappushpop", "insort", "insort_left", "insort_right",
    "setitem", "delitem", "iconcat", "imul", "ior", "iand", "isub", "ixor", "append", "extend", "insert", "remove",
    "pop", "clear", "sort", "reverse", "update", "add", "discard", "setdefault", "popitem", "rotate", "popleft",
    "appendleft", "extendleft", "subtract",
}  # fmt: skip
_LOOKING = {
    "list": {"index", "count", "copy"},
    "dict": {"get", "keys", "values", "items", "copy", "__contains__", "__len__"},
    "set": {
        "union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint", "copy",
        "__contains__", "__len__",
    },
    "table": {"get", "keys", "values", "items"},
}  # fmt: skip
_CONTAINERS = (list, dict, set)
IN_PLACE = {
    operator.iadd: operator.add, operator.isub: operator.sub, operator.imul: operator.mul, operator.ior: operator.or_,
    operator.itruediv: operator.truediv, operator.ifloordiv: operator.floordiv, operator.imod: operator.mod,
    operator.ipow: operator.pow, operator.imatmul: operator.matmul, operator.iand: operator.and_,
    operator.ixor: operator.xor, operator.ilshift: operator.lshift, operator.irshift: operator.rshift,
}  # fmt: skip


def is_method_of_container(function: Any) -> bool:
    """Whether a callable is `list.append` or the like, which takes the container first."""
    kinds = (types.MethodDescriptorType, types.WrapperDescriptorType)
    return isinstance(function, kinds) and function.__objclass__ in _CONTAINERS


def in_place_operator(function: Any) -> Any:
    """`operator.add` for `operator.iadd`; None for any other function."""
    try:
        return IN_PLACE.get(function)
    except TypeError:  # unhashable
        return None


_SAYING = {"debug", "info", "warning", "warn", "error", "critical", "exception", "log"}


def only_says(function: Any) -> bool:
    """Whether a function of `logging` or `warnings` returns nothing."""
    home = (getattr(function, "__module__", None) or "").partition(".")[0]
    return home in ("logging", "warnings") and getattr(function, "__name__", "") in _SAYING


def _says(callee: Atom) -> bool:
    return isinstance(callee, Const) and (getattr(callee.value, "__module__", None) or "").startswith("logging")


def class_of_owner(owner: Value) -> Any:
    """The class of what a method is called of, where it is known."""
    type_ = getattr(owner, "type", None)
    return type_.cls if isinstance(type_, Object) else str if type_ == STRING else None


class Changing(Core):
    """`keep_changes` and `demand_looking`; `heed_call` and `heed_method`."""

    def heed_call(self, callee: Atom, operands: Sequence[Atom]) -> None:
        """Note it if a call that is not read may change what is outside."""
        loggers = (
            [logging.root, *(self.samples.get(a) for a in operands if isinstance(a, Var))] if _says(callee) else []
        )
        if call_may_meddle(callee, operands, self._is_outside) or any(map(has_own_handlers, loggers)):
            self.meddles()

    def heed_method(self, owner: Atom, name: str, operands: Sequence[Atom]) -> None:
        """Note it if a method that is not read may change what is outside."""
        if method_may_meddle(owner, name, operands, self._is_outside):
            self.meddles()

    def _is_outside(self, atom: Atom) -> bool:
        """Whether a value is a container that was found outside, or is an argument."""
        known = (self.samples, self.opaque_roots, self.paths, self.statics)
        if not isinstance(atom, Var) or not is_container(atom.type):
            return False
        return holds_containers(atom.type) or any(atom in table for table in known)

    def keep_changes(self, values: Sequence[Value], function: Any, name: str, node: gast.AST | None) -> None:
        """Before a call that is not read: see to it that what it may change is changed."""
        home = getattr(function, "__module__", None) or getattr(type(function), "__module__", None) or ""
        if name not in _CHANGING and (function is None or is_library_name(home)):
            return
        for value in values:
            if isinstance(value, Reference) and value.cell.origin is None and value.cell.kind != "instance":
                if value.cell.kind == "list":
                    self.grow(value.cell)
                self.refuse(
                    f"a {value.cell.kind} made here is passed to `{name}`, which may change it", node,
                    "change it here", UnsupportedCall,
                )  # fmt: skip

    def demand_looking(self, owner: Value, name: str, node: gast.AST | None) -> None:
        """Refuse a method of a list, dict or set that is not known to leave it as it is."""
        if isinstance(owner, Reference) and name not in _LOOKING.get(owner.cell.kind, ()):
            hint = "use item reads and writes, append and pop"
            self.refuse(f"the method `.{name}` of a {owner.cell.kind}", node, hint, UnsupportedCall)

    # dicts and sets ---------------------------------------------------------------------------------------------------

    def _dict_clear(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        self._expanded_first(owner, node)
        if not isinstance(owner, Reference):
            return NotImplemented
        self.change(owner, Content("dict", (), ()), node)
        return NONE

    def _dict_popitem(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        self._expanded_first(owner, node)
        entries = self.entries_of(owner, node)
        if not entries:
            self.refuse("`popitem` of an empty dict", node)
        key, value = Const(entries[-1][0]), entries[-1][1]
        self._dict_pop(owner, (key,), {}, node)
        return TupleValue((key, value))

    def _set_discard(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        assert isinstance(owner, Reference)
        items = self.content(owner, node).items
        if not all(map(is_foldable, (*items, args[0]))):
            self.refuse("a set of values that are not constant", node, "use a list")
        kept = tuple(i for i in items if i.value != args[0].value)  # type: ignore[union-attr]
        self.change(owner, Content("set", kept), node)
        return NONE

    def _set_update(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        for more in args:
            for item in self.items_of(more, node) or ():
                self._set_add(owner, (item,), {}, node)
        return NONE

    def _set_add(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        assert isinstance(owner, Reference)
        content = self.content(owner, node)
        if not all(map(is_foldable, (*content.items, args[0]))):
            self.refuse("a set of values that are not constant", node, "use a list")
        if not any(same_atom(item, args[0]) for item in content.items):
            self.change(owner, self.in_order_of_set(Content("set", (*content.items, args[0])), node), node)
        return NONE
