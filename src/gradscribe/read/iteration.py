"""Iteration: `for` over anything, unrolled where the items are known one by one, a loop of the program otherwise."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from .. import runtime
from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Block, Const, Op, Var, walk
from ..ir.types import INT, STRUCTURES, Array, List, Numeric, Object, join
from .assumptions import Restart
from .environment import Key
from .iterators import is_iterator
from .lazy_iteration import LazyIteration, is_pushed
from .tables import is_table
from .trying import is_read
from .values import FALSE, NONE, TRUE, Cell, Choice, Lazy, Range, Reference, TupleValue, Value, is_const

Item = Callable[[Atom], Value]
_LONGEST = 2000
_TRIPS = 64


class Iteration(LazyIteration):
    """`iterate`."""

    def iterate(
        self,
        iterable: Value,
        consume: Callable[[Value], None],
        exit_flag: Key | None = None,
        hint: str = "item",
        node: gast.AST | None = None,
    ) -> None:
        """Read `for item in iterable: consume(item)`.

        Args:
            iterable: what is iterated over.
            consume: reads the body, given the item.
            exit_flag: the variable that ends the loop when it is true behind a trip.
            hint: the name of the item.
            node: the place, for refusals and to know the loop again.
        """
        if iterable is UNDEF:
            return
        following = self._next_of(iterable, node)
        if following is not None:
            self.iterate_by_next(following, consume, exit_flag, node)
            return
        self._iterate_over(self._iterable(iterable, node), consume, exit_flag, hint, node)
        if exit_flag is None and is_iterator(iterable):
            self.exhaust(iterable)  # type: ignore[arg-type]

    def _iterate_over(
        self, iterable: Value, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        if isinstance(iterable, Choice):
            self.branch(
                iterable.chosen,
                lambda: self.iterate(iterable.first, consume, exit_flag, hint, node),
                lambda: self.iterate(iterable.second, consume, exit_flag, hint, node),
            )
        elif isinstance(iterable, Range):
            self._iterate_range(iterable, consume, exit_flag, hint, node)
        elif isinstance(iterable, Lazy) and iterable.kind == "checkpointed":
            self.iterate_checkpointed(iterable, consume, exit_flag, hint, node)
        elif isinstance(iterable, Lazy) and is_pushed(iterable):
            self.iterate_pushed(iterable, consume, exit_flag, hint, node)
        else:
            self._iterate_items(iterable, consume, exit_flag, hint, node)

    def _next_of(self, value: Value, node: gast.AST | None) -> Value | None:
        """`__next__` of what `__iter__` of an instance returns, where that is an instance with one too."""
        method = self.method_of_class(value, "__iter__")
        if method is None or self.method_of_class(value, "__next__") is None or not is_read(self, method):
            return None
        made = self.call(method, (), {}, node)
        return self.method_of_class(made, "__next__")

    def _iterable(self, value: Value, node: gast.AST | None) -> Value:
        """What an instance's `__iter__` returns; what is left of an iterator; other values as they are."""
        if isinstance(value, Lazy) and value.kind == "flat":
            return self.apply(np.ravel, value.sources, {}, node)
        if is_table(value):
            return self.columns(value, node)[0]
        method = self.method_of_class(value, "__iter__")
        return self.taken(value if method is None else self.call(method, (), {}, node), False, node)

    def known_items(self, value: Value, node: gast.AST | None = None) -> tuple[Value, ...]:
        """The items of an iterable, which must be known."""
        items = self.items_of(value, node)
        if items is None:
            self.refuse("the items of this are not known at compile time", node, "use a list, a tuple or an array")
        return items

    def slice_from(self, position: Value) -> Value:
        if is_const(position, int):
            return Const(slice(position.value, None))
        return self.emit(P.SLICE_, self.as_atom(position), NONE, NONE)

    def _iterate_range(
        self, value: Range, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        site = self.site(node)
        items = self.items_of(value)
        if (self.forcing or site in self.assumed.unrolled) and items is not None and len(items) <= _TRIPS:
            self._unroll(items, consume, exit_flag)
            return

        def trip(index: Atom) -> None:
            if isinstance(index, Var) and few:
                self.indices[index] = site
            consume(index)

        few = items is not None and len(items) <= _TRIPS
        if few:
            self.range_loops.append(site)
        try:
            self.loop((value.start, value.stop, value.step), trip, exit_flag, hint)
        finally:
            if few:
                self.range_loops.pop()

    def _iterate_items(
        self, value: Value, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        items = self.items_of(value, node)
        if items is not None:
            if len(items) > _LONGEST:
                self.refuse(f"a loop over {len(items)} items of a structure would be unrolled", node, "use an array")
            self._unroll(items, consume, exit_flag)
            if isinstance(value, Reference) and value.cell.kind == "list" and self.items_of(value) != items:
                self._unroll_grown(value, items, consume, exit_flag, node)
            return
        if isinstance(value, Var) and isinstance(value.type, List) and self.site(node) in self.assumed.live:
            self._iterate_live(value, consume, exit_flag, hint, node)
            return
        length, item = self._indexed(value, node, hint, exit_flag is None)
        before = len(self.builder.ops)
        self.loop((Const(0), length, Const(1)), lambda index: consume(item(index)), exit_flag, "i")
        if isinstance(value, Var) and isinstance(value.type, List):
            self._check_unchanged(value, self.builder.ops[before:], node)

    def _unroll_grown(
        self,
        value: Reference,
        items: tuple[Value, ...],
        consume: Callable[[Value], None],
        exit_flag: Key | None,
        node: gast.AST | None,
    ) -> None:
        """The body has changed the list that it iterates over: Python looks at the list itself in each trip."""
        done = len(items)
        now = self.known_items(value, node)
        if now[:done] != items:
            self.grow(value.cell)
        while done < len(now):
            if done > _LONGEST:
                self.refuse("a loop that extends its own list has no end that is known", node)
            self._unroll(now[done : done + 1], consume, exit_flag)
            done, now = done + 1, self.known_items(value, node)

    def _check_unchanged(self, value: Var, ops: list[Op], node: gast.AST | None) -> None:
        """A loop over a list that changes length meanwhile is read again, looking at the list in each trip."""
        region = self.regions.find(value)
        for op in walk(Block((), tuple(ops))):
            target = op.args[0] if op.primitive in (P.APPEND, P.POP) else None
            if isinstance(target, Var) and self.regions.find(target) is region:
                self.assumed.live.add(self.site(node))
                raise Restart

    def _iterate_live(
        self, value: Var, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        """`k = 0`, `while k < len(value): item = value[k]; k += 1`."""
        position, end = Cell("temporary", "k"), Cell("temporary", "end")
        self.store.set(position, Const(0))
        self.store.set(end, FALSE)

        def trip(_: Atom) -> None:
            k = self.store.get(position)
            more = self.compare(operator.lt, k, self.emit(P.LENGTH, value, type=INT, hint="n"), node)
            self.branch(self.truth(more), lambda: run(k), lambda: self.store.set(end, TRUE))

        def run(k: Value) -> None:
            self.store.set(position, self.binary(operator.add, k, Const(1)))
            with self.hinted(hint):
                item = self.get_item(value, k, node)
            consume(item)
            if exit_flag is not None:
                self.store.set(end, self.store.get(exit_flag))

        self.loop(None, trip, end)

    def _unroll(self, items: tuple[Value, ...], consume: Callable[[Value], None], exit_flag: Key | None) -> None:
        for item in items:
            flag = FALSE if exit_flag is None else self.store.get(exit_flag)
            if self.dead or (isinstance(flag, Const) and flag is not UNDEF and flag.value):
                return
            self.branch(flag, lambda: None, lambda item=item: consume(item))

    # known by index ---------------------------------------------------------------------------------------------------

    def _listed(self, value: Var, whole: bool) -> Var:
        """The entries of an object that is no part of the program, all of them before the loop."""
        if isinstance(value.type, Object) and value.type.cls in (list, tuple, dict, str, set, frozenset):
            function, args = Const(list, name="list"), ()
        else:
            function, args = Const(runtime.listed, name="listed"), () if whole else (Const(False),)
        self.heed_call(function, (value,))
        made = self.emit(P.CALL_PYTHON, function, value, *args, type=Object(list), hint="items")
        assert isinstance(made, Var)
        return made

    def _indexed(
        self, value: Value, node: gast.AST | None, hint: str = "item", whole: bool = True
    ) -> tuple[Atom, Item]:
        """The length of an iterable and how to read its items by index."""
        if is_table(value):
            value = self.columns(value, node)[0]
        value = self._iterable(value, node)
        if isinstance(value, Lazy):
            return self._indexed_lazy(value, node, hint)
        if isinstance(value, Range):
            return self.as_atom(self.length_of(value)), lambda i: self.range_at(value, i)
        if isinstance(value, (TupleValue, Reference)):
            return self._indexed_structure(value, node)
        if isinstance(value, Var) and isinstance(value.type, STRUCTURES):
            return self._indexed_structure(TupleValue(self.items_of(value) or ()), node)
        if isinstance(value, Var) and isinstance(value.type, (Numeric, Object)) and not self.is_active(value):
            value = self._listed(value, whole)
        if isinstance(value, Var) and isinstance(value.type, (Array, List, Numeric, Object)):
            length = self.emit(P.LENGTH, value, type=INT, hint="n")

            def item(index: Atom) -> Value:
                with self.hinted(hint):
                    return self.get_item(value, index, node)

            return length, item
        if isinstance(value, Const) and isinstance(value.value, (tuple, str, bytes)):
            return Const(len(value.value)), lambda i: self.get_item(value, i)
        self.refuse("this cannot be iterated over", node)

    def _indexed_structure(self, value: Value, node: gast.AST | None) -> tuple[Atom, Item]:
        """Items of one type become a list of the program, to be iterated along with something of unknown length."""
        items = self.known_items(value, node)
        atoms = [self.as_atom(item, node) for item in items]
        joined: Any = atoms[0].type if atoms else INT
        for atom in atoms:
            joined = None if joined is None else join(joined, atom.type)
        if joined is None:
            self.refuse(
                "items of different kinds are iterated along with an array", node, "give the array a known length"
            )
        made = self.emit(P.LIST, *atoms, type=List(joined))
        return Const(len(items)), lambda i: self.get_item(made, i, node)

    def _indexed_lazy(self, value: Lazy, node: gast.AST | None, hint: str) -> tuple[Atom, Item]:
        if value.kind == "zip":
            return self._indexed_zip(value, node)
        if value.kind == "zip_longest":
            return self._indexed_longest(value, node)
        if value.kind == "enumerate":
            length, item = self._indexed(value.sources[0], node)
            start = value.sources[1]
            return length, lambda i: TupleValue(
                (self.binary(operator.add, i, start) if not is_const(start) or start.value else i, item(i))
            )
        if value.kind == "reversed":
            length, item = self._indexed(value.sources[0], node)
            last = self.binary(operator.sub, length, Const(1))
            return length, lambda i: item(self.as_atom(self.binary(operator.sub, last, i)))
        if value.kind == "map":
            length, item = self._indexed(Lazy("zip", value.sources[1:]), node)
            return length, lambda i: self.call(value.sources[0], self.known_items(item(i), node), {}, node)
        if value.kind == "repeat":
            return self._indexed(value.sources[1], node)[0], lambda i: value.sources[0]
        if value.kind == "rest":
            length, item = self._indexed(value.sources[0], node, hint)
            done = value.sources[1]
            rest = self.as_atom(self.binary(operator.sub, length, done))
            return rest, lambda i: item(self.as_atom(self.binary(operator.add, i, done)))
        if value.kind == "chain" and len(value.sources) == 1:
            return self._indexed(value.sources[0], node, hint)
        if value.kind == "count":
            self.refuse("a loop over `itertools.count` has no end of its own", node, "zip it with something finite")
        self.refuse_endless(value, node)
        listed = self.as_listed(value, node)
        return self._indexed(listed, node, hint)

    def _indexed_zip(self, value: Lazy, node: gast.AST | None) -> tuple[Atom, Item]:
        columns = [self._column(source, node) for source in value.sources]
        finite = [length for length, _ in columns if length is not None]
        if not finite:
            self.refuse("a zip without an end", node)
        length: Value = finite[0]
        for other in finite[1:]:
            if value.extra is True:
                self._demand_equal(length, other, node)
            else:
                length = self._shorter(length, other)
        return self.as_atom(length), lambda i: TupleValue(tuple(item(i) for _, item in columns))

    def _indexed_longest(self, value: Lazy, node: gast.AST | None) -> tuple[Atom, Item]:
        """Rows as long as the longest source goes; those that have ended give the fill value."""
        fill, *sources = value.sources
        columns = [self._indexed(source, node) for source in sources]
        length: Value = columns[0][0]
        for other, _ in columns[1:]:
            if not (is_const(length, int) and is_const(other, int)):
                length = self.call(Const(max, name="max"), (length, other), {}, node)
            else:
                length = Const(max(length.value, other.value))  # type: ignore[union-attr]

        def entry(i: Atom, own: Atom, item: Item) -> Value:
            return self.choose(self.truth(self.compare(operator.lt, i, own, node)), lambda: item(i), lambda: fill)

        return self.as_atom(length), lambda i: TupleValue(tuple(entry(i, own, item) for own, item in columns))

    def _column(self, source: Value, node: gast.AST | None) -> tuple[Atom | None, Item]:
        """One source of a zip; what never ends has no length."""
        if isinstance(source, Lazy) and source.kind == "count":
            return None, lambda i: self.range_at(
                Range(self.as_atom(source.sources[0]), Const(0), self.as_atom(source.sources[1])), i
            )
        if isinstance(source, Lazy) and source.kind == "repeat" and isinstance(source.sources[1], Lazy):
            return None, lambda i: source.sources[0]
        if isinstance(source, Lazy) and source.kind == "cycle":
            length, item = self._indexed(source.sources[0], node)
            return None, lambda i: item(self.as_atom(self.binary(operator.mod, i, length, node)))
        return self._indexed(source, node)

    def _shorter(self, left: Value, right: Value) -> Value:
        if left is right:
            return left
        if is_const(left) and is_const(right):
            return Const(min(left.value, right.value))
        with self.hinted("n"):
            return self.call(Const(min, name="min"), (left, right), {})

    def _demand_equal(self, left: Value, right: Value, node: gast.AST | None) -> None:
        message = Const("zip() arguments have different lengths")
        unequal = self.truth(self.compare(operator.ne, left, right, node))
        self.branch(unequal, lambda: self.fail(ValueError, message), lambda: None)

    def as_listed(self, value: Value, node: gast.AST | None) -> Value:
        """`list(value)`."""
        value = self.taken(value, True, node)
        items = self.items_of(value, node)
        made = self.new_list(items or (), node, growing=items is None and not self.forcing)
        if items is None:
            self.iterate(value, lambda item: self.append(made, item, node), node=node)
        return made

    # pushed -----------------------------------------------------------------------------------------------------------
