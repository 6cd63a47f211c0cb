"""Lengths that are not known but are equal: of arrays that were cut in the same way, or made one from the other.

The extent of an axis is a key that says how its length came about. Arrays with equal extents have one shape wherever
both are at hand. It follows definitions; what a loop carries, and what comes out of lists, is equal to itself alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import (
    ADD,
    BY_NAME,
    COPY,
    FULL_LIKE,
    GETITEM,
    LAST_WRITE,
    LENGTH,
    MATMUL,
    MULTIPLY,
    NEGATIVE,
    SHAPE,
    SLICE_,
    SUBTRACT,
    TUPLE,
    UNBROADCAST,
    VADDAT,
    ZEROS_LIKE,
)
from ..ir.types import Array, Dim, Scalar, Slice
from ..rules.table import rule_of

Extent = Any
"""A sum of symbols and a number, as `(frozenset of (symbol, factor), number)`: lengths and whole numbers alike."""
_ONE: Extent = (frozenset(), 1)
_ARITHMETIC = (ADD, SUBTRACT, MULTIPLY, NEGATIVE)
_ALIKE = {COPY: 0, ZEROS_LIKE: 0, FULL_LIKE: 0, VADDAT: 0, LAST_WRITE: 0, UNBROADCAST: 1}
"""What makes an array of the shape of an operand, with the position of that."""
_MOVING = ("swapaxes", "moveaxis", "matrix_transpose", "expand_dims", "squeeze", "flip", "fliplr", "flipud", "roll")
_REDUCING = ("sum", "mean", "prod", "max", "min", "std", "var", "any", "all", "argmax", "argmin", "cumsum", "cumprod")
_KEEPING = frozenset((*_MOVING, *_REDUCING))
"""What moves, drops or keeps whole axes, as the inference of its type does with their names."""


class Extents:
    """The extents of the arrays of one program.

    Args:
        definition: of each value the operation that makes it, where one does.
    """

    def __init__(self, definition: Mapping[Var, Op]) -> None:
        self._definition = definition
        self._known: dict[Var, tuple[Extent, ...]] = {}

    def same(self, left: Atom, right: Atom) -> bool:
        """Whether two arrays are known to have one shape."""
        return isinstance(left.type, Array) and isinstance(right.type, Array) and self.of(left) == self.of(right)

    def fits_cells(self, value: Atom, target: Var, index: Atom) -> bool:
        """Whether an array is known to have the shape of the cells that an index names in another."""
        cells = self._cut(target, index) if isinstance(target.type, Array) else None
        return isinstance(value.type, Array) and cells is not None and self.of(value) == cells

    def repeated(self, operand: Atom, result: Atom) -> tuple[int, tuple[int, ...]] | None:
        """How an operand was broadcast to the shape of a result: the number of axes in front that it lacks, and which
        of its own, of length 1, were stretched. None where that is not known."""
        if not isinstance(operand.type, Array) or not isinstance(result.type, Array):
            return None
        own, whole = self.of(operand), self.of(result)
        lead = len(whole) - len(own)
        pairs = list(enumerate(zip(own, whole[lead:], strict=True))) if lead >= 0 else []
        if lead < 0 or not all(a in (b, _ONE) for _, (a, b) in pairs):
            return None
        return lead, tuple(k for k, (a, b) in pairs if a != b)

    def of(self, atom: Atom) -> tuple[Extent, ...]:
        """The extents of the axes of an array."""
        if not isinstance(atom, Var) or not isinstance(atom.type, Array):
            return ()
        if atom not in self._known:
            shape = atom.type.shape
            own = None if all(d.base is not None for d in shape) else self._made(atom)
            own = tuple(_symbol((atom, k)) for k in range(len(shape))) if own is None or len(own) != len(shape) else own
            self._known[atom] = tuple(_named(d) or e for d, e in zip(shape, own, strict=True))
        return self._known[atom]

    def _made(self, var: Var) -> tuple[Extent, ...] | None:
        """By the operation that makes an array."""
        op = self._definition.get(var)
        if op is None or op.blocks:
            return None
        if op.primitive is GETITEM and isinstance(op.args[0], Var) and isinstance(op.args[0].type, Array):
            return self._cut(op.args[0], op.args[1])
        if op.primitive in _ALIKE:
            return self.of(op.args[_ALIKE[op.primitive]])
        if op.primitive is BY_NAME["transpose"] and len(op.args) == 1 and not op.keywords:
            return self.of(op.args[0])[::-1]
        if op.primitive is BY_NAME["arange"]:
            return self._asked_for(op.args[0]) if getattr(op.args[0].type, "kind", "") == "i" else None
        if op.primitive in (BY_NAME["zeros"], BY_NAME["empty"], BY_NAME["ones"]):
            return self._asked_for(op.args[0])
        if op.primitive is BY_NAME["broadcast_to"]:
            return self._asked_for(op.args[1])
        if op.primitive is MATMUL:
            return self._product(op)
        if op.primitive.name in _KEEPING:
            return self._inferred(op)
        rule = rule_of(op.primitive)
        return self._together(op) if rule is not None and rule.elementwise else None

    def _together(self, op: Op) -> tuple[Extent, ...] | None:
        """Of an operation that works entry by entry: where its operands agree."""
        if not all(isinstance(a.type, (Array, Scalar)) for a in op.inputs):
            return None
        rank = op.result.type.ndim if isinstance(op.result.type, Array) else 0
        return _broadcast(op.result, rank, ((self.of(a), _lengths(a)) for a in op.inputs))

    def _product(self, op: Op) -> tuple[Extent, ...] | None:
        """Of `x @ y`: the rows of x and the columns of y, for each pair of matrices."""
        left, right = map(self.of, op.args)
        if not left or not right:
            return None
        pairs = ((self.of(a)[:-2], _lengths(a)[:-2]) for a in op.args)
        stacked = _broadcast(op.result, max(len(left), len(right), 2) - 2, pairs)
        return (*stacked, *left[-2:-1], *(right[-1:] if len(right) > 1 else ()))

    def _inferred(self, op: Op) -> tuple[Extent, ...] | None:
        """Of an operation whose type is that of its operand with axes moved, dropped or put in."""
        if op.primitive.infer is None or not isinstance(op.args[0].type, Array):
            return None
        type_, extents = op.args[0].type, self.of(op.args[0])
        named = enumerate(zip(type_.shape, extents, strict=True))
        dims = tuple(Dim(str(k), 0, True if e == _ONE else d.one) for k, (d, e) in named)
        first = Var("x", Array(type_.dtype, dims))
        made = op.primitive.infer((first, *op.args[1:]), dict(op.keywords))
        if not isinstance(made, Array):
            return None
        return tuple(_renamed(d, extents) or _symbol((op.result, k)) for k, d in enumerate(made.shape))

    def _asked_for(self, shape: Atom) -> tuple[Extent, ...] | None:
        """Of a new array."""
        op = self._definition.get(shape) if isinstance(shape, Var) else None
        if op is not None and op.primitive is SHAPE:
            return self.of(op.args[0])
        if op is not None and op.primitive is TUPLE:
            return tuple(_length(self._number(a)) for a in op.args)
        if isinstance(shape, Const) and isinstance(shape.value, tuple):
            return tuple(self._number(Const(n)) for n in shape.value)
        return (_length(self._number(shape)),) if isinstance(shape.type, Scalar) else None

    # slices -----------------------------------------------------------------------------------------------------------

    def _cut(self, container: Var, index: Atom) -> tuple[Extent, ...] | None:
        """What an index of slices, whole numbers, and arrays of the latter leaves; None for any other."""
        parts, axes = self._parts(index), [*self.of(container)]
        if parts is None:
            return None
        if any(isinstance(part.type, Array) for part in parts):
            return self._picked(parts, axes)
        taken = sum(not _is(part, None) and not _is(part, ...) for part in parts)
        made: list[Extent] = []
        for part in parts:
            if _is(part, None):
                made.append(_ONE)
            elif _is(part, ...):
                made += [axes.pop(0) for _ in range(len(axes) - taken)]
            else:
                taken -= 1
                extent, bounds = axes.pop(0), self._bounds(part)
                if bounds is None:
                    return None
                if bounds:
                    made.append(_sliced(extent, *bounds))
        return (*made, *axes)

    def _picked(self, parts: Sequence[Atom], axes: list[Extent]) -> tuple[Extent, ...] | None:
        """What slices of everything, with rows of integers of one length side by side, leave."""
        rows = [k for k, part in enumerate(parts) if isinstance(part.type, Array)]
        plain = all(_is_row(p) if k in rows else _is_everything(p) for k, p in enumerate(parts))
        lengths = {self.of(parts[k]) for k in rows}
        if not plain or len(lengths) != 1 or rows != list(range(rows[0], rows[-1] + 1)):
            return None
        return (*axes[: rows[0]], *lengths.pop(), *axes[rows[-1] + 1 :])

    def _parts(self, index: Atom) -> Sequence[Atom] | None:
        if isinstance(index, Const):
            return [Const(v) for v in index.value] if isinstance(index.value, tuple) else [index]
        op = self._definition.get(index)
        if op is not None and op.primitive is TUPLE:
            return op.args
        alone = isinstance(index.type, (Scalar, Array)) or (op is not None and op.primitive is SLICE_)
        return [index] if alone else None

    def _bounds(self, part: Atom) -> tuple[Extent | None, ...] | None:
        """Start, stop and step of a slice; () for a whole number, None for anything else."""
        if isinstance(part, Const) and isinstance(part.value, slice):
            bounds: Sequence[Atom] = [Const(v) for v in (part.value.start, part.value.stop, part.value.step)]
        elif isinstance(part.type, Scalar):
            return () if part.type.kind == "i" else None
        else:
            op = self._definition.get(part) if isinstance(part, Var) else None
            if op is None or op.primitive is not SLICE_:
                return None
            bounds = op.args
        return tuple(None if _is(a, None) else self._number(a) for a in bounds)

    # integers ---------------------------------------------------------------------------------------------------------

    def _number(self, atom: Atom) -> Extent:
        if isinstance(atom, Const):
            return (frozenset(), int(atom.value)) if isinstance(atom.value, int) else _symbol(repr(atom.value))
        op = self._definition.get(atom)
        if op is None or op.blocks:
            return _symbol(atom)
        if op.primitive in _ARITHMETIC and all(getattr(a.type, "kind", "") == "i" for a in op.inputs):
            return self._computed(op)
        if op.primitive is LENGTH and isinstance(op.args[0].type, Array):
            return _count(self.of(op.args[0])[0])
        if op.primitive is GETITEM and isinstance(op.args[1], Const) and type(op.args[1].value) is int:
            whole = self._definition.get(op.args[0]) if isinstance(op.args[0], Var) else None
            if whole is not None and whole.primitive is SHAPE and isinstance(whole.args[0].type, Array):
                return _count(self.of(whole.args[0])[op.args[1].value])
        return _symbol(atom)

    def _computed(self, op: Op) -> Extent:
        first, *others = map(self._number, op.args)
        if op.primitive is NEGATIVE:
            return _plus((frozenset(), 0), first, -1)
        if op.primitive is not MULTIPLY:
            return _plus(first, others[0], 1 if op.primitive is ADD else -1)
        known, other = (first, others[0]) if not first[0] else (others[0], first)
        return _plus((frozenset(), 0), other, known[1]) if not known[0] else _symbol((MULTIPLY, first, others[0]))


def _symbol(name: object) -> Extent:
    return frozenset([(name, 1)]), 0


def _count(extent: Extent) -> Extent:
    """A length as a number: a slice of a short array has none, not fewer, entries."""
    return extent if extent[1] >= 0 else _symbol(("count", extent))


def _length(number: Extent) -> Extent:
    """The extent of an axis that is made so long."""
    symbols = [*number[0]]
    if number[1] == 0 and len(symbols) == 1 and symbols[0][1] == 1:
        symbol = symbols[0][0]
        if isinstance(symbol, tuple) and symbol[0] == "count":
            return symbol[1]
    return number


def _plus(left: Extent, right: Extent, factor: int) -> Extent:
    """`left + factor * right`."""
    sums = dict(left[0])
    for symbol, times in right[0]:
        sums[symbol] = sums.get(symbol, 0) + factor * times
    return frozenset((s, n) for s, n in sums.items() if n), left[1] + factor * right[1]


def _sliced(extent: Extent, start: Extent | None, stop: Extent | None, step: Extent | None) -> Extent:
    """The length of a slice: what constants cut off is taken away, anything else is a symbol of its own."""
    if step in (None, _ONE) and (start is None or (not start[0] and start[1] >= 0)):
        cut = 0 if start is None else start[1]
        if stop is None or (not stop[0] and stop[1] < 0):
            return _plus(extent, (frozenset(), cut - (0 if stop is None else stop[1])), -1)
    return _symbol(("slice", extent, start, stop, step))


def _named(dim: Dim) -> Extent:
    if dim.one:
        return _ONE
    if dim.base is None:
        return None
    whole = (frozenset(), dim.base) if isinstance(dim.base, int) else _symbol(dim.base)
    return _plus(whole, (frozenset(), dim.less), -1)


def _renamed(dim: Dim, extents: Sequence[Extent]) -> Extent:
    """The extent of an axis that was inferred from axes with the names "0", "1", ...; None where it is not known."""
    if not isinstance(dim.base, str):
        return _named(dim)
    return _plus(extents[int(dim.base)], (frozenset(), dim.less), -1)


def _lengths(atom: Atom) -> tuple[Dim, ...]:
    return atom.type.shape if isinstance(atom, Var) and isinstance(atom.type, Array) else ()


def _broadcast(
    result: Var, rank: int, shapes: Iterable[tuple[tuple[Extent, ...], tuple[Dim, ...]]]
) -> tuple[Extent, ...]:
    """Of arrays that are brought to one shape: where they agree, and where a length is known not to be 1."""
    found: list[set[Extent]] = [set() for _ in range(rank)]
    certain: dict[int, Extent] = {}
    for extents, dims in shapes:
        for k, (extent, dim) in enumerate(zip(extents, dims, strict=True), rank - len(extents)):
            if extent != _ONE:
                found[k].add(extent)
            if dim.one is False:
                certain.setdefault(k, extent)
    agreed = [f.pop() if len(f) == 1 else _symbol((result, k)) for k, f in enumerate(found)]
    return tuple(certain.get(k, extent) for k, extent in enumerate(agreed))


def _is_row(part: Atom) -> bool:
    return isinstance(part.type, Array) and part.type.ndim == 1 and part.type.kind == "i"


def _is_everything(part: Atom) -> bool:
    whole = isinstance(part.type, Slice) and part.type.parts == (None, None, None)
    return whole or (isinstance(part, Const) and part.value == slice(None))


def _is(part: Atom, value: object) -> bool:
    return isinstance(part, Const) and part.value is value
