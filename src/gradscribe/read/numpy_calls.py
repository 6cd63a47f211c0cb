"""NumPy functions that write into an argument, and methods of ufuncs, in terms of primitives."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import gast
import numpy as np

from ..ir import primitives as P
from ..ir.nodes import Const, Var
from ..ir.types import Array, Scalar
from .core import Core
from .parts import Keywords
from .special import reads
from .values import NONE, TupleValue, Value

_REDUCED = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min, np.logical_and: np.all}
_REDUCED[np.logical_or] = np.any
_ACCUMULATED = {np.add: np.cumsum, np.multiply: np.cumprod}


def _rank(value: Value) -> int | None:
    """The rank of a number or array, None where it is not known."""
    type_ = getattr(value, "type", None)
    return type_.ndim if isinstance(type_, Array) else 0 if isinstance(type_, Scalar) else None


class NumpyCalls(Core):
    """Readers of NumPy functions that are not primitives."""

    @reads(np.copyto)
    def _copyto(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        where = keywords.get("where")
        if len(args) != 2 or set(keywords) - {"where"}:
            return NotImplemented
        if where is None:
            self.set_item(args[0], Const(Ellipsis), args[1], node)
            return NONE
        if _rank(args[0]) is None or _rank(where) != _rank(args[0]):
            return NotImplemented
        return self._masked(args[0], where, args[1], node)

    @reads(np.putmask)
    def _putmask(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 3 or keywords or _rank(args[0]) is None or _rank(args[1]) != _rank(args[0]):
            return NotImplemented
        return self._masked(args[0], args[1], args[2], node)

    def _masked(self, target: Value, mask: Value, value: Value, node: gast.AST) -> Value:
        """`target[mask] = value[mask]`, or of a number."""
        rank = _rank(value)
        if rank is None or rank not in (0, _rank(target)):
            return NotImplemented
        self.set_item(target, mask, self.get_item(value, mask, node) if rank else value, node)
        return NONE

    @reads(np.place)
    def _place(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 3 or _rank(args[0]) is None or _rank(args[1]) != _rank(args[0]):
            return NotImplemented
        items = self.items_of(args[2], node) if not isinstance(args[2], Var) else None
        value = items[0] if items is not None and len(items) == 1 else args[2]
        if _rank(value) != 0:
            return NotImplemented
        self.set_item(args[0], args[1], value, node)
        return NONE

    @reads(np.put)
    def _put(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """Only where the values are as many as the indices: else NumPy repeats them."""
        if len(args) != 3 or keywords or _rank(args[0]) != 1:
            return NotImplemented
        places, values = self.items_of(args[1], node), self.items_of(args[2], node)
        as_many = places is not None and values is not None and len(places) == len(values)
        if _rank(args[2]) != 0 and not as_many:
            return NotImplemented
        self.set_item(args[0], args[1], args[2], node)
        return NONE

    @reads(np.fill_diagonal)
    def _fill_diagonal(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        target = args[0]
        if len(args) != 2 or keywords or _rank(target) != 2 or _rank(args[1]) not in (0, 1):
            return NotImplemented
        rows, columns = self.items_of(self.get_attribute(target, "shape", node), node) or ()
        shorter = self.call(Const(min, name="min"), (rows, columns), {}, node)
        index = self.call(Const(np.arange, name="np.arange"), (shorter,), {}, node)
        self.set_item(target, TupleValue((index, index)), args[1], node)
        return NONE

    @reads(np.add.at)
    def _add_at(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        target, index, value = args
        self.write(P.SCATTER_ADD, self.as_atom(target), self.index_atom(index, node), self.array_operand(value, node))
        return NONE

    @reads(np.subtract.at)
    def _subtract_at(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        target, index, value = args
        return self._add_at((target, index, self.unary(operator.neg, value, node)), keywords, node)

    def ufunc_method(self, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """`np.add.outer(x, y)`, `np.multiply.reduce(x)`; NotImplemented for others."""
        ufunc, name = function.__self__, function.__name__
        if name == "outer" and not keywords and len(args) == 2 and _rank(args[1]) is not None:
            index = TupleValue((Const(Ellipsis), *[NONE] * (_rank(args[1]) or 0)))
            left = self.get_item(args[0], index, node) if _rank(args[0]) and len(index.items) > 1 else args[0]
            return self.call(Const(ufunc, name=f"np.{ufunc.__name__}"), (left, args[1]), {}, node)
        table = {"reduce": _REDUCED, "accumulate": _ACCUMULATED}.get(name, {})
        if ufunc not in table or set(keywords) - {"axis", "keepdims"} or len(args) > 2:
            return NotImplemented
        given = {"axis": args[1] if len(args) > 1 else Const(0), **keywords}
        return self.call(Const(table[ufunc], name=f"np.{table[ufunc].__name__}"), args[:1], given, node)
