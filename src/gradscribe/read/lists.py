"""Lists whose length is known at run time only: cut, joined and reordered by loops over reads, appends and pops.

Each is what Python's own method does, so that a derivative only has to know how entries are read, written, appended
and popped.
"""

from __future__ import annotations

import operator

import gast

from ..ir import primitives as P
from ..ir.nodes import Atom, Const, Var
from ..ir.types import INT, SLICE, List, Object, Slice, Tuple, is_continuous
from .core import Core
from .values import Range, Reference, Value, is_const


def is_run_time_list(value: Value) -> bool:
    return isinstance(value, Var) and isinstance(value.type, List)


def is_slice(index: Value) -> bool:
    """Whether an index is a slice."""
    return is_const(index, slice) or (isinstance(index, Var) and isinstance(index.type, Slice))


class RunTimeLists(Core):
    """`list_slice`, `extend_list` and what other methods of lists do."""

    def entry_count(self, value: Value) -> Atom:
        """How many entries a list has now."""
        return self.emit(P.LENGTH, self.as_atom(value), type=INT, hint="n")

    def list_slice(self, container: Var, index: Value, node: gast.AST | None) -> Value:
        """`container[a:b:c]`: a new list."""
        assert isinstance(container.type, List)
        if not is_continuous(container.type.item):
            return self.emit(P.GETITEM, container, self.index_atom(index, node), type=container.type)
        bounds = self._bounds(index, self.entry_count(container))
        made = self.new_list((), node, growing=True, tag="slice")
        self._each(bounds, lambda k: self.append(made, self.get_item(container, k, node), node))
        return made

    def _each(self, bounds: Range, body: P.Any) -> None:
        self.loop((bounds.start, bounds.stop, bounds.step), body, hint="k")

    def _bounds(self, index: Value, n: Atom) -> Range:
        """The positions that a slice of a list of `n` entries names."""
        simple = self._simple_bounds(index.value, n) if isinstance(index, Const) else None
        if simple is not None:
            return simple
        found = self.emit(
            P.CALL_METHOD, self.as_atom(index), n, static="indices", type=Tuple((INT, INT, INT)), inactive=True,
            hint="bounds",
        )  # fmt: skip
        return Range(*(self.emit(P.GETITEM, found, Const(k), type=INT, inactive=True) for k in range(3)))

    def _simple_bounds(self, part: slice, n: Atom) -> Range | None:
        """Those of a constant slice with the step 1, or of `[::-1]`."""
        if part.step == -1 and part.start is None and part.stop is None:
            return Range(self.as_atom(self.binary(operator.sub, n, Const(1))), Const(-1), Const(-1))
        if part.step not in (None, 1):
            return None
        start, stop = part.start or 0, part.stop
        first: Value = Const(start)
        if start < 0:
            first = self._limit(max, self.binary(operator.add, n, Const(start)), Const(0))
        last: Value = n
        if stop is not None:
            last = self.binary(operator.add, n, Const(stop)) if stop < 0 else self._limit(min, n, Const(stop))
        return Range(self.as_atom(first), self.as_atom(last), Const(1))

    def _limit(self, function: P.Any, left: Value, right: Value) -> Value:
        return self.call(Const(function, name=function.__name__), (left, right), {})

    def _clamped(self, index: Value, n: Atom, node: gast.AST | None) -> Atom:
        """A position as `insert` takes it: from the end where it is negative, and within the list."""
        if is_const(index, int):
            return (
                self._bounds(Const(slice(index.value, None)), n).start
                if index.value < 0
                else self.as_atom(self._limit(min, n, index))
            )
        part = self.emit(P.SLICE_, self.as_atom(index, node), Const(None), Const(None), type=SLICE, hint="part")
        return self._bounds(part, n).start

    def opened(self, value: Var, first: int, after: int, node: gast.AST) -> tuple[Value, ...]:
        """The values for `a, *b, c = value`, where `first` names stand in front of the star and `after` behind it."""
        few = self.compare(operator.lt, self.entry_count(value), Const(first + after), node)

        def fail() -> None:
            made = Const(ValueError, name="ValueError")
            text = Const("not enough values to unpack")
            self.perform(P.RAISE, self.emit(P.CALL_PYTHON, made, text, type=Object(ValueError), hint="error"))

        self.branch(self.truth(few), fail, lambda: None)
        head = [self.get_item(value, Const(k), node) for k in range(first)]
        part = self.get_item(value, Const(slice(first, -after or None)), node)
        middle = part if is_run_time_list(part) else self.call(Const(list, name="list"), (part,), {}, node)
        return (*head, middle, *(self.get_item(value, Const(k - after), node) for k in range(after)))

    # growing ----------------------------------------------------------------------------------------------------------

    def extend_list(self, target: Value, value: Value, node: gast.AST | None) -> None:
        """`target += value`. What is added to itself is copied first, else it would not end."""
        both = is_run_time_list(target) and is_run_time_list(value)
        if both and self.regions.find(target) is self.regions.find(value):  # type: ignore[arg-type]
            value = self.list_slice(value, Const(slice(None)), node)  # type: ignore[arg-type]
        items = self.items_of(value, node)
        if items is None:
            self.iterate(value, lambda item: self.append(target, item, node), node=node)
        for item in items or ():
            self.append(target, item, node)

    def insert_in_list(self, target: Var, index: Value, value: Value, node: gast.AST | None) -> None:
        """`target.insert(index, value)`: the later entries move up by one."""
        n = self.entry_count(target)
        at = self._clamped(index, n, node)
        self.append(target, value, node)
        moved = Range(n, at, Const(-1))
        self._each(moved, lambda k: self.set_item(target, k, self.get_item(target, self._before(k), node), node))
        self.set_item(target, at, value, node)

    def _before(self, k: Atom) -> Value:
        return self.binary(operator.sub, k, Const(1))

    # shrinking --------------------------------------------------------------------------------------------------------

    def pop_from_list(self, target: Var, index: Value, node: gast.AST | None) -> Value:
        """`target.pop(index)`: the later entries move down by one."""
        assert isinstance(target.type, List)
        if is_const(index, int) and index.value == -1:  # type: ignore[union-attr]
            return self.emit(P.POP, target, type=target.type.item)
        if not is_continuous(target.type.item):
            return self.emit(P.POP, target, self.as_atom(index, node), type=target.type.item)
        n = self.entry_count(target)
        at = self._from_start(index, n, node)
        value = self.get_item(target, at, node)
        last = self.as_atom(self._before(n))
        after = lambda k: self.binary(operator.add, k, Const(1))  # noqa: E731
        self._each(
            Range(at, last, Const(1)), lambda k: self.set_item(target, k, self.get_item(target, after(k), node), node)
        )
        self.emit(P.POP, target, type=target.type.item)
        return value

    def _from_start(self, index: Value, n: Atom, node: gast.AST | None) -> Atom:
        """A position counted from the start. One before the start stays negative enough to fail, as it must."""
        if is_const(index, int):
            return self.as_atom(index if index.value >= 0 else self.binary(operator.add, n, index))  # type: ignore[union-attr]
        negative = self.truth(self.compare(operator.lt, index, Const(0), node))
        return self.as_atom(self.choose(negative, lambda: self.binary(operator.add, n, index), lambda: index))

    def cut_list(self, target: Var, start: Atom, node: gast.AST | None) -> None:
        """`del target[start:]`."""
        assert isinstance(target.type, List)
        item = target.type.item
        self._each(Range(start, self.entry_count(target), Const(1)), lambda k: self.emit(P.POP, target, type=item))

    # changing ---------------------------------------------------------------------------------------------------------

    def reverse_list(self, target: Var, node: gast.AST | None) -> None:
        """`target.reverse()`: entries swap places."""
        n = self.entry_count(target)
        last, half = self._before(n), self.as_atom(self.binary(operator.floordiv, n, Const(2)))

        def swap(k: Atom) -> None:
            other = self.binary(operator.sub, last, k)
            low, high = self.get_item(target, k, node), self.get_item(target, other, node)
            self.set_item(target, k, high, node)
            self.set_item(target, other, low, node)

        self._each(Range(Const(0), half, Const(1)), swap)

    def store_in_slice(self, target: Var, index: Value, value: Value, node: gast.AST | None) -> None:
        """`target[a:b] = value`: what follows is taken off, and appended again behind the new entries."""
        if is_const(index, slice) and index.value.step not in (None, 1):  # type: ignore[union-attr]
            self.refuse("entries of a list are replaced in steps", node, "write them one by one in a loop")
        if not is_const(index, slice):
            self.refuse("a part of a list is replaced whose bounds are known at run time only", node, "use an array")
        bounds = self._bounds(index, self.entry_count(target))
        start = self._limit(min, bounds.start, self.entry_count(target))
        stop = self._limit(max, start, bounds.stop)
        news = self._listed_apart(value, node)
        part = self.emit(P.SLICE_, self.as_atom(stop), Const(None), Const(None), type=SLICE, hint="part")
        rest = self.list_slice(target, part, node)
        self.cut_list(target, self.as_atom(start), node)
        for more in (news, rest):
            self.extend_list(target, more, node)

    def _listed_apart(self, value: Value, node: gast.AST | None) -> Value:
        """The entries that are stored, in a list of their own."""
        if is_run_time_list(value):
            return self.list_slice(value, Const(slice(None)), node)  # type: ignore[arg-type]
        return value if isinstance(value, Reference) else self.as_listed(value, node)
