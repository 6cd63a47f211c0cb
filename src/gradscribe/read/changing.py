"""Calls that change the lists, dicts and sets that they are given.

A list, dict or set whose structure is known is an object of the compiler: what a call that is not read does to it would
be lost. A list becomes one of the program, which the call changes as it runs; with others the call is refused.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Sequence
from typing import Any

import gast

from ..errors import UnsupportedCall
from ..ir.signature import is_library_name
from .core import Core
from .values import Reference, Value

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


class Changing(Core):
    """`keep_changes` and `demand_looking`."""

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
