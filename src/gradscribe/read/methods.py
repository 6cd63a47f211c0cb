"""Methods that are known by name: of arrays and numbers, lists, dicts, sets, tuples and strings."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import gast
import numpy as np

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Const, Var
from ..ir.primitives import definition_of, overloads
from ..ir.types import STRING, Array, Dict, FixedList, List, Numeric, Object, Tuple, is_numeric
from .core import Core
from .lists import is_run_time_list
from .parts import Keywords
from .values import (
    NONE,
    Content,
    Lazy,
    Reference,
    TupleValue,
    Value,
    is_const,
    is_foldable,
    same_atom,
)

_PACKED = {"reshape", "transpose"}
_PURE_STRING = {
    "format", "join", "split", "strip", "upper", "lower", "replace", "startswith", "endswith", "lstrip", "rstrip",
    "capitalize", "title", "isdigit", "find", "count", "zfill",
}  # fmt: skip


def _nested(rows: Any) -> list[Any]:
    """What `rows.tolist()` makes of a matrix."""
    return [list(row) for row in rows]


class Methods(Core):
    """`call_named`."""

    def call_named(
        self, owner: Value, name: str, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        """`owner.name(*args, **keywords)`."""
        if owner is UNDEF or any(a is UNDEF for a in (*args, *keywords.values())):
            return UNDEF
        kind = self._kind_of(owner)
        method = getattr(self, f"_{kind}_{name}", None) if kind else None
        if method is not None:
            result = method(owner, args, keywords, node)
            if result is not NotImplemented:
                return result
        if isinstance(owner, Const) and isinstance(owner.value, str) and name in _PURE_STRING:
            return self._string_method(owner, name, args, keywords, node)
        if isinstance(owner, Var) and is_numeric(owner.type) and owner not in self.samples:
            return self._array_method(owner, name, args, keywords, node)
        if owner in self.samples and isinstance(self.samples[owner], (np.ndarray, np.generic)):
            return self._array_method(owner, name, args, keywords, node)
        cls = owner.type.cls if isinstance(owner, Var) and isinstance(owner.type, Object) else None
        written = definition_of(getattr(cls, name, None))
        if written is not None and any(map(self.is_active, (*args, *keywords.values()))):
            return self.call(Const(written, name=name), (owner, *args), keywords, node)
        return self.opaque_method(owner, name, args, keywords, node)

    def _kind_of(self, owner: Value) -> str | None:
        if isinstance(owner, Reference):
            return owner.cell.kind
        if isinstance(owner, TupleValue):
            return "tuple"
        if isinstance(owner, Lazy) and owner.kind == "generator":
            return None
        if isinstance(owner, (Var, Const)):
            found = {List: "list", Dict: "dict", FixedList: "list", Tuple: "tuple", Array: "array", Numeric: "array"}
            return found.get(type(owner.type))
        return None

    # arrays -----------------------------------------------------------------------------------------------------------

    def _array_method(
        self, owner: Value, name: str, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        """A method that is a primitive: `x.sum(axis=0)` is `np.sum(x, axis=0)`."""
        own = getattr(np.ndarray, name, None)
        function = getattr(np, name, None)
        meant = own if own is not None and overloads(own) else function
        if own is None or not overloads(meant):
            return self.opaque_method(owner, name, args, keywords, node)
        if name in _PACKED and len(args) > 1:
            args = (TupleValue(tuple(args)),)
        return self.apply(meant, (owner, *args), keywords, node, function if callable(function) else own)

    def _array_fill(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        self.set_item(owner, Const(Ellipsis), args[0], node)
        return NONE

    def _array_put(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return self.call(Const(np.put, name="np.put"), (owner, *args), keywords, node)

    def _array_astype(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """With `copy=False` the array itself, where it has the dtype already."""
        keep = keywords.get("copy")
        if keep is None or not (is_const(keep, bool) and not keep.value):
            return NotImplemented
        rest = {k: v for k, v in keywords.items() if k != "copy"}
        wanted = args[0] if args else rest.get("dtype")
        (found,) = self.with_dtypes([self.as_atom(wanted)]) if wanted is not None else (None,)
        own = getattr(getattr(owner, "type", None), "dtype", None)
        if own is None or not isinstance(found, Const) or set(rest) - {"dtype"}:
            self.refuse("whether `astype` copies is known at run time only", node, "leave out `copy=False`")
        return owner if np.dtype(found.value) == own else self.call_named(owner, "astype", args, rest, node)

    def _array_sort(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        if not overloads(np.sort):
            return NotImplemented
        self.set_item(owner, Const(Ellipsis), self.apply(np.sort, (owner, *args), keywords, node), node)
        return NONE

    def _array_partition(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        self.set_item(owner, Const(Ellipsis), self.apply(np.partition, (owner, *args), keywords, node), node)
        return NONE

    def _array_item(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """`x.item(i)` is `x[i]` of the flattened array, as a Python number."""
        if not self.is_active(owner):
            return NotImplemented
        if len(args) == 1 and isinstance(owner, Var) and isinstance(owner.type, Array) and owner.type.ndim == 1:
            return self.get_item(owner, args[0], node)
        if not args and isinstance(owner, Var) and isinstance(owner.type, Array):
            return self.get_item(owner, Const((0,) * owner.type.ndim), node)
        return NotImplemented

    def _array_tolist(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        rank = owner.type.ndim if isinstance(owner, Var) and isinstance(owner.type, Array) else None
        if not self.is_active(owner) or rank not in (1, 2):
            return NotImplemented
        if rank == 1:
            return self.call(Const(list, name="list"), (owner,), {}, node)
        return self.call(Const(_nested, name="tolist"), (owner,), {}, node)

    def _array_view(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """A view with the same dtype."""
        if args or keywords or not isinstance(owner, Var) or not isinstance(owner.type, Array) or not owner.type.ndim:
            return NotImplemented
        return self.get_item(owner, Const(Ellipsis), node)

    def _array_to_device(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """All arrays are on the one device that there is."""
        return owner if len(args) == 1 and is_const(args[0], str) and not keywords else NotImplemented

    # lists ------------------------------------------------------------------------------------------------------------

    def _list_append(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        self._expanded_first(owner, node)
        self.append(owner, args[0], node)
        self._trim(owner, Const(0), node)
        return NONE

    def _list_appendleft(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        self._list_insert(owner, (Const(0), args[0]), {}, node)
        self._trim(owner, Const(-1), node)
        return NONE

    def _list_popleft(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return self._list_pop(owner, (Const(0),), {}, node)

    def _deque_sites(self, owner: Value) -> list[Any]:
        """The places that may have made a list, where these made a deque."""
        if isinstance(owner, Reference):
            sites = [owner.cell.site]
        else:
            region = self.regions.find(owner) if isinstance(owner, Var) else None
            sites = [site for var, site in self.list_sites.items() if self.regions.find(var) is region]
        return [site for site in sites if site in self.deques]

    def _trim(self, owner: Value, end: Const, node: gast.AST | None) -> None:
        """A deque that has grown beyond its greatest length loses the entry at the other end."""
        limits = {self.deques[site] for site in self._deque_sites(owner)}
        if limits <= {None}:
            return
        if len(limits) > 1:
            self.refuse("which deque this is is known at run time only", node, "use one deque")
        longest = Const(limits.pop())
        grown = self.compare(operator.gt, self.length_of(owner, node), longest, node)
        self.branch(self.truth(grown), lambda: self._list_pop(owner, (end,), {}, node), lambda: None)

    def _expanded_first(self, owner: Value, node: gast.AST | None) -> None:
        """A list argument that is changed is taken apart first."""
        if isinstance(owner, Var) and isinstance(owner.type, (FixedList, Dict)):
            self.expand(owner, node)
        if isinstance(owner, Reference) and owner.cell.origin is not None:
            self.refuse("the length of a container argument is changed", node, "make a copy of it first")

    def _list_extend(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        self._expanded_first(owner, node)
        if any(self.deques[site] is not None for site in self._deque_sites(owner)):
            self.iterate(args[0], lambda item: self._list_append(owner, (item,), {}, node), node=node)
            return NONE
        self.extend_list(owner, args[0], node)
        return NONE

    def _list_pop(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        self._expanded_first(owner, node)
        if isinstance(owner, Var) and isinstance(owner.type, List):
            return self.pop_from_list(owner, args[0] if args else Const(-1), node)
        assert isinstance(owner, Reference)
        content = self.content(owner, node)
        index = args[0] if args else Const(-1)
        if not is_const(index, int):
            self.grow(owner.cell)
        items = list(content.items)
        try:
            value = items.pop(index.value)
        except IndexError:
            self.grow(owner.cell)
        self.change(owner, Content("list", tuple(items)), node)
        return value

    def _change(self, owner: Value, node: gast.AST | None, change: Any) -> Value:
        """Change the items of a list of known structure; lists of the program are refused."""
        self._expanded_first(owner, node)
        if not isinstance(owner, Reference):
            self.refuse(
                "this method of a list whose length is known at run time only", node, "use append, pop and indexing"
            )
        items = list(self.content(owner, node).items)
        result = change(items)
        self.change(owner, Content("list", tuple(items)), node)
        return NONE if result is None else result

    def _list_insert(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        if isinstance(owner, Reference) and not is_const(args[0], int) and owner.cell.origin is None:
            self.grow(owner.cell)
        if is_run_time_list(owner):
            self.insert_in_list(owner, args[0], args[1], node)  # type: ignore[arg-type]
            return NONE
        return self._change(owner, node, lambda items: items.insert(args[0].value, args[1]))

    def _list_reverse(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        if is_run_time_list(owner):
            self.reverse_list(owner, node)  # type: ignore[arg-type]
            return NONE
        return self._change(owner, node, lambda items: items.reverse())

    def _list_remove(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        place = self._list_index(owner, args, {}, node)
        if not is_const(place, int):
            self.refuse(
                "which entry `.remove` takes is known at run time only", node, "find it in a loop, and `pop` it"
            )
        self._list_pop(owner, (place,), {}, node)
        return NONE

    def _list_clear(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        if is_run_time_list(owner):
            self.cut_list(owner, Const(0), node)  # type: ignore[arg-type]
            return NONE
        return self._change(owner, node, lambda items: items.clear())

    def _list_copy(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return self.call(Const(list, name="list"), (owner,), {}, node)

    def _list_sort(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        ordered = self.call(Const(sorted, name="sorted"), (owner,), keywords, node)
        items = self.items_of(ordered, node)
        if items is not None and isinstance(owner, Reference):
            self.change(owner, Content("list", items), node)
            return NONE
        if isinstance(owner, Reference):
            self.grow(owner.cell)
        self.iterate(
            Lazy("enumerate", (ordered, Const(0)), 0),
            lambda pair: self.set_item(owner, pair.items[0], pair.items[1], node),
            node=node,
        )
        return NONE

    def _list_index(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        items = self.items_of(owner, node)
        for k, item in enumerate(items or ()):
            if same_atom(item, args[0]):
                return Const(k)
            if not (is_foldable(item) and is_foldable(args[0])):
                return NotImplemented
        return NotImplemented

    def _list_count(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        items = self.items_of(owner, node)
        if items is None:
            return NotImplemented
        total: Value = Const(0)
        for item in items:
            total = self.binary(operator.add, total, self.compare(operator.eq, item, args[0], node), node)
        return total

    _tuple_index, _tuple_count = _list_index, _list_count

    # dicts ------------------------------------------------------------------------------------------------------------

    def _view(self, owner: Value, kind: str) -> Value:
        return Lazy(kind, (owner,))

    def _dict_keys(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return self._view(owner, "keys")

    def _dict_values(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return self._view(owner, "values")

    def _dict_items(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return self._view(owner, "items")

    def _has(self, owner: Value, key: Value, node: gast.AST | None) -> bool:
        if isinstance(owner, Reference):
            self.tabulate(owner.cell, key, node)
        known = self.static_key(key, node)
        return any(k == known for k, _ in self.entries_of(owner, node))

    def _dict_get(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        if self._has(owner, args[0], node):
            return self.get_item(owner, args[0], node)
        return args[1] if len(args) > 1 else NONE

    def _dict_setdefault(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        if not self._has(owner, args[0], node):
            self._expanded_first(owner, node)
            self.set_item(owner, args[0], args[1] if len(args) > 1 else NONE, node)
        return self.get_item(owner, args[0], node)

    def _dict_update(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        for key, value in [*(self.entries_of(args[0], node) if args else ()), *keywords.items()]:
            self.set_item(owner, Const(key), value, node)
        return NONE

    def _dict_pop(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        self._expanded_first(owner, node)
        if not self._has(owner, args[0], node):
            return args[1] if len(args) > 1 else self.get_item(owner, args[0], node)
        value = self.get_item(owner, args[0], node)
        assert isinstance(owner, Reference)
        content = self.content(owner, node)
        self.change(owner, content.without(self.static_key(args[0], node)), node)
        return value

    def _dict_copy(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return self.call(Const(dict, name="dict"), (owner,), {}, node)

    # tuples and strings -----------------------------------------------------------------------------------------------

    def _tuple__replace(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        if not isinstance(owner, TupleValue) or owner.cls is None:
            return NotImplemented
        names = owner.cls._fields
        return TupleValue(tuple(keywords.get(n, item) for n, item in zip(names, owner.items, strict=True)), owner.cls)

    def _tuple__asdict(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        if not isinstance(owner, TupleValue) or owner.cls is None:
            return NotImplemented
        return self.new_cell(Content("dict", owner.items, owner.cls._fields), node)

    def _string_method(
        self, owner: Const, name: str, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        """Folded where all is known; text is no value that is differentiated."""
        items = [self.items_of(a, node) if name == "join" else (a,) for a in args]
        if all(i is not None and all(map(is_foldable, i)) for i in items) and all(map(is_foldable, keywords.values())):
            known = [[v.value for v in i or ()] if name == "join" else i[0].value for i in items]  # type: ignore
            result = getattr(owner.value, name)(*known, **{k: v.value for k, v in keywords.items()})
            if isinstance(result, list):
                return self.new_list(tuple(map(Const, result)), node)
            return Const(result)
        atoms = [self.as_atom(v, node) for v in args]
        named = {k: self.as_atom(v, node) for k, v in keywords.items()}
        self.heed_method(owner, name, (*atoms, *named.values()))
        return self.emit(P.CALL_METHOD, owner, *atoms, static=name, type=STRING, inactive=True, **named)
