"""What is decided: branches on constants, loops without trips, carried values that never change, entries of structures
that the program makes."""

from __future__ import annotations

from ..ir.bundles import BUNDLES, position_of
from ..ir.nodes import Atom, Const, Function, Loop, Op, Var, loop_of, replace
from ..ir.primitives import GETATTR, GETITEM, IF, LOOP
from .rewriting import Rewriting, same, substituted


def fold(function: Function) -> Function:
    """Take the arm that a constant predicate selects, drop loops without trips, and replace carried values that stay
    what they were, and results of branches whose arms yield the same."""
    folding = _Folding()
    made = folding.run(function)
    return replace(made, body=substituted(made.body, folding.late)) if folding.late else made


class _Folding(Rewriting):
    def __init__(self) -> None:
        super().__init__()
        self.late: dict[Var, object] = {}  # found out behind a loop, when its body was already rebuilt
        self.bundles: dict[Atom, Op] = {}

    def visit(self, op: Op) -> None:
        entry = self.entry(op)
        if op.primitive is IF:
            self.branch(op)
        elif op.primitive is LOOP:
            self.loop(op)
        elif entry is not None:
            self.drop(op.result, entry)
        else:
            if op.primitive in BUNDLES:
                self.bundles[op.result] = op
            self.keep(op)

    def entry(self, op: Op) -> Atom | None:
        """What is taken out of a structure that the program has made."""
        made = self.bundles.get(op.args[0]) if op.primitive in (GETITEM, GETATTR) else None
        if made is None or op.result.named:
            return None
        position = position_of(made.result.type, Const(op.static) if op.primitive is GETATTR else op.args[1])
        return None if position is None else made.args[position]

    def branch(self, op: Op) -> None:
        (predicate,) = op.args
        if isinstance(predicate, Const) and isinstance(predicate.value, (bool, int, float, str, type(None))):
            arm = op.blocks[0 if predicate.value else 1]
            made = self.block(arm)
            self.ops.extend(made.ops)
            for result, value in zip(op.results, made.yields, strict=True):
                self.drop(result, value)
            return
        op = self.inside(op)
        then, orelse = op.blocks
        kept = []
        for k, result in enumerate(op.results):
            if same(then.yields[k], orelse.yields[k]):
                self.drop(result, then.yields[k])
            else:
                kept.append(k)
        if op.results and not kept and not then.ops and not orelse.ops:
            return
        arms = tuple(replace(arm, yields=tuple(arm.yields[k] for k in kept)) for arm in op.blocks)
        self.keep(replace(op, results=tuple(op.results[k] for k in kept), blocks=arms))

    def loop(self, op: Op) -> None:
        parts = loop_of(op)
        if _no_trips(parts):
            for result, init in zip(op.results, parts.inits, strict=True):
                self.drop(result, init)
            return
        for param, init, following in zip(parts.carried, parts.inits, parts.nexts, strict=True):
            if following is param or same(following, init):
                self.drop(param, init)
        op = self.inside(op)
        parts = loop_of(op)
        gone = []
        for k, (param, init, following) in enumerate(zip(parts.carried, parts.inits, parts.nexts, strict=True)):
            if following is param or same(following, init):
                gone.append(k)
                self.drop(parts.results[k], init)
                if param not in self.environment:
                    self.late[param] = init
        self.keep(_without(op, gone) if gone else op)


def _no_trips(loop: Loop) -> bool:
    bounds = (loop.start, loop.stop, loop.step)
    if not all(isinstance(b, Const) and type(b.value) is int for b in bounds) or not loop.step.value:  # type: ignore[union-attr]
        return False
    return not range(*(b.value for b in bounds))  # type: ignore[union-attr]


def _without(op: Op, gone: list[int]) -> Op:
    """The loop without some of its carried values."""
    loop = loop_of(op)
    kept = [k for k in range(len(loop.inits)) if k not in set(gone)]

    def keep(values: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(values[k] for k in kept)

    first, front = (3, 1) if op.static.bounded else (0, 0)
    body = replace(
        loop.body,
        params=loop.body.params[:front] + keep(loop.carried),
        yields=((loop.end,) if loop.end is not None else ()) + keep(loop.nexts),
    )
    return replace(op, args=op.args[:first] + keep(loop.inits), results=keep(op.results), blocks=(body,))
