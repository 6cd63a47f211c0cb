"""Builtins that ask about types and attributes, and functions of the library, that are read in a way of their own."""

from __future__ import annotations

import collections
import copy
import dataclasses
import functools
import operator
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import gast
import numpy as np

from ..errors import UnsupportedCall
from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Const, Op, Var
from ..ir.types import BOOL, STRING, STRUCTURES, Array, Dict, FixedList, List, Record, Scalar, Tuple
from .asking import checking_runs_code, defines, getting_runs_code
from .comparisons import is_numeric_for_sure
from .core import Core
from .parts import Keywords
from .special import reads
from .values import (
    FALSE,
    NONE,
    TRUE,
    Closure,
    Method,
    Named,
    Partial,
    Reference,
    Super,
    TupleValue,
    Value,
    is_const,
)


def _get_items(*args: Any) -> None:
    """Stands for what `operator.itemgetter(*keys)` returns, called with the object last."""


def _get_attributes(*args: Any) -> None:
    """Stands for what `operator.attrgetter(*names)` returns, called with the object last."""


def _call_method(*args: Any, **keywords: Any) -> None:
    """Stands for what `operator.methodcaller(name, *args)` returns, called with the object last."""


def _same(function: Any) -> Any:
    """Stands for what `functools.wraps(f)` does to a function: nothing that matters here."""
    return function


class LibraryCalls(Core):
    """Readers of `isinstance` and its kin, of `functools`, `dataclasses`, `copy`, and of NumPy functions that write."""

    @reads(locals, vars, eval, exec, dir, globals)
    def _scope(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """What looks into the scope of its caller: the derivative has a scope of its own."""
        function = getattr(node, "func", None)
        name = getattr(function, "id", "it")
        if name == "vars" and len(args) == 1 and isinstance(args[0], Reference) and args[0].cell.kind == "instance":
            return self.get_attribute(args[0], "__dict__", node)
        if len(args) + len(keywords) > (name in ("eval", "exec")):
            return NotImplemented
        self.refuse(f"`{name}` sees the names of the function", node, "write the names out", UnsupportedCall)

    @reads(print)
    def _print(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        self.opaque(Const(print, name="print"), args, keywords, node)
        return NONE

    # types and attributes ---------------------------------------------------------------------------------------------

    @reads(isinstance)
    def _isinstance(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        value, wanted = args
        if value is UNDEF:
            return NotImplemented
        items = wanted.items if isinstance(wanted, TupleValue) else (wanted,)
        if not all(isinstance(w, Const) for w in items):
            return NotImplemented
        classes = tuple(w.value for w in items)  # type: ignore[union-attr]
        if not all(isinstance(c, (type, types.UnionType)) for c in classes):  # it fails when it runs
            return NotImplemented
        known = self._class_of(value)
        if checking_runs_code(classes) or (known is not None and defines(known, "__class__")):
            self.meddles()
            return NotImplemented
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
            return value.cell.cls or {"list": list, "dict": dict, "table": dict, "set": set}[value.cell.kind]
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

    @reads(type)
    def _type(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        known = self._class_of(args[0]) if len(args) == 1 else None
        return NotImplemented if known is None else Const(known, name=known.__name__)

    @reads(callable)
    def _callable(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, (Closure, Method, Partial, Named)):
            return TRUE
        if isinstance(value, Const):
            return Const(callable(value.value))
        return FALSE if is_numeric_for_sure(value) else NotImplemented

    @reads(getattr)
    def _getattr(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not is_const(args[1], str):
            return NotImplemented
        name = args[1].value
        if len(args) > 2:
            has = self._hasattr(args[:2], {}, node)
            if not isinstance(has, Const):
                return NotImplemented
            if not has.value:
                return args[2]
        return self.get_attribute(args[0], name, node)

    @reads(hasattr)
    def _hasattr(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        owner, name = args
        if not is_const(name, str):
            return NotImplemented
        word = name.value
        if isinstance(owner, Reference) and owner.cell.kind == "instance":
            if self.content(owner, node).get(word) is not None:
                return TRUE
            if owner.cell.cls is not None and defines(owner.cell.cls, "__getattr__"):
                self.refuse(f"`hasattr` asks `{owner.cell.cls.__name__}.__getattr__`", node, "test what it tests")
            return Const(hasattr(owner.cell.cls, word))
        if isinstance(owner, Var) and isinstance(owner.type, Record) and word in owner.type.names:
            return TRUE
        held = owner.value if isinstance(owner, Const) else self.samples.get(owner) if isinstance(owner, Var) else None
        if held is not None and getting_runs_code(held, word):
            self.meddles()
            return NotImplemented
        known = self._class_of(owner)
        if known is not None and known is not np.ndarray and not isinstance(owner, Const):
            return Const(hasattr(known, word))
        if isinstance(owner, Const):
            return Const(hasattr(owner.value, word))
        if isinstance(owner, Var) and isinstance(owner.type, Array):
            return Const(hasattr(np.ndarray, word))
        return NotImplemented

    @reads(setattr)
    def _setattr(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if not is_const(args[1], str):
            return NotImplemented
        self.set_attribute(args[0], args[1].value, args[2], node)
        return NONE

    @reads(super)
    def _super(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        cls = args[0] if len(args) == 2 else None
        if not is_const(cls, type) or not issubclass(self.class_of(args[1]) or object, cls.value):
            self.refuse("`super` of something that is not an instance of a class", node)
        return Super(cls.value, args[1])

    # library ----------------------------------------------------------------------------------------------------------

    @reads(functools.partial)
    def _partial(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Partial(args[0], tuple(args[1:]), dict(keywords))

    @reads(operator.itemgetter)
    def _itemgetter(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Partial(Const(_get_items, name="operator.itemgetter"), tuple(args), {})

    @reads(operator.attrgetter)
    def _attrgetter(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Partial(Const(_get_attributes, name="operator.attrgetter"), tuple(args), {})

    @reads(operator.methodcaller)
    def _methodcaller(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Partial(Const(_call_method, name="operator.methodcaller"), tuple(args), dict(keywords))

    @reads(_call_method)
    def _method(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        name, *given, owner = args
        if not is_const(name, str):
            self.refuse("the name of a method that is known at run time only", node)
        return self.call(self.get_attribute(owner, name.value, node), given, keywords, node)

    @reads(_get_items)
    def _items(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        *keys, owner = args
        found = tuple(self.get_item(owner, key, node) for key in keys)
        return found[0] if len(found) == 1 else TupleValue(found)

    @reads(_get_attributes)
    def _attributes(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        *names, owner = args
        found = []
        for name in names:
            value = owner
            for part in name.value.split("."):  # type: ignore[union-attr]
                value = self.get_attribute(value, part, node)
            found.append(value)
        return found[0] if len(found) == 1 else TupleValue(tuple(found))

    @reads(functools.wraps)
    def _wraps(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Const(_same, name="functools.wraps")

    @reads(_same)
    def _identity(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return args[0]

    @reads(functools.lru_cache, functools.cache)
    def _cache(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        self.refuse("a function made here is cached", node, "cache it at module level", UnsupportedCall)

    @reads(dataclasses.replace)
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

    @reads(copy.copy)
    def _copy(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, Var) and isinstance(value.type, STRUCTURES):
            value = self.expanded(value)
        if not isinstance(value, Reference):
            return value if isinstance(value, TupleValue) else self._deep_copy(value, {}, node)
        if value.cell.kind not in ("list", "dict", "set", "instance") or _copies_itself(value, "__copy__"):
            return NotImplemented
        return self.new_cell(self.content(value, node), node, value.cell.cls)

    @reads(copy.deepcopy)
    def _deepcopy(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return NotImplemented if len(args) != 1 else self._deep_copy(args[0], {}, node)

    def _object(self, value: Value) -> Any:
        """The same for values that are known to be one object."""
        if isinstance(value, Reference):
            return value.cell
        op = self._maker(value)
        return (op.args[0], op.args[1].value) if op is not None and isinstance(op.args[1], Const) else value

    def _maker(self, value: Value) -> Op | None:
        """What took an array out of an argument."""
        made = (op for op in reversed(self.builder.ops) if value in op.results and op.primitive is P.GETITEM)
        op = next(made, None) if isinstance(value, Var) else None
        return op if op is not None and isinstance(op.args[0].type, STRUCTURES) else None

    def _demand_others(self, value: Var, made: Mapping[Any, Value]) -> None:
        """Check that an array is none of those that have been copied already, where that is not known."""
        copies = {op.result: op.args[0] for op in self.builder.ops if op.primitive is P.COPY}
        for copied in made.values():
            other = copies.get(copied) if isinstance(copied, Var) else None
            if isinstance(other, Var) and not (value in self._owned or other in self._owned):
                self.perform(P.ASSERT, self.emit(P.IS_NOT, value, other, type=BOOL))

    def _deep_copy(self, value: Value, made: dict[Any, Value], node: gast.AST) -> Value:
        """A copy in which what was one object is one again; NotImplemented where the structure is not known.

        Args:
            value: any value.
            made: what has been copied so far, with the copies.
            node: the place.
        """
        key = self._object(value)
        if key in made:
            return made[key]
        if isinstance(value, Var) and isinstance(value.type, STRUCTURES):
            value = self.expanded(value)
        if isinstance(value, Var) and isinstance(value.type, Array):
            self._demand_others(value, made)
            made[key] = self.emit(P.COPY, value, style="np")
            return made[key]
        if isinstance(value, (Const, Var)):
            return value if isinstance(value, Const) or isinstance(value.type, Scalar) else NotImplemented
        if not isinstance(value, TupleValue) and not _is_copied_by_parts(value):
            return NotImplemented
        whole = self.content(value, node) if isinstance(value, Reference) else value
        parts = [self._deep_copy(part, made, node) for part in whole.parts]
        if any(part is NotImplemented for part in parts):
            return NotImplemented
        built = whole.rebuilt(tuple(parts))
        if isinstance(value, Reference):
            built = self.new_cell(built, node, value.cell.cls, tag=f"copy {len(made)}")  # type: ignore[arg-type]
        made[key] = built
        return built

    @reads(P.unsupported)
    def _unsupported(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """What a definition does not cover."""
        self.refuse(str(args[0].value), node, error=UnsupportedCall)  # type: ignore[union-attr]

    @reads(typing.cast)
    def _cast(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return args[1]

    @reads(collections.OrderedDict)
    def _ordered_dict(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self.call(Const(dict, name="dict"), args, keywords, node)

    @reads(collections.defaultdict)
    def _default_dict(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        made = self.call(Const(dict, name="dict"), args[1:], keywords, node)
        if isinstance(made, Reference) and args:
            made.cell.factory = args[0]
        return made

    @reads(collections.deque)
    def _deque(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """A list that can also grow and shrink at its start, and may have a greatest length."""
        limit = keywords.get("maxlen", args[1] if len(args) > 1 else NONE)
        if not is_const(limit, int, type(None)):
            self.refuse("a deque with a greatest length that is known at run time only", node, "use a constant")
        made = self.as_listed(args[0], node) if args else self.new_list((), node)
        site = made.cell.site if isinstance(made, Reference) else self.list_sites.get(made)  # type: ignore[arg-type]
        longest = limit.value
        self.deques[site] = longest
        if longest is not None and args:
            items = self.items_of(args[0], node)
            if items is None or len(items) > longest:
                self.refuse("a deque is made of more entries than it may have", node, "slice them first")
        return made

    @reads(np.ndim)
    def _ndim(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, (Var, Const)) and isinstance(value.type, (Array, Scalar)):
            return Const(value.type.ndim if isinstance(value.type, Array) else 0)
        return NotImplemented

    @reads(np.isscalar)
    def _isscalar(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        (value,) = args
        if isinstance(value, (Var, Const)) and isinstance(value.type, (Array, Scalar)):
            return Const(isinstance(value.type, Scalar))
        return NotImplemented


def _is_copied_by_parts(value: Value) -> bool:
    known = isinstance(value, Reference) and value.cell.kind in ("list", "dict", "instance")
    return known and not _copies_itself(value, "__deepcopy__")


def _copies_itself(value: Any, method: str) -> bool:
    """Whether the class says how it is copied."""
    cls = value.cell.cls
    own = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")
    return cls is not None and (hasattr(cls, method) or any(n in vars(b) for b in cls.__mro__[:-1] for n in own))
