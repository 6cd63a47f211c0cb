"""Random programs, made directly in the IR: loops with exit flags, branches, swaps, writes, views, lists, odd names."""

from __future__ import annotations

import random
from inspect import Parameter as Kind

import numpy as np

from gradscribe.ir import infer
from gradscribe.ir.build import UNDEF, Builder
from gradscribe.ir.check import check
from gradscribe.ir.nodes import Atom, Block, Const, Function, Parameter, Var
from gradscribe.ir.primitives import (
    ADD,
    ADDAT,
    APPEND,
    BY_NAME,
    COPY,
    GETITEM,
    GREATER,
    GREATER_EQUAL,
    LENGTH,
    LESS,
    LIST,
    MULTIPLY,
    NEGATIVE,
    POP,
    SCATTER_ADD,
    SETITEM,
    SLICE_,
    SUBTRACT,
    TUPLE,
    VADDAT,
    ZEROS_LIKE,
    define,
)
from gradscribe.ir.types import BOOL, FLOAT, INT, Array, Dim, List, Type

N = 4
VECTOR = Array("float64", (Dim("x.0", 0, False),))
TAPE = List(FLOAT)
SHELF = List(VECTOR)
HINTS = ["s", "a", "b", "t", "bx", "x", "y", "np", "seed", "for", "len", "range", "t_1", "i"]
SIN = BY_NAME.get("sin") or define("sin", np.sin, infer=infer.elementwise(np.sin), parameters="x, /")


class Scope:
    """What is visible, by type."""

    def __init__(self, above: Scope | None = None) -> None:
        self.values: dict[str, list[Var]] = {k: list(v) for k, v in above.values.items()} if above else {}

    def add(self, kind: str, var: Var) -> Var:
        self.values.setdefault(kind, []).append(var)
        return var

    def __getitem__(self, kind: str) -> list[Var]:
        return self.values.get(kind, [])


class Maker:
    """Makes one program from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.budget = self.random.randint(6, 40)

    def hint(self) -> dict[str, object]:
        return {"hint": self.random.choice(HINTS), "named": self.random.random() < 0.5}

    def function(self) -> Function:
        scope, builder = Scope(), Builder()
        params = [Var("x", VECTOR, True), Var("a", FLOAT, True), Var("seed", FLOAT, True), Var("n", INT, True)]
        for kind, var in zip(("array", "float", "float", "int"), params, strict=True):
            scope.add(kind, var)
        scope.add("pointer", builder.emit(COPY, params[0], **self.hint()))
        scope.add("tape", builder.emit(LIST, type=TAPE, **self.hint()))
        scope.add("shelf", builder.emit(LIST, type=SHELF, **self.hint()))
        self.ops(builder, scope, depth=0)
        chosen = [self.pick(scope, k) for k in ("float", "float", "array", "pointer", "array")]
        result = builder.emit(TUPLE, *chosen, *scope["tape"][:1], *scope["shelf"], hint="t")
        parameters = tuple(Parameter(p, Kind.POSITIONAL_OR_KEYWORD) for p in params)
        return check(Function("f", parameters, builder.block(params, (result,))))

    # atoms ------------------------------------------------------------------------------------------------------------

    def pick(self, scope: Scope, kind: str) -> Atom:
        values = scope[kind]
        if kind == "float" and self.random.random() < 0.15:
            return Const(self.random.choice([0.5, -1.5, 2.0]))
        recent = values[-4:] if self.random.random() < 0.6 else values
        return self.random.choice(recent)

    def index(self, builder: Builder, scope: Scope) -> Atom:
        return self.random.choice([Const(0), Const(-1), Const(1), Const(2), *scope["index"]])

    def part(self, builder: Builder, scope: Scope) -> Atom:
        """An index that takes part of an array."""
        if self.random.random() < 0.3:
            stop = self.random.choice([Const(3), *scope["int"][:1]])
            return builder.emit(SLICE_, Const(0), stop, Const(None), hint="t")
        return self.random.choice([Const(slice(1, None)), Const(slice(None, -1)), Const(slice(None, None, -1))])

    # ops --------------------------------------------------------------------------------------------------------------

    def ops(self, builder: Builder, scope: Scope, depth: int) -> None:
        for _ in range(self.random.randint(1, 6)):
            if self.budget <= 0:
                return
            self.budget -= 1
            self.op(builder, scope, depth)

    def op(self, builder: Builder, scope: Scope, depth: int) -> None:
        kinds = [self.scalar] * 5 + [self.array, self.write, self.tape, self.read]
        kinds += [self.vaddat, self.vaddat, self.vaddat, self.shelf]
        if depth < 3:
            kinds += [self.branch, self.branch, self.loop, self.loop]
        self.random.choice(kinds)(builder, scope, depth)

    def scalar(self, builder: Builder, scope: Scope, depth: int) -> None:
        choice, how = self.random.random(), self.hint()
        if choice < 0.15:
            scope.add("float", builder.emit(SIN, self.pick(scope, "float"), type=FLOAT, style="np", **how))
        elif choice < 0.25:
            scope.add("float", builder.emit(NEGATIVE, self.pick(scope, "float"), type=FLOAT, **how))
        elif choice < 0.35:
            op = self.random.choice([LESS, GREATER])
            scope.add("bool", builder.emit(op, self.pick(scope, "float"), self.pick(scope, "float"), type=BOOL, **how))
        else:
            op = self.random.choice([ADD, SUBTRACT, MULTIPLY])
            left, right = self.pick(scope, "float"), self.pick(scope, "float")
            if op is MULTIPLY:
                left = builder.emit(SIN, left, type=FLOAT, style="np")
            scope.add("float", builder.emit(op, left, right, type=FLOAT, **how))

    def array(self, builder: Builder, scope: Scope, depth: int) -> None:
        source = self.pick(scope, self.random.choice(["array", "pointer"]))
        choice, how = self.random.random(), self.hint()
        if choice < 0.25:
            scope.add("array", builder.emit(ZEROS_LIKE, source, **how))
        elif choice < 0.4:
            scope.add("pointer", builder.emit(COPY, source, **how))
        elif choice < 0.55:
            scope.add("view", builder.emit(GETITEM, source, self.part(builder, scope), **how))
        elif choice < 0.65:
            value = self.pick(scope, "array")
            scope.add("array", builder.emit(GETITEM, value, Const(slice(None, None, -1)), type=VECTOR, **how))
        elif choice < 0.85:
            scope.add("array", builder.emit(MULTIPLY, source, self.pick(scope, "float"), type=VECTOR, **how))
        else:
            other = self.pick(scope, "array")
            scope.add("array", builder.emit(ADD, self.pick(scope, "array"), other, type=VECTOR, **how))

    def write(self, builder: Builder, scope: Scope, depth: int) -> None:
        target, value = self.pick(scope, "pointer"), self.pick(scope, "float")
        choice = self.random.random()
        if choice < 0.3:
            builder.perform(SETITEM, target, self.index(builder, scope), value)
        elif choice < 0.5:
            builder.perform(ADDAT, target, self.index(builder, scope), value)
        elif choice < 0.6:
            builder.perform(ADDAT, target, self.part(builder, scope), value)
        elif choice < 0.7:
            builder.perform(SCATTER_ADD, target, Const((np.array([0, 0, 1]),)[0]), value)
        elif choice < 0.85:
            builder.perform(ADDAT, target, Const(...), self.pick(scope, "array"))
        else:
            index = self.index(builder, scope)
            old = builder.emit(GETITEM, target, index, type=FLOAT)
            builder.perform(SETITEM, target, index, builder.emit(MULTIPLY, old, value, type=FLOAT))

    def vaddat(self, builder: Builder, scope: Scope, depth: int) -> None:
        target = self.pick(scope, "array")
        how = self.hint() if self.random.random() < 0.4 else {"hint": getattr(target, "hint", "t")}
        if self.random.random() < 0.4:
            value = self.pick(scope, self.random.choice(["array", "float"]))
            op = self.random.choice([ADD, SUBTRACT])
            scope.add("array", builder.emit(op, target, value, type=VECTOR, **how))
        else:
            index = self.random.choice([self.index(builder, scope), Const(np.array([1, 1, 0])), Const(slice(1, None))])
            scope.add("array", builder.emit(VADDAT, target, index, self.pick(scope, "float"), **how))

    def tape(self, builder: Builder, scope: Scope, depth: int) -> None:
        tape = self.pick(scope, "tape")
        builder.perform(APPEND, tape, self.pick(scope, "float"))
        if self.random.random() < 0.5:
            builder.perform(APPEND, tape, self.pick(scope, "float"))
            scope.add("float", builder.emit(POP, tape, type=FLOAT, **self.hint()))

    def shelf(self, builder: Builder, scope: Scope, depth: int) -> None:
        """Arrays in a list, or in a tuple: references are kept."""
        shelf, how = self.pick(scope, "shelf"), self.hint()
        builder.perform(APPEND, shelf, self.pick(scope, "array"))
        choice = self.random.random()
        if choice < 0.3:
            scope.add("array", builder.emit(POP, shelf, type=VECTOR, **how))
        elif choice < 0.5:
            scope.add("array", builder.emit(GETITEM, shelf, Const(-1), type=VECTOR, **how))
        elif choice < 0.8:
            pair = builder.emit(TUPLE, self.pick(scope, "array"), self.pick(scope, "array"), hint="pair")
            scope.add("array", builder.emit(GETITEM, pair, Const(1), **how))

    def read(self, builder: Builder, scope: Scope, depth: int) -> None:
        how = self.hint()
        choice = self.random.random()
        if choice < 0.6 or not scope["view"]:
            source = self.pick(scope, self.random.choice(["array", "pointer"]))
            scope.add("float", builder.emit(GETITEM, source, self.index(builder, scope), type=FLOAT, **how))
        else:
            scope.add("float", builder.emit(GETITEM, self.pick(scope, "view"), Const(0), type=FLOAT, **how))

    # control ----------------------------------------------------------------------------------------------------------

    def test(self, builder: Builder, scope: Scope) -> Atom:
        if scope["bool"] and self.random.random() < 0.3:
            return self.pick(scope, "bool")
        return builder.emit(GREATER, self.pick(scope, "float"), self.pick(scope, "float"), type=BOOL, hint="took")

    def branch(self, builder: Builder, scope: Scope, depth: int) -> None:
        test = self.test(builder, scope)
        choice = ["float", "float", "array"] + ["maybe"] * bool(scope["maybe"])
        kinds = self.random.choices(choice, k=self.random.randint(0, 3))
        blocks, undefined = [], self.random.random() < 0.2
        for _ in range(2):
            inner, made = Scope(scope), Builder()
            if self.random.random() < 0.8:
                self.ops(made, inner, depth + 1)
            blocks.append(made.block((), [self.pick(inner, k) for k in kinds]))
        results = [Var(type=_type(k), **self.hint()) for k in kinds]  # type: ignore[arg-type]
        builder.branch(test, *blocks, results)
        for kind, result in zip(kinds, results, strict=True):
            scope.add(kind, result)
        if undefined:
            self.undefined(builder, scope, test)

    def undefined(self, builder: Builder, scope: Scope, test: Atom) -> None:
        """A value that exists on one path, and is read on that path only."""
        first, saved = Builder(), Var(type=FLOAT, **self.hint())  # type: ignore[arg-type]
        value = first.emit(SIN, self.pick(scope, "float"), type=FLOAT, style="np", hint="t")
        builder.branch(test, first.block((), (value,)), Block((), (), (UNDEF,)), [saved])
        passed = Var(type=FLOAT, **self.hint())  # type: ignore[arg-type]
        builder.branch(self.test(builder, scope), Block((), (), (saved,)), Block((), (), (saved,)), [passed])
        other = self.pick(scope, "float")
        then, result = Builder(), Var(type=FLOAT, **self.hint())  # type: ignore[arg-type]
        used = then.emit(ADD, passed, other, type=FLOAT)
        builder.branch(test, then.block((), (used,)), Block((), (), (other,)), [result])
        scope.add("float", result)

    def loop(self, builder: Builder, scope: Scope, depth: int) -> None:
        kinds = self.random.choices(["float", "float", "array"], k=self.random.randint(1, 3))
        inits = [self.pick(scope, k) for k in kinds]
        carried = [Var(type=_type(k), **self.hint()) for k in kinds]  # type: ignore[arg-type]
        results = [Var(p.hint, p.type, p.named) for p in carried]
        bounded, exits = self.random.random() < 0.6, self.random.random() < 0.6
        inner, made = Scope(scope), Builder()
        params = list(carried)
        for kind, var in zip(kinds, carried, strict=True):
            inner.add(kind, var)
        if bounded:
            index = Var(type=INT, **self.hint())  # type: ignore[arg-type]
            params.insert(0, index)
            inner.add("index", index)
            bounds = self.bounds(builder, scope)
        else:
            count = Var("count", INT)
            exits, bounds = True, None
            inits, params = [*inits, Const(0)], [*params, count]
            carried, results = [*carried, count], [*results, Var("count", INT)]
        yields = self.trip(made, inner, kinds, depth + 1, exits, None if bounded else count)
        if self.random.random() < 0.4:
            late = Var(type=FLOAT, **self.hint())  # type: ignore[arg-type]
            inits, carried, params = [*inits, UNDEF], [*carried, late], [*params, late]
            yields = [*yields, self.random.choice([self.pick(inner, "float"), late])]
            results = [*results, Var(type=FLOAT, **self.hint())]  # type: ignore[arg-type]
            scope.add("maybe", results[-1])
            self.trips_once(scope, results[-1], bounds, yields[-1], late)
        builder.loop(bounds, inits, made.block(params, yields), results, exits=exits)
        for kind, result in zip(kinds, results, strict=False):
            scope.add(kind, result)

    def trips_once(self, scope: Scope, result: Var, bounds: object, value: Atom, late: Var) -> None:
        """What a loop that surely runs leaves behind may be read."""
        if value is not late and (bounds is None or bounds == self.sure):
            scope.add("float", result)

    sure = (Const(0), Const(3), Const(1))

    def bounds(self, builder: Builder, scope: Scope) -> tuple[Atom, Atom, Atom]:
        choice = self.random.random()
        if choice < 0.3:
            return Const(0), builder.emit(LENGTH, scope["array"][0], hint="n"), Const(1)
        if choice < 0.5:
            last = builder.emit(SUBTRACT, builder.emit(LENGTH, scope["array"][0]), Const(1), type=INT)
            return last, Const(-1), Const(-1)
        return self.random.choice([self.sure, (Const(2), Const(-1), Const(-1)), (Const(0), Const(0), Const(1))])

    def trip(
        self, made: Builder, scope: Scope, kinds: list[str], depth: int, exits: bool, count: Var | None
    ) -> list[Atom]:
        """The body of a loop: ops, then perhaps an exit, then perhaps more behind a guard."""
        if scope["index"] and self.random.random() < 0.4:
            source = scope["array"][0]
            scope.add("float", made.emit(GETITEM, source, scope["index"][-1], type=FLOAT, hint="s", named=True))
        self.ops(made, scope, depth)
        if not exits:
            return [self.pick(scope, k) for k in kinds]
        nexts = [self.pick(scope, k) for k in kinds]
        if count is None:
            return self.leave(made, scope, kinds, nexts, depth)
        again = made.emit(ADD, count, Const(1), type=INT, hint="count")
        last = made.emit(GREATER_EQUAL, again, Const(3), type=BOOL, hint="done")
        end, *values = self.leave(made, scope, kinds, nexts, depth)
        stop, kept = Var("stop", BOOL), Var("t", INT)
        made.branch(last, Block((), (), (Const(True), again)), Block((), (), (end, again)), [stop, kept])
        return [stop, *values, kept]

    def leave(self, made: Builder, scope: Scope, kinds: list[str], nexts: list[Atom], depth: int) -> list[Atom]:
        """An exit: a branch that sets the flag in one arm, nested now and then; what follows may be guarded."""
        if depth > 4 or self.random.random() < 0.2:
            return [self.random.choice([Const(False), Const(False), self.test(made, scope)]), *nexts]
        test, blocks = self.test(made, scope), []
        sets = self.random.randint(0, 1)
        for k in range(2):
            inner, arm = Scope(scope), Builder()
            if self.random.random() < 0.6:
                self.ops(arm, inner, depth + 1)
            values: list[Atom] = [self.pick(inner, kind) for kind in kinds]
            if self.random.random() < 0.3:
                values = list(nexts)
            if k == sets:
                blocks.append(arm.block((), [Const(True), *values]))
            else:
                blocks.append(arm.block((), self.leave(arm, inner, kinds, values, depth + 1)))
        results = [Var("end", BOOL), *(Var(type=_type(k), **self.hint()) for k in kinds)]  # type: ignore[arg-type]
        made.branch(test, *blocks, results)
        end, *values = results
        if self.random.random() < 0.5:
            return self.guard(made, scope, kinds, end, values, depth)
        if self.random.random() < 0.3:
            self.op(made, scope, 9)
        return [end, *values]

    def guard(
        self, made: Builder, scope: Scope, kinds: list[str], end: Var, values: list[Var], depth: int
    ) -> list[Atom]:
        inner, rest = Scope(scope), Builder()
        for kind, var in zip(kinds, values, strict=True):
            inner.add(kind, var)
        self.ops(rest, inner, depth + 1)
        later = self.leave(rest, inner, kinds, [self.pick(inner, k) for k in kinds], depth + 1)
        results = [Var("end", BOOL), *(Var(v.hint, v.type, v.named) for v in values)]
        made.branch(end, Block((), (), (Const(True), *values)), rest.block((), later), results)
        return list(results)


def _type(kind: str) -> Type:
    return {"float": FLOAT, "maybe": FLOAT, "array": VECTOR, "int": INT, "bool": BOOL}[kind]


def program(seed: int) -> Function:
    """A program of the parameters x (an array), a, seed (floats) and n (an int); it returns a tuple."""
    return Maker(seed).function()


def arguments(seed: int) -> tuple[object, ...]:
    """Arguments for a program."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=N), float(rng.normal()), float(rng.normal()), 3
