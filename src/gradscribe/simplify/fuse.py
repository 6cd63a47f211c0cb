"""Fuse a forward loop with its mirror where the trips of the mirror may run in any order.

    for i in range(n):                            for i in range(n):
        e = exp(x[i]); e_tape.append(e)               e = exp(x[i])
        s = s + e                                     s = s + e
    for i in range(n - 1, -1, -1):                    bx[i] += bs * e
        e = e_tape.pop(); bx[i] += bs * e

That is so when the mirror only accumulates: each value that it carries goes to the next trip unchanged, or with
something added that depends on no other carried value, and nothing on the way writes memory. Then trip i of the mirror
runs right behind trip i of the loop, and what it pops is what that trip has just pushed. Everything else that the
mirror reads must be known before the loop. The order of a sum changes, and with it its rounding: this is for
derivative code only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..ir.build import map_blocks, substitute
from ..ir.nodes import Atom, Block, Const, Function, Loop, Op, Var, loop_of, replace, walk
from ..ir.primitives import ADD, APPEND, ASSERT, CALL, COMMENT, LIST, LOOP, POP, RAISE, SUBTRACT, VADDAT


def fuse_loops(function: Function) -> Function:
    """Fuse each loop with its mirror where that is possible, see above; the same object where it is not."""
    body = _fuse_in(function.body)
    return function if body is function.body else replace(function, body=body)


def _fuse_in(block: Block) -> Block:
    ops = [map_blocks(op, _fuse_in) for op in block.ops]
    for op in [o for o in ops if o.primitive is LOOP]:
        if op in ops:
            ops = _fuse_first(ops, op) or ops
    return block if ops == [*block.ops] else replace(block, ops=tuple(ops))


@dataclass
class _Pair:
    """A loop and its mirror in one list of ops."""

    ops: list[Op]
    first: Op
    second: Op


def _fuse_first(ops: list[Op], first: Op) -> list[Op] | None:
    """Fuse a loop with the first later loop that pops what it pushes; None where it cannot be."""
    place = ops.index(first)
    tapes = _tapes_filled_by(first, ops[:place])
    for second in ops[place + 1 :]:
        if second.primitive is LOOP and _is_mirror(loop_of(first), loop_of(second), first, second, ops):
            return _fuse(_Pair(ops, first, second), tapes)
    return None


def _tapes_filled_by(loop: Op, before: list[Op]) -> dict[Var, Var]:
    """The tapes that the loop's body appends to, once a trip, with the value appended."""
    (body,) = loop.blocks
    tapes = {op.result for op in before if op.primitive is LIST and not op.args}
    filled: dict[Var, Var] = {}
    for op in body.ops:
        if op.primitive is APPEND and op.args[0] in tapes and isinstance(op.args[1], Var):
            filled[op.args[0]] = op.args[1]
    return filled


def _is_mirror(one: Loop, other: Loop, first: Op, second: Op, ops: list[Op]) -> bool:
    """Whether `other` runs through the trips of `one` backwards."""
    if first.static.exits or second.static.exits or not (first.static.bounded and second.static.bounded):
        return False
    if not (_is(one.step, 1) and _is(other.step, -1)):
        return False
    return _one_less(other.start, one.stop, ops) and _one_less(other.stop, one.start, ops)


def _is(atom: Atom | None, value: int) -> bool:
    return isinstance(atom, Const) and atom.value == value


def _one_less(atom: Atom | None, than: Atom | None, ops: list[Op]) -> bool:
    if isinstance(atom, Const) and isinstance(than, Const):
        return bool(atom.value == than.value - 1)
    made = next((op for op in ops if atom in op.results), None)
    if made is None or made.primitive is not SUBTRACT:
        return False
    return made.args[0] is than and _is(made.args[1], 1)


def _fuse(pair: _Pair, tapes: dict[Var, Var]) -> list[Op] | None:
    ops, first, second = pair.ops, pair.first, pair.second
    start, end = ops.index(first), ops.index(second)
    pops = _pops(second, tapes)
    if pops is None or not _accumulates(loop_of(second)) or not _only_uses(ops, tapes, first, second):
        return None
    quiet = _Quiet(tapes)
    if not all(map(quiet.is_quiet, [*walk(first.blocks[0]), *walk(second.blocks[0]), *ops[start + 1 : end]])):
        return None
    early = _needed_before(ops[start + 1 : end], second, set(first.results))
    if early is None:
        return None
    late = [op for op in ops[start + 1 : end] if op not in early]
    return [*ops[:start], *early, _merged(first, second, pops, tapes), *late, *ops[end + 1 :]]


class _Quiet:
    """Whether operations leave all memory but that of the tapes as it is: then they may change places.

    Args:
        tapes: the tapes.
    """

    def __init__(self, tapes: Iterable[Var]) -> None:
        self.tapes: set[Atom] = set(tapes)
        self.known: dict[Function, bool] = {}

    def is_quiet(self, op: Op) -> bool:
        if op.blocks:
            return all(self.is_quiet(inner) for block in op.blocks for inner in block.ops)
        if op.primitive is CALL:
            return self.is_quiet_function(op.static.function)
        harmless = op.primitive in (COMMENT, RAISE, ASSERT)
        return op.primitive.is_pure or harmless or (op.primitive in (APPEND, POP) and op.args[0] in self.tapes)

    def is_quiet_function(self, function: Function) -> bool:
        if function not in self.known:
            self.known[function] = True
            self.tapes.update(op.result for op in walk(function.body) if op.primitive is LIST and not op.args)
            self.known[function] = all(map(self.is_quiet, walk(function.body)))
        return self.known[function]


def _pops(second: Op, tapes: dict[Var, Var]) -> dict[Var, Atom] | None:
    """What the mirror pops, and the value that was pushed; None where it pops anything else."""
    found: dict[Var, Atom] = {}
    (body,) = second.blocks
    for op in walk(body):
        if op.primitive is POP:
            if op.args[0] not in tapes or op not in body.ops or len(op.args) > 1:
                return None
            found[op.result] = tapes[op.args[0]]
    return found


def _only_uses(ops: list[Op], tapes: dict[Var, Var], first: Op, second: Op) -> bool:
    """Whether the tapes serve these two loops alone, each filled and emptied at one place."""
    uses = [op for op in walk(Block((), tuple(ops), ())) if any(a in tapes for a in op.inputs)]
    counts = {tape: [op.primitive for op in uses if op.args[0] is tape] for tape in tapes}
    return all(kinds == [APPEND, POP] for kinds in counts.values() if POP in kinds) and len(uses) == sum(
        map(len, counts.values())
    )


def _accumulates(loop: Loop) -> bool:
    """Whether what the loop carries is only added to, each value for itself."""
    definitions = {op.result: op for op in loop.body.ops if len(op.results) == 1}
    links: set[Op] = set()
    for param, last in zip(loop.carried, loop.nexts, strict=True):
        while last is not param:
            made = definitions.get(last)  # type: ignore[arg-type]
            if made is None or made.primitive not in (ADD, SUBTRACT, VADDAT):
                return False
            links.add(made)
            last = made.args[0]
    chains = {op.result for op in links}
    carried = {p for p, n in zip(loop.carried, loop.nexts, strict=True) if n is not p}
    for op in walk(loop.body):
        inputs = op.inputs[1:] if op in links else op.inputs
        if any(a in chains or a in carried for a in inputs):
            return False
    return True


def _needed_before(between: list[Op], second: Op, forbidden: set[Var]) -> list[Op] | None:
    """The ops between the loops that the mirror needs; None where they cannot be moved in front of the first loop."""
    needed = {a for a in second.inputs if isinstance(a, Var)} | _mentioned(second.blocks[0])
    early: list[Op] = []
    for op in reversed(between):
        if needed.isdisjoint(op.results):
            continue
        if op.blocks or not op.primitive.is_pure or not forbidden.isdisjoint(op.inputs):
            return None
        early.append(op)
        needed.update(a for a in op.inputs if isinstance(a, Var))
    return None if needed & forbidden else early[::-1]


def _mentioned(block: Block) -> set[Var]:
    """The values that a block mentions at any depth."""
    blocks = [block, *(inner for op in walk(block) for inner in op.blocks)]
    atoms = [a for b in blocks for a in (*b.yields, *(i for op in b.ops for i in op.inputs))]
    return {a for a in atoms if isinstance(a, Var)}


def _merged(first: Op, second: Op, pops: dict[Var, Atom], tapes: dict[Var, Var]) -> Op:
    one, other = loop_of(first), loop_of(second)
    assert one.index is not None and other.index is not None
    environment: dict[Var, Atom] = {**pops, other.index: one.index}
    popped = {op.args[0] for op in other.body.ops if op.primitive is POP}
    kept = [op for op in one.body.ops if not (op.primitive is APPEND and op.args[0] in popped)]
    moved = [_renamed(op, environment) for op in other.body.ops if op.primitive is not POP]
    nexts = (*one.nexts, *(environment.get(a, a) if isinstance(a, Var) else a for a in other.nexts))
    body = Block((one.index, *one.carried, *other.carried), (*kept, *moved), nexts)
    args = (*first.args, *other.inits)
    return replace(first, args=args, results=(*first.results, *second.results), blocks=(body,))


def _renamed(op: Op, environment: dict[Var, Atom]) -> Op:
    moved = substitute(op, environment)
    if not op.blocks:
        return moved
    blocks = []
    for block in op.blocks:
        yields = tuple(environment.get(a, a) if isinstance(a, Var) else a for a in block.yields)
        blocks.append(Block(block.params, tuple(_renamed(o, environment) for o in block.ops), yields))
    return replace(moved, blocks=tuple(blocks))
