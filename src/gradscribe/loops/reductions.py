"""Sums, means, extremes and products of arrays: running values in nests.

Axes that are reduced and stand last have a running number; where an axis in front of one that stays is reduced, the
result itself is the running value, so that the inner loop goes along the rows of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..analyse.linear import Form, number
from ..ir.build import Builder
from ..ir.infer import normal_axes
from ..ir.nodes import Atom, Const, Op, Var, replace
from ..ir.primitives import ADD, ADDAT, BY_NAME, DIVIDE, GETITEM, MULTIPLY, SETITEM
from ..ir.types import FLOAT, INT, UNKNOWN, Array, Scalar, known
from .nests import Nest, close, inside, nest
from .scalars import FLOAT32, SINGLE
from .storage import allocate
from .values import Body, Index, Lazy, NotLowerable, element_of, is_array

if TYPE_CHECKING:
    from .lowering import Lowering

_ZERO = {"f": 0.0, "c": 0j, "i": 0}
_EXTREMES = {BY_NAME["max"]: BY_NAME["maximum"], BY_NAME["min"]: BY_NAME["minimum"]}
FLOATS = ("float64", "float32")
MEAN = BY_NAME["mean"]


@dataclass(frozen=True)
class _Kind:
    """How entries are put together: `step` for two of them; a sum begins at `zero`, an extreme (None) at an entry."""

    step: Callable[[Builder, Atom, Atom, str, Scalar], Var]
    zero: Atom | None


def _added(builder: Builder, so_far: Atom, entry: Atom, hint: str, type_: Scalar) -> Var:
    return builder.emit(ADD, so_far, entry, hint=hint, type=type_)


def _sum(type_: Scalar) -> _Kind:
    return _Kind(_added, Const(_ZERO[type_.kind]))


def _extreme(op: Op) -> _Kind:
    def step(builder: Builder, so_far: Atom, entry: Atom, hint: str, type_: Scalar) -> Var:
        return builder.emit(_EXTREMES[op.primitive], so_far, entry, hint=hint, type=type_, style="np")

    return _Kind(step, None)


# ------------------------------------------------------------------ statements


def reduced(low: Lowering, op: Op, builder: Builder) -> bool:
    """`np.sum`, `np.mean`, `np.max` and `np.min`, with `axis` and `keepdims`."""
    if len(op.args) > 2 or any(k not in ("axis", "keepdims") or not isinstance(v, Const) for k, v in op.keywords):
        return False
    value = low.array(op.args[0])
    axis = op.args[1].value if len(op.args) == 2 and isinstance(op.args[1], Const) else op.keyword("axis")
    axes = normal_axes(axis, value.type.ndim)
    type_ = op.result.type if isinstance(op.result.type, Scalar) else element_of(op.result.type)
    floats = FLOATS if op.primitive in (MEAN, *_EXTREMES) else (*FLOATS, "int64", "complex128", "bool")
    if axes is None or value.type.dtype not in floats or type_.kind not in _ZERO:
        return False
    kind = _extreme(op) if op.primitive in _EXTREMES else _sum(type_)
    over = _Reduction(low, builder, value, axes, bool(op.keyword("keepdims")), kind, type_)
    if op.primitive is MEAN:
        over.divided = True
    over.into(op.result)
    return True


def unbroadcast(low: Lowering, op: Op, builder: Builder) -> bool:
    """`unbroadcast(g, x)`: the sum over the axes that were stretched."""
    given, like = op.args
    if not is_array(given) or given.type.dtype not in FLOATS:  # type: ignore[attr-defined]
        return False
    value = low.array(given)
    type_ = element_of(value.type)
    if not is_array(like):
        if not isinstance(op.result.type, Scalar):
            return False
        _Reduction(low, builder, value, tuple(range(value.type.ndim)), False, _sum(type_), type_).into(op.result)
        return True
    target = low.array(like)
    lead = value.type.ndim - target.type.ndim
    if lead < 0:
        return False
    axes = [lead + k for k in range(target.type.ndim) if target.is_one(k) and not value.is_one(lead + k)]
    for k in range(target.type.ndim):
        if lead + k not in axes and not low.facts.equal(value.lengths[lead + k], target.lengths[k]):
            raise NotLowerable
    if lead:
        if axes:
            return False
        _Reduction(low, builder, value, tuple(range(lead)), False, _sum(type_), type_).into(op.result)
    else:
        _Reduction(low, builder, value, tuple(axes), True, _sum(type_), type_).into(op.result)
    return True


def product(low: Lowering, op: Op, builder: Builder) -> bool:
    """`np.dot(a, b)` and `a @ b` with a vector; of whole matrices where a part of one is meant."""
    if op.keywords or len(op.args) != 2 or not all(map(is_array, op.args)):
        return False
    left, right = map(low.array, op.args)
    ranks = left.type.ndim, right.type.ndim
    same = left.type.dtype == right.type.dtype and left.type.dtype in FLOATS
    if not same or ranks not in ((1, 1), (2, 1), (1, 2)):
        return False
    if ranks != (1, 1) and not any(map(low.is_part, op.args)):
        return False  # the library's product is as fast
    if not low.facts.equal(left.lengths[-1], right.lengths[0]):
        raise NotLowerable
    value, axis = _products(left, right)
    type_ = element_of(value.type)
    _Reduction(low, builder, value, (axis,), False, _sum(type_), type_).into(op.result)
    return True


def _products(left: Lazy, right: Lazy) -> tuple[Lazy, int]:
    """The products whose sum over an axis is that of two arrays, one of them a vector."""

    def compute(body: Body, index: Index) -> Atom:
        first = left.at(body, index[: left.type.ndim])
        second = right.at(body, index[len(index) - right.type.ndim :])
        return body.builder.emit(MULTIPLY, first, second, hint="t", type=element_of(left.type))

    longer = left if left.type.ndim == 2 else right
    return Lazy(longer.type, longer.lengths, compute), 1 if left.type.ndim == 2 else 0


# ------------------------------------------------------------------ the nests


class _Reduction:
    """A reduction over some axes of a value."""

    def __init__(
        self,
        low: Lowering,
        builder: Builder,
        value: Lazy,
        axes: tuple[int, ...],
        keepdims: bool,
        kind: _Kind,
        type_: Scalar,
    ) -> None:
        self.low, self.facts, self.builder = low, low.facts, builder
        self.value, self.axes, self.keepdims, self.kind, self.type = value, axes, keepdims, kind, type_
        self.divided = False
        ndim = value.type.ndim
        self.split = ndim
        while self.split and self.split - 1 in axes:
            self.split -= 1
        if kind.zero is None:
            for k in axes:
                if not self.facts.holds(value.lengths[k] + -1):
                    raise NotLowerable

    def into(self, result: Var) -> None:
        """Emit the nests that compute the result."""
        if isinstance(result.type, Scalar):
            self._bind(result, self._number(self.builder, (), result.hint))
            return
        lengths = tuple(number(1) if k in self.axes else n for k, n in self._left())
        self.facts.lengths_of[result] = lengths
        dims = tuple(known(1) if n.same_as(number(1)) else UNKNOWN for n in lengths)
        assert isinstance(result.type, Array)
        if result.type.ndim != len(dims):
            raise NotLowerable
        if any(k < self.split for k in self.axes):
            self._gathered(result, lengths)
        else:
            self._one_by_one(result, lengths)

    def _left(self) -> list[tuple[int, Form]]:
        return [(k, n) for k, n in enumerate(self.value.lengths) if self.keepdims or k not in self.axes]

    def _place(self, index: Sequence[Form]) -> Index:
        """Where in the result an entry belongs."""
        return tuple(number(0) if k in self.axes else index[k] for k, _ in self._left())

    def _number(self, builder: Builder, outer: Index, hint: str) -> Atom:
        """The running number over the axes behind `outer`, reduced all of them."""
        made = nest(self.facts, self.value.lengths[len(outer) :])
        body = Body(self.facts, Builder(builder.origin))
        start = self.kind.zero or self._first(builder, outer)
        single = self.type == SINGLE and self.kind.zero is not None  # a sum of many is added up in double precision
        running = FLOAT if single else self.type
        before = Var(hint, running)
        with inside(made):
            entry = self.value.at(body, (*outer, *made.index))
            after = self.kind.step(body.builder, before, entry, hint, running)
        (out,) = close(builder, made, body.builder.ops, [(before, start, after)])
        mean = self._mean(builder, out, running)
        return builder.emit(FLOAT32, mean, hint=hint, type=SINGLE) if single else mean

    def _first(self, builder: Builder, outer: Index) -> Atom:
        rest = tuple(number(0) for _ in self.value.lengths[len(outer) :])
        return self.value.at(Body(self.facts, builder), (*outer, *rest))

    def _mean(self, builder: Builder, total: Atom, type_: Scalar) -> Atom:
        if not self.divided:
            return total
        count: Atom | None = None
        for k in self.axes:
            length = self.facts.atom(builder, self.value.lengths[k])
            count = length if count is None else builder.emit(MULTIPLY, count, length, hint="n", type=INT)
        return builder.emit(DIVIDE, total, count or Const(1), hint="mean", type=type_)

    def _one_by_one(self, result: Var, lengths: Index) -> None:
        """The axes that stay stand first: one running number for each entry."""
        allocate(self.facts, self.builder, result, lengths)
        outer = nest(self.facts, self.value.lengths[: self.split])
        body = Builder(self.builder.origin)
        with inside(outer):
            made = self._number(body, outer.index, result.hint)
            place = Body(self.facts, body).place(self._place((*outer.index, *self.value.lengths[self.split :])))
            body.perform(SETITEM, result, place, made)
        close(self.builder, outer, body.ops)

    def _gathered(self, result: Var, lengths: Index) -> None:
        """The result is the running value of all its entries."""
        allocate(self.facts, self.builder, result, lengths, "empty" if self.kind.zero is None else "zeros")
        if self.kind.zero is None:
            start = self.value.lengths
            self._over(tuple(number(1) if k in self.axes else n for k, n in enumerate(start)), result, SETITEM)
        self._over(self.value.lengths, result, None)
        if self.divided:
            final = nest(self.facts, lengths)
            body = Body(self.facts, Builder(self.builder.origin))
            mean = self._mean(body.builder, body.load(result, final.index), self.type)
            body.builder.perform(SETITEM, result, body.place(final.index), mean)
            close(self.builder, final, body.builder.ops)

    def _over(self, lengths: Index, result: Var, how: object) -> None:
        """One pass over the entries: each starts the result off (`how` is SETITEM), or is taken in."""
        outer: Nest = nest(self.facts, lengths)
        body = Body(self.facts, Builder(self.builder.origin))
        with inside(outer):
            entry = self.value.at(body, outer.index)
            place = body.place(self._place(outer.index))
            if how is SETITEM:
                body.builder.perform(SETITEM, result, place, entry)
            elif self.kind.zero is not None:
                body.builder.perform(ADDAT, result, place, entry)
            else:
                so_far = body.builder.emit(GETITEM, result, place, hint=result.hint, type=self.type)
                made = self.kind.step(body.builder, so_far, entry, result.hint, self.type)
                body.builder.perform(SETITEM, result, place, made)
        close(self.builder, outer, body.builder.ops)

    def _bind(self, result: Var, out: Atom) -> None:
        """Let the op that defines `out` define `result` instead."""
        op = self.builder.ops[-1]
        results = tuple(result if r is out else r for r in op.results)
        self.builder.ops[-1] = replace(op, results=results)
