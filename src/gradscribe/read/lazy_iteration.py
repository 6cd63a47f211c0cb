"""Iteration over what has no index: products, pairs, `starmap`, `takewhile`, generators. Each is a loop, or several,
that hands its entries on as they come."""

from __future__ import annotations

import operator
from collections.abc import Callable

import gast

from ..ir.nodes import Atom, Const
from .core import Core
from .environment import Frame, Key
from .values import FALSE, TRUE, Cell, Lazy, TupleValue, Value

Item = Callable[[Atom], Value]
_PUSHED = ("generator", "filter", "chain", "product", "pairs", "takewhile", "starmap", "ndenumerate")
_LONGEST = 2000
_TRIPS = 64


class LazyIteration(Core):
    """`iterate_pushed`."""

    def iterate_pushed(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        """Iterables whose length is not known before they have run: the body runs inside their own loops."""
        if value.kind == "chain":
            for source in value.sources:
                flag = FALSE if exit_flag is None else self.store.get(exit_flag)
                self.branch(flag, lambda: None, lambda s=source: self.iterate(s, consume, exit_flag, hint, node))
        elif value.kind == "filter":
            function, source = value.sources

            def trip(item: Value) -> None:
                none = isinstance(function, Const) and function.value is None
                kept = item if none else self.call(function, (item,), {}, node)
                self.branch(self.truth(kept), lambda: consume(item), lambda: None)

            self.iterate(source, trip, exit_flag, hint, node)
        elif value.kind == "generator":
            self._iterate_generator(value, consume, exit_flag)
        else:
            getattr(self, f"_iterate_{value.kind}")(value, consume, exit_flag, hint, node)

    def _iterate_product(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        """Nested loops, the last source running fastest."""

        def from_(k: int, row: tuple[Value, ...]) -> None:
            if k == len(value.sources):
                consume(TupleValue(row))
            else:
                self.iterate(value.sources[k], lambda item: from_(k + 1, (*row, item)), exit_flag, "i", node)

        from_(0, ())

    def _iterate_pairs(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        """`combinations(x, 2)`: each item with each later one."""
        length, item = self._indexed(value.sources[0], node)

        def outer(i: Atom) -> None:
            first = item(i)
            after = self.as_atom(self.binary(operator.add, i, Const(1)))
            self.loop((after, length, Const(1)), lambda j: consume(TupleValue((first, item(j)))), exit_flag, "j")

        self.loop((Const(0), length, Const(1)), outer, exit_flag, "i")

    def _iterate_starmap(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        function, source = value.sources

        def trip(item: Value) -> None:
            consume(self.call(function, self.known_items(item, node), {}, node))

        self.iterate(source, trip, exit_flag, hint, node)

    def _iterate_ndenumerate(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        indices, array = value.sources

        def trip(index: Value) -> None:
            consume(TupleValue((index, self.get_item(array, index, node))))

        self.iterate(indices, trip, exit_flag, hint, node)

    def _iterate_takewhile(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        function, source = value.sources
        end = Cell("temporary", "end")
        self.store.set(end, FALSE)

        def trip(item: Value) -> None:
            def run() -> None:
                consume(item)
                if exit_flag is not None:
                    self.store.set(end, self.store.get(exit_flag))

            self.branch(self.truth(self.call(function, (item,), {}, node)), run, lambda: self.store.set(end, TRUE))

        self.iterate(source, trip, end, hint, node)

    def _iterate_generator(self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None) -> None:
        node, frame = value.extra

        def element() -> None:
            item = self.expression(node.elt)
            inner, self.frame = self.frame, outer
            try:
                consume(item)
            finally:
                self.frame = inner

        outer: Frame = self.frame
        self.frame = frame
        try:
            self.generate(node, value.sources[0], element, exit_flag)
        finally:
            self.frame = outer
