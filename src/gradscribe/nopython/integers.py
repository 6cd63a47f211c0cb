"""Integers of 64 bits in the place of Python's.

How large an integer can become is estimated: a length or the index of a loop takes at most 40 bits, an argument 53,
which is checked, and what a loop adds to in each trip grows by 40 bits. An operation whose result might not fit checks
it; a division by an integer checks for zero, and a conversion for what has no integer. Everything else is left alone.
Integers of NumPy wrap around anyway.
"""

from __future__ import annotations

from ..errors import UnsupportedType
from ..ir.build import Builder, substitute
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, replace, walk
from ..ir.primitives import (
    ADD,
    BIT_AND,
    FLOOR_DIVIDE,
    GETITEM,
    IF,
    LEFT_SHIFT,
    LENGTH,
    LOOP,
    MULTIPLY,
    NEGATIVE,
    POSITIVE,
    POWER,
    RANGE_LENGTH,
    REMAINDER,
    SHAPE,
    SUBTRACT,
    Primitive,
    define,
)
from ..ir.types import Scalar
from ..loops.facts import BOUNDED
from ..rules.functions import MAX_, MIN_

ROOM = 62
INDEX = 40
ARGUMENT = 53

PLUS = define("plus", infer=lambda args, keywords: args[0].type)
MINUS = define("minus", infer=lambda args, keywords: args[0].type)
TIMES = define("times", infer=lambda args, keywords: args[0].type)
DIVISOR = define("divisor", infer=lambda args, keywords: args[0].type)
CONVERTIBLE = define("convertible", infer=lambda args, keywords: args[0].type)
"""The functions of `along` of these names."""

_GROWING = (ADD, SUBTRACT, MULTIPLY, POWER, LEFT_SHIFT, NEGATIVE)
CHECKED: dict[Primitive, Primitive] = {ADD: PLUS, SUBTRACT: MINUS, MULTIPLY: TIMES}


def is_python_integer(atom: Atom) -> bool:
    """Whether an atom is an integer that never overflows in Python."""
    return isinstance(atom.type, Scalar) and atom.type.kind == "i" and atom.type.dtype is None


def guarded(function: Function) -> Function:
    """The function with checks where 64 bits might not do.

    Raises:
        UnsupportedType: a power or a shift of integers that might not fit.
    """
    bits = _Bits(function)
    builder = Builder()
    environment: dict[Var, Atom] = {}
    for param in function.body.params:
        if is_python_integer(param) and param in bits.computed_with:
            environment[param] = builder.emit(BOUNDED, param, hint=param.hint, named=True)
    block = _guard(function.body, bits, environment)
    return replace(function, body=replace(block, ops=(*builder.ops, *block.ops)))


def _guard(block: Block, bits: _Bits, environment: dict[Var, Atom]) -> Block:
    builder = Builder()
    for op in block.ops:
        builder.origin = op.origin
        builder.append(_guard_op(builder, substitute(op, environment), bits, environment))
    yields = tuple(environment.get(a, a) if isinstance(a, Var) else a for a in block.yields)
    return Block(block.params, tuple(builder.ops), yields)


def _guard_op(builder: Builder, op: Op, bits: _Bits, environment: dict[Var, Atom]) -> Op:
    if op.blocks:
        return replace(op, blocks=tuple(_guard(b, bits, environment) for b in op.blocks))
    if not op.results or not is_python_integer(op.result):
        return op
    if any(isinstance(a.type, Scalar) and a.type.kind == "f" for a in op.inputs):
        return _convertible(builder, op)
    if op.primitive in (FLOOR_DIVIDE, REMAINDER) and not _is_nonzero(op.args[1]):
        divisor = builder.emit(DIVISOR, op.args[1], hint="divisor")
        return replace(op, args=(op.args[0], divisor))
    if op.primitive in (POWER, LEFT_SHIFT):
        _check_power(op, bits)
    elif op.primitive in CHECKED and bits.of(op.result) > ROOM:
        return replace(op, primitive=CHECKED[op.primitive], style=None)
    return op


def _convertible(builder: Builder, op: Op) -> Op:
    args = [
        builder.emit(CONVERTIBLE, a, hint="x") if isinstance(a.type, Scalar) and a.type.kind == "f" else a
        for a in op.args
    ]
    return replace(op, args=tuple(args))


def _is_nonzero(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value != 0


def _check_power(op: Op, bits: _Bits) -> None:
    """Refuse a power or shift that might not fit, or might be no integer."""
    exponent = op.args[1]
    if isinstance(exponent, Const) and 0 <= exponent.value <= ROOM and bits.of(op.result) <= ROOM:
        return
    what = f"`{op.primitive.symbol}` of integers may exceed the 64 bits that numba has for an integer"
    raise UnsupportedType(what, op.origin, "compute with floats")


def _used_besides_bounds(function: Function) -> set[Atom]:
    """The values that are read by anything but the bounds of loops."""
    found: set[Atom] = set(function.body.yields)
    for op in walk(function.body):
        found.update(op.args[3:] if op.primitive is LOOP and op.static.bounded else op.inputs)
        for block in op.blocks:
            found.update(block.yields)
    return found


class _Bits:
    """An upper bound of the bits of each integer."""

    def __init__(self, function: Function) -> None:
        self.parameters = set(function.body.params)
        self.made: dict[Var, tuple[Op, int]] = {}
        self.carried: dict[Var, tuple[Op, int]] = {}
        self.known: dict[Var, int] = {}
        self.computed_with: set[Atom] = set()
        matters = _used_besides_bounds(function)
        for op in walk(function.body):
            self.made.update((r, (op, k)) for k, r in enumerate(op.results))
            if op.primitive is LOOP:
                self.carried.update((p, (op, k)) for k, p in enumerate(loop_of(op).carried))
            elif op.primitive in _GROWING and any(r in matters and is_python_integer(r) for r in op.results):
                self.computed_with.update(op.inputs)

    def of(self, atom: Atom) -> int:
        if isinstance(atom, Const):
            return int(atom.value).bit_length() if isinstance(atom.value, int) else ROOM + 1
        if isinstance(atom.type, Scalar) and atom.type.kind == "b":
            return 1
        if atom not in self.known:
            self.known[atom] = ROOM + 1  # what depends on itself in other ways than a sum
            self.known[atom] = self._find(atom)
        return self.known[atom]

    def _find(self, var: Var) -> int:
        if var in self.parameters:
            return ARGUMENT
        if var in self.carried:
            op, k = self.carried[var]
            return self._after_loop(op, k)
        if var not in self.made:
            return INDEX  # the index of a loop
        op, k = self.made[var]
        if op.primitive is LOOP:
            return self._after_loop(op, k)
        if op.primitive is IF:
            return max(self.of(arm.yields[k]) for arm in op.blocks)
        return self._of_op(op)

    def _of_op(self, op: Op) -> int:
        if op.primitive in (LENGTH, RANGE_LENGTH, GETITEM, SHAPE):
            return INDEX if op.primitive is not GETITEM or self._is_length(op) else ARGUMENT
        sizes = [self.of(a) for a in op.inputs if isinstance(a.type, Scalar)]
        if op.primitive in (ADD, SUBTRACT):
            return max(sizes) + 1
        if op.primitive is MULTIPLY:
            return sum(sizes)
        if op.primitive is POWER and isinstance(op.args[1], Const):
            return sizes[0] * max(op.args[1].value, 1)
        if op.primitive is LEFT_SHIFT and isinstance(op.args[1], Const):
            return sizes[0] + op.args[1].value
        if op.primitive in (NEGATIVE, POSITIVE, FLOOR_DIVIDE, REMAINDER, BIT_AND, MAX_, MIN_):
            return max(sizes)
        return ARGUMENT

    def _is_length(self, op: Op) -> bool:
        made = self.made.get(op.args[0])  # type: ignore[arg-type]
        return made is not None and made[0].primitive is SHAPE

    def _after_loop(self, op: Op, k: int) -> int:
        """What a loop adds to, in each of its trips."""
        loop = loop_of(op)
        growth = self._growth(loop.nexts[k], loop.carried[k])
        if growth is None:
            return max(self.of(loop.inits[k]), ROOM + 1)
        return max(self.of(loop.inits[k]), growth + INDEX if growth else 0) + 1

    def _growth(self, atom: Atom, param: Var) -> int | None:
        """The bits of what is added to a carried value on the way to another; None where it is not a sum."""
        if atom is param:
            return 0
        if not isinstance(atom, Var) or atom not in self.made:
            return self.of(atom) if isinstance(atom, Const) else None
        op, k = self.made[atom]
        if op.primitive is IF:
            both = [self._growth(arm.yields[k], param) for arm in op.blocks]
            return None if None in both else max(both)  # type: ignore[type-var]
        if op.primitive is LOOP:
            return self._growth_in_loop(op, k, param)
        if op.primitive in (ADD, SUBTRACT):
            left, right = op.args
            before = self._growth(left, param)
            return None if before is None else max(before, self.of(right)) + 1
        return None

    def _growth_in_loop(self, op: Op, k: int, param: Var) -> int | None:
        loop = loop_of(op)
        before, inside = self._growth(loop.inits[k], param), self._growth(loop.nexts[k], loop.carried[k])
        return None if before is None or inside is None else max(before, inside + INDEX if inside else 0) + 1
