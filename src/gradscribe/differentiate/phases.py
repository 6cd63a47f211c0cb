"""A program over rows that come in chunks, as several programs, each of which goes through the rows once.

What one phase hands on to the next is small: sums over rows, and what follows from them. What there is for each row is
computed again from the data where a later phase needs it, so that no phase keeps the chunks alive until it has seen the
last one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from inspect import Parameter as Kind
from itertools import count

from ..analyse.levels import ALWAYS, Levels, inputs_of, levels
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Function, Op, Parameter, Var, replace
from ..ir.primitives import COMMENT, TUPLE
from ..ir.types import Array, Type
from .recording import rename


@dataclass(frozen=True)
class Phase:
    """One of the programs.

    Args:
        program: takes those of the parameters that it needs, then what it gets from earlier phases.
        given: the parameters of the whole that it takes.
        handed: what it takes from earlier phases, values of the whole.
        kept: what it returns, a tuple of values of the whole; () for the last phase, which returns the result.
        names: how values that are handed on are called, in all phases.
        lazy: those of `kept` that there are for each row.
    """

    program: Function
    given: tuple[Parameter, ...]
    handed: tuple[Var, ...]
    kept: tuple[Var, ...]
    names: dict[Var, str]
    lazy: frozenset[Var]


def phases(function: Function, rows: Collection[str], home: str | None) -> list[Phase]:
    """Cut a program into phases.

    Args:
        function: a program without memory that phases could share.
        rows: the names of the lengths that count rows of data.
        home: the library whose arrays hold the rows; None for NumPy.
    """
    return _Cutter(function, levels(function, rows), home).all()


class _Cutter:
    def __init__(self, function: Function, found: Levels, home: str | None) -> None:
        self.function, self.levels, self.home = function, found, home
        self.definitions = {r: op for op in function.body.ops for r in op.results}
        self.count = len(found.cuts) + 1
        self.wanted: list[dict[Var, None]] = [{} for _ in range(self.count)]
        self.names: dict[Var, str] = {}
        self.taken = {p.var.hint for p in function.parameters}

    def all(self) -> list[Phase]:
        """From the last to the first: each says what it needs of those before."""
        found = [self.phase(k) for k in reversed(range(self.count)) if k == self.count - 1 or self.wanted[k]][::-1]
        return [
            replace(part, program=replace(part.program, name=f"{self.function.name}_{k + 1}"))
            for k, part in enumerate(found)
        ]

    def phase(self, k: int) -> Phase:
        is_last = k == self.count - 1
        kept = [] if is_last else self.in_order(self.wanted[k])
        yields: list[Atom] = [*self.function.body.yields] if is_last else [*kept]
        ops, handed = self.reached(yields, k, is_last)
        used = {v for op in ops for v in inputs_of(op)} | {a for a in yields if isinstance(a, Var)}
        given = tuple(p for p in self.function.parameters if p.var in used)
        titles = [op for op in self.function.body.ops if op in ops or op.primitive is COMMENT]
        body = Builder()
        body.ops = titles
        if not is_last:
            yields = [body.emit(TUPLE, *kept, hint="t")]
        names = {v: Var(self.name_of(v), self.type_in_hand(v), v.named) for v in handed}
        inner = rename(Block((), tuple(body.ops), tuple(yields)), dict(names))
        parameters = (*(_plain(p) for p in given), *(Parameter(v, Kind.POSITIONAL_OR_KEYWORD) for v in names.values()))
        block = replace(inner, params=tuple(p.var for p in parameters))
        lazy = frozenset(v for v in kept if v in self.levels.over_rows)
        return Phase(
            Function(self.function.name, parameters, block), given, tuple(handed), tuple(kept), self.names, lazy
        )

    def reached(self, yields: list[Atom], k: int, is_last: bool) -> tuple[set[Op], list[Var]]:
        """The ops of a phase, and what it takes from earlier ones."""
        ops: set[Op] = set(self.levels.last) if is_last else set()
        handed: dict[Var, None] = {}
        todo = [a for a in yields if isinstance(a, Var)] + [v for op in ops for v in inputs_of(op)]
        seen: set[Var] = set()
        while todo:
            var = todo.pop()
            if var in seen or var not in self.definitions:
                continue
            seen.add(var)
            if self.comes_from_before(var, k):
                handed[var] = None
                self.wanted[self.levels.phase(var)][var] = None
            else:
                op = self.definitions[var]
                ops.add(op)
                todo += inputs_of(op)
        return ops, self.in_order(handed)

    def comes_from_before(self, var: Var, k: int) -> bool:
        known = self.levels
        small = var not in known.over_rows and var not in known.sizes and known.of[var] != ALWAYS
        return (small or var in known.decided) and known.phase(var) < k

    def name_of(self, var: Var) -> str:
        if var not in self.names:
            if not var.named and var.hint == "t":
                var.hint = "found" if var in self.levels.decided else "known"
            choices = (f"{var.hint}_{k}" if k else var.hint for k in count())
            self.names[var] = next(name for name in choices if name not in self.taken)
            self.taken.add(self.names[var])
        return self.names[var]

    def in_order(self, values: Collection[Var]) -> list[Var]:
        return [v for v in self.definitions if v in values]

    def type_in_hand(self, var: Var) -> Type:
        """What is handed on is NumPy's, but for what there is for each row."""
        if self.home is not None and isinstance(var.type, Array) and var in self.levels.over_rows:
            return replace(var.type, home=self.home)
        return var.type


def _plain(parameter: Parameter) -> Parameter:
    return Parameter(parameter.var, Kind.POSITIONAL_OR_KEYWORD)
