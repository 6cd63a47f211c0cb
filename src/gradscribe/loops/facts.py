"""What is known of the integers of a program: linear forms, the lengths of arrays, and inequalities that hold.

An inequality that is needed and not proved may be *assumed*, when it speaks of nothing but what is known on entry: the
function then checks it before it does anything else. It knows nothing of loops over arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..analyse.linear import Form, Symbol, has_no_solution, number, variable
from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Function, Loop, Op, Var, walk
from ..ir.primitives import (
    ADD,
    APPEND,
    BY_NAME,
    COPY,
    GETITEM,
    LENGTH,
    LIST,
    MULTIPLY,
    NEGATIVE,
    POP,
    SHAPE,
    SUBTRACT,
    TUPLE,
    UNBROADCAST,
    ZEROS_LIKE,
    define,
)
from ..ir.types import INT, Array, Scalar
from ..rules.functions import MAX_

LIKE = {COPY, ZEROS_LIKE, *(BY_NAME[n] for n in ("full_like", "empty_like", "zeros_like_", "ones_like", "full_like_"))}
SIZE = BY_NAME["size"]
BOUNDED = define("bounded", infer=lambda args, keywords: args[0].type)
"""`bounded(n)`: an integer argument that leaves room for arithmetic, made before anything else (by `along`)."""
MADE = {BY_NAME[n] for n in ("empty", "zeros", "ones", "full")}


def is_integer(atom: Atom) -> bool:
    """Whether an atom is a Python integer."""
    return isinstance(atom.type, Scalar) and atom.type.kind == "i" and atom.type.dtype is None


def key_of(form: Form) -> tuple[frozenset[tuple[Symbol, int]], int]:
    """Equal for equal forms."""
    return frozenset(form.terms.items()), form.constant


def _tapes(function: Function) -> dict[Var, list[Var]]:
    """The arrays that are put on each list which is pushed to and popped from, and nothing else."""
    found: dict[Var, list[Var]] = {op.result: [] for op in walk(function.body) if op.primitive is LIST and not op.args}
    for op in walk(function.body):
        plain = op.primitive is POP and len(op.args) == 1
        for k, atom in enumerate(op.inputs):
            if not isinstance(atom, Var) or atom not in found or (plain and not k):
                continue
            pushed = op.args[1] if op.primitive is APPEND and not k else None
            if isinstance(pushed, Var) and isinstance(pushed.type, Array):
                found[atom].append(pushed)
            else:
                del found[atom]
    yielded = {a for op in walk(function.body) for b in op.blocks for a in b.yields} | set(function.body.yields)
    return {tape: arrays for tape, arrays in found.items() if tape not in yielded}


class Facts:
    """The integers of one function.

    Args:
        function: whose integers they are.
        is_written: whether the memory of an array may change.

    Attributes:
        assumed: inequalities `form >= 0` over what is known on entry, to be checked there.
        entry: the integers that are known on entry.
        bounds: the bounds of slices that have been clamped: what is said, the length of the axis, what is meant.
        all_inside: whether each index so far is certain to meet an entry that is there.
    """

    def __init__(self, function: Function, is_written: Callable[[Var], bool] = lambda array: True) -> None:
        self.is_written = is_written
        self.params = function.body.params
        self.definition = {r: op for op in walk(function.body) for r in op.results}
        self.entry = {*self.params, *(op.result for op in function.body.ops if op.primitive is BOUNDED)}
        self._tapes = _tapes(function)
        self.lengths_of: dict[Var, tuple[Form, ...]] = {}
        self.assumed: list[Form] = []
        self.may_assume = self.all_inside = True
        self._known: list[Form] = []
        self._stamps = [0]
        self._stamped = 0
        self._ranges: list[tuple[Var, Form, Form]] = []
        self.bounds: list[tuple[Form, Form, Var]] = []
        self._holders: dict[Symbol, tuple[Var, int]] = {}
        self._preferred: dict[Symbol, tuple[Var, int]] = {}
        self._answers: dict[object, bool] = {}
        for p in self.params:
            for axis, dim in enumerate(p.type.shape if isinstance(p.type, Array) else ()):
                if isinstance(dim.base, str) and dim.less == 0:
                    self._holders.setdefault(("length", dim.base), (p, axis))

    # forms ------------------------------------------------------------------------------------------------------------

    def form(self, atom: Atom) -> Form:
        """An integer as a linear form; a value that is not looked into is a symbol."""
        if isinstance(atom, Const):
            return number(int(atom.value))
        op = self.definition.get(atom)
        if op is None:
            return variable(atom)
        if op.primitive in (ADD, SUBTRACT, MULTIPLY, NEGATIVE) and all(map(is_integer, op.args)):
            return self._combined(op, [self.form(a) for a in op.args]) or variable(atom)
        if op.primitive in (LENGTH, SIZE) and isinstance(op.args[0].type, Array) and self._counts_rows(op):
            return self._length(op.args[0], 0) or variable(atom)
        if op.primitive is GETITEM and isinstance(op.args[1], Const) and type(op.args[1].value) is int:
            shape = self.definition.get(op.args[0])  # type: ignore[arg-type]
            if shape is not None and shape.primitive is SHAPE and isinstance(shape.args[0].type, Array):
                return self._length(shape.args[0], op.args[1].value) or variable(atom)
        return variable(atom)

    @staticmethod
    def _counts_rows(op: Op) -> bool:
        return op.primitive is LENGTH or op.args[0].type.ndim == 1  # type: ignore[attr-defined]

    @staticmethod
    def _combined(op: Op, parts: list[Form]) -> Form | None:
        if op.primitive is ADD:
            return parts[0] + parts[1]
        if op.primitive is SUBTRACT:
            return parts[0] - parts[1]
        if op.primitive is NEGATIVE:
            return -parts[0]
        factor = next((p for p in parts if not p.terms), None)
        if factor is None:
            return None
        return (parts[1] if factor is parts[0] else parts[0]) * factor.constant

    def _length(self, array: Atom, axis: int) -> Form | None:
        """The length of an array, where its form is the length itself and not only its positive part."""
        assert isinstance(array.type, Array)
        if not isinstance(array, Var) or not -array.type.ndim <= axis < array.type.ndim:
            return None
        found = self.lengths(array)[axis]
        return found if self.is_size(found) else None

    def is_size(self, form: Form) -> bool:
        """Whether a form is never negative whatever its symbols are."""
        return form.constant >= 0 and all(c > 0 and isinstance(s, tuple) for s, c in form.terms.items())

    def lengths(self, array: Var) -> tuple[Form, ...]:
        """The lengths of an array; where a form is negative the length is 0."""
        if array not in self.lengths_of:
            self.lengths_of[array] = tuple(self._dimension(array, k) for k in range(array.type.ndim))  # type: ignore[attr-defined]
        return self.lengths_of[array]

    def _dimension(self, array: Var, axis: int) -> Form:
        dim = array.type.shape[axis]  # type: ignore[attr-defined]
        if isinstance(dim.base, int):
            return number(max(dim.base - dim.less, 0))
        symbol = ("length", dim.base)
        if dim.base is not None and symbol in self._holders:
            return variable(symbol) + -dim.less
        op = self.definition.get(array)
        if op is not None and op.primitive in LIKE and isinstance(op.args[0], Var) and not op.keywords:
            return self.lengths(op.args[0])[axis]
        if op is not None and op.primitive is UNBROADCAST and isinstance(op.args[1], Var):
            return self.lengths(op.args[1])[axis]
        made = self._created(op, axis) if op is not None else None
        if made is not None:
            return made
        own = ("shape", array, axis)
        self._holders[own] = (array, axis)
        return variable(own)

    def _created(self, op: Op, axis: int) -> Form | None:
        if op.primitive is POP and isinstance(op.args[0], Var):
            return self._popped(op.args[0], axis)
        return self._made(op, axis) if op.primitive in MADE else None

    def _popped(self, tape: Var, axis: int) -> Form | None:
        """The length of what a tape holds: that of all that is put on it, where it does not depend on the trip."""
        if tape not in self._tapes:
            return None
        found = [self.lengths(array)[axis] for array in self._tapes[tape]]
        if not found or any(not f.same_as(found[0]) for f in found):
            return None
        return found[0] if self.is_known_on_entry(found[0]) else None

    def holder_of(self, symbol: Symbol) -> Var:
        """The array whose length a symbol is."""
        return self._holders[symbol][0]

    def is_known_on_entry(self, form: Form) -> bool:
        return all(s in self.entry or self._is_of_entry(s) for s in form.terms)

    def _made(self, op: Op, axis: int) -> Form | None:
        """The length that an array is made with."""
        if is_integer(op.args[0]):
            return self.form(self._positive(op.args[0]))
        forms = self.shape_forms(op.args[0])
        return None if forms is None else forms[axis]

    def shape_forms(self, shape: Atom) -> tuple[Form, ...] | None:
        """The lengths that a shape consists of."""
        if isinstance(shape, Const):
            found = shape.value if isinstance(shape.value, tuple) else (shape.value,)
            return tuple(map(number, found)) if all(type(n) is int for n in found) else None
        made = self.definition.get(shape)
        if made is None:
            return None
        if made.primitive is TUPLE and all(map(is_integer, made.args)):
            return tuple(self.form(self._positive(a)) for a in made.args)
        if made.primitive is SHAPE and isinstance(made.args[0], Var) and isinstance(made.args[0].type, Array):
            return self.lengths(made.args[0])
        return None

    def _positive(self, length: Atom) -> Atom:
        """`n` of a length `max(n, 0)`."""
        op = self.definition.get(length) if isinstance(length, Var) else None
        zero = op is not None and op.primitive is MAX_ and isinstance(op.args[1], Const) and op.args[1].value == 0
        return op.args[0] if op is not None and zero else length

    def settled(self, form: Form) -> Form:
        """The form with what is read of arrays that nobody writes named by its place, however often it is read."""
        return form.rename(self._place_of)

    def _place_of(self, symbol: Symbol) -> Symbol:
        op = self.definition.get(symbol) if isinstance(symbol, Var) else None
        if op is None or op.primitive is not GETITEM or not isinstance(op.args[0], Var) or self.is_written(op.args[0]):
            return symbol
        return (op.args[0], key_of(self.form(op.args[1]))) if is_integer(op.args[1]) else symbol

    # inequalities -----------------------------------------------------------------------------------------------------

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is noted inside is forgotten behind it."""
        before = self.may_assume, len(self._known), len(self._ranges), len(self._stamps), len(self.bounds)
        try:
            yield
        finally:
            self.may_assume, known, ranges, stamps, bounds = before
            del self._known[known:], self._ranges[ranges:], self._stamps[stamps:], self.bounds[bounds:]

    @contextmanager
    def within(self, loop: Loop) -> Iterator[None]:
        """Inside of a loop, whose index lies in its range; where it may end early nothing is assumed."""
        with self.scope():
            self.may_assume = self.may_assume and loop.end is None and loop.index is not None
            if loop.index is not None and isinstance(loop.step, Const):
                start, stop = self.form(loop.start), self.form(loop.stop)  # type: ignore[arg-type]
                low, high = (start, stop + -1) if loop.step.value > 0 else (stop + 1, start)
                self.note_range(loop.index, low, high)
            yield

    @contextmanager
    def unassuming(self) -> Iterator[None]:
        """Where the program may never come: nothing is assumed for its sake."""
        with self.scope():
            self.may_assume = False
            yield

    def forget(self, count: int) -> None:
        """Take back all assumptions but the first `count`."""
        if len(self.assumed) > count:
            del self.assumed[count:]
            self._answers.clear()

    def note_range(self, index: Var, low: Form, high: Form) -> None:
        self._ranges.append((index, low, high))
        self.note(variable(index) - low, high - variable(index))

    def note(self, *forms: Form) -> None:
        """Inequalities that hold from here on, in this block."""
        self._known += forms
        self._stamped += 1
        self._stamps.append(self._stamped)

    def proves(self, form: Form) -> bool:
        """Whether a form is certainly >= 0."""
        if not form.terms:
            return form.constant >= 0
        if self.is_size(form):
            return True
        key = (key_of(form), self._stamps[-1], len(self.assumed))
        if key not in self._answers:
            self._answers[key] = has_no_solution([*self._relevant(form), -form + -1])
        return self._answers[key]

    def _relevant(self, form: Form) -> list[Form]:
        """What is known of the symbols of a form, and of those that come in with it."""
        seen, found = dict.fromkeys(form.terms), []
        rest = [*self._known, *self.assumed]
        grown = True
        while grown:
            grown = False
            for fact in list(rest):
                if any(s in seen for s in fact.terms):
                    rest.remove(fact)
                    found.append(fact)
                    seen.update(dict.fromkeys(fact.terms))
                    grown = True
        return [*found, *(variable(s) for s in seen if isinstance(s, tuple))]

    def holds(self, form: Form) -> bool:
        """Whether a form is >= 0: by proof, or by a check on entry."""
        return self.proves(form) or self._assume(form)

    def equal(self, left: Form, right: Form) -> bool:
        """Whether two lengths are equal: by proof, or by a check on entry."""
        if left.same_as(right):
            return True
        gap = left - right
        if not gap.terms:
            return False
        return self.holds(gap) and self.holds(-gap)

    def _assume(self, form: Form) -> bool:
        if not self.may_assume:
            return False
        for index, low, high in reversed(self._ranges):
            coefficient = form.terms.get(index)
            if coefficient is not None:
                form = form.replace(index, low if coefficient > 0 else high)
        if not form.terms and form.constant < 0:
            return False
        if not self.is_known_on_entry(form):
            return False
        if not self.proves(form):
            self.assumed.append(form)
        return True

    def _is_of_entry(self, symbol: Symbol) -> bool:
        return isinstance(symbol, tuple) and self._holders[symbol][0] in self.params

    # back to the program ----------------------------------------------------------------------------------------------

    def atom(self, builder: Builder, form: Form) -> Atom:
        """Emit a form as an integer."""
        terms = sorted(form.terms.items(), key=lambda t: (t[1] < 0, not isinstance(t[0], Var)))
        total: Atom | None = None
        for symbol, coefficient in terms:
            part = self._symbol(builder, symbol)
            if abs(coefficient) != 1:
                part = builder.emit(MULTIPLY, Const(abs(coefficient)), part, hint="n", type=INT)
            if total is None and coefficient < 0:
                total = builder.emit(SUBTRACT, Const(form.constant), part, hint="n", type=INT)
                form = Form(form.terms, 0)
            elif total is None:
                total = part
            else:
                total = builder.emit(ADD if coefficient > 0 else SUBTRACT, total, part, hint="n", type=INT)
        if total is None:
            return Const(form.constant)
        if not form.constant:
            return total
        how = ADD if form.constant > 0 else SUBTRACT
        return builder.emit(how, total, Const(abs(form.constant)), hint="n", type=INT)

    def _symbol(self, builder: Builder, symbol: Symbol) -> Atom:
        if isinstance(symbol, Var):
            return symbol
        array, axis = self._preferred.get(symbol) or self._holders[symbol]
        shape = builder.emit(SHAPE, array, hint="shape")
        return builder.emit(GETITEM, shape, Const(axis), hint="n", type=INT)

    @contextmanager
    def reading_lengths_of(self, array: Var | None) -> Iterator[None]:
        """Lengths are read from this array, which is at hand, where it has them."""
        before, self._preferred = self._preferred, {}
        for axis, dim in enumerate(array.type.shape if array is not None else ()):  # type: ignore[attr-defined]
            symbol = ("length", dim.base)
            if isinstance(dim.base, str) and dim.less == 0 and symbol in self._holders:
                self._preferred.setdefault(symbol, (array, axis))  # type: ignore[arg-type]
        try:
            yield
        finally:
            self._preferred = before
