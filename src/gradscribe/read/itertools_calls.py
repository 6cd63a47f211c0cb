"""`itertools`, and NumPy's iterators over indices."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import gast
import numpy as np

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Const, Var
from ..ir.types import Array, Scalar
from .core import Core
from .lazy_iteration import is_pushed
from .parts import Keywords
from .special import reads
from .values import NONE, TRUE, Cell, Lazy, Range, TupleValue, Value, is_const, is_foldable


class IteratorCalls(Core):
    """Readers of calls that make iterators."""

    @reads(itertools.chain)
    def _chain(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("chain", tuple(args))

    @reads(itertools.chain.from_iterable)
    def _chain_from(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        items = self.items_of(args[0], node)
        return NotImplemented if items is None else Lazy("chain", items)

    @reads(itertools.product)
    def _product(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        repeat = keywords.get("repeat", Const(1))
        if not is_const(repeat, int):
            return NotImplemented
        return Lazy("product", tuple(args) * repeat.value)

    @reads(itertools.combinations)
    def _combinations(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._known_rows(itertools.combinations, args, node)

    @reads(itertools.permutations)
    def _permutations(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._known_rows(itertools.permutations, args, node)

    @reads(itertools.combinations_with_replacement)
    def _replacements(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._known_rows(itertools.combinations_with_replacement, args, node)

    def _known_rows(self, function: Callable[..., Any], args: Sequence[Value], node: gast.AST) -> Value:
        """Rows of items whose number is known; of an array, pairs become two nested loops."""
        items = self.items_of(args[0], node)
        if items is not None and all(is_const(a, int) for a in args[1:]):
            rows = function(items, *(a.value for a in args[1:]))  # type: ignore[union-attr]
            return Lazy("chain", (TupleValue(tuple(map(TupleValue, rows))),))
        if function is itertools.combinations and is_const(args[1], int) and args[1].value == 2:
            return Lazy("pairs", (args[0],))
        return NotImplemented

    @reads(itertools.repeat)
    def _repeat(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) == 2 and is_const(args[1], int):
            return Lazy("chain", (TupleValue((args[0],) * max(args[1].value, 0)),))
        count = (
            self.call(Const(range, name="range"), args[1:], {}, node) if len(args) == 2 else Lazy("count", (Const(0),))
        )
        return Lazy("repeat", (args[0], count))

    @reads(itertools.count)
    def _count(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        start = args[0] if args else keywords.get("start", Const(0))
        return Lazy("count", (start, args[1] if len(args) > 1 else keywords.get("step", Const(1))))

    @reads(itertools.cycle)
    def _cycle(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("cycle", (self.as_listed(args[0], node) if isinstance(args[0], Lazy) else args[0],))

    @reads(itertools.pairwise)
    def _pairwise(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        value = args[0] if not isinstance(args[0], Lazy) else self.as_listed(args[0], node)
        rest = self.get_item(value, Const(slice(1, None)), node)
        return Lazy("zip", (value, rest), False)

    @reads(itertools.islice)
    def _islice(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        value = args[0]
        if isinstance(value, Lazy) and value.kind == "count" and len(args) == 2:
            return self._counted(value, args[1], node)
        if isinstance(value, Lazy) and self.items_of(value, node) is None:
            start, stop = (Const(0), args[1]) if len(args) == 2 else args[1:3]
            if len(args) <= 3 and not is_const(stop, type(None)) and is_pushed(value):
                return Lazy("islice", (value, start, stop))
            self.refuse_endless(value, node)
            value = self.as_listed(value, node)
        if isinstance(value, (Lazy, Range)):
            value = TupleValue(self.known_items(value, node))
        bounds = [*args[1:], NONE, NONE][:3] if len(args) > 2 else [NONE, args[1], NONE]
        atoms = [self.as_atom(b, node) for b in bounds]
        if all(isinstance(a, Const) for a in atoms):
            part: Value = Const(slice(*(a.value for a in atoms)))  # type: ignore[union-attr]
        else:
            part = self.emit(P.SLICE_, *atoms)
        return Lazy("chain", (self.get_item(value, part, node),))

    def _counted(self, value: Lazy, stop: Value, node: gast.AST) -> Value:
        start, step = value.sources
        end = self.binary(operator.add, start, self.binary(operator.mul, stop, step, node), node)
        return Range(self.as_atom(start), self.as_atom(end), self.as_atom(step))

    @reads(itertools.tee)
    def _tee(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """Iterators over one list, which is made at once."""
        number = args[1] if len(args) > 1 else keywords.get("n", Const(2))
        if not is_const(number, int):
            return NotImplemented
        self.refuse_endless(args[0], node)
        source = args[0]
        if isinstance(source, Lazy):
            mark = len(self.builder.ops)
            source = self.as_listed(source, node)
            if any(op.primitive.effect for op in self.builder.ops[mark:]):
                self.refuse(
                    "`itertools.tee` of an iterator whose entries have effects", node, "make a list of it first"
                )
        taken = self.call(Const(list, name="list"), (source,), {}, node)
        self.spoil(args[0])
        both = [self.call(Const(iter, name="iter"), (taken,), {}, node) for _ in range(number.value)]
        return TupleValue(tuple(both))

    @reads(itertools.groupby)
    def _groupby(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """The groups, where the items are known one by one and their keys are constants."""
        function = args[1] if len(args) > 1 else keywords.get("key", NONE)
        items = self.items_of(args[0], node)
        if items is None:
            self.refuse("`itertools.groupby` of items that are not known one by one", node, "write it as a loop")
        groups: list[tuple[Const, list[Value]]] = []
        for item in items:
            key = item if is_const(function, type(None)) else self.call(function, (item,), {}, node)
            if not is_foldable(key):
                self.refuse("`itertools.groupby` by a key that is known at run time only", node, "write it as a loop")
            if not groups or groups[-1][0].value != key.value:
                groups.append((key, []))
            groups[-1][1].append(item)
        rows = tuple(TupleValue((key, TupleValue(tuple(members)))) for key, members in groups)
        return Lazy("groupby", (TupleValue(rows),))

    @reads(itertools.zip_longest)
    def _zip_longest(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        columns = [self.items_of(a, node) for a in args]
        fill = keywords.get("fillvalue", NONE)
        if any(c is None for c in columns):
            return Lazy("zip_longest", (fill, *args))
        rows = itertools.zip_longest(*(c or () for c in columns), fillvalue=fill)
        return Lazy("chain", (TupleValue(tuple(map(TupleValue, rows))),))

    @reads(itertools.starmap)
    def _starmap(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("starmap", tuple(args))

    @reads(itertools.takewhile)
    def _takewhile(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("takewhile", tuple(args))

    @reads(itertools.dropwhile)
    def _dropwhile(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("dropwhile", tuple(args))

    @reads(itertools.compress)
    def _compress(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("compress", (Lazy("zip", tuple(args), False),))

    @reads(itertools.accumulate)
    def _accumulate(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        function = args[1] if len(args) > 1 else keywords.get("func", Const(operator.add, name="operator.add"))
        made = self.new_list((), node)
        total, seen = Cell("temporary", "total"), Cell("temporary", "seen")
        self.store.set(total, keywords.get("initial", UNDEF))
        self.store.set(seen, Const("initial" in keywords))
        if "initial" in keywords:
            self.append(made, keywords["initial"], node)

        def trip(item: Value) -> None:
            value = self.choose(
                self.truth(self.store.get(seen)),
                lambda: self.call(function, (self.store.get(total), item), {}, node),
                lambda: item,
            )
            self.store.set(total, value)
            self.store.set(seen, TRUE)
            self.append(made, value, node)

        self.iterate(args[0], trip, node=node)
        return Lazy("chain", (made,))

    # NumPy ----------------------------------------------------------------------------------------------------------

    @reads(np.ndindex)
    def _ndindex(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        lengths = self.items_of(args[0], node) if len(args) == 1 and not _is_number(args[0]) else tuple(args)
        if lengths is None:
            return NotImplemented
        ranges = [self.call(Const(range, name="range"), (n,), {}, node) for n in lengths]
        return Lazy("product", tuple(ranges))

    @reads(np.ndenumerate)
    def _ndenumerate(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (array,) = args
        if not isinstance(array, Var) or not isinstance(array.type, Array):
            return NotImplemented
        indices = self._ndindex((self.get_attribute(array, "shape", node),), {}, node)
        return Lazy("ndenumerate", (indices, array))

    @reads(np.ix_)
    def _ix(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """Each sequence of integers as an array along an axis of its own."""
        made = []
        for k, arg in enumerate(args):
            array = arg if isinstance(arg, Var) else self.call(Const(np.array, name="np.array"), (arg,), {}, node)
            type_ = getattr(array, "type", None)
            if not isinstance(type_, Array) or type_.ndim != 1 or type_.kind != "i":
                return NotImplemented
            shape = Const(tuple(-1 if n == k else 1 for n in range(len(args))))
            made.append(self.call(Const(np.reshape, name="np.reshape"), (array, shape), {}, node))
        return TupleValue(tuple(made))


def _is_number(value: Value) -> bool:
    return isinstance(value, (Var, Const)) and isinstance(value.type, Scalar)
