"""Making new program text: a builder appends ops to a block, and `clone` copies a block with fresh values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .nodes import Atom, Block, Const, Function, Location, LoopShape, Op, Var, replace
from .primitives import BY_NAME, DICT, FIXED_LIST, IF, LIST, LOOP, RECORD, TUPLE, Primitive
from .types import Dict, FixedList, List, Record, Tuple, Type, Undefined


class Undef:
    """The value of a name that is not defined on this path."""

    def __repr__(self) -> str:
        return "undefined"


UNDEF = Const(Undef(), Undefined(), "undefined")
NONE = Const(None)


class Builder:
    """Appends ops to one block.

    `origin` is given to each op that is emitted; set it before emitting what belongs to a statement of the user.
    `style` is the spelling given to ops that have none of their own ("math" in the rules of a `math` function).
    """

    def __init__(self, origin: Location | None = None) -> None:
        self.ops: list[Op] = []
        self.origin = origin
        self.style: str | None = None

    def emit(
        self,
        primitive: Primitive,
        *args: Atom,
        hint: str = "t",
        named: bool = False,
        type: Type | None = None,
        static: Any = None,
        style: str | None = None,
        more: Mapping[str, Atom | None] | None = None,
        **keywords: Atom | None,
    ) -> Var:
        """Append an op with one result and return that. The type is inferred where it is not given.

        Keyword operands are passed as such, or in `more` where their names are not known (one may be called `type`).
        """
        keywords.update(more or {})
        given = tuple(sorted((k, v) for k, v in keywords.items() if v is not None))
        if type is None:
            assert primitive.infer is not None, f"{primitive} needs a type"
            type = primitive.infer(args, dict(given))
        result = Var(hint, type, named)
        self.append(
            Op(
                primitive,
                args,
                (result,),
                given,
                static=static,
                style=style or self._style_of(primitive),
                origin=self.origin,
            )
        )
        return result

    def perform(
        self, primitive: Primitive, *args: Atom, static: Any = None, style: str | None = None, **keywords: Atom
    ) -> None:
        """Append an op without result."""
        self.append(
            Op(primitive, args, (), tuple(sorted(keywords.items())), static=static, style=style, origin=self.origin)
        )

    def append(self, op: Op) -> None:
        self.ops.append(op)

    def _style_of(self, primitive: Primitive) -> str | None:
        return self.style if self.style in primitive.spellings and not primitive.symbol else None

    def branch(self, predicate: Atom, then: Block, orelse: Block, results: Sequence[Var]) -> None:
        self.append(Op(IF, (predicate,), tuple(results), blocks=(then, orelse), origin=self.origin))

    def loop(
        self,
        bounds: tuple[Atom, Atom, Atom] | None,
        inits: Sequence[Atom],
        body: Block,
        results: Sequence[Var],
        *,
        exits: bool,
    ) -> None:
        shape = LoopShape(bounded=bounds is not None, exits=exits)
        self.append(
            Op(LOOP, (*(bounds or ()), *inits), tuple(results), blocks=(body,), static=shape, origin=self.origin)
        )

    # structures ---------------------------------------------------------------------------------------------------

    def structure(self, type_: Type, items: Sequence[Atom], hint: str = "t") -> Atom:
        """A structure of the kind of `type_` with the given items."""
        types = tuple(i.type for i in items)
        if isinstance(type_, Tuple):
            return self.emit(TUPLE, *items, hint=hint, type=Tuple(types, type_.cls), static=type_.cls)
        if isinstance(type_, FixedList):
            return self.emit(FIXED_LIST, *items, hint=hint, type=FixedList(types))
        if isinstance(type_, Dict):
            return self.emit(DICT, *items, hint=hint, type=Dict(type_.keys, types), static=type_.keys)
        if isinstance(type_, Record):
            static = (type_.cls, type_.names)
            return self.emit(RECORD, *items, hint=hint, type=Record(type_.cls, type_.names, types), static=static)
        raise TypeError(f"not a structure: {type_}")

    def new_list(self, item: Type, *items: Atom, hint: str = "t") -> Var:
        return self.emit(LIST, *items, hint=hint, type=List(item))

    def call(self, name: str, *args: Atom, **how: Any) -> Var:
        """`emit` by the primitive's name."""
        return self.emit(BY_NAME[name], *args, **how)

    def block(self, params: Iterable[Var] = (), yields: Iterable[Atom] = ()) -> Block:
        """The block made of all ops so far."""
        return Block(tuple(params), tuple(self.ops), tuple(yields))


def substitute(op: Op, environment: Mapping[Var, Atom]) -> Op:
    """The op with its own operands replaced (not those inside its blocks); the op itself where there is none."""

    def swap(atom: Atom) -> Atom:
        return environment.get(atom, atom) if isinstance(atom, Var) else atom

    if not any(a in environment for a in op.inputs if isinstance(a, Var)):
        return op
    return replace(op, args=tuple(map(swap, op.args)), keywords=tuple((k, swap(v)) for k, v in op.keywords))


def clone(block: Block, environment: dict[Var, Atom], origin: Location | None = None) -> Block:
    """A copy of a block in which every value defined inside is fresh. `environment` maps values from outside (and
    params) to what stands for them, and is extended by what is defined. A given `origin` replaces that of every op."""

    def atom(a: Atom) -> Atom:
        return environment.get(a, a) if isinstance(a, Var) else a

    def fresh(var: Var) -> Var:
        made = Var(var.hint, var.type, var.named)
        environment[var] = made
        return made

    params = tuple(environment[p] if p in environment else fresh(p) for p in block.params)
    ops = []
    for op in block.ops:
        moved = substitute(op, environment)
        blocks = tuple(clone(inner, environment, origin) for inner in op.blocks)
        results = tuple(map(fresh, op.results))
        ops.append(replace(moved, blocks=blocks, results=results, origin=origin or op.origin))
    kept = tuple(p for p in params if isinstance(p, Var))
    return Block(kept, tuple(ops), tuple(map(atom, block.yields)))


def inline(builder: Builder, function: Function, args: Sequence[Atom], origin: Location | None = None) -> Atom:
    """Append the body of `function` to the builder with its parameters bound to `args`; return what it returns."""
    environment: dict[Var, Atom] = dict(zip(function.body.params, args, strict=True))
    body = clone(function.body, environment, origin)
    builder.ops.extend(body.ops)
    (result,) = body.yields
    return result


def map_blocks(op: Op, rebuild: Callable[[Block], Block]) -> Op:
    """The op with each of its blocks rebuilt."""
    if not op.blocks:
        return op
    blocks = tuple(rebuild(b) for b in op.blocks)
    return op if blocks == op.blocks else replace(op, blocks=blocks)


def without_snapshots(function: Function) -> Function:
    """The function with the marks of its loops removed that say how many states are kept."""

    def rebuild(block: Block) -> Block:
        ops = (map_blocks(op, rebuild) for op in block.ops)
        return replace(block, ops=tuple(replace(op, keywords=()) if op.primitive is LOOP else op for op in ops))

    return replace(function, body=rebuild(function.body))
