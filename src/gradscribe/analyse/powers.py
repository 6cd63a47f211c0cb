"""Powers of Python numbers: Python makes a complex number of `(-2.0) ** 0.5`, where the program has a real one.

Which powers are safe: the exponent is an integer, the base is known not to be negative, or one of both is NumPy's
number, whose powers are never complex. The others are written so that they raise an exception. A function of which only
a complex number has a derivative (`np.sign`, `np.angle`, the imaginary part) would hide them: it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..errors import UnsupportedType
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, walk
from ..ir.primitives import (
    ADD,
    DIVIDE,
    FLOAT_OF,
    GREATER,
    GREATER_EQUAL,
    IF,
    LENGTH,
    LESS,
    LESS_EQUAL,
    MULTIPLY,
    POSITIVE,
    POWER,
)
from ..ir.types import Array, Scalar

_NEVER_NEGATIVE = {"absolute", "exp", "exp2", "sqrt", "square", "cosh", "hypot", "fabs", "norm"}
_HIDING = {"sign", "angle", "phase", "imag"}
_GREATER, _LESS = (GREATER, GREATER_EQUAL), (LESS, LESS_EQUAL)


def complex_powers(function: Function) -> set[Op]:
    """The powers that may be complex where the program has a real number."""
    if not any(_may_be_complex(op) for op in walk(function.body)):
        return set()
    definitions = {result: op for op in walk(function.body) for result in op.results}
    return set(_Powers(definitions).block(function.body, frozenset()))


def check_powers(function: Function) -> None:
    """Raise UnsupportedType where a power that may be complex reaches a function that would hide that it is."""
    ops = list(walk(function.body))
    sinks = [op for op in ops if op.primitive.name in _HIDING and _is_real(op.inputs[0])]
    found = complex_powers(function) if sinks else set()
    reached = {op.result for op in found}
    while found and _spread(ops, reached):
        pass
    for op in sinks:
        if op.inputs[0] in reached:
            reason = f"{op.primitive.name} of a number that comes of a power of a number, which may be complex,"
            raise UnsupportedType(f"{reason} is not differentiated", op.origin, "use np.float64(x) ** y")


def _spread(ops: list[Op], reached: set[Var]) -> bool:
    """Go on to what is computed from the values in `reached`; whether there was any."""
    before = len(reached)
    for op in ops:
        given = [*op.inputs, *(atom for block in op.blocks for atom in block.yields)]
        if any(atom in reached for atom in given):
            reached.update(op.results, *(block.params for block in op.blocks))
            reached.update(a for k in op.primitive.writes if isinstance(a := op.args[k], Var))
    return len(reached) > before


def _is_real(atom: Atom) -> bool:
    return isinstance(atom.type, (Scalar, Array)) and atom.type.kind == "f"


def _may_be_complex(op: Op) -> bool:
    """Whether an op raises one Python number to a power that may be no integer."""
    if op.primitive is not POWER or op.style not in (None, "operator", "builtin"):
        return False
    base, exponent = op.args
    if not _is_python(base, "if") or not _is_python(exponent, "f"):
        return False
    return not (isinstance(exponent, Const) and float(exponent.value).is_integer())


def _is_python(atom: Atom, kinds: str) -> bool:
    return isinstance(atom.type, Scalar) and atom.type.dtype is None and atom.type.kind in kinds


class _Powers:
    def __init__(self, definitions: Mapping[Var, Op]) -> None:
        self.definitions = definitions

    def block(self, block: Block, known: frozenset[Var]) -> Iterator[Op]:
        """The powers in a block that may be complex, where the values in `known` are not negative."""
        for op in block.ops:
            learnt = self.learnt(op) if op.primitive is IF else ((),) * len(op.blocks)
            for inner, more in zip(op.blocks, learnt, strict=True):
                yield from self.block(inner, known.union(more))
            if _may_be_complex(op) and not self.is_never_negative(op.args[0], known):
                yield op

    def learnt(self, op: Op) -> tuple[tuple[Var, ...], tuple[Var, ...]]:
        """What is not negative in the one and in the other arm of a branch, because of its test."""
        test = self.definitions.get(op.args[0]) if isinstance(op.args[0], Var) else None
        if test is None or test.primitive not in (*_GREATER, *_LESS):
            return (), ()
        left, right = test.args if test.primitive in _GREATER else test.args[::-1]
        if isinstance(left, Var) and self.is_never_negative(right, frozenset()):
            return (left,), ()
        # in the other arm `left > right` is false: right <= 0 says nothing of nan, whose powers are real
        if isinstance(right, Var) and isinstance(left, Const) and self.is_never_negative(left, frozenset()):
            return (), (right,)
        return (), ()

    def is_never_negative(self, atom: Atom, known: frozenset[Var], depth: int = 12) -> bool:
        """Whether a number is proved to be 0, positive or nan."""
        if isinstance(atom, Const):
            return isinstance(atom.value, (int, float)) and not atom.value < 0
        op = self.definitions.get(atom)
        if atom in known or op is None or not depth:
            return atom in known

        def holds(*operands: Atom) -> bool:
            return bool(operands) and all(self.is_never_negative(a, known, depth - 1) for a in operands)

        if op.primitive is MULTIPLY and op.args[0] is op.args[1]:
            return True
        if op.primitive is POWER:
            exponent = op.args[1]
            even = isinstance(exponent, Const) and isinstance(exponent.value, int) and exponent.value % 2 == 0
            return even or holds(op.args[0])
        if op.primitive in (ADD, MULTIPLY, DIVIDE, POSITIVE, FLOAT_OF):
            return holds(*op.inputs)
        if op.primitive is IF:
            place = op.results.index(atom)
            return holds(*(block.yields[place] for block in op.blocks))
        return op.primitive is LENGTH or op.primitive.name in _NEVER_NEGATIVE
