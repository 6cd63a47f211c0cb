"""Values are not brought to a shape that they get anyway.

    np.broadcast_to(g[:, None], x.shape) * x      g[:, None] * x
    np.full_like(x, seed) * x                     seed * x
    unbroadcast(g, x)                             g, or np.sum(g, axis=1, keepdims=True)

That is so where lengths are known to be equal (see `Extents`), or where another operand has no axis of length 1: NumPy
spreads each operand of an operation that works entry by entry. Only operations of a derivative are touched.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from ..analyse.extents import Extents
from ..analyse.partition import Regions
from ..analyse.regions import regions
from ..ir.nodes import Atom, Const, Function, Op, Var, replace, walk
from ..ir.primitives import BY_NAME, DIVIDE, FULL_LIKE, MULTIPLY, NEGATIVE, UNBROADCAST
from ..ir.types import Array, Scalar
from ..rules.table import rule_of
from .algebra import alike
from .rewriting import Rewriting, uses


def drop_spreads(function: Function, derivative: Callable[[Op], bool]) -> Function:
    """Leave out broadcasts that have no effect; see above.

    Args:
        function: any program.
        derivative: which operations belong to a derivative.
    """
    return _Dropping(function, derivative).run(function)


class _Dropping(Rewriting):
    def __init__(self, function: Function, derivative: Callable[[Op], bool]) -> None:
        super().__init__()
        self.function, self.derivative = function, derivative
        self.definitions = {r: op for op in walk(function.body) for r in op.results}
        self.extents = Extents(self.definitions)
        self.count = uses(function)

    def visit(self, op: Op) -> None:
        if op.blocks or not self.derivative(self.original):
            self.keep(self.inside(op))
        elif op.primitive is UNBROADCAST:
            self.unbroadcast(op)
        elif len(op.results) == 1 and isinstance(op.result.type, Array) and _works_by_entry(op):
            self.keep(self.unspread(op))
        else:
            self.keep(op)

    def keep(self, op: Op) -> None:
        super().keep(op)
        self.definitions.update(dict.fromkeys(op.results, op))

    def unbroadcast(self, op: Op) -> None:
        g, x = op.args
        repeated = self.extents.repeated(x, g)
        if repeated == (0, ()) and alike(g.type, op.result.type) and self.may_stand_for(g, op.result):
            self.drop(op.result, g)
            return
        self.keep(op if repeated is None else _summed(op, *repeated))

    def may_stand_for(self, value: Atom, result: Var) -> bool:
        """Whether a value may be given out in place of another: not if it is somebody else's too."""
        made = self.definitions.get(value) if isinstance(value, Var) else None
        own = made is not None and made.aliasing == "fresh" and self.count[value] <= 1  # type: ignore[index]
        return own or not self.regions.escapes(result)

    def unspread(self, op: Op) -> Op:
        """An operation on operands as they were before they were spread, where another has the shape of all."""
        for k, atom in enumerate(op.args):
            others = (*op.args[:k], *op.args[k + 1 :])
            mark = len(self.ops)
            small = self.small(atom) if any(self.fills(other, atom) for other in others) else None
            if small is None:
                continue
            args = (*op.args[:k], small, *op.args[k + 1 :])
            if op.primitive.infer and alike(op.primitive.infer(args, dict(op.keywords)), op.result.type):
                op = replace(op, args=args)
            else:
                del self.ops[mark:]
        return op

    def small(self, atom: Atom) -> Atom | None:
        """What an array was spread from, multiplied as it was since."""
        made = self.definitions.get(atom) if isinstance(atom, Var) else None
        if made is None or made.blocks or not isinstance(atom.type, Array) or self.may_change(made):
            return None
        if made.primitive is BY_NAME["broadcast_to"]:
            return made.args[0]
        if made.primitive is FULL_LIKE:
            is_number = isinstance(made.args[1].type, Scalar) and atom.type.kind in "fc"
            return made.args[1] if is_number else None
        return self.scaled(made) if self.count[made.result] <= 1 else None

    def may_change(self, made: Op) -> bool:
        """Whether what an operation made, or was made of, is written later on."""
        memory = [a for a in (*made.args, *made.results) if isinstance(a, Var) and isinstance(a.type, Array)]
        return any(self.regions.knows(v) and self.regions.is_written(v) for v in memory)

    @functools.cached_property
    def regions(self) -> Regions:
        return regions(self.function)

    def scaled(self, made: Op) -> Atom | None:
        """`c * x` for the x that was spread."""
        if made.primitive not in (MULTIPLY, DIVIDE, NEGATIVE) or made.primitive.infer is None:
            return None
        smalls = [self.small(a) for a in made.args]
        if all(s is None for s in smalls):
            return None
        args = tuple(a if s is None else s for s, a in zip(smalls, made.args, strict=True))
        result = Var(made.result.hint, made.primitive.infer(args, {}))
        self.keep(replace(made, args=args, results=(result,)))
        return result

    def fills(self, atom: Atom, spread: Atom) -> bool:
        """Whether an array gives all axes of another their length."""
        if not isinstance(atom.type, Array) or not isinstance(spread.type, Array):
            return False
        whole = atom.type.ndim >= spread.type.ndim and all(d.one is False for d in atom.type.shape)
        return whole or self.extents.same(atom, spread)


def _summed(op: Op, lead: int, axes: tuple[int, ...]) -> Op:
    """A sum over axes in front, or over some that are kept; the op where it would have to be both."""
    if lead and axes:
        return op
    axes = axes or tuple(range(lead))
    keywords: dict[str, Atom] = {"axis": Const(axes[0] if len(axes) == 1 else axes)}
    if not lead:
        keywords["keepdims"] = Const(True)
    total = BY_NAME["sum"]
    assert total.infer is not None
    if not alike(total.infer(op.args[:1], keywords), op.result.type):
        return op
    return Op(total, op.args[:1], op.results, tuple(keywords.items()), origin=op.origin)


def _works_by_entry(op: Op) -> bool:
    rule = rule_of(op.primitive)
    return rule is not None and rule.elementwise
