"""The walk over a program: operations that touch nothing batched stay as they are, the others follow `rules`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np

from ..analyse.regions import Regions, regions
from ..ir.build import Builder
from ..ir.bundles import item_of
from ..ir.nodes import Atom, Block, Const, Function, Op, Parameter, Var, loop_of, replace, walk
from ..ir.primitives import BY_NAME, CALL, COPY, GETITEM, IF, LENGTH, LOOP, TUPLE, WITH_LEADING, ZEROS_LIKE
from ..ir.types import STRUCTURES, Array, Dim, Scalar, Tuple, Type, Undefined, is_continuous
from .reads import in_time
from .values import NotBatched, dependents, rank_of, widened


def batch(function: Function, params: Sequence[int], *, with_value: bool = False) -> Function:
    """A program for k directions.

    Args:
        function: any program without calls of functions that call themselves.
        params: the positions of the parameters that come stacked along a first axis.
        with_value: whether it returns a pair, the first of which does not depend on these parameters.

    Returns:
        the program with the same parameters, whose result is stacked likewise.

    Raises:
        NotBatched: an operation cannot be done for several directions at once, or what happens depends on them.
    """
    return Batch(function, [function.body.params[k] for k in params], with_value).run()


class Batch:
    """The transform of one function.

    Attributes:
        builder: where operations are appended.
        memory: the regions of the function.
        count: the number of directions.
    """

    def __init__(self, function: Function, params: Sequence[Var], with_value: bool) -> None:
        self.function, self.params, self.with_value = function, params, with_value
        self.memory: Regions = regions(function)
        self.batched = dependents(function, params, self.memory)
        self.dim = Dim(f"{params[0].hint}.0")
        self.wide: dict[Var, Atom] = {}
        self.count = Var("k", Scalar("i"))
        self.builder = Builder()
        self.definition = {r: op for op in walk(function.body) for r in op.results}
        self.is_pair = False  # whether the result has been put together

    def run(self) -> Function:
        body = self.function.body
        (value,) = body.yields
        for var in body.params:
            if var in self.batched and var not in self.params:
                raise NotBatched(f"the argument {var.hint} receives what depends on the directions")
        own = {var: self.fresh(var) for var in self.params}
        counted = Builder()
        first = first_leaf(counted, own[self.params[0]])
        counted.emit(LENGTH, first, hint="k")
        counted.append(replace(counted.ops.pop(), results=(self.count,)))
        self.builder.ops = counted.ops
        self.block(body, last=value)
        result = self.wide.get(value) if isinstance(value, Var) else None
        if result is None or not self.is_pair:
            raise NotBatched("the program returns no tuple of its own")
        parameters = tuple(Parameter(own.get(p.var, p.var), p.kind, p.default) for p in self.function.parameters)
        block = Block(tuple(p.var for p in parameters), tuple(self.builder.ops), (result,))
        return Function(self.function.name, parameters, block, self.function.doc)

    # values ---------------------------------------------------------------------------------------------------------

    def fresh(self, var: Var) -> Var:
        """The k values in place of one."""
        made = Var(var.hint, widened(var.type, self.dim), var.named)
        self.wide[var] = made
        return made

    def is_batched(self, atom: Atom) -> bool:
        return isinstance(atom, Var) and atom in self.batched

    def of(self, atom: Atom) -> Atom:
        """An operand as it is now: k values, or the one."""
        return self.wide[atom] if isinstance(atom, Var) and atom in self.batched else atom

    def emit(self, name: str, *args: Atom, like: Type, **keywords: Atom) -> Var:
        """Append an operation whose result is k values of a type."""
        return self.builder.emit(BY_NAME[name], *args, type=widened(like, self.dim), more=keywords)

    def expanded(self, atom: Atom, rank: int) -> Atom:
        """An operand with so many axes behind the first, so that it broadcasts with others of that rank."""
        wide, own = self.of(atom), rank_of(atom.type)
        if wide is atom or own >= rank:
            return wide
        assert isinstance(wide, Var) and isinstance(wide.type, Array)
        index = Const((slice(None), *(None,) * (rank - own)))
        shape = (self.dim, *(Dim(1, 0, True),) * (rank - own), *wide.type.shape[1:])
        return self.builder.emit(GETITEM, wide, index, type=Array(wide.type.dtype, shape), hint=wide.hint)

    def lifted(self, atom: Atom, type_: Type) -> Atom:
        """k times the same, where one value meets k of another; as it is where there are k already."""
        if isinstance(type_, Undefined) or isinstance(atom.type, Undefined) or self.is_batched(atom):
            return self.of(atom)
        if isinstance(type_, STRUCTURES) and isinstance(atom, Var) and isinstance(atom.type, STRUCTURES):
            return self._structure(atom, type_)
        if isinstance(atom, Const) and isinstance(type_, Scalar) and isinstance(atom.type, Scalar):
            return self._constants(atom, type_)
        rank = rank_of(atom.type)
        made = self.definition.get(atom) if isinstance(atom, Var) else None
        if made is not None and made.primitive is ZEROS_LIKE and rank:
            return self.zeros(atom, atom if self.is_batched(made.args[0]) else made.args[0])
        shape = self.shape_of(atom) if rank else self.builder.emit(TUPLE, self.count)
        return self.emit("broadcast_to", atom, shape, like=atom.type)

    def zeros(self, atom: Atom, like: Atom) -> Var:
        """Zeros in place of one array of zeros: `np.zeros((k, *x.shape))`, of the shape of `like`."""
        type_ = atom.type
        assert isinstance(type_, Array)
        is_float = type_.dtype == "float64"
        dtype = {} if is_float else {"dtype": Const(np.dtype(type_.dtype).type, name=f"np.{type_.dtype}")}
        return self.emit("zeros", self.shape_of(like), like=type_, **dtype)

    def _constants(self, atom: Const, type_: Scalar) -> Atom:
        value = float(atom.value) if type_.kind == "f" else atom.value
        if type(value) is float and value == 0.0 and type_.dtype in (None, "float64"):
            return self.emit("zeros", self.count, like=type_)
        return self.emit("full", self.count, Const(value), like=type_)

    def _structure(self, atom: Var, type_: Type) -> Atom:
        items = [item_of(self.builder, atom, k) for k in range(len(atom.type.items))]  # type: ignore[attr-defined]
        pairs = zip(items, type_.items, strict=True)  # type: ignore[attr-defined]
        lifted = [self.lifted(item, t) if is_continuous(t) else item for item, t in pairs]
        return self.builder.structure(type_, lifted, atom.hint)

    def shape_of(self, atom: Atom) -> Atom:
        """The shape of k of an operand, as a tuple."""
        return self.leading(self.builder.emit(BY_NAME["shape"], atom, hint="shape"))

    def leading(self, shape: Atom) -> Atom:
        """A shape with the number of directions in front."""
        return self.builder.emit(WITH_LEADING, self.count, shape, hint="shape")

    def own(self, op: Op, made: Atom) -> Atom:
        """A result that may share memory where that of the operation does not: copied if anyone writes to either."""
        written = self.memory.is_written(op.result) or any(
            isinstance(a, Var) and self.memory.is_written(a) for a in op.inputs
        )
        return self.builder.emit(COPY, made, hint=op.result.hint) if written and isinstance(made, Var) else made

    # the walk -------------------------------------------------------------------------------------------------------

    def block(self, block: Block, last: Atom | None = None) -> None:
        for k, op in enumerate(block.ops):
            self.builder.origin = op.origin
            if last is not None and op.results == (last,) and op.primitive is TUPLE:
                self.result(op)
            elif not self.touches(op):
                self.builder.append(op)
            elif op.primitive is IF:
                self.branch(op)
            elif op.primitive is LOOP:
                self.loop(op)
            else:
                self.plain(op, block, k)

    def touches(self, op: Op) -> bool:
        """Whether an operation, or one inside its blocks, has to do with batched values."""
        mentioned = [*op.inputs, *op.results]
        for inner in (i for b in op.blocks for i in walk(b)):
            mentioned += [*inner.inputs, *inner.results]
        mentioned += [a for b in op.blocks for a in (*b.params, *b.yields)]
        return any(map(self.is_batched, mentioned))

    def result(self, op: Op) -> None:
        """What the program returns: every part k times, but for the value."""
        items = [
            a if self.with_value and k == 0 else self.lifted(a, a.type) if is_continuous(a.type) else a
            for k, a in enumerate(op.args)
        ]
        if self.with_value and self.is_batched(op.args[0]):
            raise NotBatched("the value depends on the directions")
        self.is_pair = True
        type_ = Tuple(tuple(a.type for a in items), op.static)
        self.wide[op.result] = self.builder.emit(TUPLE, *items, type=type_, static=op.static, hint=op.result.hint)

    def plain(self, op: Op, block: Block, position: int) -> None:
        from .rules import apply

        if op.primitive is CALL:
            raise NotBatched(f"{op.static.name} is called, which calls itself")
        mark = len(self.builder.ops)
        made = apply(self, op)
        if not op.results or op.result not in self.batched:
            return
        assert made is not None
        if self._is_entry(op) and not in_time(op, block, position, self.memory):
            made = self.builder.emit(COPY, made, hint=op.result.hint)
        if isinstance(made, Var) and any(made in o.results for o in self.builder.ops[mark:]):
            made.hint, made.named = op.result.hint, op.result.named
        self.wide[op.result] = made

    def _is_entry(self, op: Op) -> bool:
        """Whether a number is read from an array that is written: k of them are a view of it."""
        if op.primitive is not GETITEM or not isinstance(op.result.type, Scalar):
            return False
        return isinstance(op.args[0].type, Array) and self.memory.is_written(op.args[0])  # type: ignore[arg-type]

    def inside(self, block: Block, yields: Callable[[], Sequence[Atom]]) -> Block:
        """A block of an operation, with the yields that are made at its end."""
        outer, self.builder = self.builder, Builder(self.builder.origin)
        self.block(block)
        given = tuple(yields())
        inner, self.builder = self.builder, outer
        params = tuple(self.wide[p] if p in self.batched else p for p in block.params)
        return Block(params, tuple(inner.ops), given)  # type: ignore[arg-type]

    def handed(self, target: Var, value: Atom) -> Atom:
        """What is handed on to a value that a loop carries or a branch chooses."""
        return self.lifted(value, target.type) if target in self.batched else value

    def _handed(self, targets: Sequence[Var], values: Sequence[Atom]) -> list[Atom]:
        return [self.handed(target, value) for target, value in zip(targets, values, strict=True)]

    def branch(self, op: Op) -> None:
        if self.is_batched(op.args[0]):
            raise NotBatched("a branch depends on the directions")
        arms = [self.inside(arm, functools.partial(self._handed, op.results, arm.yields)) for arm in op.blocks]
        results = tuple(self.fresh(r) if r in self.batched else r for r in op.results)
        self.builder.append(replace(op, blocks=tuple(arms), results=results))

    def loop(self, op: Op) -> None:
        loop = loop_of(op)
        controls = [a for a in (loop.start, loop.stop, loop.step, loop.end) if a is not None]
        if any(map(self.is_batched, controls)) or (loop.index is not None and loop.index in self.batched):
            raise NotBatched("the number of trips of a loop depends on the directions")
        inits = self._handed(loop.carried, loop.inits)
        for param in loop.carried:
            if param in self.batched:
                self.fresh(param)

        def nexts() -> list[Atom]:
            handed = self._handed(loop.carried, loop.nexts)
            return handed if loop.end is None else [loop.end, *handed]

        body = self.inside(loop.body, nexts)
        results = tuple(self.fresh(r) if r in self.batched else r for r in op.results)
        first = len(op.args) - len(inits)
        self.builder.append(replace(op, args=(*op.args[:first], *inits), results=results, blocks=(body,)))


def first_leaf(builder: Builder, value: Var) -> Var:
    """An array in a structure, to be asked how many directions there are."""
    if isinstance(value.type, STRUCTURES):
        position = next(k for k, t in enumerate(value.type.items) if is_continuous(t))
        return first_leaf(builder, item_of(builder, value, position))
    if not isinstance(value.type, Array):
        raise NotBatched("the directions are lists")
    return value
