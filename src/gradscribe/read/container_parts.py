"""What the parts of the reader call of each other to do with lists, dicts, tables and iterators: see `parts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import gast

from ..ir.nodes import Atom, Var
from ..ir.types import UNDEFINED, Type
from .environment import Key
from .values import Cell, Content, Reference, Value


class ContainerParts:
    """Declared here, defined in one of the parts that `Reader` inherits."""

    def iterate(
        self,
        iterable: Value,
        consume: Callable[[Value], None],
        exit_flag: Key | None = None,
        hint: str = "item",
        node: gast.AST | None = None,
    ) -> None:
        raise NotImplementedError

    def items_of(self, value: Value, node: gast.AST | None = None) -> tuple[Value, ...] | None:
        raise NotImplementedError

    def known_items(self, value: Value, node: gast.AST | None = None) -> tuple[Value, ...]:
        raise NotImplementedError

    def append(self, target: Value, value: Value, node: gast.AST | None = None) -> None:
        raise NotImplementedError

    def new_list(self, items: tuple[Value, ...], node: gast.AST | None, growing: bool = False, tag: str = "") -> Value:
        raise NotImplementedError

    def unroll_for(self, value: Value) -> None:
        raise NotImplementedError

    def entries_of(self, value: Value, node: gast.AST | None) -> list[tuple[Any, Value]]:
        raise NotImplementedError

    def static_key(self, value: Value, node: gast.AST | None) -> Any:
        raise NotImplementedError

    def expanded(self, atom: Var) -> Value:
        raise NotImplementedError

    def generate(
        self, node: Any, first: Value, consume: Callable[[], None], exit_flag: Any = None, level: int = 0
    ) -> None:
        raise NotImplementedError

    def range_at(self, container: Any, position: Value) -> Value:
        raise NotImplementedError

    def length_of(self, value: Value, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def expand(self, var: Var, node: gast.AST | None) -> Any:
        raise NotImplementedError

    def as_listed(self, value: Value, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def iterate_by_next(self, method: Value, consume: Any, exit_flag: Any, node: gast.AST | None) -> None:
        raise NotImplementedError

    def new_table(self, content: Content, node: gast.AST | None, tag: str = "") -> Reference:
        raise NotImplementedError

    def tabulate(self, cell: Cell, index: Value, node: gast.AST | None) -> None:
        raise NotImplementedError

    def columns(self, table: Value, node: gast.AST | None = None) -> tuple[Value, ...]:
        raise NotImplementedError

    def set_in_table(self, table: Reference, key: Value, value: Value, node: gast.AST | None) -> None:
        raise NotImplementedError

    def get_from_table(self, table: Reference, key: Value, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def in_table(self, key: Value, table: Value, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def list_slice(self, container: Var, index: Value, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def extend_list(self, target: Value, value: Value, node: gast.AST | None) -> None:
        raise NotImplementedError

    def insert_in_list(self, target: Var, index: Value, value: Value, node: gast.AST | None) -> None:
        raise NotImplementedError

    def pop_from_list(self, target: Var, index: Value, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def cut_list(self, target: Var, start: Atom, node: gast.AST | None) -> None:
        raise NotImplementedError

    def reverse_list(self, target: Var, node: gast.AST | None) -> None:
        raise NotImplementedError

    def store_in_slice(self, target: Var, index: Value, value: Value, node: gast.AST | None) -> None:
        raise NotImplementedError

    def kept(self, value: Value, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def taken(self, value: Value, whole: bool, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def drained(self, values: Sequence[Value], whole: bool, node: gast.AST | None) -> tuple[Value, ...]:
        raise NotImplementedError

    def exhaust(self, iterator: Reference) -> None:
        raise NotImplementedError

    def lose(self, iterator: Any) -> None:
        raise NotImplementedError

    def has_next(self, iterator: Reference, node: gast.AST) -> Value:
        raise NotImplementedError

    def refuse_endless(self, source: Value, node: gast.AST | None) -> None:
        raise NotImplementedError

    def suspended(self, code: Any, outer: Any, bound: Any, node: gast.AST | None, owner: type | None) -> Value:
        raise NotImplementedError

    def check_generator(self, code: Any, node: gast.AST | None) -> None:
        raise NotImplementedError

    def grow(self, cell: Cell, type_: Type = UNDEFINED) -> NoReturn:
        """Read again, with this list as one whose length is known at run time only."""
        raise NotImplementedError

    def _column(self, source: Value, node: gast.AST | None) -> tuple[Atom | None, Callable[[Any], Value]]:
        raise NotImplementedError

    def _expanded_first(self, owner: Value, node: gast.AST | None) -> None:
        raise NotImplementedError

    def _dict_pop(
        self, owner: Value, args: Sequence[Value], keywords: Mapping[str, Value], node: gast.AST | None
    ) -> Value:
        raise NotImplementedError

    def opened(self, value: Var, first: int, after: int, node: gast.AST) -> tuple[Value, ...]:
        raise NotImplementedError

    def opened_structure(self, atom: Var) -> Value:
        raise NotImplementedError
