"""Arithmetic is simplified by identities (`identities`), each operation once.

Constants, signs and the seed are pulled to the front of a product in two steps: while going over the program every
product of derivative code is `-(c * rest)`; `Spelling` then moves the sign and the coefficient into the leftmost
factor, as one would write it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from ..analyse.extents import Extents
from ..analyse.regions import Regions, has_memory, regions
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk
from ..ir.primitives import BY_NAME, CALL, DIVIDE, MULTIPLY, NEGATIVE, Primitive
from ..ir.types import Array, Scalar, Type
from .identities import EXACT, LOOSE, NO_COPY, is_number, is_one, is_real, number
from .prune import drop_unused
from .rewriting import Rewriting, constant_key, uses

RECENT = 16
"""How far above an operation the ones that compute its operands are looked for where memory is written."""
Derivative = Callable[[Op], bool]
MOVES = tuple(BY_NAME[name] for name in ("transpose", "swapaxes", "expand_dims"))
"""What moves axes and leaves the entries as they are."""


def nothing(op: Op) -> bool:
    return False


def algebra(function: Function, derivative: Derivative = nothing, groups: Regions | None = None) -> Function:
    """Apply the identities, each operation once.

    Args:
        function: any program.
        derivative: which operations belong to a derivative, so that their rounding is ours to choose.
        groups: the regions of the program, if they are known.
    """
    groups = groups or regions(function)
    ours = {result for op in walk(function.body) if derivative(op) for result in op.results}
    made = drop_unused(Algebra(function, ours, groups).run(function))  # what is dead would count as a use
    return Spelling(made, ours, groups).run(made)


class Algebra(Rewriting):
    """Offers to the identities what they ask about operands. `ours` are the results of derivative code."""

    def __init__(self, function: Function, ours: set[Var], groups: Regions) -> None:
        super().__init__()
        self.groups, self.ours = groups, ours
        self.count = uses(function)
        self.source: dict[Var, Op] = {}
        self.extents = Extents(self.source)
        self.inverses: dict[Var, Var] = {}
        """For the y of each `1.0 / y` that has been computed in this block or around it, the result."""
        self.multiples: dict[tuple[Var, Hashable], Var] = {}
        """For the array g and the number c of each `g * c`, likewise."""

    def visit(self, op: Op) -> None:
        if op.blocks or len(op.results) != 1:
            self.keep(self.inside(op))
            return
        table = [EXACT, LOOSE] if op.result in self.ours else [EXACT]
        for rewrite in (r for t in table for r in t.get(op.primitive, ())):
            mark = len(self.ops)
            made = rewrite(self, op)
            if self.takes(op, made):
                return
            del self.ops[mark:]
        self.keep(op)

    def takes(self, op: Op, made: Atom | Op | None) -> bool:
        """Let the op be what a rewrite has made, if that has the same type and may share memory where it does."""
        if isinstance(made, Op):
            assert made.primitive.infer is not None
            if not alike(made.primitive.infer(made.args, dict(made.keywords)), op.result.type):
                return False
            self.keep(replace(made, results=op.results, origin=op.origin))
            return True
        if made is None or not alike(made.type, op.result.type) or not self.may_alias(op, made):
            return False
        self.drop(op.result, made)
        return True

    def block(self, block: Block) -> Block:
        outer = dict(self.inverses), dict(self.multiples)
        made = super().block(block)
        self.inverses, self.multiples = outer
        return made

    def keep(self, op: Op) -> None:
        super().keep(op)
        for result in op.results:
            self.source[result] = op
        if op.primitive is DIVIDE and is_one(op.args[0]) and isinstance(op.args[1], Var) and not op.keywords:
            self.inverses[op.args[1]] = op.result
        if op.primitive is MULTIPLY and isinstance(op.result.type, Array):
            for array, factor in (op.args, op.args[::-1]):
                if isinstance(array, Var) and is_factor(factor):
                    self.multiples.setdefault((array, factor_key(factor)), op.result)

    def make(self, primitive: Primitive, *args: Atom, like: Op, hint: str = "t") -> Var:
        """Emit an operation on the way to a result."""
        return self.emitted(Op(primitive, args, ()), like, hint)

    def emitted(self, made: Op, like: Op, hint: str) -> Var:
        """The result of an operation, on the way to that of another."""
        assert made.primitive.infer is not None
        result = Var(hint, made.primitive.infer(made.args, dict(made.keywords)))
        self.keep(replace(made, results=(result,), origin=like.origin))
        self.count[result] = 1
        self.ours.add(result)
        return result

    def multiple(self, array: Atom, factor: Atom) -> Var | None:
        """What is at hand of `array * factor`, if the array still holds what it held."""
        found = self.multiples.get((array, factor_key(factor))) if isinstance(array, Var) else None
        if found is None or found not in self.ours or not self.is_stable(found):
            return None
        return found if self.is_stable(array) or self.is_recent(self.source[found]) else None

    # what identities ask ------------------------------------------------------------------------------------------

    def defined(self, atom: Atom, primitive: Primitive) -> Op | None:
        """The operation that computes an operand, if it is of this kind, and its own operands and the result still
        hold what they held then."""
        op = self.source.get(atom) if isinstance(atom, Var) else None
        if op is None or op.primitive is not primitive or op.keywords:
            return None
        return op if all(map(self.is_stable, (*op.args, atom))) or self.is_recent(op) else None

    def is_recent(self, made: Op) -> bool:
        """Whether an operation stands close above, with nothing in between that may write what it reads or makes."""
        for op in reversed(self.ops[-RECENT:]):
            if op is made:
                return True
            if op.blocks or op.primitive is CALL or not (op.primitive.is_pure or self.writes_elsewhere(op, made)):
                return False
        return False

    def writes_elsewhere(self, op: Op, made: Op) -> bool:
        """Whether an operation does nothing but write to memory that another neither reads nor makes."""
        if op.primitive.effect or not op.primitive.writes:
            return False
        targets = [op.args[k] for k in op.primitive.writes]
        if not all(isinstance(t, Var) and self.groups.knows(t) for t in targets):
            return False
        written = {self.groups.of(t) for t in targets}  # type: ignore[arg-type]
        others = [a for a in (*made.inputs, *made.results) if isinstance(a, Var) and has_memory(a.type)]
        return all(self.groups.of(a) not in written if self.groups.knows(a) else self.is_new(a) for a in others)

    def is_new(self, var: Var) -> bool:
        """Whether this pass has made an array, which then nothing writes to."""
        return var in self.source and self.source[var].aliasing == "fresh"

    def is_stable(self, atom: Atom) -> bool:
        return isinstance(atom, Const) or not (has_memory(atom.type) and self.groups.is_written(atom))

    def is_single(self, atom: Atom) -> bool:
        return isinstance(atom, Var) and self.count[atom] <= 1

    def may_alias(self, op: Op, made: Atom) -> bool:
        """Whether an operation that copies may be left out."""
        if op.primitive in NO_COPY or not has_memory(op.result.type):
            return True
        return self.is_stable(op.result) and self.is_stable(made) and not self.groups.escapes(op.result)


def alike(left: Type, right: Type) -> bool:
    if isinstance(left, Array) and isinstance(right, Array):
        return left.dtype == right.dtype and left.ndim == right.ndim
    return left == right


def is_factor(atom: Atom) -> bool:
    """Whether an atom is a real number."""
    return isinstance(atom.type, Scalar) and atom.type.kind == "f"


def factor_key(factor: Atom) -> Hashable:
    return constant_key(factor.value) if isinstance(factor, Const) else factor


def _on(step: Op, front: Atom) -> Op:
    """An operation with another first operand; the last one of `c * x`."""
    args = (step.args[0], front) if is_number(step.args[0]) else (front, *step.args[1:])
    return replace(step, args=args)


# ------------------------------------------------------------------ spelling


class Spelling(Algebra):
    """Moves signs and coefficients of derivative code into the leftmost factor: `-(2.0 * (seed * x))` becomes
    `-2.0 * seed * x`."""

    def visit(self, op: Op) -> None:
        if op.blocks or len(op.results) != 1 or op.result not in self.ours or not is_real(op.result):
            self.keep(self.inside(op))
        elif op.primitive is NEGATIVE and self.is_single(op.args[0]):
            self.keep(self.pushed(op, -1, op.args[0]))
        elif op.primitive is MULTIPLY and is_number(op.args[0]):
            self.keep(self.pushed(op, op.args[0].value, op.args[1]))  # type: ignore[union-attr]
        else:
            self.keep(op)

    def pushed(self, op: Op, c: float, rest: Atom) -> Op:
        """`c * rest`, with c at the left end of the product or quotient that `rest` is."""
        path: list[Op] = []
        while self.is_single(rest) and is_real(rest):
            inner = self.defined(rest, MULTIPLY) or self.defined(rest, DIVIDE) or self.moved(rest)
            if inner is None or not is_real(*inner.args[:1]):
                break
            if inner.primitive is MULTIPLY and is_number(inner.args[0]):
                c, rest = c * inner.args[0].value, inner.args[1]  # type: ignore[union-attr]
            elif inner.primitive is NEGATIVE:
                c, rest = -c, inner.args[0]
            elif inner.primitive in MOVES or is_real(*inner.args):
                path.append(inner)
                rest = inner.args[0]
            else:
                break
        if is_number(rest) or not number(c) or (path[0].primitive in MOVES if path else c == 1):
            return op  # nothing to gain, or a view in place of an array of its own
        known = self.multiple(rest, Const(abs(c))) if path and abs(c) != 1 else None
        if known is not None:
            return self.applied(known, [*path[::-1], *([Op(NEGATIVE, (known,), ())] if c < 0 else [])], op)
        start = Op(NEGATIVE, (rest,), ()) if c == -1 else Op(MULTIPLY, (Const(c), rest), ())
        return self.applied(rest, [*([start] if c != 1 else []), *path[::-1]], op)

    def applied(self, front: Atom, steps: list[Op], op: Op) -> Op:
        """The last of some operations, each on the result of the one before in place of its first operand."""
        for step in steps[:-1]:
            front = self.emitted(_on(step, front), op, op.result.hint)
        return replace(_on(steps[-1], front), results=op.results, origin=op.origin)

    def moved(self, atom: Atom) -> Op | None:
        """The operation that moves the axes of an array that has a sign or a coefficient."""
        inner, first = atom, None
        while self.is_single(inner):
            made = self.source.get(inner)  # type: ignore[arg-type]
            if made is None or made.primitive not in MOVES or not self.is_stable(made.args[0]):
                break
            inner, first = made.args[0], first or made
        last = self.defined(inner, NEGATIVE) or self.defined(inner, MULTIPLY)
        if last is None or not self.is_single(inner) or (last.primitive is MULTIPLY and not is_number(last.args[0])):
            return None
        return first or (last if last.primitive is NEGATIVE else None)
