"""Making instances of the user's classes."""

from __future__ import annotations

import abc
import dataclasses
import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import gast

from ..ir.nodes import Const
from ..ir.signature import is_plain_named_tuple
from .assumptions import Restart
from .core import Core
from .parts import Keywords
from .resolve import is_library
from .values import (
    Content,
    Reference,
    TupleValue,
    Value,
)


class Instances(Core):
    """`make_instance`."""

    def make_instance(
        self, cls: type, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value | None:
        """`cls(*args, **keywords)` for a class of the user's; None for one that cannot be followed."""
        if issubclass(cls, tuple) and hasattr(cls, "_fields"):
            return self._make_named_tuple(cls, args, keywords, node)
        if cls is types.SimpleNamespace and not args:
            return self.new_cell(Content("instance", tuple(keywords.values()), tuple(keywords)), node, cls)
        if not _can_be_followed(cls):
            return None
        made = self._empty_instance(cls, node)
        init = inspect.getattr_static(cls, "__init__", None)
        if dataclasses.is_dataclass(cls) and is_generated(cls, init):
            self._fill_dataclass(made, cls, args, keywords, node)
        elif isinstance(init, types.FunctionType):
            self.note(cls, "__init__", init)
            self.call(self.lift(init, f"{cls.__name__}.__init__"), (made, *args), keywords, node)
        elif args or keywords:
            self.refuse(f"{cls.__name__}() takes no arguments", node)
        return made

    def _empty_instance(self, cls: type, node: gast.AST | None) -> Reference:
        """An instance without fields, but for those that hide a value of the class at times (see `hides`)."""
        made = self.new_cell(Content("instance", (), ()), node, cls)
        names = tuple(name for site, name in self.assumed.hiding if site == made.cell.site)
        values = tuple(self.get_attribute(Const(cls, name=cls.__name__), name, node) for name in names)
        self.store.set(made.cell, Content("instance", values, names))
        return made

    def hides(self, owner: Reference, name: str, node: gast.AST | None) -> None:
        """A field is about to hide a value of the class: on paths where it does not, it has the value of the class."""
        key = (owner.cell.site, name)
        if (
            owner.cell.origin is not None
            or key in self.assumed.hiding
            or name in (self.content(owner, node).keys or ())
        ):
            return
        found = inspect.getattr_static(owner.cell.cls, name, None)
        if found is not None and not hasattr(found, "__get__") and owner.cell.cls is not types.SimpleNamespace:
            self.assumed.hiding[key] = True
            raise Restart

    def _make_named_tuple(
        self, cls: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value | None:
        if not is_plain_named_tuple(cls):
            return None
        values = dict(zip(cls._fields, args, strict=False))
        values.update(keywords)
        for name, default in cls._field_defaults.items():
            values.setdefault(name, self.lift(default, name))
        if set(values) != set(cls._fields):
            self.refuse(f"{cls.__name__}() does not fit these arguments", node)
        return TupleValue(tuple(values[name] for name in cls._fields), cls)

    def _fill_dataclass(
        self, made: Reference, cls: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> None:
        try:
            bound = inspect.signature(cls).bind(*args, **keywords).arguments
        except TypeError as error:
            self.refuse(f"{cls.__name__}(): {error}", node)
        content = self.content(made, node)
        for field in dataclasses.fields(cls):
            value = self._field_value(field, bound, cls, node)
            if value is not None:
                content = content.put(field.name, value)
        self.store.set(made.cell, content)
        post = inspect.getattr_static(cls, "__post_init__", None)
        if post is not None:
            self.call(self.lift(post, "__post_init__"), (made,), {}, node)

    def _field_value(self, field: Any, bound: Mapping[str, Value], cls: type, node: gast.AST | None) -> Value | None:
        if field.init and field.name in bound:
            return bound[field.name]
        if field.default is not dataclasses.MISSING:
            if isinstance(field.default, (int, float, complex)):
                return Const(field.default)
            return self.get_attribute(Const(cls, name=cls.__name__), field.name, node)
        if field.default_factory is not dataclasses.MISSING:
            return self.call(self.lift(field.default_factory, "default_factory"), (), {}, node)
        return None


def is_generated(cls: type, function: Any) -> bool:
    """Whether a method was made by `dataclass` (it has no source)."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename == "<string>"


def _can_be_followed(cls: type) -> bool:
    """Whether making an instance does no more than `__init__`, written in Python, says."""
    if is_library(cls):
        return False
    bases = [base for base in cls.__mro__ if base is not object]
    if any(base.__module__ == "builtins" or base.__flags__ & (1 << 9) == 0 for base in bases):
        return False
    if type(cls) not in _METACLASSES or getattr(cls, "__abstractmethods__", None):
        return False
    if any(name in vars(base) for base in bases for name in _ACTING):
        return False
    return not any(_keeps_values(value) for base in bases for value in vars(base).values())


_METACLASSES = (type, abc.ABCMeta, type(typing.Protocol))
_ACTING = ("__new__", "__del__", "__getattribute__")


def _keeps_values(value: Any) -> bool:
    """Whether a value of a class decides itself what becomes of an attribute that is assigned (properties are read)."""
    known = (property, types.MemberDescriptorType, types.GetSetDescriptorType)
    return hasattr(type(value), "__set__") and not isinstance(value, known)
