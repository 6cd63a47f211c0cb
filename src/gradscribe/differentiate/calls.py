"""Calls of functions that are not inlined (recursive ones): a forward and a reverse function beside the caller.

`y = g(x)` becomes `y, record = g_fwd(x)` in the forward sweep and `bx = g_rev(record, by)` in the mirror. A function is
turned into such a pair once for each set of active arguments, whatever the number of its call sites.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import UnsupportedCall, UntrackableAlias
from ..ir.build import Builder
from ..ir.nodes import Callee, Const, Function, Op, Var, replace, walk
from ..ir.primitives import CALL, GETITEM
from ..ir.types import FLOAT, OBJECT, STRUCTURES, Array, List, Tuple, Type
from .adjoints import Adjoint, Adjoints, bar

if TYPE_CHECKING:
    from .frames import Sweep


class Pairs:
    """The pairs made so far, by callee and active arguments; shared by a caller and all that it calls."""

    def __init__(self) -> None:
        self._made: dict[tuple[Callee, tuple[int, ...]], tuple[Callee, Callee]] = {}
        self._gradients: dict[tuple[Callee, tuple[int, ...]], Callee] = {}

    def gradient(self, callee: Callee, active: tuple[int, ...], make: Callable[[str], Function]) -> Callee:
        """The gradient of a callee that is computed again on the way back; `make` makes it, given its name."""
        key = (callee, active)
        if key not in self._gradients:
            others = sum(c is callee for c, _ in self._gradients)
            found = self._gradients[key] = Callee(f"{callee.name}_grad" + (f"_{others}" if others else ""))
            found.function = make(found.name)
        return self._gradients[key]

    def pair(self, callee: Callee, active: tuple[int, ...], op: Op) -> tuple[Callee, Callee]:
        """The forward and the reverse function of a callee."""
        key = (callee, active)
        if key not in self._made:
            ending = "" if not any(c is callee for c, _ in self._made) else f"_{len(self._made)}"
            ahead, back = Callee(f"{callee.name}_fwd{ending}"), Callee(f"{callee.name}_rev{ending}")
            self._made[key] = (ahead, back)
            self._fill(callee, active, ahead, back, op)
        return self._made[key]

    def _fill(self, callee: Callee, active: tuple[int, ...], ahead: Callee, back: Callee, op: Op) -> None:
        from .pullback import pullback

        function = callee.function
        assert function is not None
        if any(o.primitive.writes and o.args[0] in function.body.params for o in walk(function.body)):
            raise UntrackableAlias(f"{callee.name} calls itself and writes to its arguments", op.origin)
        seed = seed_of(function.body.yields[0].type)
        ahead.function, back.function = pullback(function, active, names=(ahead.name, back.name), seed=seed, pairs=self)


def seed_of(result: Type) -> Type:
    """The type of the adjoint of a result."""
    return result if isinstance(result, (Array, *STRUCTURES)) else FLOAT


def forward_call(sweep: Sweep, op: Op, builder: Builder) -> Var | None:
    """Call the forward function; return the record, None where no argument is active."""
    if op.static.again or not any(r in sweep.active for r in op.results):
        builder.append(op)
        return None
    if any(sweep.is_pointer(a) or isinstance(a.type, (*STRUCTURES, List)) for a in op.args if a in sweep.active):
        reason = f"{op.static.name} calls itself with an active argument that is a container or is written"
        raise UnsupportedCall(reason, op.origin, "pass numbers or arrays that are not written")
    ahead, _ = sweep.pairs.pair(op.static, _active(sweep, op), op)
    type_ = Tuple((op.result.type, OBJECT))
    both = builder.emit(CALL, *op.args, static=ahead, type=type_, hint=op.result.hint)
    value = builder.emit(GETITEM, both, Const(0), type=op.result.type, hint=op.result.hint)
    builder.append(replace(builder.ops.pop(), results=(op.result,)))
    assert value.type == op.result.type
    return builder.emit(GETITEM, both, Const(1), type=OBJECT, hint=f"{op.static.name}_record")


def _active(sweep: Sweep, op: Op) -> tuple[int, ...]:
    return tuple(k for k, a in enumerate(op.args) if isinstance(a, Var) and a in sweep.active)


def mirror_call(sweep: Sweep, op: Op, record: Var, adjoints: Adjoints) -> None:
    """Call the reverse function with the record and the adjoint of the result."""
    g: Adjoint = adjoints.take(op.result)
    if g is None:
        return
    builder, positions = adjoints.builder, _active(sweep, op)
    _, back = sweep.pairs.pair(op.static, positions, op)
    types = tuple(op.args[k].type for k in positions)
    full = adjoints.full(g, op.result)
    both = builder.emit(CALL, record, full, static=back, type=Tuple(types), hint="gradient")
    for n, k in enumerate(positions):
        arg = op.args[k]
        part = builder.emit(GETITEM, both, Const(n), type=arg.type, hint=bar(getattr(arg, "hint", "t")))
        adjoints.add(arg, part)
