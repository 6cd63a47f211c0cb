"""NumPy functions that write into an argument, and methods of ufuncs, in terms of primitives."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import gast
import numpy as np

from ..ir import primitives as P
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import definition_of
from ..ir.types import INT, SLICE, UNKNOWN, Array, List, Scalar
from .core import Core
from .lists import is_slice
from .parts import Keywords
from .special import reads
from .values import NONE, TRUE, Cell, Partial, Reference, TupleValue, Value, is_const

_REDUCED = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min, np.logical_and: np.all}
_REDUCED[np.logical_or] = np.any
_ACCUMULATED = {np.add: np.cumsum, np.multiply: np.cumprod}


def _rank(value: Value) -> int | None:
    """The rank of a number or array, None where it is not known."""
    type_ = getattr(value, "type", None)
    return type_.ndim if isinstance(type_, Array) else 0 if isinstance(type_, Scalar) else None


def _same_shape(left: Value, right: Value) -> bool:
    """Whether two arrays are known to have one shape."""
    a, b = (getattr(getattr(v, "type", None), "shape", None) for v in (left, right))
    return a is not None and b is not None and len(a) == len(b) and all(x.same_as(y) for x, y in zip(a, b, strict=True))


def _as_long(value: Value, index: Value) -> bool:
    """Whether an array is known to have as many rows as an index has entries."""
    rows, entries = (getattr(getattr(v, "type", None), "shape", (None,))[0] for v in (value, index))
    return rows is not None and entries is not None and rows.same_as(entries)


class NumpyCalls(Core):
    """Readers of NumPy functions that are not primitives."""

    def numpy(self, name: str, *args: Value, node: gast.AST | None = None, **keywords: Value) -> Value:
        """A call of a NumPy function."""
        return self.call(Const(getattr(np, name), name=f"np.{name}"), args, keywords, node)

    def _shape_of(self, value: Value, node: gast.AST | None) -> Value:
        return self.get_attribute(value, "shape", node)

    @reads(np.ndarray)
    def _ndarray(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """`np.ndarray(shape, dtype)` makes what `np.empty` makes."""
        if len(args) > 2 or set(keywords) - {"shape", "dtype"}:
            return NotImplemented
        return self.call(Const(np.empty, name="np.empty"), args, keywords, node)

    @reads(np.concatenate, np.hstack)
    def _concatenate(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """The arrays of a list whose length is known at run time only, one behind the other: they may differ in
        length."""
        axis = args[1] if len(args) > 1 else keywords.get("axis", Const(0))
        listed = args[0] if args else None
        item = listed.type.item if isinstance(listed, Var) and isinstance(listed.type, List) else None
        flat = is_const(axis, int) and axis.value == 0 and not set(keywords) - {"axis"}  # type: ignore[union-attr]
        if not isinstance(item, Array) or item.ndim != 1 or not flat or item.kind not in "fc":
            return NotImplemented
        total, place = Cell("temporary", "n"), Cell("temporary", "place")
        length = lambda part: self.emit(P.LENGTH, self.as_atom(part), type=INT, hint="n")  # noqa: E731
        add = lambda cell, part: self.store.set(  # noqa: E731
            cell, self.binary(operator.add, self.store.get(cell), length(part), node)
        )
        for cell in (total, place):
            self.store.set(cell, Const(0))
        self.iterate(listed, lambda part: add(total, part), node=node)
        dtype = Const(np.dtype(item.dtype).type, name=f"np.{item.dtype}")
        made = self.numpy("empty", self.store.get(total), dtype=dtype)

        def trip(part: Value) -> None:
            start = self.store.get(place)
            add(place, part)
            stop = self.store.get(place)
            index = self.emit(P.SLICE_, self.as_atom(start), self.as_atom(stop), NONE, type=SLICE, hint="part")
            self.set_item(made, index, part, node)

        self.iterate(listed, trip, node=node)
        return made

    @reads(np.choose)
    def _choose_places(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """Places that are a list are made an array first."""
        if not args or not isinstance(args[0], (TupleValue, Reference)):
            return NotImplemented
        return self.call(Const(np.choose, name="np.choose"), (self.numpy("array", args[0]), *args[1:]), keywords, node)

    def joined_by(self, builder: Any, index: Value, node: gast.AST | None) -> Value:
        """`np.r_[x, y]` and `np.c_[x, y]`: the arrays, numbers and ranges of an index, joined."""
        items = index.items if isinstance(index, TupleValue) else (index,)
        if not any(map(self.is_active, items)):
            return NotImplemented
        ranks = [_rank(item) for item in items if not is_slice(item)]
        wide = [str(getattr(item.type, "dtype", "")) for item in items if isinstance(item, Var) and _rank(item)]
        mixed = 0 in ranks and any(dtype != "float64" for dtype in wide)
        if None in ranks or mixed or (builder is np.c_ and any(r > 2 for r in ranks if r is not None)):
            self.refuse("this use of `np.r_` or `np.c_`", node, "use np.concatenate or np.column_stack")
        parts = tuple(self._range_in(i, node) if is_slice(i) else self.numpy("atleast_1d", i) for i in items)
        return self.numpy("concatenate" if builder is np.r_ else "column_stack", TupleValue(parts), node=node)

    def _range_in(self, item: Value, node: gast.AST | None) -> Value:
        """`2:5` in the index of `np.r_` makes a range."""
        if not isinstance(item, Const):
            self.refuse("a range in `np.r_` that is known at run time only", node, "use np.arange")
        made = np.r_[item.value]
        return self.emit(
            P.GETITEM, Const(np.r_, name="np.r_"), item, type=Array(made.dtype.name, (UNKNOWN,)), inactive=True
        )

    @reads(np.common_type)
    def _common_type(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """The type of arrays whose dtypes are known."""
        dtypes = [a.type.dtype if isinstance(a, Var) and isinstance(a.type, Array) else None for a in args]
        if not args or None in dtypes:
            return NotImplemented
        found = np.common_type(*[np.empty(0, dtype) for dtype in dtypes])
        return Const(found, name=f"np.{found.__name__}")

    @reads(np.poly1d)
    def _poly1d(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """A polynomial that is called: its coefficients, the highest first."""
        if len(args) != 1 or keywords or not self.is_active(args[0]) or _rank(args[0]) != 1:
            return NotImplemented
        return Partial(Const(np.polyval, name="np.polyval"), (args[0],), {})

    @reads(np.polynomial.Polynomial)
    def _polynomial(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """A polynomial that is called: its coefficients, the lowest first."""
        if len(args) != 1 or keywords or not self.is_active(args[0]) or _rank(args[0]) != 1:
            return NotImplemented
        return Partial(Const(np.polyval, name="np.polyval"), (self.numpy("flip", args[0]),), {})

    @reads(np.vectorize)
    def _vectorize(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """A function that is called with the arrays later."""
        written = definition_of(np.vectorize)
        if written is None or len(args) != 1 or set(keywords) - {"otypes"}:
            return NotImplemented
        return Partial(Const(written, name="np.vectorize"), (args[0], keywords.get("otypes", NONE)), {})

    def refuse_layout(
        self, primitive: P.Primitive, atoms: Sequence[Atom], order: Atom | None, node: gast.AST | None
    ) -> None:
        """An order of entries that depends on the layout of one array would be another one for its derivative."""
        if primitive.name not in ("reshape", "ravel", "flatten") or not any(map(self.is_active, atoms)):
            return
        if order is not None and not (isinstance(order, Const) and order.value in ("C", "F")):
            self.refuse("the order of entries depends on the layout in memory", node, "use order='C' or order='F'")

    # writing where a mask says ----------------------------------------------------------------------------------------

    @reads(np.copyto)
    def _copyto(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 2 or set(keywords) - {"where"}:
            return NotImplemented
        where = keywords.get("where", TRUE)
        if is_const(where, bool) and where.value:  # type: ignore[union-attr]
            self.set_item(args[0], Const(Ellipsis), args[1], node)
            return NONE
        return self._store_where(args[0], where, args[1], node)

    def _store_where(self, target: Value, mask: Value, value: Value, node: gast.AST | None) -> Value:
        """`target[mask] = value[mask]`, all of the target's shape."""
        mask = self._spread(mask, target, node)
        chosen = NotImplemented if mask is NotImplemented else self._chosen(value, mask, target, node)
        if chosen is NotImplemented:
            return NotImplemented
        self.set_item(target, mask, chosen, node)
        return NONE

    def _spread(self, mask: Value, target: Value, node: gast.AST | None) -> Value:
        """A mask, or other integers, broadcast to the shape of an array."""
        if _rank(target) is None or _rank(mask) is None:
            return NotImplemented
        return mask if _same_shape(mask, target) else self.numpy("broadcast_to", mask, self._shape_of(target, node))

    def _chosen(self, value: Value, mask: Value, target: Value, node: gast.AST | None) -> Value:
        """The entries of a value, broadcast to the shape of an array, where a mask is true."""
        rank = _rank(value)
        if rank == 0:
            return value
        if rank is None or _rank(target) is None:
            return NotImplemented
        if _same_shape(value, target):
            return self.get_item(value, mask, node)
        index = []
        for k, length in enumerate(self.items_of(self._shape_of(value, node), node) or ()):
            along = Const(tuple(-1 if axis == k else 1 for axis in range(rank)))
            places = self.numpy("reshape", self.numpy("arange", length), along)
            index.append(self.get_item(self._spread(places, target, node), mask, node))
        return self.get_item(value, TupleValue(tuple(index)), node)

    @reads(np.putmask)
    def _putmask(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """Values are repeated where they are fewer than the entries of the target."""
        target, mask, value, *rest = (*args, None, None, None)[: max(len(args), 3)]
        if rest or keywords or None in (_rank(target), _rank(mask), _rank(value)) or _rank(mask) != _rank(target):
            return NotImplemented
        mask = self._as_mask(mask, node)
        if _rank(value) == 0 or _same_shape(value, target):
            return self._store_where(target, mask, value, node)
        places = self.numpy("flatnonzero", mask)
        self.set_item(target, mask, self._cycled(value, places, node), node)
        return NONE

    @reads(np.place)
    def _place(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """Values are used one after the other, and again from the first where they are too few."""
        if len(args) != 3 or keywords or _rank(args[0]) is None or _rank(args[1]) != _rank(args[0]):
            return NotImplemented
        target, mask, value = args
        mask = self._as_mask(mask, node)
        items = self.items_of(value, node) if not isinstance(value, Var) else None
        value = items[0] if items is not None and len(items) == 1 else self._as_array(value, node)
        if _rank(value) is None:
            return NotImplemented
        if _rank(value):
            count = self.numpy("arange", self.numpy("count_nonzero", mask))
            value = self._cycled(value, count, node)
        self.set_item(target, mask, value, node)
        return NONE

    def _as_mask(self, mask: Value, node: gast.AST | None) -> Value:
        """A mask of bools: numbers hold where they are not zero."""
        is_bool = getattr(getattr(mask, "type", None), "kind", None) == "b"
        return mask if is_bool else self.compare(operator.ne, mask, Const(0), node)

    def _as_array(self, value: Value, node: gast.AST | None) -> Value:
        return value if isinstance(value, (Var, Const)) else self.numpy("array", value, node=node)

    def _cycled(self, value: Value, places: Value, node: gast.AST | None) -> Value:
        """The entries of a value at places, counted from the first again behind the last."""
        flat = value if _rank(value) == 1 else self.numpy("ravel", value)
        size = self.get_attribute(flat, "size", node)
        return self.get_item(flat, self.binary(operator.mod, places, size, node), node)

    # writing at places ------------------------------------------------------------------------------------------------

    @reads(np.put)
    def _put(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """Places are counted in the flattened array; values are repeated where they are too few."""
        if len(args) != 3 or keywords or not _rank(args[0]):
            return NotImplemented
        target, places, value = args
        known, given = self.items_of(places, node), self.items_of(value, node)
        as_many = known is not None and given is not None and len(known) == len(given)
        value = self._as_array(value, node) if not as_many else value
        if not as_many and _rank(value) is None:
            return NotImplemented
        places = places if _rank(places) == 0 else self.numpy("ravel", self._as_array(places, node))
        if not as_many and _rank(value) and _rank(places) != 0:
            counted = self.numpy("arange", self.get_attribute(places, "size", node))
            value = self._cycled(value, counted, node)
        elif not as_many and _rank(value):
            value = self.get_item(self.numpy("ravel", value), Const(0), node)
        self.set_item(target, self.flat_index(target, places, node), value, node)
        return NONE

    def flat_index(self, target: Value, places: Value, node: gast.AST | None) -> Value:
        """The index of entries that are counted in the flattened array."""
        if _rank(target) == 1:
            return places
        shape = self._shape_of(target, node)
        counted = self.numpy("arange", self.get_attribute(target, "size", node))
        places = self.get_item(counted, places, node)
        found = self.numpy("unravel_index", places, shape)
        part = Array("int64", (UNKNOWN,)) if _rank(places) else INT
        rank = _rank(target) or 0
        parts = [self.emit(P.GETITEM, self.as_atom(found), Const(k), type=part, inactive=True) for k in range(rank)]
        return TupleValue(tuple(parts))

    @reads(np.fill_diagonal)
    def _fill_diagonal(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        target = args[0]
        if len(args) != 2 or keywords or _rank(target) != 2:
            return NotImplemented
        value = self._as_array(args[1], node)
        if _rank(value) is None:
            return NotImplemented
        rows, columns = self.items_of(self._shape_of(target, node), node) or ()
        shorter = self.call(Const(min, name="min"), (rows, columns), {}, node)
        index = self.numpy("arange", shorter)
        value = self._cycled(value, index, node) if _rank(value) else value
        self.set_item(target, TupleValue((index, index)), value, node)
        return NONE

    def set_on_array(self, owner: Value, name: str, value: Value, node: gast.AST | None) -> bool:
        """`a.flat = value`, `a.real = value`; False for other attributes."""
        if name == "flat":  # entry by entry, from the first again where they are too few
            size = self.numpy("arange", self.get_attribute(owner, "size", node), node=node)
            self.numpy("put", owner, size, value, node=node)
        elif name in ("real", "imag"):
            self.set_item(self.get_attribute(owner, name, node), Const(Ellipsis), value, node)
        elif name == "shape":
            self.refuse("the shape of an array is changed in place", node, "bind the result of .reshape() to the name")
        return name in ("flat", "real", "imag")

    # ufuncs -----------------------------------------------------------------------------------------------------------

    def where_into(
        self, out: Value, where: Value, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        """`ufunc(*args, out=out, where=where)` computes only where the mask is true."""
        if not isinstance(function, np.ufunc) or function.nout != 1 or keywords or _rank(out) is None:
            return NotImplemented
        mask = self._spread(where, out, node)
        chosen = [] if mask is NotImplemented else [self._chosen(a, mask, out, node) for a in args]
        if mask is NotImplemented or NotImplemented in chosen:
            return NotImplemented
        self.set_item(out, mask, self.apply(function, chosen, {}, node), node)
        return out

    @reads(np.add.at)
    def _add_at(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        target, index, value = args
        self.write(P.SCATTER_ADD, self.as_atom(target), self.index_atom(index, node), self.array_operand(value, node))
        return NONE

    @reads(np.subtract.at)
    def _subtract_at(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        target, index, value = args
        return self._add_at((target, index, self.unary(operator.neg, value, node)), keywords, node)

    def _entries_at(
        self, ufunc: np.ufunc, target: Value, index: Value, value: Value | None = None, node: gast.AST | None = None
    ) -> Value:
        """`ufunc.at(target, index, value)`: one entry after the other, for an index may be repeated."""
        index = self._as_array(index, node)
        apply = Const(ufunc, name=f"np.{ufunc.__name__}")
        if _rank(index) != 1 or getattr(index.type, "kind", "") != "i" or not _rank(target):  # type: ignore[union-attr]
            return NotImplemented
        value = value if value is None or _rank(value) is not None else self._as_array(value, node)
        own = value is not None and _rank(value) == _rank(target)
        if value is not None and (_rank(value) is None or (_rank(value) or 0) > (_rank(target) or 0)):
            return NotImplemented
        if own and not _same_shape(value, index) and _rank(target) == 1:  # type: ignore[arg-type]
            value = self.numpy("broadcast_to", value, self._shape_of(index, node))  # type: ignore[arg-type]
        elif own and not _as_long(value, index):  # type: ignore[arg-type]
            return NotImplemented

        def trip(k: Value) -> None:
            place = self.get_item(index, k, node)
            others = () if value is None else (self.get_item(value, k, node) if own else value,)
            self.set_item(
                target, place, self.call(apply, (self.get_item(target, place, node), *others), {}, node), node
            )

        self.loop((Const(0), self.as_atom(self.length_of(index, node)), Const(1)), trip, None, "k")
        return NONE

    def cast_operands(
        self, ufunc: np.ufunc, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> tuple[Sequence[Value], Keywords]:
        """`np.exp(x, dtype=d)` computes in d: the operands are cast to it first."""
        (given,) = self.with_dtypes([self.as_atom(keywords["dtype"], node)])
        if not isinstance(given, Const) or given.value is None or not any(map(self.is_active, args)):
            return args, keywords
        wanted = np.dtype(given.value)
        if f"{wanted.char * ufunc.nin}->{wanted.char}" not in ufunc.types or wanted.kind not in "fc":
            return args, keywords
        rest = {k: v for k, v in keywords.items() if k != "dtype"}
        dtype = Const(wanted.type, name=f"np.{wanted.name}")
        return [self._cast_operand(a, wanted, dtype, node) for a in args], rest

    def _cast_operand(self, value: Value, wanted: np.dtype[Any], dtype: Const, node: gast.AST | None) -> Value:
        known = getattr(value.type, "dtype", None) if isinstance(value, (Var, Const)) else None
        if known == wanted.name:
            return value
        return self.call(Const(np.asarray, name="np.asarray"), (value, dtype), {}, node)

    def ufunc_method(self, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """`np.add.outer(x, y)`, `np.multiply.reduce(x)`; NotImplemented for others."""
        ufunc, name = function.__self__, function.__name__
        if name == "at" and not keywords and len(args) == ufunc.nin + 1:
            return self._entries_at(ufunc, *args, node=node)
        if name == "outer" and not keywords and len(args) == 2 and _rank(args[1]) is not None:
            index = TupleValue((Const(Ellipsis), *[NONE] * (_rank(args[1]) or 0)))
            left = self.get_item(args[0], index, node) if _rank(args[0]) and len(index.items) > 1 else args[0]
            return self.call(Const(ufunc, name=f"np.{ufunc.__name__}"), (left, args[1]), {}, node)
        table = {"reduce": _REDUCED, "accumulate": _ACCUMULATED}.get(name, {})
        if ufunc not in table or set(keywords) - {"axis", "keepdims"} or len(args) > 2:
            return NotImplemented
        given = {"axis": args[1] if len(args) > 1 else Const(0), **keywords}
        return self.call(Const(table[ufunc], name=f"np.{table[ufunc].__name__}"), args[:1], given, node)
