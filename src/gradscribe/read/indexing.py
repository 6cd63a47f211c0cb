"""Reading entries: of arrays, lists, tuples, dicts, ranges, and of structures whose entry is selected at run time."""

from __future__ import annotations

import collections
import operator
from typing import Any

import gast
import numpy as np

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Const, Var
from ..ir.types import (
    INT,
    NUMERIC,
    STRING,
    UNDEFINED,
    UNKNOWN,
    Array,
    Dict,
    FixedList,
    List,
    Object,
    Scalar,
    Tuple,
    Type,
    join,
    known,
)
from .asking import can_be_looked_up
from .assumptions import Restart
from .core import Core
from .lists import is_slice
from .solved import FinalColumn, Solved
from .values import (
    Compound,
    Lazy,
    Range,
    Reference,
    TupleValue,
    Value,
    is_code,
    is_const,
    is_function,
    is_none,
)


class Indexing(Core):
    """`get_item`."""

    def get_item(self, container: Value, index: Value, node: gast.AST | None = None) -> Value:
        """`container[index]`."""
        if container is UNDEF or index is UNDEF:
            return UNDEF
        if isinstance(container, Lazy) and container.kind == "flat":
            container = self.apply(np.ravel, container.sources, {}, node)
        method = self.method_of_class(container, "__getitem__")
        if method is not None:
            return self.call(method, (index,), {}, node)
        if isinstance(container, Const):
            return self._constant_item(container, index, node)
        if isinstance(container, Var):
            made = self._by_helper(container, self.samples.get(container), index, node)
            return self._var_item(container, index, node) if made is NotImplemented else made
        if isinstance(container, Reference) and container.cell.kind == "table":
            return self.get_from_table(container, index, node)
        if isinstance(container, Reference) and container.cell.kind == "dict":
            return self._dict_item(container, index, node)
        if isinstance(container, Range):
            return self._range_item(container, index, node)
        return self._sequence_item(container, index, node)

    def _by_helper(self, container: Var, helper: Any, index: Value, node: gast.AST | None) -> Value:
        """What NumPy's objects make that are there to be indexed; NotImplemented for any other."""
        if helper is np.s_ or helper is np.index_exp:
            return TupleValue((index,)) if helper is np.index_exp and not isinstance(index, TupleValue) else index
        if helper is np.mgrid and isinstance(index, TupleValue) and all(map(self._is_range, index.items)):
            axes = len(index.items)
            grid = Array("int64", (known(axes), *(UNKNOWN,) * axes))
            return self.emit(P.GETITEM, self.as_atom(container), self.index_atom(index, node), type=grid)
        return self.joined_by(helper, index, node) if helper is np.r_ or helper is np.c_ else NotImplemented

    def _is_range(self, part: Value) -> bool:
        """Whether a part of an index is a slice of whole numbers."""
        if isinstance(part, Const):
            bounds = (part.value.start, part.value.stop, part.value.step) if isinstance(part.value, slice) else (0.5,)
            return all(bound is None or type(bound) is int for bound in bounds)
        made = next((op for op in reversed(self.builder.ops) if part in op.results), None)
        if made is None or made.primitive is not P.SLICE_:
            return False
        return all(getattr(a.type, "kind", "i" if is_none(a) else "") == "i" for a in made.args)

    def _constant_item(self, container: Const, index: Value, node: gast.AST | None) -> Value:
        if is_code(container):
            return self.opaque(Const(operator.getitem, name="operator.getitem"), (container, index), {}, node)
        if isinstance(index, Const) and isinstance(container.value, (str, tuple)):
            try:
                return Const(container.value[index.value])
            except (IndexError, TypeError):
                pass
        self._refuse_active_index(container.type, index, node)
        return self.emit(
            P.GETITEM, container, self.index_atom(index, node), type=STRING if container.type == STRING else None
        )

    def unroll_for(self, value: Value) -> None:
        """If a value is computed from the index of a loop over a constant range, unroll that loop."""
        if isinstance(value, Var) and value in self.indices and self.indices[value] not in self.assumed.unrolled:
            self.assumed.unrolled.add(self.indices[value])
            raise Restart

    def _var_item(self, container: Var, index: Value, node: gast.AST | None) -> Value:
        type_ = container.type
        if isinstance(type_, (Tuple, FixedList, Dict)):
            if isinstance(index, Const) or (isinstance(index, TupleValue) and isinstance(type_, Dict)):
                return self._structure_item(container, index, node)
            return self._dynamic_item(container, index, node)
        sample = self.samples.get(container)
        if isinstance(type_, Object) and isinstance(index, Const) and can_be_looked_up(sample, index.value):
            return self._known_part(
                container, self.emit(P.GETITEM, container, index, type=NUMERIC), index.value, lambda o: o[index.value]
            )
        self._refuse_active_index(type_, index, node)
        if isinstance(type_, List) and is_slice(index):
            return self.list_slice(container, index, node)
        if isinstance(type_, Scalar) and isinstance(index, Const) and index.value == ():
            return container  # of a NumPy scalar: itself
        counts = isinstance(type_, Object) and type_.cls is collections.Counter
        return self.emit(P.GETITEM, container, self.index_atom(index, node), type=NUMERIC if counts else None)

    def _refuse_active_index(self, container: Type, index: Value, node: gast.AST | None) -> None:
        """An index selects; an object that computes with what it is given in brackets (`np.r_`) cannot be followed."""
        if self.is_active(index) and (isinstance(index, Compound) or isinstance(container, Object)):
            hint = "an index is not differentiable; use int()"
            self.refuse("an index depends on what is differentiated", node, hint, because=[index])

    def _structure_item(self, container: Var, index: Value, node: gast.AST | None) -> Value:
        type_ = container.type
        key = index.value if isinstance(index, Const) else self.static_key(index, node)
        if isinstance(type_, (Tuple, FixedList)) and isinstance(key, slice):
            parts = tuple(self.part(container, k) for k in range(len(type_.items))[key])
            return TupleValue(parts) if isinstance(type_, Tuple) else self.new_list(parts, node)
        if isinstance(type_, Dict):
            if key not in type_.keys:
                return self._raise(KeyError, key)
        elif not isinstance(key, int) or not -len(type_.items) <= key < len(type_.items):
            return self._raise(IndexError, "index out of range")
        return self.part(container, key)

    def _raise(self, error: type[Exception], *args: Any) -> Value:
        """What certainly fails is left to fail when it runs."""
        made = self.emit(
            P.CALL_PYTHON, Const(error, name=error.__name__), *map(Const, args), type=Object(error), hint="error"
        )
        self.perform(P.RAISE, made)
        self.dead = True
        return UNDEF

    def _dict_item(self, container: Reference, index: Value, node: gast.AST | None) -> Value:
        if not isinstance(index, Const) and not isinstance(index, TupleValue):
            return self._dynamic_item(container, index, node)
        key = self.static_key(index, node)
        found = self.content(container, node).get(key)
        if found is None and container.cell.factory is not None:
            found = self.call(container.cell.factory, (), {}, node)
            self.set_item(container, index, found, node)
        return self._raise(KeyError, key) if found is None else self.read(found, node)

    def _range_item(self, container: Range, index: Value, node: gast.AST | None) -> Value:
        items = self.items_of(container, node)
        if items is not None:
            return self._sequence_item(TupleValue(items), index, node)
        return self.emit(P.GETITEM, self.as_atom(container), self.index_atom(index, node), type=INT)

    def range_at(self, container: Range, position: Value) -> Value:
        """The entry of a range at a position that is in it."""
        if is_const(container.step, int) and container.step.value == 1:  # type: ignore[union-attr]
            offset = position
        else:
            offset = self.binary(operator.mul, position, container.step)
        if is_const(container.start, int) and container.start.value == 0:  # type: ignore[union-attr]
            return offset
        return self.binary(operator.add, container.start, offset)

    def _sequence_item(self, container: Value, index: Value, node: gast.AST | None) -> Value:
        if isinstance(container, (FinalColumn, Solved)):
            return self.item_of_solved(container, index, node)
        items = self.items_of(container, node)
        if items is None:
            self.refuse("this cannot be indexed", node)
        if not isinstance(index, Const):
            if any(map(is_function, items)):
                self.unroll_for(index)
                return self._chosen_entry(container, index, node)
            if isinstance(index, Var) and isinstance(container, Reference) and container.cell.kind == "list":
                self.unroll_for(index)
                if container.cell.origin is None:
                    self.grow(container.cell)
            return self._dynamic_item(container, index, node)
        try:
            found = items[index.value]
        except IndexError:
            return self._raise(IndexError, "index out of range")
        except TypeError:
            return self._raise(TypeError, "indices must be integers or slices")
        if isinstance(index.value, slice):
            return TupleValue(found) if isinstance(container, TupleValue) else self.new_list(found, node)
        return self.read(found, node)

    def _dynamic_item(self, container: Value, index: Value, node: gast.AST | None) -> Value:
        """An entry selected at run time: of a structure whose entries have one type, a list of the program is made."""
        self.unroll_for(index)
        if self._is_dict(container):
            return self._chosen_entry(container, index, node)
        items = self.items_of(container, node)
        if items is None:
            self.refuse("this cannot be indexed by a value that is not constant", node)
        if any(map(is_function, items)):
            return self._chosen_entry(container, index, node)
        atoms = [self.as_atom(item, node) for item in items]
        joined: Type | None = UNDEFINED
        for atom in atoms:
            joined = None if joined is None else join(joined, atom.type)
        if joined is None:
            return self._chosen_entry(container, index, node)
        made = self.emit(P.LIST, *atoms, type=List(joined))
        if is_slice(index):
            return self.list_slice(made, index, node)
        return self.emit(P.GETITEM, made, self.as_atom(index, node), type=joined)

    def _chosen_entry(self, container: Value, index: Value, node: gast.AST | None) -> Value:
        """One of several entries, found by comparing the key."""
        if self._is_dict(container):
            entries, size = self.entries_of(container, node), None
        else:
            entries = list(enumerate(self.items_of(container, node) or ()))
            size = len(entries)

        if isinstance(container, Reference) and container.cell.factory is not None:
            self.tabulate(container.cell, index, node)
            self.refuse("a key of a defaultdict that is known at run time only", node, "use a list or an array")

        def from_(k: int) -> Value:
            if k == len(entries):
                return self._raise(KeyError, "no such entry")
            key, value = entries[k]
            return self.choose(self.truth(self._is_key(index, key, size, node)), lambda: value, lambda: from_(k + 1))

        return from_(0)

    def _is_key(self, index: Value, key: Any, size: int | None, node: gast.AST | None) -> Value:
        """Whether an index selects the entry `key`; in a sequence of `size` items negative ones count from the end."""
        same = self.compare(operator.eq, index, Const(key), node)
        if size is None:
            return same
        return self.choose(
            self.truth(same), lambda: same, lambda: self.compare(operator.eq, index, Const(key - size), node)
        )
