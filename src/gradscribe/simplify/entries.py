"""Entries of the lists of the reverse sweep: what has just been stored is not read back, nor stored to be replaced.

    bh[i] = bh[i] + ba                  g = bh[i] + ba
    g = bh[i]
    bh[i] = np.zeros_like(h)
    bh[i] = bh[i] + g * w               bh[i] = g * w

An entry of such a list is the adjoint of an entry of the user's; zeros stand for one that nothing has been added to,
and what is added has the shape of that entry. Only operations of a derivative are touched, one block at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from ..analyse.regions import Region, Regions, regions
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, walk, walk_op
from ..ir.primitives import ADD, ADDAT, GETITEM, MULTIPLY, NEGATIVE, SETITEM, SUBTRACT, ZEROS_LIKE
from ..ir.types import Array, List, Scalar
from .algebra import alike
from .prune import prune
from .rewriting import Rewriting, constant_key

_ARITHMETIC = (ADD, SUBTRACT, MULTIPLY, NEGATIVE)


def tidy_entries(function: Function, derivative: Callable[[Op], bool]) -> Function:
    """Forward what is stored in entries of lists; see above.

    Args:
        function: any program.
        derivative: which operations belong to a derivative.
    """
    if not any(op.primitive is SETITEM and isinstance(op.args[0].type, List) for op in walk(function.body)):
        return function
    return prune(_Forwarding(function, derivative).run(function))


class _Entry:
    """What an entry of a list holds: a value, stored by an op of this block that may be dropped if nobody looks."""

    def __init__(self, target: Var, index: Hashable, value: Atom, store: Op) -> None:
        self.target, self.index, self.value, self.store = target, index, value, store
        self.seen = False


class _Forwarding(Rewriting):
    def __init__(self, function: Function, derivative: Callable[[Op], bool]) -> None:
        super().__init__()
        self.derivative = derivative
        self.groups: Regions = regions(function)
        self.definitions = {r: op for op in walk(function.body) for r in op.results}
        self.known: list[_Entry] = []

    def block(self, block: Block) -> Block:
        outer, self.known = self.known, []
        made = super().block(block)
        self.known = outer
        return made

    def visit(self, op: Op) -> None:
        if op.primitive is GETITEM and isinstance(op.args[0].type, List) and self.derivative(self.original):
            entry = self.entry(op.args[0], op.args[1])
            if entry is not None and alike(entry.value.type, op.result.type):
                self.drop(op.result, entry.value)
                return
        elif op.primitive is ADD and self.derivative(self.original) and self.adds_to_nothing(op):
            self.drop(op.result, op.args[1])
            return
        self.look(op)
        self.keep(self.inside(op))
        if op.primitive is SETITEM and isinstance(op.args[0].type, List) and self.derivative(self.original):
            self.store(self.ops[-1])

    def adds_to_nothing(self, op: Op) -> bool:
        """Whether the first operand of a sum is the zeros of an entry, and the second has the shape of that."""
        zeros, value = op.args
        if not any(e.value is zeros for e in self.known):
            return False
        if not isinstance(zeros, Var) or not isinstance(value, Var):
            return False
        made = self.definitions.get(zeros)
        if made is None or made.primitive is not ZEROS_LIKE or not alike(value.type, zeros.type):
            return False
        if self.groups.escapes(op.result) or any(map(self.groups.is_written, (zeros, value, op.result))):
            return False  # the sum is an array of its own
        return isinstance(value.type, Array) and not any(d.one for d in value.type.shape)

    def store(self, op: Op) -> None:
        """Note what an entry holds from now on, and drop what was stored there before and is not looked at."""
        target, index, value = op.args
        if (
            not isinstance(target, Var)
            or not self.groups.knows(target)
            or self.groups.is_visible(self.groups.of(target))
        ):
            return
        key = self.key(index)
        for entry in [e for e in self.known if e.target is target and e.index == key]:
            if not entry.seen:
                self.ops.remove(entry.store)
        self.known = [e for e in self.known if self.are_apart(e, target, key)]
        self.known.append(_Entry(target, key, value, op))

    def are_apart(self, entry: _Entry, target: Var, index: Hashable) -> bool:
        """Whether a store elsewhere leaves an entry as it is."""
        if self.region(entry.target) is not self.region(target):
            return True
        numbers = [k[1] for k in (entry.index, index) if isinstance(k, tuple) and k[0] is int]
        same_sign = len(numbers) == 2 and (numbers[0] < 0) == (numbers[1] < 0)
        return entry.target is target and same_sign and numbers[0] != numbers[1]

    def look(self, op: Op) -> None:
        """Forget what an op may change, and note what it may look at."""
        plain = op.primitive in (GETITEM, SETITEM) and isinstance(op.args[0].type, List)
        touched = self.touched(op)
        for entry in [e for e in self.known if self.region(e.target) in touched]:
            if not plain:
                self.known.remove(entry)
            elif op.primitive is GETITEM:
                entry.seen = True

    def touched(self, op: Op) -> set[Region]:
        """The regions of all values that an op, or what stands in its blocks, mentions."""
        atoms: list[Atom] = [a for inner in walk_op(op) for a in inner.inputs]
        atoms += [a for inner in walk_op(op) for block in inner.blocks for a in block.yields]
        if op.primitive in (SETITEM, ADDAT) and not op.blocks:
            atoms = list(op.args[:1]) + [a for a in op.args[1:] if isinstance(a.type, List)]
        direct = [self.region(a) for a in atoms if isinstance(a, Var) and self.groups.knows(a)]
        return {r for d in direct if d is not None for r in self.groups.reachable(d)}

    def region(self, var: Var) -> Region | None:
        return self.groups.of(var) if self.groups.knows(var) else None

    def entry(self, target: Atom, index: Atom) -> _Entry | None:
        key = self.key(index)
        return next((e for e in self.known if e.target is target and e.index == key), None)

    def key(self, atom: Atom) -> Hashable:
        """Equal for indices that are computed alike."""
        if isinstance(atom, Const):
            return (int, atom.value) if type(atom.value) is int else constant_key(atom.value)
        op = self.definitions.get(atom)
        if op is None or op.primitive not in _ARITHMETIC or not isinstance(atom.type, Scalar) or atom.type.kind != "i":
            return atom
        return (op.primitive, *map(self.key, op.args))
