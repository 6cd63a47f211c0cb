"""Drop what the text does not need: values without use, loop-carried values that feed only themselves.

Works on the IR, before lines are chosen. Ops that write memory or have an effect stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..ir.build import substitute
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, replace, walk
from ..ir.primitives import COMMENT, IF, LOOP
from .ordering import Effects


def prune(function: Function, *, statements: bool = False) -> Function:
    """The function without dead values; `ir.check` holds for it.

    Args:
        function: a valid function.
        statements: whether the operations of the user's statements stay, used or not.
    """
    body = _Share().block(function.body)
    marks = _Marks()
    marks.scan(body, ())
    marks.mark(users_ops(body) if statements else ())
    marks.mark(body.yields)
    marks.run()
    return replace(function, body=_Sweep(marks.live).block(body))


def users_ops(body: Block) -> list[Op]:
    """The operations of the user's statements: those in front of the comment "reverse"."""
    found: list[Op] = []
    for op in walk(body):
        if op.primitive is COMMENT and op.static == "reverse":
            break
        if op.results and op.origin is not None and not op.blocks:
            found.append(op)
    return found


class _Share:
    """Carried values that never change, and branch results that are the same on both sides, are what they are."""

    def __init__(self) -> None:
        self.stands: dict[Var, Atom] = {}

    def atom(self, atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in self.stands:
            atom = self.stands[atom]
        return atom

    def settled(self, op: Op) -> Op:
        """The op with its own operands replaced by what they stand for."""
        return substitute(op, {a: self.atom(a) for a in op.inputs if isinstance(a, Var) and a in self.stands})

    def block(self, block: Block) -> Block:
        return Block(block.params, tuple(map(self.op, block.ops)), tuple(map(self.atom, block.yields)))

    def op(self, op: Op) -> Op:
        if op.primitive is LOOP:
            return self._loop(op)
        op = replace(self.settled(op), blocks=tuple(map(self.block, op.blocks)))
        if op.primitive is IF and op.results:
            return self._branch(op)
        return op

    def _branch(self, op: Op) -> Op:
        then, orelse = op.blocks
        kept = []
        for k, (result, a, b) in enumerate(zip(op.results, then.yields, orelse.yields, strict=True)):
            if a is b or (isinstance(a, Const) and isinstance(b, Const) and _same_constant(a, b)):
                self.stands[result] = a
            else:
                kept.append(k)
        return op if len(kept) == len(op.results) else _keep_results(op, kept)

    def _loop(self, op: Op) -> Op:
        loop = loop_of(op)
        fixed = [k for k, (p, n) in enumerate(zip(loop.carried, loop.nexts, strict=True)) if n is p]
        for k in fixed:
            self.stands[loop.carried[k]] = self.stands[loop.results[k]] = loop.inits[k]
        if fixed:
            op = _keep_carried(op, [k for k in range(len(loop.carried)) if k not in fixed])
        op = self.settled(op)
        return replace(op, blocks=tuple(map(self.block, op.blocks)))


def _same_constant(a: Const, b: Const) -> bool:
    return a.name == b.name and type(a.value) is type(b.value) and a.value is b.value


def _keep_results(op: Op, kept: Iterable[int]) -> Op:
    kept = list(kept)
    blocks = tuple(Block((), arm.ops, tuple(arm.yields[k] for k in kept)) for arm in op.blocks)
    return replace(op, results=tuple(op.results[k] for k in kept), blocks=blocks)


def _keep_carried(op: Op, kept: Iterable[int]) -> Op:
    kept, loop = list(kept), loop_of(op)
    head = op.args[: len(op.args) - len(loop.inits)]
    params = loop.body.params[: len(loop.body.params) - len(loop.carried)]
    end = loop.body.yields[: len(loop.body.yields) - len(loop.nexts)]
    body = Block(
        (*params, *(loop.carried[k] for k in kept)),
        loop.body.ops,
        (*end, *(loop.nexts[k] for k in kept)),
    )
    results = tuple(loop.results[k] for k in kept)
    return replace(op, args=(*head, *(loop.inits[k] for k in kept)), blocks=(body,), results=results)


@dataclass
class _Marks:
    """Mark and sweep: `needs` says what a value needs; an op with an effect needs itself and those around it."""

    live: set[object] = field(default_factory=set)
    needs: dict[object, list[object]] = field(default_factory=dict)
    todo: list[object] = field(default_factory=list)
    effects: Effects = field(default_factory=Effects)

    def mark(self, things: Iterable[object]) -> None:
        for thing in things:
            if not isinstance(thing, Const) and thing not in self.live:
                self.live.add(thing)
                self.todo.append(thing)

    def run(self) -> None:
        while self.todo:
            self.mark(self.needs.get(self.todo.pop(), ()))

    def scan(self, block: Block, around: tuple[Op, ...]) -> None:
        for op in block.ops:
            self.needs[op] = [*op.inputs] if not op.blocks else list(op.args[: 3 if _is_bounded(op) else 0])
            self.needs[op] += [*around, *(v for _, v in op.keywords)]
            for result in op.results:
                self.needs[result] = [op]
            if op.primitive is IF:
                self._scan_branch(op)
            elif op.primitive is LOOP:
                self._scan_loop(op)
            elif self.effects.must_run(op):
                self.mark([op])
            for inner in op.blocks:
                self.scan(inner, (op,))

    def _scan_branch(self, op: Op) -> None:
        self.needs[op] += op.args
        for k, result in enumerate(op.results):
            self.needs[result] += [arm.yields[k] for arm in op.blocks]

    def _scan_loop(self, op: Op) -> None:
        loop = loop_of(op)
        if loop.end is not None:
            self.needs[op].append(loop.end)
        if loop.index is not None:
            self.needs[loop.index] = [op]
        for param, init, next_, result in zip(loop.carried, loop.inits, loop.nexts, loop.results, strict=True):
            self.needs[param] = [op, init, next_]
            self.needs[result] = [param]


def _is_bounded(op: Op) -> bool:
    return op.primitive is LOOP and op.static.bounded


@dataclass
class _Sweep:
    live: set[object]

    def block(self, block: Block) -> Block:
        return Block(block.params, tuple(self.op(op) for op in block.ops if op in self.live), block.yields)

    def op(self, op: Op) -> Op:
        if not op.blocks:
            return op
        if op.primitive is IF:
            op = _keep_results(op, [k for k, r in enumerate(op.results) if r in self.live])
        else:
            carried = loop_of(op).carried
            op = _keep_carried(op, [k for k, p in enumerate(carried) if p in self.live])
        return replace(op, blocks=tuple(map(self.block, op.blocks)))
