"""Arrays that are made to be filled."""

from __future__ import annotations

import numpy as np

from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import BY_NAME, TUPLE
from ..ir.types import INT
from ..rules.functions import MAX_
from .facts import Facts
from .values import Index


def append_empty(builder: Builder, array: Var, shape: Atom, dtype: np.dtype, how: str = "empty") -> None:
    """`array = np.empty(shape, dtype)`; `how` is "empty" or "zeros"."""
    name = "bool_" if dtype.kind == "b" else dtype.name
    given = () if dtype == np.float64 else (("dtype", Const(getattr(np, name), name=f"np.{name}")),)
    builder.append(Op(BY_NAME[how], (shape,), (array,), given, origin=builder.origin))


def allocate(facts: Facts, builder: Builder, array: Var, lengths: Index, how: str = "empty") -> None:
    """Make an array of given lengths."""
    sizes = [_size(facts, builder, form) for form in lengths]
    shape = sizes[0] if len(sizes) == 1 else builder.emit(TUPLE, *sizes, hint="shape")
    append_empty(builder, array, shape, np.dtype(array.type.dtype), how)  # type: ignore[attr-defined]


def _size(facts: Facts, builder: Builder, length: object) -> Atom:
    atom = facts.atom(builder, length)  # type: ignore[arg-type]
    if facts.proves(length):  # type: ignore[arg-type]
        return atom
    return builder.emit(MAX_, atom, Const(0), hint="n", type=INT)
