"""Nests of loops around what is done for one index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..analyse.linear import Form, number, variable
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, LoopShape, Op, Var
from ..ir.primitives import LOOP, POSITIVE
from ..ir.types import INT
from .facts import Facts
from .values import Index

NAMES = "ijklmnop"


@dataclass
class Nest:
    """Loops over the entries of an array.

    Attributes:
        lengths: of its dimensions.
        indices: for each dimension the index of its loop, None where there is one entry.
        index: the entry, counted from 0.
        starts: where the loops begin: their indices are those of the array that is written.
        directions: 1 or -1 for each loop.
    """

    facts: Facts
    lengths: Index
    indices: list[Var | None]
    starts: Index
    index: Index
    directions: list[int] = field(default_factory=list)

    @property
    def loops(self) -> list[Var]:
        """The indices of the loops there are, outermost first."""
        return [i for i in self.indices if i is not None]


def nest(facts: Facts, lengths: Index, starts: Index | None = None) -> Nest:
    """A nest for the entries of an array of given lengths.

    Args:
        facts: about integers.
        lengths: of the array.
        starts: the first index of each loop, 0 where None.
    """
    starts = tuple(map(_start, starts)) if starts else tuple(number(0) for _ in lengths)
    indices: list[Var | None] = []
    index = []
    for k, (length, start) in enumerate(zip(lengths, starts, strict=True)):
        one = length.same_as(number(1))
        var = None if one else Var(NAMES[min(k, len(NAMES) - 1)], INT)
        indices.append(var)
        index.append(number(0) if var is None else variable(var) - start)
    return Nest(facts, lengths, indices, starts, tuple(index))


def _start(form: Form) -> Form:
    """Where a loop that should begin at a form begins. From 2 on LLVM has to know that the range is not empty to see
    that no index wraps around; a loop that begins at 0 it turns into vectors without."""
    return number(0) if not form.terms and form.constant > 1 else form


@contextmanager
def inside(made: Nest) -> Iterator[None]:
    """What is known inside of the loops."""
    facts = made.facts
    with facts.scope():
        for var, start, length in zip(made.indices, made.starts, made.lengths, strict=True):
            if var is not None:
                facts.note_range(var, start, start + length + -1)
        yield


def close(
    builder: Builder, made: Nest, body: Sequence[Op], carried: Sequence[tuple[Var, Atom, Atom]] = (), hint: str = "t"
) -> list[Var]:
    """Append the loops around a body.

    Args:
        builder: takes the loops.
        made: which loops.
        body: what is done for one entry.
        carried: values that go from trip to trip: the parameter, what it is at first, and what it is next.
        hint: the name of the results.

    Returns:
        the carried values behind the last trip.
    """
    pending = [k for k, var in enumerate(made.indices) if var is not None]
    if not pending:
        builder.ops += [*_handed(carried), *body]
        return [after for _, _, after in carried if isinstance(after, Var)]
    params = [[p if k == len(pending) - 1 else Var(p.hint, p.type) for p, _, _ in carried] for k in range(len(pending))]
    signs = made.directions or [1] * len(pending)
    ops, nexts = list(body), [after for _, _, after in carried]
    for depth in reversed(range(len(pending))):
        axis = pending[depth]
        index = made.indices[axis]
        assert index is not None
        block = Block((index, *params[depth]), tuple(ops), tuple(nexts))
        inits = params[depth - 1] if depth else [before for _, before, _ in carried]
        results = [Var(p.hint, p.type) for p, _, _ in carried]
        around = Builder(builder.origin)
        bounds = _bounds(made.facts, around, made.starts[axis], made.lengths[axis], signs[depth])
        shape = LoopShape(bounded=True, exits=False)
        around.append(Op(LOOP, (*bounds, *inits), tuple(results), blocks=(block,), static=shape, origin=builder.origin))
        ops, nexts = around.ops, list(results)
    builder.ops += ops
    return [r for r in nexts if isinstance(r, Var)]


def _handed(carried: Sequence[tuple[Var, Atom, Atom]]) -> list[Op]:
    """What stands in front of the only trip there is."""
    return [Op(POSITIVE, (before,), (param,)) for param, before, _ in carried]


def _bounds(facts: Facts, builder: Builder, start: Form, length: Form, sign: int) -> tuple[Atom, Atom, Atom]:
    stop = start + length
    if sign < 0:
        start, stop = stop + -1, start + -1
    return facts.atom(builder, start), facts.atom(builder, stop), Const(sign)
