"""Writing entries: of arrays, lists, dicts, and of containers that are arguments."""

from __future__ import annotations

import inspect
from typing import Any, NoReturn

import gast
import numpy as np

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import lookup
from ..ir.types import (
    Dict,
    FixedList,
    List,
    Numeric,
    Object,
    Record,
    Scalar,
    Tuple,
)
from .assumptions import ANY, Restart
from .carried import OPENED, UNSURE
from .core import Core
from .lists import is_slice
from .values import (
    Cell,
    Content,
    Lazy,
    Reference,
    TupleValue,
    Value,
)


class Writing(Core):
    """`set_item`, and arguments that are taken apart because they are written."""

    def set_item(self, container: Value, index: Value, value: Value, node: gast.AST | None = None) -> None:
        """`container[index] = value`."""
        if container is UNDEF or index is UNDEF:
            return
        method = self.method_of_class(container, "__setitem__")
        if method is not None:
            self.call(method, (index, value), {}, node)
        elif isinstance(container, Reference):
            self._set_entry(container, index, value, node)
        elif isinstance(container, Var):
            self._set_var_item(container, index, value, node)
        elif isinstance(container, Lazy) and container.kind == "flat":
            (whole,) = container.sources
            self.set_item(whole, self.flat_index(whole, index, node), value, node)
        else:
            self.refuse("items of this object cannot be assigned", node)

    def _set_field_by_name(self, owner: Reference, name: Any, value: Value, node: gast.AST | None) -> None:
        """`owner.__dict__[name] = value`, which asks nothing of the class."""
        if not isinstance(name, str) or inspect.getattr_static(owner.cell.cls, name, None) is not None:
            self.refuse(f"`__dict__[{name!r}]` of an object whose class has it too", node, "assign the attribute")
        self.set_attribute(owner, name, value, node)

    def _set_entry(self, container: Reference, index: Value, value: Value, node: gast.AST | None) -> None:
        if container.cell.kind == "table":
            self.set_in_table(container, index, value, node)
            return
        if container.cell.fields_of is not None:
            self._set_field_by_name(Reference(container.cell.fields_of), self.static_key(index, node), value, node)
            return
        self.demand_writable(container, node)
        content = self.content(container, node)
        if content.kind == "dict":
            self.tabulate(container.cell, index, node)
            key = self.static_key(index, node)
            self._write_through(container, index, value, node)
            changed = content.put(key, value)
        elif isinstance(index, Const) and isinstance(index.value, slice):
            items = list(content.items)
            items[index.value] = self.known_items(value, node)
            changed = Content("list", tuple(items))
        elif not isinstance(index, Const):
            self.unroll_for(index)
            if container.cell.origin is None:
                self.grow(container.cell)
            self.refuse("an item of a list argument is written at an index that is not constant", node, "use an array")
        elif not isinstance(index.value, int) or not -len(content.items) <= index.value < len(content.items):
            self._raise(IndexError, "list assignment index out of range")
            return
        else:
            self._write_through(container, index, value, node)
            k = index.value % len(content.items)
            changed = Content("list", (*content.items[:k], value, *content.items[k + 1 :]))
        self.change(container, changed, node)

    def _write_through(self, container: Reference, index: Value, value: Value, node: gast.AST | None) -> None:
        """The caller's own list or dict changes too."""
        if container.cell.origin is not None:
            self.perform(P.SETITEM, container.cell.origin, self.index_atom(index, node), self.as_atom(value, node))

    def _set_var_item(self, container: Var, index: Value, value: Value, node: gast.AST | None) -> None:
        if isinstance(container.type, (Dict, FixedList)):
            self.expand(container, node)
        if isinstance(container.type, (Scalar, Tuple)):
            self.refuse("items of this value cannot be assigned", node)
        if isinstance(container.type, List) and is_slice(index):
            self.store_in_slice(container, index, value, node)
            return
        atom = self._list_item(value, node) if isinstance(container.type, List) else self.array_operand(value, node)
        if isinstance(container.type, List) and not (isinstance(index, Const) and isinstance(index.value, slice)):
            self._widen_var(container, atom)
        if isinstance(container.type, (Object, Numeric)) and container in self.samples and self.is_active(atom):
            reason = "a value that is differentiated is written into a global object"
            self.refuse(reason, node, "return it instead", because=[atom])
        if self._is_from_elsewhere(container):
            whole = not isinstance(index, Const) or isinstance(index.value, slice)
            self.changes(ANY if whole else index.value)  # type: ignore[union-attr]
        self.write(P.SETITEM, container, self.index_atom(index, node), atom)
        if isinstance(container.type, List):
            self.share(container, atom)

    def _is_from_elsewhere(self, container: Var) -> bool:
        """Whether an object that is written may be one that can be reached from outside by another way."""
        if isinstance(container.type, Object):
            return container.type.cls in (None, dict, list) or container in self.opaque_roots
        return isinstance(container.type, Numeric) and not self.is_owned(container) and not self.is_active(container)

    def write(self, primitive: P.Primitive, target: Atom, *args: Atom) -> None:
        """SETITEM is written as (target, index, value)."""
        super().write(primitive, target, *args)

    def array_operand(self, value: Value, node: gast.AST | None) -> Atom:
        """A value to be stored in an array: a list of active values is made an array first."""
        atom = self.as_atom(value, node)
        if isinstance(value, (TupleValue, Reference)) and self.is_active(value):
            found = lookup(np.array)
            if found is not None:
                return self.emit(found[0], atom, style=found[1])
        return atom

    def expand(self, var: Var, node: gast.AST | None) -> NoReturn:
        """An argument is written: read the function again, with that argument taken apart."""
        if var in self.opaque_roots and self.opaque_roots[var] not in self.assumed.opaque:
            self.assumed.opaque.add(self.opaque_roots[var])
            raise Restart
        name = self.paths.get(var)
        if name is None or name in self.assumed.expanded:
            self.refuse("this container cannot be written", node, "make a copy of it first")
        self.assumed.expanded.add(name)
        raise Restart

    def opened_structure(self, atom: Var) -> Value:
        """A dict, list or record that is not known by its structure as one that is; it can only be read."""
        type_ = atom.type
        if isinstance(type_, Tuple):
            return TupleValue(tuple(self.part(atom, k) for k in range(len(type_.items))), type_.cls)
        if isinstance(type_, Dict):
            content = Content("dict", tuple(self.part(atom, key) for key in type_.keys), type_.keys)
        elif isinstance(type_, FixedList):
            content = Content("list", tuple(self.part(atom, k) for k in range(len(type_.items))))
        elif isinstance(type_, Record):
            content = Content("instance", tuple(self.get_attribute(atom, n) for n in type_.names), type_.names)
        else:
            return atom
        cell = Cell(content.kind, (OPENED, self.paths.get(atom, "")), getattr(type_, "cls", None), frozen=UNSURE)
        self.store.set(cell, content)
        return Reference(cell)

    def expanded(self, atom: Var) -> Value:
        """A container argument as objects of the compiler, whose entries are read now."""
        type_ = atom.type
        if isinstance(type_, Tuple):
            return TupleValue(tuple(self._expanded_part(atom, k) for k in range(len(type_.items))), type_.cls)
        if isinstance(type_, FixedList):
            return self._original(
                atom, Content("list", tuple(self._expanded_part(atom, k) for k in range(len(type_.items))))
            )
        if isinstance(type_, Dict):
            return self._original(
                atom, Content("dict", tuple(self._expanded_part(atom, k) for k in type_.keys), type_.keys)
            )
        if isinstance(type_, Record):
            fields = tuple(self._expanded_field(atom, name) for name in type_.names)
            return self._original(atom, Content("instance", fields, type_.names), type_.cls)
        return atom

    def _expanded_part(self, atom: Var, key: Any) -> Value:
        part = self.part(atom, key)
        return self.expanded(part) if isinstance(part, Var) else part

    def _expanded_field(self, atom: Var, name: str) -> Value:
        field = self.get_attribute(atom, name)
        return self.expanded(field) if isinstance(field, Var) else field

    def _original(self, atom: Var, content: Content, cls: type | None = None) -> Reference:
        cell = Cell(content.kind, ("argument", self.paths.get(atom, "")), cls, origin=atom)
        self.store.set(cell, content)
        self.originals[cell] = content
        return Reference(cell)
