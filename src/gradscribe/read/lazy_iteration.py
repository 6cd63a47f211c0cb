"""Iteration over what has no index: products, pairs, `starmap`, `takewhile`, generators. Each is a loop, or several,
that hands its entries on as they come."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable

import gast

from ..ir.nodes import Atom, Const
from .core import Core
from .environment import Frame, Key
from .values import FALSE, TRUE, Cell, Lazy, Range, TupleValue, Value, is_const

Item = Callable[[Atom], Value]
_PUSHED = {
    "generator",
    "filter",
    "chain",
    "product",
    "pairs",
    "takewhile",
    "starmap",
    "ndenumerate",
    "yields",
    "islice",
    "dropwhile",
    "compress",
    "groupby",
}

_WITHOUT_ITEMS = {
    "flat", "generator", "count", "cycle", "pairs", "takewhile", "ndenumerate", "zip_longest", "yields", "islice",
    "rest", "dropwhile", "compress", "groupby",
}  # fmt: skip


def is_pushed(value: Value) -> bool:
    """Whether an iterable hands its entries on as they come."""
    if not isinstance(value, Lazy):
        return False
    if value.kind == "enumerate" or (value.kind == "map" and len(value.sources) == 2):
        return is_pushed(value.sources[0 if value.kind == "enumerate" else 1])
    if value.kind == "zip":
        return value.extra is not True and sum(map(is_pushed, value.sources)) == 1
    return value.kind in _PUSHED


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

    def _iterate_enumerate(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        source, start = value.sources
        count = Cell("temporary", "k")
        self.store.set(count, start)

        def trip(item: Value) -> None:
            k = self.store.get(count)
            self.store.set(count, self.binary(operator.add, k, Const(1)))
            consume(TupleValue((k, item)))

        self.iterate(source, trip, exit_flag, hint, node)

    def _iterate_map(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        function, source = value.sources
        self.iterate(source, lambda item: consume(self.call(function, (item,), {}, node)), exit_flag, hint, node)

    def _iterate_zip(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        """One source hands its entries on; those of the others are counted. One in front of it is asked first."""
        place = next(k for k, source in enumerate(value.sources) if is_pushed(source))
        columns = {k: self._column(s, node) for k, s in enumerate(value.sources) if k != place}
        before = [n for k, (n, _) in columns.items() if k < place and n is not None]
        behind = [n for k, (n, _) in columns.items() if k > place and n is not None]
        count, end = Cell("temporary", "k"), Cell("temporary", "end")
        self.store.set(count, Const(0))
        self.store.set(end, FALSE)

        def trip(item: Value) -> None:
            k = self.store.get(count)

            def run() -> None:
                consume(TupleValue(tuple(item if j == place else columns[j][1](k) for j in range(len(value.sources)))))
                following = self.binary(operator.add, k, Const(1))
                self.store.set(count, following)
                self._end_where([self.compare(operator.ge, following, n, node) for n in before], exit_flag, end)

            self._where([self.compare(operator.lt, k, n, node) for n in behind], run, lambda: self.store.set(end, TRUE))

        first = [self.compare(operator.gt, n, Const(0), node) for n in before]
        self._where(first, lambda: self.iterate(value.sources[place], trip, end, hint, node), lambda: None)

    def _where(self, tests: list[Value], run: Callable[[], None], otherwise: Callable[[], None]) -> None:
        """Run where all tests hold."""
        if not tests:
            run()
        else:
            self.branch(self.truth(tests[0]), lambda: self._where(tests[1:], run, otherwise), otherwise)

    def _end_where(self, tests: list[Value], exit_flag: Key | None, end: Cell) -> None:
        """End where one of the tests holds, or what consumes the entries has ended."""
        if exit_flag is not None:
            self.store.set(end, self.store.get(exit_flag))
        for test in tests:
            self.branch(self.truth(test), lambda: self.store.set(end, TRUE), lambda: None)

    def _iterate_islice(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        source, start, stop = value.sources
        count, end = Cell("temporary", "k"), Cell("temporary", "end")
        self.store.set(count, Const(0))
        self.store.set(end, FALSE)

        def trip(item: Value) -> None:
            k = self.store.get(count)
            following = self.binary(operator.add, k, Const(1))
            self.store.set(count, following)
            skipped = [] if is_const(start, int) and start.value == 0 else [self.compare(operator.ge, k, start, node)]  # type: ignore
            self._where(skipped, lambda: consume(item), lambda: None)
            self._end_where([self.compare(operator.ge, following, stop, node)], exit_flag, end)

        some = [self.compare(operator.gt, stop, Const(0), node)]
        self._where(some, lambda: self.iterate(source, trip, end, hint, node), lambda: None)

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

    def _iterate_dropwhile(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        function, source = value.sources
        started = Cell("temporary", "started")
        self.store.set(started, FALSE)

        def trip(item: Value) -> None:
            def ask() -> None:
                found = self.truth(self.call(function, (item,), {}, node))
                self.branch(found, lambda: None, lambda: self.store.set(started, TRUE))

            self.branch(self.truth(self.store.get(started)), lambda: None, ask)
            self.branch(self.truth(self.store.get(started)), lambda: consume(item), lambda: None)

        self.iterate(source, trip, exit_flag, hint, node)

    def _iterate_compress(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        def trip(pair: Value) -> None:
            item, chosen = self.known_items(pair, node)
            self.branch(self.truth(chosen), lambda: consume(item), lambda: None)

        self.iterate(value.sources[0], trip, exit_flag, hint, node)

    def _iterate_groupby(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        """A group is there in its own trip only."""

        def trip(row: Value) -> None:
            key, members = self.known_items(row, node)
            group = self.call(Const(iter, name="iter"), (members,), {}, node)
            consume(TupleValue((key, group)))
            self.lose(group)

        self.iterate(value.sources[0], trip, exit_flag, hint, node)

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

    # known items ------------------------------------------------------------------------------------------------------

    def _items_of_lazy(self, value: Lazy, node: gast.AST | None) -> tuple[Value, ...] | None:
        if value.kind in ("keys", "values", "items"):
            entries = self.entries_of(value.sources[0], node)
            made = {"keys": lambda k, v: Const(k), "values": lambda k, v: v}.get(
                value.kind, lambda k, v: TupleValue((Const(k), v))
            )
            return tuple(made(k, v) for k, v in entries)
        if value.kind in _WITHOUT_ITEMS:
            return None
        if value.kind in ("product", "starmap", "repeat"):
            return self._items_of_rows(value, node)
        iterated = {"map": value.sources[1:], "filter": value.sources[1:], "enumerate": value.sources[:1]}
        sources = [self.items_of(s, node) for s in iterated.get(value.kind, value.sources)]
        if any(s is None for s in sources):
            return None
        known = [s for s in sources if s is not None]
        if value.kind == "zip":
            return tuple(TupleValue(row) for row in zip(*known, strict=False))
        if value.kind == "enumerate":
            start = value.extra
            return (
                tuple(TupleValue((Const(start + k), v)) for k, v in enumerate(known[0]))
                if isinstance(start, int)
                else None
            )
        if value.kind == "reversed":
            return known[0][::-1]
        if value.kind == "chain":
            return tuple(item for source in known for item in source)
        if value.kind == "map":
            return tuple(self.call(value.sources[0], row, {}, node) for row in zip(*known, strict=False))
        return None

    def _items_of_rows(self, value: Lazy, node: gast.AST | None) -> tuple[Value, ...] | None:
        if value.kind == "repeat":
            return None
        if value.kind == "starmap":
            rows = self.items_of(value.sources[1], node)
            if rows is None:
                return None
            return tuple(self.call(value.sources[0], self.known_items(row, node), {}, node) for row in rows)
        if any(isinstance(s, Range) for s in value.sources):
            return None
        columns = [self.items_of(s, node) for s in value.sources]
        if any(c is None for c in columns):
            return None
        return tuple(map(TupleValue, itertools.product(*(c or () for c in columns))))
