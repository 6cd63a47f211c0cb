"""Iterators that have a name: what is left of them is followed, as they can be used only once.

An iterator is an object of the compiler with a source and the position in it. What takes all of it leaves it empty;
behind a loop that may have ended early, nothing is known of it, and a further use is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial

import gast

from ..ir.nodes import Atom, Const
from .core import Core
from .parts import Keywords
from .special import reads
from .values import FALSE, NONE, TRUE, Cell, Content, Lazy, Poison, Reference, TupleValue, Value, is_const

ONE_SHOT = {
    "zip", "zip_longest", "enumerate", "map", "filter", "generator", "reversed", "chain", "product", "pairs",
    "takewhile", "starmap", "ndenumerate", "count", "cycle", "repeat", "yields", "rest", "islice", "dropwhile",
    "compress", "groupby",
}  # fmt: skip
_INDEXED = {"zip", "zip_longest", "enumerate", "map", "reversed", "count", "cycle", "repeat", "rest"}
_KEYS = ("source", "position")
_USED = Poison(
    "an iterator is used again that has been used in part", "make a list of it first, and use the list each time"
)


def is_iterator(value: Value) -> bool:
    return isinstance(value, Reference) and value.cell.kind == "iterator"


class Iterators(Core):
    """`kept`, `taken`, `drained`, and `iter` and `next`."""

    def kept(self, value: Value, node: gast.AST | None) -> Value:
        """A value as a name or container holds it: an iterator becomes an object that knows what is left of it."""
        if isinstance(value, Lazy) and value.kind in ONE_SHOT:
            return self.new_cell(Content("iterator", (value, Const(0)), _KEYS), node)
        return value

    def spoil(self, value: Value) -> None:
        """Let nothing be known of an iterator any more."""
        if is_iterator(value):
            self.store.set(value.cell, Content("iterator", (_USED, Const(0)), _KEYS))  # type: ignore[union-attr]

    def taken(self, value: Value, whole: bool, node: gast.AST | None = None) -> Value:
        """What is left of an iterator, which it loses; other values as they are.

        Args:
            value: any value.
            whole: whether all of it is used for certain.
            node: the place, for refusals.
        """
        if not isinstance(value, Reference) or value.cell.kind != "iterator":
            return value
        source, position = self._state(value, node)
        self.store.set(value.cell, Content("iterator", (_USED, Const(0)), _KEYS))
        if whole:
            self.exhaust(value)
        if is_const(position, int) and position.value == 0:
            return source
        if isinstance(source, Lazy):
            return Lazy("rest", (source, position))
        return self.get_item(source, self.slice_from(position), node)

    def exhaust(self, iterator: Reference) -> None:
        """Note that nothing is left of an iterator."""
        self.store.set(iterator.cell, Content("iterator", (TupleValue(()), Const(0)), _KEYS))

    def lose(self, iterator: Reference) -> None:
        """Note that nothing is known of what is left of an iterator."""
        self.store.set(iterator.cell, Content("iterator", (_USED, Const(0)), _KEYS))

    def drained(self, values: Sequence[Value], whole: bool, node: gast.AST | None) -> tuple[Value, ...]:
        """Arguments, with what is left of the iterators among them."""
        return tuple(self.taken(value, whole, node) for value in values)

    def _state(self, iterator: Reference, node: gast.AST | None) -> tuple[Value, Value]:
        content = self.store.get(iterator.cell)
        if not isinstance(content, Content):
            content = Content("iterator", (_USED, Const(0)), _KEYS)
        source, position = content.items
        if isinstance(source, Poison):
            self.refuse(source.reason, node, source.hint or _USED.hint)
        return source, position

    @reads(iter)
    def _iter(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 1:
            return NotImplemented
        (value,) = args
        if is_iterator(value) or (isinstance(value, Lazy) and value.kind in ONE_SHOT):
            return value
        method = self.method_of_class(value, "__iter__")
        if method is not None:
            return self.call(method, (), {}, node)
        return self.new_cell(Content("iterator", (value, Const(0)), _KEYS), node)

    @reads(next)
    def _next(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        iterator = args[0]
        default = args[1] if len(args) > 1 else None
        if isinstance(iterator, Lazy):
            return self._first_of(iterator, default, node)
        if not is_iterator(iterator):
            return NotImplemented
        item, more = self._following(iterator, node)  # type: ignore[arg-type]
        if id(node) in self.not_at_end:
            self.not_at_end.discard(id(node))
            return item()
        past = (lambda: self._ended()) if default is None else (lambda: default)
        return item() if more is None else self.choose(more, item, past)

    def has_next(self, iterator: Reference, node: gast.AST) -> Value:
        """Whether an iterator has another item, which stays where it is; True where it has no end."""
        state = self.store.get(iterator.cell)
        _, more = self._following(iterator, node)
        self.store.set(iterator.cell, state)
        return TRUE if more is None else more

    def _following(self, iterator: Reference, node: gast.AST) -> tuple[Callable[[], Value], Atom | None]:
        """Step an iterator: how to read the item that it was at, and whether there is one (None: there always is)."""
        source, position = self._state(iterator, node)
        if isinstance(source, Lazy) and source.kind not in _INDEXED:
            source = self._listed_at_once(source, node)
        after = self.binary(operator.add, position, Const(1))
        self.store.set(iterator.cell, Content("iterator", (source, after), _KEYS))
        if not isinstance(source, Lazy):
            more = self.compare(operator.lt, position, self.length_of(source, node), node)
            return partial(self.get_item, source, position, node), self.truth(more)
        length, column = self._column(source, node)
        item = partial(column, position)
        if length is None:
            return item, None
        return item, self.truth(self.compare(operator.lt, position, length, node))

    def _ended(self) -> Value:
        """`next` past the end."""
        self.fail(StopIteration)
        return NONE

    def _listed_at_once(self, source: Lazy, node: gast.AST | None) -> Value:
        """The rest of an iterator as a list, where it makes no difference when it is computed."""
        self.refuse_endless(source, node)
        mark = len(self.builder.ops)
        made = self.as_listed(source, node)
        if any(op.primitive.effect for op in self.builder.ops[mark:]):
            self.refuse("`next` of an iterator whose entries have effects", node, "make a list of it first")
        return made

    def refuse_endless(self, source: Value, node: gast.AST | None) -> None:
        """Refuse a generator that need not end, where all that it yields would be computed."""
        if not isinstance(source, Lazy):
            return
        if source.kind == "cycle":
            self.refuse("`itertools.cycle` has no end", node, "zip it with what has an end")
        body = source.extra[0].body if source.kind == "yields" else ()
        if any(isinstance(part, gast.While) for statement in body for part in gast.walk(statement)):
            self.refuse("the entries of this generator are computed at once, and it need not end", node, "loop over it")
        for inner in source.sources:
            self.refuse_endless(inner, node)

    def _first_of(self, value: Value, default: Value | None, node: gast.AST) -> Value:
        """`next(x for x in xs if ...)`."""
        found, first = Cell("temporary", "found"), Cell("temporary", self.hint)
        self.store.set(found, FALSE)

        def trip(item: Value) -> None:
            self.store.set(first, item)
            self.store.set(found, TRUE)

        self.iterate(value, trip, found, node=node)
        result = self.read(self.store.get(first), node)
        past = (lambda: self._ended()) if default is None else (lambda: default)
        return self.choose(self.truth(self.store.get(found)), lambda: result, past)
