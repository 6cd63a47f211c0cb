"""Dicts with keys that are known at run time only: a list of the keys and one of the values, of the program.

A dict starts as an object of the compiler. Where it meets a key that is not constant its place is noted, and the
function is read again with two lists in its stead. Keys are looked up one after the other.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Sequence
from typing import Any

import gast

from ..ir import primitives as P
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import ExpressionSource
from ..ir.types import INT
from .assumptions import Restart
from .core import Core
from .parts import Keywords
from .values import NONE, Cell, Content, Lazy, Reference, Value, is_foldable

_ACTIVE_KEY = "a key depends on what is differentiated"
_FIND = ExpressionSource(
    ast.parse("keys.index(key) if key in keys else -1", mode="eval").body, ("keys", "key"), leaves_alone=True
)


def is_table(value: Value) -> bool:
    return isinstance(value, Reference) and value.cell.kind == "table"


class Tables(Core):
    """Reading and writing entries by keys that are known at run time only."""

    def tabulate(self, cell: Cell, index: Value, node: gast.AST | None) -> None:
        """Read again with this dict as two lists, if the key is not a constant and no loop can be unrolled for it."""
        if is_foldable(index):
            return
        self.unroll_for(index)
        if cell.origin is None and cell.site not in self.assumed.tables and isinstance(index, Var):
            if self.is_active(index):
                self.refuse(_ACTIVE_KEY, node, "round it, or use int()", because=[index])
            self.assumed.tables.add(cell.site)
            raise Restart

    def new_table(self, content: Content, node: gast.AST | None, tag: str = "") -> Reference:
        keys = self.new_list(tuple(map(Const, content.keys or ())), node, growing=True, tag=f"{tag}keys")
        values = self.new_list(content.items, node, growing=True, tag=f"{tag}values")
        cell = Cell("table", self.site(node, tag))
        self.store.set(cell, Content("table", (keys, values), ("keys", "values")))
        return Reference(cell)

    def columns(self, table: Value, node: gast.AST | None = None) -> tuple[Value, ...]:
        """The list of the keys, and that of the values."""
        assert isinstance(table, Reference)
        return self.content(table, node).items

    def _find(self, table: Value, key: Value, node: gast.AST | None) -> Atom:
        """The position of a key, -1 where there is none."""
        if self.is_active(key):
            self.refuse(_ACTIVE_KEY, node, "round it, or use int()", because=[key])
        keys = self.as_atom(self.columns(table, node)[0])
        atom = self.as_atom(key, node)
        return self.emit(P.EXPRESSION, keys, atom, static=_FIND, type=INT, inactive=True, hint="at")

    def _is_missing(self, at: Atom, node: gast.AST | None) -> Atom:
        return self.as_atom(self.truth(self.compare(operator.lt, at, Const(0), node)))

    def _add_entry(self, table: Value, key: Value, value: Value, node: gast.AST | None) -> None:
        for column, item in zip(self.columns(table, node), (key, value), strict=True):
            self.append(column, item, node)

    def set_in_table(self, table: Reference, key: Value, value: Value, node: gast.AST | None) -> None:
        """`table[key] = value`."""
        at = self._find(table, key, node)
        self.branch(
            self._is_missing(at, node),
            lambda: self._add_entry(table, key, value, node),
            lambda: self.set_item(self.columns(table, node)[1], at, value, node),
        )

    def get_from_table(self, table: Reference, key: Value, node: gast.AST | None) -> Value:
        """`table[key]`; a missing entry of a `defaultdict` is made."""

        def missing() -> Value:
            if table.cell.factory is not None:
                made = self.call(table.cell.factory, (), {}, node)
                self._add_entry(table, key, made, node)
                return made
            self.fail(KeyError, self.as_atom(key))
            return NONE

        at = self._find(table, key, node)
        if table.cell.factory is None:
            self.branch(self._is_missing(at, node), lambda: (missing(), None)[1], lambda: None)
            return self.get_item(self.columns(table, node)[1], at, node)
        return self.choose(
            self._is_missing(at, node), missing, lambda: self.get_item(self.columns(table, node)[1], at, node)
        )

    def in_table(self, key: Value, table: Value, node: gast.AST | None) -> Value:
        return self.compare(operator.ge, self._find(table, key, node), Const(0), node)

    # methods ----------------------------------------------------------------------------------------------------------

    def _table_get(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        at = self._find(owner, args[0], node)
        default = args[1] if len(args) > 1 else NONE
        return self.choose(
            self._is_missing(at, node), lambda: default, lambda: self.get_item(self.columns(owner, node)[1], at, node)
        )

    def _table_setdefault(
        self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        at = self._find(owner, args[0], node)
        value = args[1] if len(args) > 1 else NONE
        self.branch(self._is_missing(at, node), lambda: self._add_entry(owner, args[0], value, node), lambda: None)
        return self.get_item(self.columns(owner, node)[1], self._find(owner, args[0], node), node)

    def _table_keys(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return self.columns(owner, node)[0]

    def _table_values(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return self.columns(owner, node)[1]

    def _table_items(self, owner: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        return Lazy("zip", self.columns(owner, node), False)

    def _refused_method(self, owner: Value, args: Any, keywords: Any, node: gast.AST | None) -> Value:
        self.refuse("this method of a dict whose keys are known at run time only", node, "use a list or an array")

    _table_pop = _table_popitem = _table_update = _table_copy = _table_clear = _refused_method
