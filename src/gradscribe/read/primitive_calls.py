"""Calls of primitives, whose operands are bound to their signatures, and of what is not differentiated at all."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Iterable, Sequence
from typing import Any

import gast
import numpy as np

from ..errors import UnsupportedCall, UnsupportedKeyword
from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import Primitive, definition_of, lookup, overloads
from ..ir.types import NUMERIC, STRING, Array, FixedList, List, Object, Scalar, Tuple, Type, is_continuous
from .assumptions import ANY
from .changing import class_of_owner, only_says
from .core import Core
from .opaque_types import type_of_call, type_of_method
from .operands import DATA_NAMES, SEQUENCES, TAKES_LISTS, takes_data
from .operators import has_own_arithmetic
from .parts import Keywords
from .resolve import is_library
from .values import (
    NONE,
    TRUE,
    Reference,
    TupleValue,
    Value,
    is_const,
)


class PrimitiveCalls(Core):
    """`apply` and `opaque`."""

    def apply(
        self,
        function: Any,
        args: Sequence[Value],
        keywords: Keywords,
        node: gast.AST | None = None,
        names: Any = None,
    ) -> Value:
        """A call of something that means a primitive, or one of several.

        Args:
            function: the callable.
            args, keywords: what it is called with.
            node: the place.
            names: the callable whose signature names the parameters; by default `function`.
        """
        values = (*args, *keywords.values())
        if any(a is UNDEF for a in values):
            return UNDEF
        if isinstance(function, np.ufunc) and len(args) == function.nin + 1:
            args, keywords = args[:-1], {**keywords, "out": args[-1]}
        out = keywords.get("out")
        if out is not None and not is_const(out, type(None)):
            return self._apply_into(out, function, args, keywords, node)
        if isinstance(function, np.ufunc) and "dtype" in keywords:
            args, keywords = self.cast_operands(function, args, keywords, node)
        for primitive, style in overloads(function):
            bound = self._bind_primitive(primitive, args, keywords, names or function)
            if bound is not None:
                data = takes_data(primitive, bound[0])
                atoms = [self._primitive_operand(primitive, value, node, data) for value in bound[0]]
                named = {k: self._primitive_operand(primitive, v, node, k in DATA_NAMES) for k, v in bound[1].items()}
                self._refuse_foreign(primitive, (*atoms, *named.values()), node)
                self.refuse_layout(primitive, atoms, named.get("order"), node)
                type_ = self._type_by_dtype(primitive, atoms, named)
                return self.emit(primitive, *atoms, style=style, type=type_, more=named)
        written = definition_of(function)
        if any(map(self.is_active, values)) and written is not None:
            return self.call(Const(written, name=_name_of(function)), args, keywords, node)
        if any(map(self.is_active, values)):
            self._refuse_keywords(overloads(function)[0][0], args, keywords, node)
        if getattr(function, "__objclass__", None) is np.ndarray:
            return self.opaque_method(args[0], function.__name__, args[1:], keywords, node)
        return self.opaque(Const(function, name=_name_of(function)), args, keywords, node)

    def _refuse_foreign(self, primitive: Primitive, atoms: Sequence[Atom], node: gast.AST | None) -> None:
        """NumPy's functions leave it to some objects what is computed."""
        if any(map(self.is_active, atoms)):
            classes = [a.type.cls for a in atoms if isinstance(a.type, Object) and a.type.cls is not None]
            found = next(filter(has_own_arithmetic, classes), None)
            if found is not None:
                reason = f"`{primitive.name}` of a `{found.__name__}` has a meaning of its own"
                self.refuse(reason, node, "use an array: np.asarray(...)", UnsupportedCall)

    def with_dtypes(self, atoms: Iterable[Atom]) -> list[Atom]:
        """Operands with the dtypes that are known (`x.dtype` of an array) as constants, to infer types from."""
        return [Const(np.dtype(self.dtypes[a]), name="dtype") if a in self.dtypes else a for a in atoms]

    def _type_by_dtype(self, primitive: Primitive, atoms: list[Atom], named: dict[str, Atom]) -> Type | None:
        if primitive.infer is None or not any(a in self.dtypes for a in (*atoms, *named.values())):
            return None
        keywords = dict(zip(named, self.with_dtypes(named.values()), strict=True))
        try:
            return primitive.infer(self.with_dtypes(atoms), keywords)
        except Exception:  # an invalid call: it fails when it runs
            return None

    def _apply_into(
        self, out: Value, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        """`np.add(a, b, out=c)` writes its result into c."""
        target = out.items[0] if isinstance(out, TupleValue) and len(out.items) == 1 else out
        rest = {k: v for k, v in keywords.items() if k not in ("out", "where")}
        where = keywords.get("where", TRUE)
        if not (is_const(where, bool) and where.value):  # type: ignore[union-attr]
            result = self.where_into(target, where, function, args, rest, node)
            if result is NotImplemented:
                self._refuse_keywords(overloads(function)[0][0], args, {"where": where}, node)
            return result
        result = self.apply(function, args, rest, node)
        self.set_item(target, Const(Ellipsis), result, node)
        return target

    def _bind_primitive(
        self, primitive: Primitive, args: Sequence[Value], keywords: Keywords, function: Any
    ) -> tuple[list[Value], dict[str, Value]] | None:
        """The operands of a primitive: positional ones and those with a default that were given. None if it does not
        support one of them."""
        signature = primitive.signature
        if signature is None:
            return (list(args), {}) if not keywords else None
        names = _real_names(function, signature)
        declared = signature.parameters
        required = [p.name for p in declared.values() if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        starred = next((p for p in declared.values() if p.kind is p.VAR_POSITIONAL), None)
        positional: dict[str, Value] = {}
        rest: list[Value] = []
        for k, value in enumerate(args):
            if starred is not None and k >= len(required):
                rest.append(value)
            elif k < len(required):
                positional[required[k]] = value
            elif k < len(names) and names[k] in declared and names[k] not in positional:
                positional[names[k]] = value
            else:
                return None
        for name, value in keywords.items():
            name = _declared_name(name, names, required)
            if name in declared and name not in positional:
                positional[name] = value
            elif not _is_default(name, value):
                return None
        if any(name not in positional for name in required):
            return None
        named = {name: value for name, value in positional.items() if name not in required}
        return [positional[name] for name in required] + rest, named

    def _primitive_operand(self, primitive: Primitive, value: Value, node: gast.AST | None, data: bool = False) -> Atom:
        """An operand; where a number or array is meant, a list of values is made an array first."""
        if primitive.name not in SEQUENCES and isinstance(value, (TupleValue, Reference)):
            plain = self._plain(value, node)
            if plain is not None and not data:
                return Const(plain)
            if plain is not None:
                return self.emit(*_array_of(Const(plain)), style="np")
        atom = self.as_atom(value, node)
        listed = isinstance(atom, Var) and isinstance(atom.type, (FixedList, List, Tuple))
        if isinstance(atom.type, List) and primitive.name not in TAKES_LISTS and is_continuous(atom.type):
            return self.emit(*_array_of(atom), style="np")
        if primitive.name in SEQUENCES or not (isinstance(value, (TupleValue, Reference)) or listed):
            return atom
        array = lookup(np.array)
        if array is None or not self.is_active(value) or primitive is P.LENGTH:
            return atom
        return self.emit(array[0], atom, style=array[1])

    def _plain(self, value: Value, node: gast.AST | None) -> tuple[Any, ...] | list[Any] | None:
        """A tuple or list of constants, nested or not, as itself; None for any other."""
        if isinstance(value, TupleValue) and value.cls is None:
            items, made = value.items, tuple
        elif isinstance(value, Reference) and value.cell.kind == "list" and value.cell.origin is None:
            items, made = self.content(value, node).items, list
        else:
            return None
        found = []
        for item in items:
            inner = item.value if is_const(item) and _is_literal(item.value) else self._plain(item, node)
            if inner is None and not is_const(item, type(None)):
                return None
            found.append(inner)
        return made(found)

    def _refuse_keywords(
        self, primitive: Primitive, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> None:
        declared = {} if primitive.signature is None else primitive.signature.parameters
        unknown = [f"`{k}`" for k, v in keywords.items() if k not in declared and not _is_default(k, v)]
        what = f"the keyword {unknown[0]} of" if unknown else "this use of"
        supported = ", ".join(declared) or "none"
        self.refuse(
            f"{what} `{primitive.name}` is not differentiated",
            node,
            f"its rule supports: {supported}",
            UnsupportedKeyword if unknown else UnsupportedCall,
            (*args, *keywords.values()),
        )

    def opaque(
        self,
        callee: Value,
        args: Sequence[Value],
        keywords: Keywords,
        node: gast.AST | None = None,
        type_: Type = NUMERIC,
        read: bool = False,
    ) -> Value:
        """A call that is not differentiated: nothing active may go in, except to what only looks at it. `read` says
        that the function has been read, and changes nothing."""
        if is_const(callee) and callee.value is object.__setattr__ and len(args) == 3 and is_const(args[1], str):  # type: ignore[union-attr]
            self.set_attribute(args[0], args[1].value, args[2], node)  # type: ignore[union-attr]
            return NONE
        values = (*args, *keywords.values())
        if any(v is UNDEF for v in values) or callee is UNDEF:
            return UNDEF
        function = callee.value if isinstance(callee, Const) else None
        self._refuse_scopes(function, args, node)
        looks = is_const(callee) and is_observer(function)
        if not looks and (any(map(self.is_active, values)) or self.is_active(callee)):
            name = callee.name if isinstance(callee, Const) else "this object"
            self.refuse(
                f"`{name}` is called with a value that is differentiated, and has neither source nor a derivative rule",
                node,
                "register a rule for it, or write it in Python with primitives that have rules",
                UnsupportedCall,
                (*values, callee),
            )
        if not looks:
            self._guard_objects(values, function, node)
            self.keep_changes(values, function, _name_of(function) if function is not None else "this object", node)
        atoms = [self.as_atom(v, node) for v in args]
        named = {k: self.as_atom(v, node) for k, v in keywords.items()}
        atom = self.as_atom(callee, node)
        if not read:
            self.heed_call(atom, (*atoms, *named.values()))
        if looks and type_ == NUMERIC and only_says(function):
            type_ = Object(type(None))
        known = dict(zip(named, self.with_dtypes(named.values()), strict=True))
        type_ = type_of_call(function, self.with_dtypes(atoms), known, type_)
        return self.emit(P.CALL_PYTHON, atom, *atoms, type=type_, inactive=True, **named)

    def _refuse_scopes(self, function: Any, args: Sequence[Value], node: gast.AST | None) -> None:
        """What looks into the scope of its caller, called under another name or by something else."""
        passed = [a.value for a in args if isinstance(a, Const)]
        found = [f for f in (function, *passed) if any(f is scope for scope in _SCOPES)]
        if found and not (function in (eval, exec) and len(args) > 1):
            name = found[0].__name__
            self.refuse(f"`{name}` sees the names of the function", node, "write the names out", UnsupportedCall)

    def _guard_objects(self, values: Sequence[Value], function: Any, node: gast.AST | None) -> None:
        """A call that is not read might change the lists and objects that it gets."""
        if isinstance(function, type) or not isinstance(function, types.FunctionType) or is_library(function):
            return
        for value in values:
            if isinstance(value, Reference) and value.cell.origin is None:
                if value.cell.kind == "list":
                    self.grow(value.cell)
                self.refuse(
                    "an object made here is passed to a function that cannot be read", node, error=UnsupportedCall
                )

    def opaque_method(
        self, owner: Value, name: str, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        """A method that is not differentiated."""
        values = (owner, *args, *keywords.values())
        if any(map(self.is_active, values)):
            self.refuse(
                f"the method `.{name}` has no derivative rule",
                node,
                "write it with functions that have rules",
                UnsupportedCall,
                values,
            )
        self.demand_looking(owner, name, node)
        self.keep_changes((*args, *keywords.values()), class_of_owner(owner), name, node)
        if isinstance(owner, Var) and name in _CHANGES and not isinstance(owner.type, (Array, Scalar)):
            self.changes(ANY)
        atoms = [self.as_atom(v, node) for v in (owner, *args)]
        named = {k: self.as_atom(v, node) for k, v in keywords.items()}
        self.heed_method(atoms[0], name, (*atoms[1:], *named.values()))
        made_by = atoms[0].type.cls if isinstance(atoms[0].type, Object) else None
        type_ = type_of_method(made_by, name, atoms[1:], named)
        type_ = STRING if atoms[0].type == STRING and name not in ("find", "split", "count", "index") else type_
        return self.emit(P.CALL_METHOD, *atoms, static=name, type=type_, inactive=True, **named)


_CHANGES = {
    "update",
    "setdefault",
    "pop",
    "popitem",
    "clear",
    "append",
    "extend",
    "insert",
    "remove",
    "sort",
    "reverse",
    "add",
    "discard",
    "__setitem__",
    "__delitem__",
    "__ior__",
    "__iadd__",
    "__imul__",
}

_SCOPES = (eval, exec, locals, vars, globals, sys._getframe, inspect.currentframe, inspect.stack)


def _array_of(atom: Atom) -> tuple[Primitive, Atom]:
    found = lookup(np.array)
    assert found is not None
    return found[0], atom


OBSERVERS = {print, repr, str, format, id, type, hash, isinstance, callable, hasattr, len, ascii}


def is_observer(function: Any) -> bool:
    """Whether a function only looks at what it is given, to show it."""
    try:
        if function in OBSERVERS:
            return True
    except TypeError:
        return False
    if isinstance(function, type) and issubclass(function, BaseException):
        return True
    return _home_of(function) in ("logging", "warnings")


def _home_of(function: Any) -> str:
    """The package that a function is from."""
    return (getattr(function, "__module__", None) or "").partition(".")[0]


def _name_of(function: Any) -> str:
    return getattr(function, "__name__", repr(function))


def _real_names(function: Any, declared: inspect.Signature) -> list[str]:
    """The names of the positional parameters of what the user called."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        found = declared
    if any(p.kind is p.VAR_POSITIONAL for p in found.parameters.values()):
        known = [p.name for p in declared.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        if not any(p.kind is p.VAR_POSITIONAL for p in declared.parameters.values()) and known:
            return known
    names = [p.name for p in found.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return names or [p.name for p in declared.parameters.values() if p.kind is not p.KEYWORD_ONLY]


def _is_literal(value: Any) -> bool:
    return value is Ellipsis or type(value) in (bool, int, float, complex, str)


def _declared_name(name: str, real: list[str], required: list[str]) -> str:
    """`np.sum(a=x)`: the first parameters may be called otherwise in the declaration."""
    if name in real and real.index(name) < len(required):
        return required[real.index(name)]
    return name


_DEFAULTS: dict[str, Any] = {
    "out": None,
    "dtype": None,
    "where": True,
    "order": ("K", "C"),
    "casting": "same_kind",
    "subok": True,
    "initial": None,
}


def _is_default(name: str, value: Value) -> bool:
    if name not in _DEFAULTS or not isinstance(value, Const):
        return False
    default = _DEFAULTS[name]
    return value.value in default if isinstance(default, tuple) else value.value is default or value.value == default
