"""Integers of a program as linear forms over trip numbers, lengths and values that are not looked into.

The index of a loop with a constant step is `start + step * trip`, and so is a carried integer that grows by a constant
in each trip. What is known about a symbol beyond that (`facts`), and what the branches around an operation say
(`guards`), are inequalities. Only integers of Python are computed with: those of NumPy may overflow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..ir.nodes import Atom, Const, Function, Loop, Op, Var, loop_of, walk
from ..ir.primitives import (
    ADD,
    EQUAL,
    FLOOR_DIVIDE,
    GETITEM,
    GREATER,
    GREATER_EQUAL,
    IF,
    INT_OF,
    LENGTH,
    LESS,
    LESS_EQUAL,
    LOOP,
    MULTIPLY,
    NEGATIVE,
    NOT,
    NOT_EQUAL,
    POSITIVE,
    RANGE_LENGTH,
    REMAINDER,
    SHAPE,
    SUBTRACT,
    Primitive,
)
from ..ir.types import Array, Scalar
from ..rules.functions import MAX_, MIN_
from .linear import Form, Symbol, number, variable
from .nesting import Nesting


@dataclass(frozen=True)
class Trip:
    """The number of a loop's trip, from zero."""

    loop: Op


@dataclass(frozen=True)
class Length:
    """The length of an array along an axis; `of` is the array, or the name of the length."""

    of: Var | str
    axis: int = 0


def is_integer(atom: Atom) -> bool:
    """Whether an atom is an integer of Python, on which arithmetic is exact."""
    if isinstance(atom, Const):
        return isinstance(atom.value, int) and not isinstance(atom.value, bool)
    return isinstance(atom.type, Scalar) and atom.type.kind == "i" and atom.type.dtype is None


def length(array: Var, axis: int) -> Form:
    """The length of an array along an axis."""
    assert isinstance(array.type, Array)
    dim = array.type.shape[axis]
    if isinstance(dim.base, int):
        return number(dim.base - dim.less)
    if dim.base is not None and dim.less == 0:
        return variable(Length(dim.base))
    return variable(Length(array, axis))


class Affine:
    """The forms of a function's integers."""

    def __init__(self, function: Function, nesting: Nesting) -> None:
        self.nesting = nesting
        self._forms: dict[Var, Form] = {}
        for op in walk(function.body):
            if op.primitive is LOOP:
                self._enter_loop(op)
            elif op.primitive is IF:
                self._same_in_both_arms(op)
            elif op.results and is_integer(op.result):
                self._define(op)

    def form(self, atom: Atom) -> Form | None:
        """An atom as a linear form; None where it is not known to be an integer of the program."""
        if isinstance(atom, Const):
            return number(int(atom.value)) if is_integer(atom) else None
        if atom in self._forms:
            return self._forms[atom]
        known = atom in self.nesting.scope and isinstance(atom.type, Scalar) and atom.type.kind == "i"
        return variable(atom) if known else None

    def scope(self, symbol: Symbol) -> tuple[Op, ...] | None:
        """The loops in whose trips a symbol has one value each; None for one of values that a rule has made, which are
        not of this function."""
        if isinstance(symbol, Trip):
            return (*self.nesting.places[symbol.loop].loops, symbol.loop)
        if isinstance(symbol, Length):
            return self.nesting.scope.get(symbol.of) if isinstance(symbol.of, Var) else ()
        assert isinstance(symbol, Var)
        return self.nesting.scope.get(symbol)

    # forms ----------------------------------------------------------------------------------------------------------

    def _define(self, op: Op) -> None:
        """An operation of which the result is an integer."""
        made: Form | None = None
        if op.primitive in _ARITHMETIC and all(map(is_integer, op.inputs)):
            made = _ARITHMETIC[op.primitive](*(self.form(a) for a in op.inputs))
        elif op.primitive is LENGTH and isinstance(op.args[0], Var) and isinstance(op.args[0].type, Array):
            made = length(op.args[0], 0) if op.args[0].type.ndim else None
        elif op.primitive is GETITEM:
            made = self._entry_of_shape(op)
        if made is not None:
            self._forms[op.result] = made

    def _entry_of_shape(self, op: Op) -> Form | None:
        shape, index = op.args
        maker = self.nesting.definition.get(shape) if isinstance(shape, Var) else None
        if maker is None or maker.primitive is not SHAPE or not isinstance(index, Const) or not is_integer(index):
            return None
        (array,) = maker.args
        if not isinstance(array, Var) or not isinstance(array.type, Array):
            return None
        rank = array.type.ndim
        return length(array, index.value % rank) if -rank <= index.value < rank else None

    def _same_in_both_arms(self, op: Op) -> None:
        for result, one, other in zip(op.results, *(b.yields for b in op.blocks), strict=True):
            form = self.form(one) if one is other and is_integer(result) and is_integer(one) else None
            if form is not None:
                self._forms[result] = form

    def _enter_loop(self, op: Op) -> None:
        loop = loop_of(op)
        first, step = self._start_and_step(loop)
        if loop.index is not None and first is not None and step:
            self._forms[loop.index] = first + variable(Trip(op)) * step
        for param, result, init, after in zip(loop.carried, loop.results, loop.inits, loop.nexts, strict=True):
            form = self.form(init) if is_integer(init) and is_integer(param) else None
            if form is not None and after is param:
                self._forms[param] = self._forms[result] = form
            else:
                growth = self.growth(op, param, init, after)
                if growth is not None and form is not None:
                    self._forms[param] = form + variable(Trip(op)) * growth

    def _start_and_step(self, loop: Loop) -> tuple[Form | None, int]:
        """The start of a loop with a constant step, and that; 0 where it is not constant."""
        if loop.start is None or loop.step is None or not isinstance(loop.step, Const):
            return None, 0
        first = self.form(loop.start)
        return first, loop.step.value if is_integer(loop.step) else 0

    def growth(self, loop: Op, param: Var, init: Atom, after: Atom) -> int | None:
        """By how much an integer that a loop carries grows in each trip that another follows; None where that is not a
        constant, and for other values."""
        if not is_integer(init) or not is_integer(param):
            return None
        op = self.nesting.definition.get(after) if isinstance(after, Var) else None
        if op is not None and op.primitive is IF:
            after = _where_loop_goes_on(loop_of(loop), op, after)
            op = self.nesting.definition.get(after) if isinstance(after, Var) else None
        if op is None or op.primitive not in (ADD, SUBTRACT) or not is_integer(op.result):
            return None
        left, right = op.args
        if op.primitive is ADD and right is param:
            left, right = right, left
        if left is not param or not isinstance(right, Const) or not is_integer(right):
            return None
        return right.value if op.primitive is ADD else -right.value

    # facts ----------------------------------------------------------------------------------------------------------

    def context(self, op: Op, forms: Iterable[Form]) -> list[Form]:
        """What is known to be >= 0 where an operation runs: about the loops and branches around it, and about all that
        they and `forms` mention."""
        place = self.nesting.places[op]
        known = [fact for arm in place.arms for fact in self.guards(*arm)]
        todo: list[Symbol] = [Trip(loop) for loop in place.loops]
        todo += [symbol for form in (*known, *forms) for symbol in form.terms]
        seen: set[Symbol] = set()
        while todo:
            symbol = todo.pop()
            if symbol not in seen:
                seen.add(symbol)
                facts = self.facts(symbol)
                known += facts
                todo += [other for fact in facts for other in fact.terms]
        return known

    def facts(self, symbol: Symbol) -> list[Form]:
        """What is known to be >= 0 by what a symbol stands for."""
        if isinstance(symbol, Length):
            return [variable(symbol)]
        if isinstance(symbol, Trip):
            return [variable(symbol), *self._bounds(loop_of(symbol.loop))]
        op = self.nesting.definition.get(symbol) if isinstance(symbol, Var) else None
        if op is None or op.primitive not in _FACTS or not is_integer(op.result):
            return []
        if op.primitive in (LENGTH, RANGE_LENGTH):
            return [variable(symbol)]
        forms = [self.form(a) if is_integer(a) else None for a in op.args]
        if len(forms) != 2 or None in forms:
            return []
        return _FACTS[op.primitive](variable(symbol), *forms)  # type: ignore[arg-type]

    def _bounds(self, loop: Loop) -> list[Form]:
        """The index has not reached the stop."""
        step = self._start_and_step(loop)[1]
        index = None if loop.index is None else self.form(loop.index)
        stop = None if loop.stop is None else self.form(loop.stop)
        if index is None or stop is None or not step:
            return []
        return [stop - index - 1] if step > 0 else [index - stop - 1]

    def guards(self, branch: Op, arm: int) -> list[Form]:
        """What an arm of a branch knows to be >= 0, since its predicate chose it."""
        known: list[Form] = []
        todo: list[tuple[Atom, bool]] = [(branch.args[0], arm == 0)]
        while todo:
            predicate, holds = todo.pop()
            op = self.nesting.definition.get(predicate) if isinstance(predicate, Var) else None
            if op is None:
                continue
            if op.primitive is NOT:
                todo.append((op.args[0], not holds))
            elif op.primitive is IF:
                todo += _from_and_or(op, predicate, holds)
            elif op.primitive in _NEGATED and all(map(is_integer, op.args)):
                left, right = map(self.form, op.args)
                if left is not None and right is not None:
                    known += _COMPARED[op.primitive if holds else _NEGATED[op.primitive]](left, right)
        return known


def _from_and_or(op: Op, result: Atom, holds: bool) -> list[tuple[Atom, bool]]:
    """`p and q`, read as `q if p else p`, holds only where both do; `p or q` fails only where both do."""
    (predicate,), which = op.args, next(k for k, r in enumerate(op.results) if r is result)
    found = [arm.yields[which] for arm in op.blocks]
    possible = []
    for arm, value in enumerate(found):
        fixed = bool(value.value) if isinstance(value, Const) else (arm == 0) if value is predicate else None
        if fixed is None or fixed is holds:
            possible.append(arm)
    if len(possible) != 1:
        return []
    (arm,) = possible
    return [(predicate, arm == 0), (found[arm], holds)]


def _where_loop_goes_on(loop: Loop, op: Op, value: Atom) -> Atom:
    """What a branch yields in the arm that does not end the loop, where one of them does."""
    places = {result: k for k, result in enumerate(op.results)}
    if loop.end not in places:
        return value
    ends = [arm.yields[places[loop.end]] for arm in op.blocks]
    for leaving in (0, 1):
        end = ends[leaving]
        if isinstance(end, Const) and end.value is True:
            return op.blocks[1 - leaving].yields[places[value]]
    return value


def _product(left: Form, right: Form) -> Form | None:
    if not left.terms:
        return right * left.constant
    return left * right.constant if not right.terms else None


def _quotient(result: Form, left: Form, right: Form) -> list[Form]:
    """`result = left // right`, for a positive constant."""
    by = right.constant
    return [] if right.terms or by <= 0 else [left - result * by, result * by + (by - 1) - left]


def _rest(result: Form, left: Form, right: Form) -> list[Form]:
    """`result = left % right`, for a positive constant."""
    by = right.constant
    return [] if right.terms or by <= 0 else [result, number(by - 1) - result]


_ARITHMETIC: dict[Primitive, Callable[..., Form | None]] = {
    ADD: lambda x, y: x + y,
    SUBTRACT: lambda x, y: x - y,
    NEGATIVE: lambda x: -x,
    POSITIVE: lambda x: x,
    INT_OF: lambda x: x,
    MULTIPLY: _product,
}
_FACTS: dict[Primitive, Callable[[Form, Form, Form], list[Form]]] = {
    LENGTH: lambda z, x, y: [],
    RANGE_LENGTH: lambda z, x, y: [],
    FLOOR_DIVIDE: _quotient,
    REMAINDER: _rest,
    MIN_: lambda z, x, y: [x - z, y - z],
    MAX_: lambda z, x, y: [z - x, z - y],
}
_COMPARED: dict[Primitive, Callable[[Form, Form], list[Form]]] = {
    LESS: lambda x, y: [y - x - 1],
    LESS_EQUAL: lambda x, y: [y - x],
    GREATER: lambda x, y: [x - y - 1],
    GREATER_EQUAL: lambda x, y: [x - y],
    EQUAL: lambda x, y: [x - y, y - x],
    NOT_EQUAL: lambda x, y: [],
}
_NEGATED: dict[Primitive, Primitive] = {
    LESS: GREATER_EQUAL,
    LESS_EQUAL: GREATER,
    GREATER: LESS_EQUAL,
    GREATER_EQUAL: LESS,
    EQUAL: NOT_EQUAL,
    NOT_EQUAL: EQUAL,
}
