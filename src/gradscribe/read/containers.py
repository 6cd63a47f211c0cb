"""Tuples, lists, dicts and instances: made, taken apart, indexed, written, and turned into values of the program.

A list whose structure stays known is an object of the compiler. When it does not (it grows in a loop, is indexed by a
number that is known at run time only), its place is noted and the function is read again, with a list of the program in
its stead (type `List`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import gast

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.types import (
    INT,
    UNDEFINED,
    Dict,
    FixedList,
    List,
    Object,
    Record,
    Tuple,
    Type,
    join,
)
from .assumptions import Restart
from .core import Core
from .resolve import is_static
from .solved import FinalColumn
from .values import (
    NONE,
    Cell,
    Choice,
    Closure,
    Compound,
    Content,
    Lazy,
    Named,
    Poison,
    Range,
    Reference,
    TupleValue,
    Value,
    is_code,
    is_const,
    is_foldable,
    is_function,
    is_none,
)

_UNROLL = 4096


class Containers(Core):
    """`items_of`, `as_atom`, `get_item`, `set_item`, `append`."""

    # making -----------------------------------------------------------------------------------------------------------

    def new_list(self, items: tuple[Value, ...], node: gast.AST | None, growing: bool = False, tag: str = "") -> Value:
        """A new list; one of the program if it was found to be so, or is known to grow."""
        site = self.site(node, tag)
        if growing:
            self.assumed.lists.setdefault(site, UNDEFINED)
        if site not in self.assumed.lists:
            return self.new_cell(Content("list", items), node, tag=tag)
        atoms = [self._list_item(item, node) for item in items]
        self._widen_list(site, atoms)
        type_ = List(self.assumed.lists[site])
        made = self.emit(P.LIST, *atoms, type=type_)
        if isinstance(made, Var):
            self.list_sites[made] = site
        return made

    def _widen_list(self, site: Any, atoms: list[Atom]) -> None:
        before = self.assumed.lists[site]
        joined: Type | None = before
        for atom in atoms:
            joined = None if joined is None else join(joined, atom.type)
        if joined is None:
            self.refuse(
                "a list that grows or is indexed at run time has items of different kinds",
                hint="keep items of one kind in a list",
            )
        if joined != before:
            self.assumed.lists[site] = joined
            raise Restart

    def _list_item(self, value: Value, node: gast.AST | None) -> Atom:
        """An item of a list of the program. What can be changed through it must be of the program too."""
        if isinstance(value, Reference):
            if value.cell.kind == "list" and value.cell.origin is None:
                self.grow(value.cell)
            self._freeze(value)
        if isinstance(value, TupleValue):
            for item in value.items:
                if isinstance(item, Reference):
                    self._list_item(item, node)
        if is_function(value):
            self._unroll_around(node)
        return self.as_atom(value, node)

    def _freeze(self, value: Value) -> None:
        """An item of a list of the program is what it was when it was put there, with all that it holds."""
        if isinstance(value, Reference) and value.cell.frozen is None:
            value.cell.frozen = "it is an item of a list whose length is known at run time only"
            self._freeze(self.store.get(value.cell))
        elif isinstance(value, (Content, TupleValue)):
            for part in value.parts:
                self._freeze(part)

    def _unroll_around(self, node: gast.AST | None) -> None:
        """Functions are no items of a list of the program: unroll a loop around, so that the list stays known."""
        left = [site for site in self.range_loops if site not in self.assumed.unrolled]
        if left:
            self.assumed.unrolled.add(left[-1])
            self.assumed.lists.clear()
            raise Restart

    def grow(self, cell: Cell, type_: Type = UNDEFINED) -> NoReturn:
        if cell.site in self.assumed.lists:
            self.refuse("the length of this list cannot be followed", hint="use an array")
        self.assumed.lists[cell.site] = type_
        raise Restart

    def append(self, target: Value, value: Value, node: gast.AST | None = None) -> None:
        """`target.append(value)`."""
        if isinstance(target, Reference):
            content = self.content(target, node)
            self.change(target, Content("list", (*content.items, value)), node)
        elif isinstance(target, Var) and isinstance(target.type, List):
            atom = self._list_item(value, node)
            self._widen_var(target, atom)
            self.write(P.APPEND, target, atom)
            self.share(target, atom)
        elif target is not UNDEF:
            self._method_in_place(target, "append", (value,), node)

    def _widen_var(self, target: Var, atom: Atom) -> None:
        assert isinstance(target.type, List)
        if join(target.type.item, atom.type) == target.type.item:
            return
        site = self.list_sites.get(target)
        if site is None:
            self._widen_all(target, atom)
        else:
            self._widen_list(site, [atom])

    def _widen_all(self, target: Var, atom: Atom) -> None:
        """The list came through a branch or a loop: all lists that it may be are widened."""
        region = self.regions.find(target)
        sites = [site for var, site in self.list_sites.items() if self.regions.find(var) is region]
        if not sites:
            self.refuse("an item of another kind is added to this list")
        fitting = {site: join(self.assumed.lists[site], atom.type) for site in sites}
        if all(joined is None or joined == self.assumed.lists[site] for site, joined in fitting.items()):
            self.refuse("this list has items of different kinds", hint="keep items of one kind in a list")
        for site, joined in fitting.items():
            if joined is not None:
                self.assumed.lists[site] = joined
        raise Restart

    def _method_in_place(self, target: Value, name: str, args: tuple[Value, ...], node: gast.AST | None) -> None:
        if any(map(self.is_active, args)) or self.is_active(target):
            self.refuse(f"`.{name}` is not known for this object", node, "use a list or an array made in the function")
        self.call(Named(target, name), args, {}, node)

    # taking apart -----------------------------------------------------------------------------------------------------

    def items_of(self, value: Value, node: gast.AST | None = None) -> tuple[Value, ...] | None:
        """The items of an iterable whose length is known, None where it is not."""
        if isinstance(value, TupleValue):
            return value.items
        if isinstance(value, Reference):
            return self._items_of_reference(value, node)
        if isinstance(value, Lazy):
            return self._items_of_lazy(value, node)
        if isinstance(value, Range):
            return _items_of_range(value)
        if isinstance(value, Const) and isinstance(value.value, (tuple, str, bytes)) and not is_code(value):
            return tuple(map(Const, value.value))
        if isinstance(value, Var):
            return self._items_of_var(value)
        return () if value is UNDEF else None

    def _items_of_reference(self, value: Reference, node: gast.AST | None) -> tuple[Value, ...] | None:
        content = self.content(value, node)
        if content.kind == "dict":
            return tuple(map(Const, content.keys or ()))
        if content.kind in ("list", "set"):
            return content.items
        return None

    def _items_of_var(self, value: Var) -> tuple[Value, ...] | None:
        type_ = value.type
        if isinstance(type_, (Tuple, FixedList)):
            return tuple(self.part(value, k) for k in range(len(type_.items)))
        if isinstance(type_, Dict):
            return tuple(map(Const, type_.keys))
        return None

    def entries_of(self, value: Value, node: gast.AST | None) -> list[tuple[Any, Value]]:
        """The entries of a dict, in order."""
        if isinstance(value, Reference) and value.cell.kind == "dict":
            content = self.content(value, node)
            return list(zip(content.keys or (), content.items, strict=True))
        if isinstance(value, Var) and isinstance(value.type, Dict):
            return [(key, self.part(value, key)) for key in value.type.keys]
        items = self.items_of(value, node) if isinstance(value, Compound) else None
        if items is not None:
            pairs = [self.items_of(item, node) for item in items]
            return [(p[0].value, p[1]) for p in pairs if p is not None]
        self.refuse("the keys of this dict are not known at compile time", node)

    def part(self, owner: Var, key: Any) -> Value:
        """`owner[key]` for an argument or global with a known structure."""
        hint = key if isinstance(key, str) and key.isidentifier() else self.hint
        made = self._known_part(owner, self.emit(P.GETITEM, owner, Const(key), hint=hint), key, lambda o: o[key])
        is_structure = owner in self.parameters and isinstance(owner.type, (Tuple, FixedList, Dict))
        if is_structure and isinstance(made, Var):
            self.parameters.add(made)
        return made

    def _known_part(self, owner: Var, atom: Atom, key: Any, select: Callable[[Any], Any]) -> Value:
        if isinstance(atom, Var) and owner in self.paths:
            self.paths[atom] = self.paths[owner]
        if owner in self.statics and isinstance(atom, Var):
            self.statics[atom] = value = select(self.statics[owner])
            if is_static(value):
                self.certain(owner, f"[{key!r}]", self.lift(value, str(key)))
                return self.lift(value, str(key))
        if owner in self.opaque_roots and isinstance(atom, Var):
            self.opaque_roots[atom] = self.opaque_roots[owner]
        if owner in self.samples and isinstance(atom, Var) and not self.is_changed(key):
            value = select(self.samples[owner])
            known = self.settles(self.samples[owner], key, value)
            lifted = self.lift(value, f"{owner.hint}.{key}", None if known else lambda: atom)
            if is_code(lifted) or is_foldable(lifted):
                self.note(self.samples[owner], key, value)
                self.certain(owner, f"[{key!r}]", lifted)
            return lifted
        if atom.type == Object(type(None)):
            return NONE
        return atom

    # as a value of the program ----------------------------------------------------------------------------------------

    def as_atom(self, value: Value, node: gast.AST | None = None) -> Atom:
        """A value as one operand: structures are put together."""
        if isinstance(value, (Var, Const)):
            return value
        if isinstance(value, TupleValue):
            return self._tuple_atom(value, node)
        if isinstance(value, Reference):
            return self._reference_atom(value, node)
        if isinstance(value, Choice):
            return self._choice_atom(value, node)
        if isinstance(value, Range):
            bounds = (value.start, value.stop, value.step)
            return self.emit(P.CALL_PYTHON, Const(range, name="range"), *bounds, type=Object(range))
        if isinstance(value, Lazy):
            return self._lazy_atom(value, node)
        return self._object_atom(value, node)

    def _lazy_atom(self, value: Lazy, node: gast.AST | None) -> Atom:
        """What an iterator gives, as a list."""
        items = self.items_of(value, node)
        listed = self.new_list((), node, growing=True) if items is None else TupleValue(items)
        if items is None:
            self.iterate(value, lambda entry: self.append(listed, entry, node), node=node)
        return self.as_atom(listed, node)

    def _object_atom(self, value: Value, node: gast.AST | None) -> Atom:
        """What is not a number or a structure of such: a function that stands outside, a bound method."""
        if isinstance(value, Poison):
            self.refuse(value.reason, node, value.hint)
        if isinstance(value, Named):
            owner = self.as_atom(value.owner, node)
            return self.emit(P.GETATTR, owner, static=value.name, type=Object(None), inactive=True)
        if isinstance(value, FinalColumn):
            self.item_of_solved(value, NONE, node)
        function = value.code.function if isinstance(value, Closure) else None
        if function is not None:
            return Const(function, name=function.__name__)
        self.refuse("a function made here is used as a value in a place that cannot be read", node, "call it directly")

    def _tuple_atom(self, value: TupleValue, node: gast.AST | None) -> Atom:
        atoms = [self.as_atom(item, node) for item in value.items]
        if value.cls is None and all(isinstance(a, Const) and a is not UNDEF and not is_code(a) for a in atoms):
            types = Tuple(tuple(a.type for a in atoms))
            return Const(tuple(a.value for a in atoms), types)
        return self.emit(P.TUPLE, *atoms, type=Tuple(tuple(a.type for a in atoms), value.cls), static=value.cls)

    def _reference_atom(self, value: Reference, node: gast.AST | None) -> Atom:
        if value.cell.kind == "iterator":
            return self.as_atom(self.taken(value, True, node), node)
        content, cell = self.content(value, node), value.cell
        if cell.kind == "table":
            self.refuse("a dict whose keys are known at run time only is used as a whole", node, "use its values()")
        if cell.origin is not None and self.originals.get(cell) is content:
            return cell.origin
        atoms = [self.as_atom(item, node) for item in content.items]
        types = tuple(a.type for a in atoms)
        if cell.kind == "list":
            return self.emit(P.FIXED_LIST, *atoms, type=FixedList(types))
        if cell.kind == "dict":
            return self.emit(P.DICT, *atoms, type=Dict(content.keys or (), types), static=content.keys)
        if cell.kind == "set":
            items = self.emit(P.FIXED_LIST, *atoms, type=FixedList(types))
            return self.emit(P.CALL_PYTHON, Const(set, name="set"), items, type=Object(set), inactive=True)
        return self._instance_atom(cell, content, atoms, node)

    def _instance_atom(self, cell: Cell, content: Content, atoms: list[Atom], node: gast.AST | None) -> Atom:
        assert cell.cls is not None and content.keys is not None
        type_ = Record(cell.cls, content.keys, tuple(a.type for a in atoms))
        if not hasattr(cell.cls, "__dataclass_fields__") and any(map(self.is_active, atoms)):
            what = f"an instance of {cell.cls.__name__} is returned or passed on"
            self.refuse(what, node, "return its fields, or make it a dataclass")
        return self.emit(P.RECORD, *atoms, type=type_, static=(cell.cls, content.keys))

    def _choice_atom(self, value: Choice, node: gast.AST | None) -> Atom:
        """The value that was chosen; where it may be None that fails when it runs, as it would in arithmetic."""
        if any(is_none(one) for one in (value.first, value.second)):
            return self.as_atom(self.present(value, TypeError, "None where a value is needed"), node)
        first, second = value.first, value.second
        chosen = self.choose(value.chosen, lambda: self.as_atom(first, node), lambda: self.as_atom(second, node))
        if isinstance(chosen, Choice):
            self.refuse("this is one of two values without a common type", node, "give it values of one kind")
        return self.as_atom(chosen, node)

    # writing ----------------------------------------------------------------------------------------------------------

    def length_of(self, value: Value, node: gast.AST | None = None) -> Value:
        """`len(value)`."""
        method = self.method_of_class(value, "__len__")
        if method is not None:
            return self.call(method, (), {}, node)
        if isinstance(value, Range):
            return self._range_length(value)
        if isinstance(value, Reference) and value.cell.kind == "table":
            value = self.columns(value, node)[0]
        items = self.items_of(value, node)
        if items is not None and value is not UNDEF:
            return Const(len(items))
        return self.emit(P.LENGTH, self.as_atom(value, node), type=INT, hint="n")

    def _range_length(self, value: Range) -> Value:
        atoms = (value.start, value.stop, value.step)
        if all(is_const(a, int) for a in atoms) and value.step.value:  # type: ignore[union-attr]
            return Const(len(range(*(a.value for a in atoms))))
        return self.emit(P.RANGE_LENGTH, *atoms, type=INT, hint="n")


def _items_of_range(value: Range) -> tuple[Value, ...] | None:
    atoms = (value.start, value.stop, value.step)
    if not all(is_const(a, int) for a in atoms) or (is_const(value.step, int) and value.step.value == 0):  # type: ignore
        return None
    found = range(*(a.value for a in atoms))
    return tuple(map(Const, found)) if len(found) <= _UNROLL else None
