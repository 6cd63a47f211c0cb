"""Builtins and library functions that are read in a way of their own: they work on structures, or take functions."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import gast

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import lookup, overloads
from ..ir.types import (
    BOOL,
    INT,
    Array,
    List,
    Numeric,
    Object,
    Record,
    Scalar,
    is_numeric,
)
from .core import Core
from .meddling import has_methods
from .parts import Keywords
from .special import reads
from .values import (
    FALSE,
    NONE,
    TRUE,
    Cell,
    Content,
    Lazy,
    Range,
    Reference,
    TupleValue,
    Value,
    is_code,
    is_const,
    is_foldable,
)


class BuiltinCalls(Core):
    """Readers of builtins that iterate, make containers, reduce, or compute numbers."""

    # iterables --------------------------------------------------------------------------------------------------------

    @reads(range)
    def _range(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        atoms = [self._bound_of_range(a, node) for a in args]
        if any(a is UNDEF for a in atoms) or not 1 <= len(atoms) <= 3:
            return UNDEF
        start, stop, step = (Const(0), atoms[0], Const(1)) if len(atoms) == 1 else (*atoms, Const(1))[:3]
        return Range(start, stop, step)

    def _bound_of_range(self, value: Value, node: gast.AST) -> Atom:
        """An object gives its number when the range is made."""
        atom = self.as_atom(value, node)
        if not isinstance(atom.type, (Object, Record)) or atom is UNDEF:
            return atom
        index = Const(operator.index, name="operator.index")
        self.heed_call(index, (atom,))
        return self.emit(P.CALL_PYTHON, index, atom, type=INT, inactive=True)

    @reads(slice)
    def _slice(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not 1 <= len(args) <= 3:
            return NotImplemented
        return self.slice_of((NONE, args[0], NONE) if len(args) == 1 else (*args, NONE)[:3], node)

    @reads(enumerate)
    def _enumerate(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
        known = start.value if is_const(start, int) else None  # type: ignore[union-attr]
        return Lazy("enumerate", (args[0], start), known)

    @reads(zip)
    def _zip(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not args:
            return TupleValue(())
        strict = keywords.get("strict", FALSE)
        return Lazy("zip", tuple(args), bool(strict.value) if isinstance(strict, Const) else False)

    @reads(reversed)
    def _reversed(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, Range):
            return self._reversed_range(value)
        made_here = isinstance(value, Reference) and value.cell.kind == "instance"
        if made_here or hasattr(getattr(getattr(value, "type", None), "cls", None), "__reversed__"):
            return NotImplemented
        if isinstance(value, Var) and has_methods(value.type):
            return NotImplemented
        return Lazy("reversed", (value,))

    def _reversed_range(self, value: Range) -> Value:
        if all(is_const(a, int) for a in value.parts):
            found = range(*(a.value for a in value.parts))[::-1]  # type: ignore[union-attr]
            return Range(Const(found.start), Const(found.stop), Const(found.step))
        if not (is_const(value.step, int) and value.step.value == 1):  # type: ignore[union-attr]
            return Lazy("reversed", (value,))
        last = self.binary(operator.sub, value.stop, Const(1))
        return Range(self.as_atom(last), self.as_atom(self.binary(operator.sub, value.start, Const(1))), Const(-1))

    @reads(map)
    def _map(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("map", tuple(args))

    @reads(filter)
    def _filter(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("filter", tuple(args))

    @reads(len)
    def _len(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self.length_of(args[0], node)

    # containers -------------------------------------------------------------------------------------------------------

    @reads(list)
    def _list(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self.as_listed(args[0], node) if args else self.new_list((), node)

    @reads(tuple)
    def _tuple(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not args:
            return TupleValue(())
        items = self.items_of(args[0], node)
        return self.as_listed(args[0], node) if items is None else TupleValue(items)

    @reads(dict)
    def _dict(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        content = Content("dict", (), ())
        for key, value in [*(self.entries_of(args[0], node) if args else ()), *keywords.items()]:
            content = content.put(key, value)
        return self.new_cell(content, node)

    @reads(set)
    def _set(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._set_of(args, node, None)

    @reads(frozenset)
    def _frozenset(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._set_of(args, node, frozenset)

    def _set_of(self, args: Sequence[Value], node: gast.AST, cls: type | None) -> Value:
        items = self.items_of(args[0], node) if args else ()
        if items is None or not all(map(is_foldable, items)):
            return NotImplemented
        unique = {(type(i.value), i.value): i for i in items}  # type: ignore[union-attr]
        return self.new_cell(Content("set", tuple(unique.values())), node, cls)

    @reads(sorted)
    def _sorted(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """Of constants at compile time; else as an array, by its sorting permutation."""
        items = self.items_of(args[0], node)
        reverse = keywords.get("reverse", FALSE)
        key = keywords.get("key", NONE)
        if items is not None and isinstance(reverse, Const):
            keys = list(items) if is_const(key, type(None)) else [self.call(key, (i,), {}, node) for i in items]
            if all(isinstance(k, Const) and not is_code(k) for k in keys):
                order = sorted(range(len(keys)), key=lambda i: keys[i].value, reverse=bool(reverse.value))  # type: ignore[union-attr]
                return self.new_list(tuple(items[i] for i in order), node)
        return self._sorted_at_run_time(args[0], key, reverse, node)

    def _sorted_at_run_time(self, value: Value, key: Value, reverse: Value, node: gast.AST) -> Value:
        """The items in the order of a permutation that is found on their keys."""
        listed = self._as_run_time_list(value, node)
        if is_const(key, type(None)):
            keys = listed
        else:
            keys = self.new_list((), node, growing=True, tag="keys")
            self.iterate(listed, lambda item: self.append(keys, self.call(key, (item,), {}, node), node), node=node)
        length = self.emit(P.LENGTH, self.as_atom(listed), type=INT, hint="n")
        look = self.emit(
            P.GETATTR, self.as_atom(keys), static="__getitem__", type=Object(None), inactive=True, hint="key"
        )
        order = self.emit(
            P.CALL_PYTHON, Const(sorted, name="sorted"),
            self.emit(P.CALL_PYTHON, Const(range, name="range"), length, type=Object(range), hint="positions"),
            type=List(INT), inactive=True, hint="order", key=look, reverse=self.as_atom(reverse),
        )  # fmt: skip
        made = self.new_list((), node, growing=True)
        self.iterate(order, lambda k: self.append(made, self.get_item(listed, k, node), node), node=node, hint="k")
        return made

    def _as_run_time_list(self, value: Value, node: gast.AST) -> Value:
        if isinstance(value, Var) and isinstance(value.type, (Array, List)):
            return value
        made = self.new_list((), node, growing=True, tag="items")
        self.iterate(value, lambda item: self.append(made, item, node), node=node)
        return made

    # reductions -------------------------------------------------------------------------------------------------------

    @reads(sum)
    def _sum(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
        if self._is_plain_sum(args[0], start):
            return NotImplemented
        return self._fold(lambda a, b: self.binary(operator.add, a, b, node), args[0], start, node)

    def _is_plain_sum(self, value: Value, start: Value) -> bool:
        """Whether `sum` is left to do it: an array, or a structure of numbers."""
        if not overloads(sum) or not isinstance(start, (Var, Const)):
            return False
        if _is_array(value):
            return True
        items = self.items_of(value) if isinstance(value, (TupleValue, Reference)) else None
        return bool(items) and all(map(_is_scalar, items or ()))

    @reads(functools.reduce)
    def _reduce(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        function = args[0]
        if len(args) > 2:
            return self._fold(lambda a, b: self.call(function, (a, b), {}, node), args[1], args[2], node)
        return self._fold_nonempty(lambda a, b: self.call(function, (a, b), {}, node), args[1], node)

    @reads(math.prod)
    def _prod(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        start = keywords.get("start", Const(1))
        return self._fold(lambda a, b: self.binary(operator.mul, a, b, node), args[0], start, node)

    @reads(math.fsum)
    def _fsum(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        found = lookup(math.fsum)
        return NotImplemented if found or not self.is_active(args[0]) else self._sum(args, keywords, node)

    def _fold(self, combine: Callable[[Value, Value], Value], value: Value, start: Value, node: gast.AST) -> Value:
        total = Cell("temporary", self.hint if self.hint != "t" else "total")
        self.store.set(total, start)
        self.iterate(value, lambda item: self.store.set(total, combine(self.store.get(total), item)), node=node)
        return self.read(self.store.get(total), node)

    def _fold_nonempty(
        self, combine: Callable[[Value, Value], Value], value: Value, node: gast.AST, default: Value | None = None
    ) -> Value:
        """A fold that starts with the first item."""
        items = self.items_of(value, node)
        if items:
            return functools.reduce(combine, items)
        total, seen = Cell("temporary", self.hint if self.hint != "t" else "best"), Cell("temporary", "seen")
        self.store.set(seen, FALSE)

        def trip(item: Value) -> None:
            def more() -> None:
                self.store.set(total, combine(self.store.get(total), item))

            self.branch(self.truth(self.store.get(seen)), more, lambda: self.store.set(total, item))
            self.store.set(seen, TRUE)

        self.iterate(value, trip, node=node)
        found = self.read(self.store.get(total), node)
        return (
            found if default is None else self.choose(self.truth(self.store.get(seen)), lambda: found, lambda: default)
        )

    @reads(max)
    def _max(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._extreme(operator.gt, max, args, keywords, node)

    @reads(min)
    def _min(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._extreme(operator.lt, min, args, keywords, node)

    def _extreme(self, better: Any, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        key = keywords.get("key", NONE)
        several = args if len(args) > 1 else None
        items = several or self.items_of(args[0], node)
        if items is not None and is_const(key, type(None)):
            if items and all(is_const(i, int, float) for i in items):
                return Const(function(i.value for i in items))  # type: ignore[union-attr]
            if items and lookup(function) and all(map(_is_scalar, items)):
                return functools.reduce(lambda a, b: self.apply(function, (a, b), {}, node), items)
        if is_const(key, type(None)) and not several and _is_array(args[0]) and overloads(function) and not keywords:
            return self.apply(function, args, {}, node)

        def better_of(best: Value, item: Value) -> Value:
            pair = [v if is_const(key, type(None)) else self.call(key, (v,), {}, node) for v in (item, best)]
            return self.choose(self.truth(self.compare(better, *pair, node)), lambda: item, lambda: best)

        source = TupleValue(tuple(several)) if several else args[0]
        if "default" in keywords and items == ():
            return keywords["default"]
        return self._fold_nonempty(better_of, source, node, keywords.get("default"))

    @reads(any)
    def _any(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._first_that_is(True, args[0], node)

    @reads(all)
    def _all(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._first_that_is(False, args[0], node)

    def _first_that_is(self, wanted: bool, value: Value, node: gast.AST) -> Value:
        """Whether an item is `wanted`; the rest is not looked at."""
        if isinstance(value, Var) and not self.is_active(value) and isinstance(value.type, (Array, Numeric, Object)):
            return NotImplemented
        found = Cell("temporary", "found")
        self.store.set(found, FALSE)

        def trip(item: Value) -> None:
            test = self.truth(item) if wanted else self.negation(item)
            self.branch(self.as_atom(test), lambda: self.store.set(found, TRUE), lambda: None)

        self.iterate(value, trip, found, node=node)
        result = self.store.get(found)
        return result if wanted else self.negation(result)

    # numbers ----------------------------------------------------------------------------------------------------------

    @reads(abs)
    def _abs(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, Const) and isinstance(value.value, (int, float)):
            return Const(abs(value.value))
        method = self.method_of_class(value, "__abs__")
        return NotImplemented if method is None else self.call(method, (), {}, node)

    @reads(int)
    def _int(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._folded_number(int, args, keywords)

    def _folded_number(self, function: Any, args: Sequence[Value], keywords: Keywords) -> Value:
        """A function of one integer that is known, or of none."""
        if not args and not keywords:
            return Const(function())
        if len(args) == 1 and not keywords and is_const(args[0], int):
            return Const(function(args[0].value))  # type: ignore[union-attr]
        return NotImplemented

    @reads(pow)
    def _pow(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) + len(keywords) != 2:
            return NotImplemented
        return self.binary(operator.pow, args[0], args[1] if len(args) > 1 else keywords["exp"], node)

    @reads(divmod)
    def _divmod(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 2:
            return NotImplemented
        found = self.by_methods("divmod", *args, node)
        if found is not None:
            return found
        if not all(isinstance(a, (Var, Const)) and is_numeric(a.type) for a in args):
            return NotImplemented
        return TupleValue((self.binary(operator.floordiv, *args, node), self.binary(operator.mod, *args, node)))

    @reads(round)
    def _round(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        folded = self._folded_number(round, args, keywords)
        if folded is not NotImplemented:
            return folded
        if lookup(round) is not None or not any(map(self.is_active, args)):
            return NotImplemented
        if len(args) > 1 or keywords:
            return NotImplemented
        return self.emit(
            P.CALL_PYTHON, Const(round, name="round"), self.as_atom(args[0], node), type=INT, inactive=True
        )

    @reads(bool)
    def _bool(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not args:
            return FALSE
        test = self.truth(args[0])
        if isinstance(test, Const) or test.type == BOOL:
            return test
        return self.emit(P.BOOL_OF, test, style="builtin")

    @reads(str, repr)
    def _str(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) == 1 and is_foldable(args[0]) and not keywords:
            return Const(str(args[0].value))  # type: ignore[union-attr]
        return NotImplemented


def _is_scalar(value: Value) -> bool:
    return isinstance(value, (Var, Const)) and isinstance(value.type, (Scalar, Numeric))


def _is_array(value: Value) -> bool:
    return isinstance(value, Var) and isinstance(value.type, Array)
