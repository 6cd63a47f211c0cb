"""Builtins and library functions that are read in a way of their own: they work on structures, or take functions."""

from __future__ import annotations

import builtins
import copy
import dataclasses
import functools
import itertools
import math
import operator
import typing
from collections.abc import Callable, Sequence
from typing import Any

import gast
import numpy as np

from ..errors import UnsupportedCall
from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import lookup, overloads
from ..ir.types import BOOL, INT, STRING, Array, Dict, FixedList, List, Numeric, Object, Record, Scalar, Tuple, is_numeric
from .core import Core, Keywords
from .operators import is_numeric_for_sure
from .values import (
    FALSE,
    NONE,
    TRUE,
    Cell,
    Choice,
    Closure,
    Compound,
    Content,
    Lazy,
    Method,
    Named,
    Partial,
    Range,
    Reference,
    TupleValue,
    Value,
    is_code,
    is_const,
    is_foldable,
)

Handler = Callable[..., Any]
_SPECIAL: dict[Any, str] = {}


def _reads(*functions: Any) -> Callable[[Handler], Handler]:
    """The method reads calls of these functions. It returns NotImplemented to leave a call to the usual way."""

    def decorate(method: Handler) -> Handler:
        for function in functions:
            _SPECIAL[function] = method.__name__
        return method

    return decorate


class BuiltinCalls(Core):
    """`special`: the readers of builtins, by function."""

    def special(self, function: Any) -> Any:
        try:
            name = _SPECIAL.get(function)
        except TypeError:
            return None
        return None if name is None else getattr(self, name)

    # iterables ------------------------------------------------------------------------------------------------------

    @_reads(range)
    def _range(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        atoms = [self.as_atom(a, node) for a in args]
        if any(a is UNDEF for a in atoms) or not 1 <= len(atoms) <= 3:
            return UNDEF
        start, stop, step = (Const(0), atoms[0], Const(1)) if len(atoms) == 1 else (*atoms, Const(1))[:3]
        return Range(start, stop, step)

    @_reads(enumerate)
    def _enumerate(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
        known = start.value if is_const(start, int) else None  # type: ignore[union-attr]
        return Lazy("enumerate", (args[0], start), known)

    @_reads(zip)
    def _zip(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not args:
            return TupleValue(())
        strict = keywords.get("strict", FALSE)
        return Lazy("zip", tuple(args), bool(strict.value) if isinstance(strict, Const) else False)

    @_reads(reversed)
    def _reversed(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, Range):
            return self._reversed_range(value)
        if isinstance(value, Reference) and value.cell.kind == "instance":
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

    @_reads(map)
    def _map(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("map", tuple(args))

    @_reads(filter)
    def _filter(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("filter", tuple(args))

    @_reads(itertools.chain)
    def _chain(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("chain", tuple(args))

    @_reads(itertools.chain.from_iterable)
    def _chain_from(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        items = self.items_of(args[0], node)
        return NotImplemented if items is None else Lazy("chain", items)

    @_reads(itertools.product, itertools.combinations, itertools.permutations, itertools.combinations_with_replacement)
    def _combine(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return NotImplemented

    @_reads(itertools.accumulate)
    def _accumulate(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        function = args[1] if len(args) > 1 else keywords.get("func", Const(operator.add, name="operator.add"))
        made = self.new_list((), node)
        total, seen = Cell("temporary", "total"), Cell("temporary", "seen")
        self.store.set(total, keywords.get("initial", UNDEF))
        self.store.set(seen, FALSE)
        if "initial" in keywords:
            self.store.set(seen, TRUE)
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
        return made

    @_reads(len)
    def _len(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self.length_of(args[0], node)

    # containers -----------------------------------------------------------------------------------------------------

    @_reads(list)
    def _list(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self.as_listed(args[0], node) if args else self.new_list((), node)

    @_reads(tuple)
    def _tuple(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not args:
            return TupleValue(())
        items = self.items_of(args[0], node)
        return self.as_listed(args[0], node) if items is None else TupleValue(items)

    @_reads(dict)
    def _dict(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        content = Content("dict", (), ())
        for key, value in [*(self.entries_of(args[0], node) if args else ()), *keywords.items()]:
            content = content.put(key, value)
        return self.new_cell(content, node)

    @_reads(set, frozenset)
    def _set(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        items = self.items_of(args[0], node) if args else ()
        if items is None or not all(map(is_foldable, items)):
            return NotImplemented
        unique = {(type(i.value), i.value): i for i in items}  # type: ignore[union-attr]
        return self.new_cell(Content("set", tuple(unique.values())), node)

    @_reads(sorted)
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
        look = self.emit(P.GETATTR, self.as_atom(keys), static="__getitem__", type=Object(None), inactive=True, hint="key")
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

    # reductions -----------------------------------------------------------------------------------------------------

    @_reads(sum)
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

    @_reads(functools.reduce)
    def _reduce(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        function = args[0]
        if len(args) > 2:
            return self._fold(lambda a, b: self.call(function, (a, b), {}, node), args[1], args[2], node)
        return self._fold_nonempty(lambda a, b: self.call(function, (a, b), {}, node), args[1], node)

    @_reads(math.prod)
    def _prod(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        start = keywords.get("start", Const(1))
        return self._fold(lambda a, b: self.binary(operator.mul, a, b, node), args[0], start, node)

    @_reads(math.fsum)
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
        return found if default is None else self.choose(self.truth(self.store.get(seen)), lambda: found, lambda: default)

    @_reads(max)
    def _max(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._extreme(operator.gt, max, args, keywords, node)

    @_reads(min)
    def _min(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._extreme(operator.lt, min, args, keywords, node)

    def _extreme(
        self, better: Any, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST
    ) -> Value:
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

    @_reads(any)
    def _any(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self._first_that_is(True, args[0], node)

    @_reads(all)
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

    # numbers --------------------------------------------------------------------------------------------------------

    @_reads(abs)
    def _abs(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, Const) and isinstance(value.value, (int, float)):
            return Const(abs(value.value))
        method = self.method_of_class(value, "__abs__")
        return NotImplemented if method is None else self.call(method, (), {}, node)

    @_reads(int, float, bool)
    def _number(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return NotImplemented

    @_reads(pow)
    def _pow(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) + len(keywords) != 2:
            return NotImplemented
        return self.binary(operator.pow, args[0], args[1] if len(args) > 1 else keywords["exp"], node)

    @_reads(divmod)
    def _divmod(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return TupleValue((self.binary(operator.floordiv, *args, node), self.binary(operator.mod, *args, node)))

    @_reads(round)
    def _round(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if lookup(round) is not None or not any(map(self.is_active, args)):
            return NotImplemented
        if len(args) > 1 or keywords:
            return NotImplemented
        return self.emit(
            P.CALL_PYTHON, Const(round, name="round"), self.as_atom(args[0], node), type=INT, inactive=True
        )

    @_reads(bool)
    def _bool(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not args:
            return FALSE
        test = self.truth(args[0])
        if isinstance(test, Const) or test.type == BOOL:
            return test
        return self.emit(P.BOOL_OF, test, style="builtin")

    @_reads(str, repr)
    def _str(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) == 1 and is_foldable(args[0]) and not keywords:
            return Const(str(args[0].value))  # type: ignore[union-attr]
        return NotImplemented

    @_reads(*[getattr(operator, n) for n in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")])
    def _operator(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return NotImplemented

    @_reads(operator.getitem)
    def _getitem(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self.get_item(args[0], args[1], node)

    @_reads(operator.setitem)
    def _setitem(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        self.set_item(args[0], args[1], args[2], node)
        return NONE

    # types and attributes ---------------------------------------------------------------------------------------------

    @_reads(isinstance)
    def _isinstance(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        value, wanted = args
        items = wanted.items if isinstance(wanted, TupleValue) else (wanted,)
        if not all(isinstance(w, Const) for w in items) or value is UNDEF:
            return NotImplemented
        classes = tuple(w.value for w in items)  # type: ignore[union-attr]
        known = self._class_of(value)
        if known is not None:
            return Const(issubclass(known, classes))
        return self._isinstance_of_number(value, classes)

    def _isinstance_of_number(self, value: Value, classes: tuple[type, ...]) -> Value:
        """A number that is known up to its kind is no array, list or string; more is known when it runs."""
        if isinstance(value, Var) and isinstance(value.type, Scalar):
            samples = (True, 1, 1.0, 1j, np.float64(1), np.int64(1), np.bool_(True), np.float32(1))
            if not any(isinstance(s, classes) for s in samples):
                return FALSE
        return NotImplemented

    def _class_of(self, value: Value) -> type | None:
        """The class of a value where it is certain."""
        if isinstance(value, Const):
            return type(value.value)
        if isinstance(value, TupleValue):
            return value.cls or tuple
        if isinstance(value, Reference):
            return value.cell.cls or {"list": list, "dict": dict, "set": set}[value.cell.kind]
        if isinstance(value, Closure):
            return type(lambda: None)
        if isinstance(value, Var):
            return self._class_of_var(value)
        return None

    def _class_of_var(self, value: Var) -> type | None:
        type_ = value.type
        if isinstance(type_, Scalar) and value in self.parameters and type_.dtype is None:
            return {"b": bool, "i": int, "f": float, "c": complex}[type_.kind]
        if isinstance(type_, Record):
            return type_.cls
        found = {Array: np.ndarray, List: list, FixedList: list, Dict: dict}.get(type(type_))
        if isinstance(type_, Tuple):
            return type_.cls or tuple
        return str if type_ == STRING else found

    parameters: set[Var]

    @_reads(type)
    def _type(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        known = self._class_of(args[0]) if len(args) == 1 else None
        return NotImplemented if known is None else Const(known, name=known.__name__)

    @_reads(callable)
    def _callable(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, (Closure, Method, Partial, Named)):
            return TRUE
        if isinstance(value, Const):
            return Const(callable(value.value))
        return FALSE if is_numeric_for_sure(value) else NotImplemented

    @_reads(getattr)
    def _getattr(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not is_const(args[1], str):
            return NotImplemented
        name = args[1].value  # type: ignore[union-attr]
        if len(args) > 2:
            has = self._hasattr(args[:2], {}, node)
            if not isinstance(has, Const):
                return NotImplemented
            if not has.value:
                return args[2]
        return self.get_attribute(args[0], name, node)

    @_reads(hasattr)
    def _hasattr(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        owner, name = args
        if not is_const(name, str):
            return NotImplemented
        word = name.value  # type: ignore[union-attr]
        if isinstance(owner, Reference) and owner.cell.kind == "instance":
            return Const(self.content(owner, node).get(word) is not None or hasattr(owner.cell.cls, word))
        known = self._class_of(owner)
        if known is not None and known is not np.ndarray and not isinstance(owner, Const):
            return Const(hasattr(known, word))
        if isinstance(owner, Const):
            return Const(hasattr(owner.value, word))
        if isinstance(owner, Var) and isinstance(owner.type, Array):
            return Const(hasattr(np.ndarray, word))
        return NotImplemented

    @_reads(setattr)
    def _setattr(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not is_const(args[1], str) or not isinstance(args[0], Reference):
            return NotImplemented
        self.set_attribute(args[0], args[1].value, args[2], node)  # type: ignore[union-attr]
        return NONE

    @_reads(super)
    def _super(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        from .values import Super

        return Super(args[0].value, args[1])  # type: ignore[union-attr]

    # library --------------------------------------------------------------------------------------------------------

    @_reads(functools.partial)
    def _partial(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Partial(args[0], tuple(args[1:]), dict(keywords))

    @_reads(functools.wraps)
    def _wraps(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Const(_same, name="functools.wraps")

    @_reads(functools.lru_cache, functools.cache)
    def _cache(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        self.refuse("a function made here is cached", node, "cache it at module level", UnsupportedCall)

    @_reads(dataclasses.replace)
    def _replace(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        owner = args[0]
        if isinstance(owner, Var) and isinstance(owner.type, Record):
            cls: Any = owner.type.cls
            names: Sequence[str] = owner.type.names
        elif isinstance(owner, Reference) and owner.cell.kind == "instance":
            cls, names = owner.cell.cls, [f.name for f in dataclasses.fields(owner.cell.cls) if f.init]  # type: ignore[arg-type]
        else:
            return NotImplemented
        values = {name: self.get_attribute(owner, name, node) for name in names if name not in keywords}
        return self.call(Const(cls, name=cls.__name__), (), {**values, **keywords}, node)

    @_reads(copy.copy, copy.deepcopy)
    def _copy(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, Var) and isinstance(value.type, Array):
            return self.emit(P.COPY, value, style="np")
        if isinstance(value, Var) and isinstance(value.type, Scalar):
            return value
        if isinstance(value, Reference):
            content = self.content(value, node)
            if not all(isinstance(i, (Var, Const)) and isinstance(i.type, (Scalar, Object)) for i in content.items):
                return NotImplemented
            return self.new_cell(content, node, value.cell.cls)
        return NotImplemented

    @_reads(typing.cast)
    def _cast(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return args[1]

    @_reads(np.copyto)
    def _copyto(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if keywords or len(args) != 2:
            return NotImplemented
        self.set_item(args[0], Const(Ellipsis), args[1], node)
        return NONE

    @_reads(np.add.at)
    def _add_at(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        target, index, value = args
        self.write(P.SCATTER_ADD, self.as_atom(target), self.index_atom(index, node), self.array_operand(value, node))
        return NONE

    @_reads(np.ndim)
    def _ndim(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, (Var, Const)) and isinstance(value.type, (Array, Scalar)):
            return Const(value.type.ndim if isinstance(value.type, Array) else 0)
        return NotImplemented

    @_reads(np.isscalar)
    def _isscalar(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, (Var, Const)) and isinstance(value.type, (Array, Scalar)):
            return Const(isinstance(value.type, Scalar))
        return NotImplemented


def _is_scalar(value: Value) -> bool:
    return isinstance(value, (Var, Const)) and isinstance(value.type, (Scalar, Numeric))


def _is_array(value: Value) -> bool:
    return isinstance(value, Var) and isinstance(value.type, Array)


def _same(function: Any) -> Any:
    """Stands for what `functools.wraps(f)` does to a function: nothing that matters here."""
    return function


_SPECIAL[_same] = "_identity"
BuiltinCalls._identity = lambda self, args, keywords, node: args[0]  # type: ignore[attr-defined]

__all__ = ["BuiltinCalls", "Choice", "Compound", "builtins", "is_numeric"]
