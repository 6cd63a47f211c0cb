"""How a pass goes over a program: once, in order, with a mapping from values that are gone to what stands for them.

It knows no identity; passes derive from `Rewriting`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..ir.build import substitute
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk


class Rewriting:
    """Rebuilds a program. A pass overrides `visit`, which gets each op with its operands replaced, and calls `keep`
    for what stays and `drop` for a value that another stands for. Facts about the program are facts about its own ops:
    a pass looks them up for `original`, the op as it was (until a block inside is entered)."""

    original: Op

    def __init__(self) -> None:
        self.environment: dict[Var, Atom] = {}
        self.ops: list[Op] = []

    def run(self, function: Function) -> Function:
        return replace(function, body=self.block(function.body))

    def block(self, block: Block) -> Block:
        outer, self.ops = self.ops, []
        for op in block.ops:
            self.original = op
            self.visit(substitute(op, self.environment))
        made = Block(block.params, tuple(self.ops), tuple(map(self.atom, block.yields)))
        self.ops = outer
        return made

    def visit(self, op: Op) -> None:
        self.keep(self.inside(op))

    def inside(self, op: Op) -> Op:
        """The op with its blocks rebuilt."""
        return replace(op, blocks=tuple(map(self.block, op.blocks))) if op.blocks else op

    def keep(self, op: Op) -> None:
        self.ops.append(op)

    def drop(self, var: Var, atom: Atom) -> None:
        self.environment[var] = self.atom(atom)

    def atom(self, atom: Atom) -> Atom:
        return self.environment.get(atom, atom) if isinstance(atom, Var) else atom


def substituted(block: Block, environment: dict[Var, Atom]) -> Block:
    """A block with values replaced, inside too; what stands for a value may itself be replaced."""

    def final(atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in environment:
            atom = environment[atom]
        return atom

    def rebuild(block: Block) -> Block:
        ops = tuple(
            replace(
                op,
                args=tuple(map(final, op.args)),
                keywords=tuple((k, final(v)) for k, v in op.keywords),
                blocks=tuple(map(rebuild, op.blocks)),
            )
            for op in block.ops
        )
        return Block(block.params, ops, tuple(map(final, block.yields)))

    return rebuild(block)


def uses(function: Function) -> Counter[Var]:
    """How often each value is mentioned."""
    count: Counter[Var] = Counter()
    known = count.get
    for op in walk(function.body):
        for atoms in (op.inputs, *(block.yields for block in op.blocks)):
            for atom in atoms:
                if isinstance(atom, Var):
                    count[atom] = known(atom, 0) + 1
    count.update(mentioned(function.body.yields))
    return count


def mentioned(atoms: Iterable[Atom]) -> Iterable[Var]:
    return (a for a in atoms if isinstance(a, Var))


def constant_key(value: Any) -> Any:
    """What two constants share when they are the same to any program: type and value, the sign of zero, nan as nan."""
    if isinstance(value, float):
        return float, "nan" if math.isnan(value) else value.hex()
    if isinstance(value, complex):
        return complex, constant_key(value.real), constant_key(value.imag)
    if isinstance(value, tuple):
        return type(value), tuple(map(constant_key, value))
    if isinstance(value, slice):
        return slice, *map(constant_key, (value.start, value.stop, value.step))
    if isinstance(value, (bool, int, str, bytes)) or value is None:
        return type(value), value
    return object, id(value)


def same(left: Atom, right: Atom) -> bool:
    """Whether two atoms are the same value for certain."""
    if isinstance(left, Const) and isinstance(right, Const):
        return constant_key(left.value) == constant_key(right.value)
    return left is right
