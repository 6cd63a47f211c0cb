"""Writing attributes: the fields of instances, which the compiler follows, and those of objects from outside."""

from __future__ import annotations

import inspect
import types
from typing import Any

import gast

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Const, Var
from ..ir.types import Array, Object, Record
from .asking import defines
from .core import Core
from .values import Reference, Value


class Fields(Core):
    """`set_attribute`."""

    def set_attribute(self, owner: Value, name: str, value: Value, node: gast.AST | None = None) -> None:
        """`owner.name = value`."""
        if owner is UNDEF:
            return
        if isinstance(owner, Reference) and owner.cell.kind == "instance":
            self._set_field(owner, name, value, node)
            return
        if isinstance(owner, Var) and owner in self.paths and isinstance(owner.type, Record):
            self.expand(owner, node)
        if isinstance(owner, Var) and isinstance(owner.type, Array) and self.set_on_array(owner, name, value, node):
            return
        if self.is_active(value) or self.is_active(owner):
            self.refuse(
                "a value that is differentiated is written to an object from outside", node, "return it instead"
            )
        self.changes(name)
        self.opaque(Const(setattr, name="setattr"), (owner, Const(name), value), {}, node)

    def _set_field(self, owner: Reference, name: str, value: Value, node: gast.AST | None) -> None:
        cls = owner.cell.cls
        on_class = inspect.getattr_static(cls, name, None)
        if isinstance(on_class, property):
            self.call(self.lift(on_class.fset, name), (owner, value), {}, node)
            return
        self._refuse_descriptor(on_class, name, node)
        setter = inspect.getattr_static(cls, "__setattr__", None)
        frozen = getattr(getattr(cls, "__dataclass_params__", None), "frozen", False)
        plain = setter in (object.__setattr__, types.SimpleNamespace.__setattr__)
        if not plain and not frozen:
            self.refuse("a class with its own `__setattr__`", node)
        if frozen and self.frame.code.name not in ("__init__", "__post_init__"):
            self.refuse("a field of a frozen dataclass is assigned", node, "use dataclasses.replace")
        self.demand_writable(owner, node)
        if owner.cell.origin is not None:
            setter_ = Const(setattr, name="setattr")
            self.emit(
                P.CALL_PYTHON, setter_, owner.cell.origin, Const(name), self.as_atom(value), type=Object(type(None)),
                inactive=True,
            )  # fmt: skip
        self.hides(owner, name, node)
        self.change(owner, self.content(owner, node).put(name, value), node)

    def _refuse_descriptor(self, found: Any, name: str, node: gast.AST | None) -> None:
        """A class may say by an object of another class what an attribute is."""
        if any(defines(type(found), method) for method in ("__get__", "__set__", "__delete__")):
            self.refuse(f"`{name}` is a descriptor: `{type(found).__name__}` says what it is", node, "use a property")
