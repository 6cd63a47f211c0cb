"""Programs built by hand and at random, straight in the IR, for the tests of analyses and passes."""

from __future__ import annotations

import inspect
import random
from typing import Any

import numpy as np

from gradscribe.ir.build import Builder
from gradscribe.ir.check import check
from gradscribe.ir.nodes import Atom, Block, Const, Function, Parameter, Var
from gradscribe.ir.primitives import (
    ADD,
    ADDAT,
    APPEND,
    COPY,
    GETITEM,
    LENGTH,
    LESS,
    LIST,
    MULTIPLY,
    NEGATIVE,
    POP,
    SETITEM,
    SUBTRACT,
    TUPLE,
    ZEROS_LIKE,
)
from gradscribe.ir.types import FLOAT, INT, Array, Dim, List

VECTOR = Array("float64", (Dim("x.0", 0, False),))
LENGTH_OF_VECTOR = 4
POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


def function(builder: Builder, params: list[Var], result: Atom, name: str = "f") -> Function:
    """The function made of what a builder holds."""
    parameters = tuple(Parameter(p, POSITIONAL) for p in params)
    return check(Function(name, parameters, Block(tuple(params), tuple(builder.ops), (result,))))


def random_function(seed: int) -> Function:
    """A program of `x: float`, `a: vector` with branches, loops with exits, aliases, writes and lists."""
    return _Generator(random.Random(seed)).function()


def arguments(seed: int) -> tuple[float, np.ndarray]:
    """Arguments for a random program."""
    numbers = random.Random(seed)
    return numbers.uniform(-1.5, 1.5), np.array([numbers.uniform(-1.5, 1.5) for _ in range(LENGTH_OF_VECTOR)])


class _Generator:
    """Keeps the values that are visible, by kind."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.builder = Builder()
        self.scalars: list[Atom] = [Const(1.0), Const(-0.5), Const(2.0), Const(1.0)]
        self.arrays: list[Atom] = []
        self.lists: list[Atom] = []
        self.left = 40

    def function(self) -> Function:
        x, a = Var("x", FLOAT), Var("a", VECTOR)
        self.scalars.append(x)
        self.arrays.append(a)
        self.statements(6)
        entry = self.builder.emit(GETITEM, self.chance.choice(self.arrays), Const(1))
        both = self.builder.emit(ADD, self.chance.choice(self.scalars), entry)
        result = self.builder.emit(TUPLE, both, self.chance.choice(self.arrays))
        return function(self.builder, [x, a], result)

    def statements(self, most: int, depth: int = 0) -> None:
        kinds = ["scalar"] * 5 + ["array"] * 3 + ["write"] * 3 + ["list"] * 2 + ["view"] + ["again"] * 3
        kinds += ["branch", "loop"] if depth < 2 else []
        for _ in range(self.chance.randint(2, most)):
            if self.left:
                self.left -= 1
                kind = self.chance.choice(kinds)
                getattr(self, kind)(*([depth] if kind in ("branch", "loop") else []))

    def scalar(self) -> None:
        primitive = self.chance.choice((ADD, SUBTRACT, MULTIPLY, MULTIPLY, NEGATIVE, GETITEM))
        if primitive is GETITEM:
            args: tuple[Any, ...] = (self.chance.choice(self.arrays), Const(self.chance.randrange(3)))
        else:
            args = tuple(self.chance.choice(self.scalars) for _ in range(1 if primitive is NEGATIVE else 2))
        self.scalars.append(self.builder.emit(primitive, *args))

    def array(self) -> None:
        primitive = self.chance.choice((ADD, MULTIPLY, NEGATIVE, COPY, ZEROS_LIKE))
        first = self.chance.choice(self.arrays)
        pair = (first, self.chance.choice(self.arrays + self.scalars))
        self.arrays.append(self.builder.emit(primitive, *(pair if primitive in (ADD, MULTIPLY) else (first,))))

    def again(self) -> None:
        """Some computation once more."""
        arithmetic = (ADD, SUBTRACT, MULTIPLY, NEGATIVE, GETITEM)
        pure = [op for op in self.builder.ops if op.results and op.primitive in arithmetic]
        if pure:
            op = self.chance.choice(pure)
            made = self.builder.emit(op.primitive, *op.args)
            other = self.builder.emit(MULTIPLY, made, made)
            known = {FLOAT: self.scalars, VECTOR: self.arrays}
            for result in (made, other):
                known.get(result.type, []).append(result)

    def view(self) -> None:
        self.arrays.append(self.builder.emit(GETITEM, self.chance.choice(self.arrays), Const(slice(None, None, -1))))

    def write(self) -> None:
        target, value = self.chance.choice(self.arrays), self.chance.choice(self.scalars)
        self.builder.perform(self.chance.choice((SETITEM, ADDAT)), target, Const(self.chance.randrange(3)), value)

    def list(self) -> None:
        if not self.lists or self.chance.random() < 0.3:
            self.lists.append(self.builder.emit(LIST, self.chance.choice(self.scalars), type=List(FLOAT), hint="xs"))
        elif self.chance.random() < 0.6:
            self.builder.perform(APPEND, self.chance.choice(self.lists), self.chance.choice(self.scalars))
        else:
            target = self.chance.choice(self.lists)
            self.builder.perform(APPEND, target, self.chance.choice(self.scalars))
            entry = self.builder.emit(POP, target, type=FLOAT)
            self.scalars.append(entry)

    def inside(self, params: list[Var], depth: int) -> tuple[Builder, list[Atom]]:
        """Statements of a block; its last scalar and its last array."""
        kept = self.builder, list(self.scalars), list(self.arrays), list(self.lists)
        self.builder = Builder()
        self.scalars += [p for p in params if p.type == FLOAT]
        self.arrays += [p for p in params if p.type == VECTOR]
        self.statements(4, depth + 1)
        made, out = self.builder, [self.chance.choice(self.scalars[-3:]), self.chance.choice(self.arrays[-2:])]
        self.builder, self.scalars, self.arrays, self.lists = kept
        return made, out

    def branch(self, depth: int) -> None:
        predicate = self.builder.emit(LESS, self.chance.choice(self.scalars), Const(0.3))
        blocks = []
        for _ in range(2):
            made, out = self.inside([], depth)
            blocks.append(made.block((), out))
        results = [Var("s", FLOAT), Var("v", VECTOR)]
        self.builder.branch(predicate, *blocks, results)
        self.scalars.append(results[0])
        self.arrays.append(results[1])

    def loop(self, depth: int) -> None:
        inits = [self.chance.choice(self.scalars), self.chance.choice(self.arrays)]
        index, params = Var("i", INT), [Var("s", FLOAT), Var("v", VECTOR)]
        exits = self.chance.random() < 0.5
        made, out = self.inside(params, depth)
        if exits:
            out = [made.emit(LESS, self.chance.choice([*params[:1], out[0]]), Const(-0.8)), *out]
        results = [Var("s", FLOAT), Var("v", VECTOR)]
        stop = self.builder.emit(LENGTH, inits[1]) if self.chance.random() < 0.5 else Const(self.chance.randrange(3))
        body = made.block((index, *params), out)
        self.builder.loop((Const(0), stop, Const(1)), inits, body, results, exits=exits)
        self.scalars.append(results[0])
        self.arrays.append(results[1])
