"""Attributes: of arrays, modules, classes and instances."""

from __future__ import annotations

import functools
import inspect
import types
from typing import Any

import gast
import numpy as np

from ..errors import UnsupportedCall
from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import External, lookup
from ..ir.signature import is_library_name
from ..ir.types import INT, NUMERIC, STRING, Array, Object, Record, Scalar, Tuple, is_numeric, is_sparse
from ..signature import key_of
from .asking import defines, getting_runs_code
from .core import Core
from .core import type_from_outside as signature_of
from .fields import Fields
from .instances import is_generated
from .resolve import is_library, is_static, stands_for_itself
from .solved import Solved
from .values import (
    Cell,
    Closure,
    Lazy,
    Method,
    Named,
    Partial,
    Reference,
    Super,
    TupleValue,
    Value,
    is_code,
)

_ARRAY_FUNCTIONS = {"T": "transpose", "real": "real", "imag": "imag", "size": "size", "mT": "matrix_transpose"}


class Attributes(Fields, Core):
    """`get_attribute` and `method_of_class`."""

    def get_attribute(self, owner: Value, name: str, node: gast.AST | None = None) -> Value:
        """`owner.name`."""
        if owner is UNDEF:
            return UNDEF
        if name == "__class__" and self._is_of_library_class(owner):
            return self.call(Const(type, name="type"), (owner,), {}, node)
        if isinstance(owner, Const):
            return self._attribute_of_constant(owner, name, node)
        if isinstance(owner, Reference) and owner.cell.kind == "instance":
            return self._attribute_of_instance(owner, owner.cell.cls, name, node)
        if isinstance(owner, TupleValue) and owner.cls is not None:
            return self._attribute_of_named_tuple(owner, name, node)
        if isinstance(owner, Super):
            return self._attribute_of_super(owner, name, node)
        if isinstance(owner, Partial) and name == "func":
            return owner.function
        if isinstance(owner, (Closure, Method)) and name in ("__name__", "__qualname__"):
            return Const(owner.code.name if isinstance(owner, Closure) else "method")
        if isinstance(owner, Var):
            return self._attribute_of_var(owner, name, node)
        return self.attribute_of_solved(owner, name, node) if isinstance(owner, Solved) else Named(owner, name)

    def _is_of_library_class(self, owner: Value) -> bool:
        """Whether a value is a number, an array, a container or None, whose class says nothing of its own."""
        if isinstance(owner, Const):
            return not is_code(owner)
        if isinstance(owner, Var):
            return owner not in self.samples and not isinstance(owner.type, (Record, Object))
        return isinstance(owner, (TupleValue, Reference)) and self.class_of(owner) is None

    def _attribute_of_constant(self, owner: Const, name: str, node: gast.AST | None) -> Value:
        if not is_code(owner):
            return self._attribute_of_number(owner, name)
        if getting_runs_code(owner.value, name):
            return self._attribute_when_it_runs(owner, name, node)
        try:
            value = getattr(owner.value, name)
        except AttributeError:
            self.refuse(f"`{owner.name}` has no attribute `{name}`", node)
        if name in self.assumed.changed and not _is_of_library(owner.value):
            what = f"`{owner.name}.{name}` is changed by the function that reads it"
            self.refuse(what, node, "pass the value as an argument, or return it")
        if is_static(value):
            self.note(owner.value, name, value)
        elif not is_library(owner.value) and not isinstance(owner.value, types.ModuleType):
            self.assumed_types.append((External(name, owner.value), key_of(value)))
        shown = f"{owner.name}.{name}"
        known = self.settles(owner.value, name, value)
        if (known or is_static(value)) and not _is_of_library(owner.value):
            self.certain(owner, f".{name}", self.lift(value, shown))
        if known:
            return self.lift(value, shown)
        if (
            isinstance(owner.value, types.ModuleType)
            and isinstance(value, (int, float))
            and owner.value.__name__ in ("math", "numpy")
        ):
            return Const(value, name=shown)
        return self.lift(
            value,
            shown,
            lambda: self.emit(P.GETATTR, owner, static=name, type=signature_of(value, shown), hint=name, inactive=True),
        )

    def _attribute_when_it_runs(self, owner: Value, name: str, node: gast.AST | None) -> Value:
        """An attribute that code of the user's makes, each time when it is asked for."""
        self.meddles()
        return self.opaque(Const(getattr, name="getattr"), (owner, Const(name)), {}, node)

    def _attribute_of_number(self, owner: Const, name: str) -> Value:
        if name == "shape":
            return TupleValue(())
        if name == "ndim":
            return Const(0)
        if name in ("real", "imag", "numerator", "denominator"):
            return Const(getattr(owner.value, name))
        return Named(owner, name)

    # numbers and arrays -----------------------------------------------------------------------------------------------

    def _attribute_of_var(self, owner: Var, name: str, node: gast.AST | None) -> Value:
        type_ = owner.type
        if name == "__dict__" and owner in self.samples:
            self.refuse("`__dict__` of an object from outside", node, "use its attributes, getattr and setattr")
        if isinstance(type_, Record):
            return self._attribute_of_record(owner, type_, name, node)
        if isinstance(type_, Tuple) and type_.cls is not None:
            return self._attribute_of_tuple_var(owner, type_, name, node)
        if is_numeric(type_) and owner not in self.samples:
            return self._attribute_of_array(owner, name, node)
        if owner in self.samples:
            return self._attribute_of_sample(owner, name, node)
        cls = type_.cls if isinstance(type_, Object) else None
        if name == "T" and is_sparse(cls):
            return self.emit(P.GETATTR, owner, static=name, type=type_, hint=name, inactive=True)
        if cls is not None and is_of_user(cls):
            found = inspect.getattr_static(cls, name, None)
            asked = ["__getattribute__"] if found is not None else ["__getattribute__", "__getattr__"]
            if any(defines(cls, method) for method in asked) or defines(type(found), "__get__"):
                return self._attribute_when_it_runs(owner, name, node)
            if isinstance(found, (types.FunctionType, property, staticmethod, classmethod, functools.cached_property)):
                return self._attribute_from_class(owner, cls, name, found, node)
            return self.emit(P.GETATTR, owner, static=name, type=NUMERIC, hint=name)
        return Named(owner, name)

    def _attribute_of_sample(self, owner: Var, name: str, node: gast.AST | None) -> Value:
        """An attribute of an object from outside, whose value is known as it is now."""
        sample = self.samples[owner]
        if isinstance(sample, (np.ndarray, np.generic, float, int)):
            return self._attribute_of_array(owner, name, node)
        if getting_runs_code(sample, name):
            return self._attribute_when_it_runs(owner, name, node)
        try:
            value = getattr(sample, name)
        except AttributeError:
            return Named(owner, name)
        if isinstance(value, types.MethodType) and value.__self__ is sample:
            return Method(self.lift(value.__func__, name), owner)
        if callable(value) and not stands_for_itself(value):
            return Named(owner, name)
        if isinstance(value, (types.BuiltinFunctionType, types.MethodWrapperType)):
            return Named(owner, name)
        if name in self.assumed.changed:
            return self.emit(P.GETATTR, owner, static=name, type=NUMERIC, hint=name)
        known = self.settles(sample, name, value)
        if known or is_static(value):
            self.certain(owner, f".{name}", self.lift(value, name))
        if known:
            return self.lift(value, name)
        made = self.emit(P.GETATTR, owner, static=name, type=signature_of(value, f"{owner.hint}.{name}"), hint=name)
        return self.lift(value, f"{owner.hint}.{name}", lambda: made)

    def _attribute_of_array(self, owner: Var, name: str, node: gast.AST | None) -> Value:
        type_ = owner.type
        if name == "shape":
            return (
                TupleValue(())
                if isinstance(type_, Scalar)
                else self.emit(P.SHAPE, owner, style=_style(P.SHAPE), hint="shape")
            )
        if name == "ndim" and isinstance(type_, (Array, Scalar)):
            return Const(type_.ndim if isinstance(type_, Array) else 0)
        if name in ("dtype", "itemsize", "nbytes", "strides", "flags"):
            type_of_it = Object(np.dtype) if name == "dtype" else INT
            made = self.emit(P.GETATTR, owner, static=name, type=type_of_it, inactive=True, hint=name)
            if name == "dtype" and isinstance(type_, (Array, Scalar)) and type_.dtype is not None:
                self.dtypes[made] = type_.dtype
            return made
        if name in ("ndim", "size"):
            found = lookup(getattr(np.ndarray, name))
            if found is not None:
                return self.emit(found[0], owner, style=found[1], type=INT, inactive=True, hint=name)
            return self.emit(P.GETATTR, owner, static=name, type=INT, inactive=True, hint=name)
        if name == "flat":
            return Lazy("flat", (owner,))
        if name in _ARRAY_FUNCTIONS:
            return self._array_property(owner, name, node)
        if inspect.isgetsetdescriptor(getattr(np.ndarray, name, None)):  # `base`, `device`: known when it runs
            return self.emit(P.GETATTR, owner, static=name, type=Object(None), inactive=True, hint=name)
        return Named(owner, name)

    def _array_property(self, owner: Var, name: str, node: gast.AST | None) -> Value:
        found = lookup(getattr(np.ndarray, name, None)) or lookup(getattr(np, _ARRAY_FUNCTIONS[name], None))
        if found is not None:
            return self.emit(found[0], owner, style="attribute" if "attribute" in found[0].spellings else None)
        if isinstance(owner.type, Scalar) and owner.type.kind != "c" and name in ("real", "T"):
            return owner
        if self.is_active(owner):
            self.refuse(f"`.{name}` has no derivative rule", node, error=UnsupportedCall, because=[owner])
        return self.emit(P.GETATTR, owner, static=name, type=NUMERIC)

    # instances --------------------------------------------------------------------------------------------------------

    def _attribute_of_instance(self, owner: Reference, cls: type | None, name: str, node: gast.AST | None) -> Value:
        if name == "__class__":
            return Const(cls, name=cls.__name__ if cls else "object")
        if name == "__dict__":
            if any(site == owner.cell.site for site, _ in self.assumed.hiding):
                self.refuse("`__dict__` of an object whose fields hide values of its class", node)
            return self._fields(owner)
        on_class = inspect.getattr_static(cls, name, None)
        self._refuse_descriptor(on_class, name, node)
        if not isinstance(on_class, property):
            found = self.content(owner, node).get(name)
            if found is not None:
                return self.read(found, node)
        return self._attribute_from_class(owner, cls, name, on_class, node)

    def _fields(self, owner: Reference) -> Value:
        """The dict of an instance: what is written to one is seen in the other."""
        if owner.cell.factory is None:  # then it is like no other: no name stands for it and then for another one
            made = owner.cell.factory = Cell("dict", owner.cell.site, fields_of=owner.cell, born=owner.cell.born)
            made.frozen = "it holds the fields of an object"
        return Reference(owner.cell.factory)

    def _attribute_from_class(self, owner: Value, cls: Any, name: str, found: Any, node: gast.AST | None) -> Value:
        """What `owner.name` is when the class defines it as `found`."""
        if isinstance(found, property):
            return self.call(self.lift(found.fget, name), (owner,), {}, node)
        if isinstance(found, functools.cached_property):
            return self._cached_property(owner, found, name, node)
        if isinstance(found, staticmethod):
            return self.lift(found.__func__, name)
        if isinstance(found, classmethod):
            return Method(self.lift(found.__func__, name), Const(cls, name=cls.__name__))
        if isinstance(found, types.FunctionType):
            self.note(cls, name, found)
            return Method(self.lift(found, f"{cls.__name__}.{name}"), owner)
        if found is None and (defines(cls, "__getattr__") or not hasattr(cls, name)):
            method = self.method_of_class(owner, "__getattr__")
            if method is not None:
                return self.call(method, (Const(name),), {}, node)
            self.refuse(f"this {getattr(cls, '__name__', 'object')} has no attribute `{name}` here", node)
        if defines(type(found), "__get__") and isinstance(owner, Var):
            return self._attribute_when_it_runs(owner, name, node)
        if hasattr(found, "__get__") and not is_static(found):
            return Named(owner, name)
        return self.get_attribute(Const(cls, name=cls.__name__), name, node)

    def _cached_property(self, owner: Value, found: Any, name: str, node: gast.AST | None) -> Value:
        value = self.call(self.lift(found.func, name), (owner,), {}, node)
        if isinstance(owner, Reference):
            self.store.set(owner.cell, self.content(owner, node).put(name, value))
        return value

    def _attribute_of_record(self, owner: Var, type_: Record, name: str, node: gast.AST | None) -> Value:
        """A field, method or property of an argument or global."""
        on_class = inspect.getattr_static(type_.cls, name, None)
        if defines(type_.cls, "__getattribute__"):
            return self._attribute_when_it_runs(owner, name, node)
        if name not in type_.names or isinstance(on_class, property):
            known = on_class is None and not defines(type_.cls, "__getattr__")
            if known and hasattr(self.samples.get(owner), name):
                return self.emit(P.GETATTR, owner, static=name, type=NUMERIC, hint=name)
            return self._attribute_from_class(owner, type_.cls, name, on_class, node)
        self._refuse_descriptor(on_class, name, node)
        item = type_.items[type_.names.index(name)]
        if name in self.assumed.changed and (owner in self.samples or owner in self.statics):
            return self.emit(P.GETATTR, owner, static=name, type=NUMERIC, hint=name)
        made = self.emit(P.GETATTR, owner, static=name, type=item, hint=name)
        if isinstance(made, Var) and owner in self.paths:
            self.paths[made] = self.paths[owner]
        if isinstance(made, Var) and owner in self.statics:
            self.statics[made] = value = getattr(self.statics[owner], name)
            if is_static(value):
                self.certain(owner, f".{name}", self.lift(value, name))
                return self.lift(value, name)
        if owner in self.samples:
            value = getattr(self.samples[owner], name)
            known = self.settles(self.samples[owner], name, value)
            lifted = self.lift(value, f"{owner.hint}.{name}", None if known else lambda: made)
            if known or is_static(value):
                self.certain(owner, f".{name}", lifted)
                self.note(self.samples[owner], name, value)
            return lifted
        return Const(None) if item == Object(type(None)) else made

    def _attribute_of_named_tuple(self, owner: TupleValue, name: str, node: gast.AST | None) -> Value:
        assert owner.cls is not None
        names = owner.cls._fields
        if name in names:
            return owner.items[names.index(name)]
        if name in ("_replace", "_asdict", "count", "index"):
            return Named(owner, name)
        return self._attribute_from_class(owner, owner.cls, name, inspect.getattr_static(owner.cls, name, None), node)

    def _attribute_of_tuple_var(self, owner: Var, type_: Tuple, name: str, node: gast.AST | None) -> Value:
        items = self.items_of(owner, node)
        assert items is not None
        return self._attribute_of_named_tuple(TupleValue(items, type_.cls), name, node)

    def _attribute_of_super(self, owner: Super, name: str, node: gast.AST | None) -> Value:
        instance = owner.owner
        cls = self.class_of(instance)
        assert cls is not None
        mro = cls.__mro__
        for base in mro[mro.index(owner.cls) + 1 :]:
            if name in vars(base):
                found = vars(base)[name]
                if name == "__init__" and base is object:
                    return Const(_nothing, name="object.__init__")
                if isinstance(found, (types.FunctionType, property, classmethod, staticmethod)):
                    return self._attribute_from_class(instance, cls, name, found, node)
                break
        self.refuse(f"`super().{name}` is not a Python function", node)

    def method_of_class(self, reference: Value, name: str) -> Value | None:
        """The special method `name` of an instance of a user's class, bound to it; None where there is none."""
        if isinstance(reference, Reference):
            cls = reference.cell.cls
        elif isinstance(reference, Var) and isinstance(reference.type, (Record, Tuple)):
            cls = reference.type.cls
        elif isinstance(reference, TupleValue):
            cls = reference.cls
        else:
            return None
        found = None if cls is None else inspect.getattr_static(cls, name, None)
        if not isinstance(found, types.FunctionType) or (cls is not None and is_generated(cls, found)):
            return None
        self.note(cls, name, found)
        return Method(self.lift(found, f"{cls.__name__}.{name}"), reference)

    def opaque_attribute(self, owner: Atom, name: str) -> Atom:
        """An attribute of something that is not read."""
        return self.emit(P.GETATTR, owner, static=name, type=NUMERIC if name != "__name__" else STRING)


def _nothing(*args: Any, **keywords: Any) -> None:
    """Stands for `object.__init__`."""


def _is_of_library(owner: Any) -> bool:
    return is_library_name(owner.__name__) if isinstance(owner, types.ModuleType) else is_library(owner)


def is_of_user(cls: type) -> bool:
    """Whether a class is written in Python."""
    return bool(cls.__flags__ & (1 << 9)) and cls.__module__ not in ("builtins", "numpy")


def _style(primitive: P.Primitive) -> str | None:
    return "attribute" if "attribute" in primitive.spellings else None
