"""The program as data: structured SSA.

    Function = name, parameters, body Block
    Block    = params, ops, yields          loop-carried values come in as params and go out as yields
    Op       = results <- primitive(args, **keywords) { blocks }
    Atom     = Var | Const

A branch is an op `if_` with the predicate as its argument and two blocks without params; its results are the yields of
the arm that ran. A loop is an op `loop`, see `LoopShape`. Nodes are frozen and compared by identity; facts about them
live in mappings beside them. A Var is defined once: as a parameter of a block or as a result of an op, and is visible
behind its definition in that block and in the blocks inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import Location
from .types import STRUCTURES, List, Tuple, Type, type_of_constant

if TYPE_CHECKING:
    from .primitives import Primitive

N = TypeVar("N")


def replace(node: N, **changes: Any) -> N:
    """A copy of a node with other fields, as `dataclasses.replace` makes it, in a quarter of its time: passes do little
    else. Not for nodes with slots."""
    made = object.__new__(type(node))
    fields = made.__dict__
    fields.update(node.__dict__)
    fields.update(changes)
    return made


__all__ = [
    "Atom",
    "Block",
    "Callee",
    "Const",
    "Function",
    "Location",
    "Loop",
    "LoopShape",
    "Op",
    "OwnRule",
    "Parameter",
    "Sharing",
    "Var",
    "loop_of",
    "replace",
]


@dataclass(eq=False, slots=True)
class Var:
    """A value, known by identity.

    Args:
        hint: the name it would like to be printed with.
        type: what is known about it.
        named: whether the hint is a name that the user gave (such values stay visible in the printed text).
    """

    hint: str
    type: Type
    named: bool = False

    def __repr__(self) -> str:
        return f"{self.hint}:{self.type}"


@dataclass(frozen=True, eq=False, slots=True)
class Const:
    """A value known at compile time: a number, string, None, Ellipsis, or a tuple or slice of such; or a function,
    class or module that the printed text refers to by `name`."""

    value: Any
    type: Type = None  # type: ignore[assignment]
    name: str | None = None

    def __post_init__(self) -> None:
        if self.type is None:
            object.__setattr__(self, "type", type_of_constant(self.value))

    def __repr__(self) -> str:
        return self.name or repr(self.value)


Atom = Var | Const


class Sharing(Enum):
    """What has been settled of one operation whose result may be a view: the `static` of such an op."""

    VIEW = "view"
    COPY = "fresh"


@dataclass(frozen=True, eq=False)
class Op:
    """One primitive operation.

    Args:
        primitive: what is done.
        args: its operands.
        results: the values it defines (most have one).
        keywords: further operands by name, sorted (`axis`, `keepdims`, ...).
        blocks: the blocks that a branch or a loop owns.
        static: what is not a value (`LoopShape`, the name of an attribute, ...), see the primitive.
        style: how the user spelled it ("np", "math", "method", "operator"); None for the primitive's own way.
        origin: the statement it comes from.
    """

    primitive: Primitive
    args: tuple[Atom, ...]
    results: tuple[Var, ...]
    keywords: tuple[tuple[str, Atom], ...] = ()
    blocks: tuple[Block, ...] = ()
    static: Any = None
    style: str | None = None
    origin: Location | None = None

    @property
    def result(self) -> Var:
        """The only result."""
        (result,) = self.results
        return result

    @property
    def aliasing(self) -> str:
        """How the memory of the result relates to that of the operands, see `Primitive`."""
        if isinstance(self.static, Sharing):
            return self.static.value
        return aliasing_of(self.primitive, self.args)

    @property
    def inputs(self) -> tuple[Atom, ...]:
        """All atoms that the op itself mentions (not those inside its blocks)."""
        return self.args + tuple(atom for _, atom in self.keywords) if self.keywords else self.args

    def keyword(self, name: str, default: Any = None) -> Any:
        """The constant value of a keyword operand, `default` where it is absent."""
        for key, atom in self.keywords:
            if key == name:
                return atom.value if isinstance(atom, Const) else atom
        return default


def aliasing_of(primitive: Primitive, args: Sequence[Atom]) -> str:
    """How the memory of a result relates to that of these operands: NumPy makes a new array of a list or tuple."""
    kind = primitive.aliasing
    if kind in ("view", "maybe") and args and isinstance(args[0].type, (List, *STRUCTURES)):
        return "fresh"
    if kind != "only":
        return kind
    by_text = isinstance(args[0], Const) and isinstance(args[0].value, str)
    return "fresh" if by_text and len(args) > 2 else "any"


@dataclass(frozen=True, eq=False)
class Block:
    """Straight-line code: `params` come in, `ops` run in order, `yields` go out."""

    params: tuple[Var, ...] = ()
    ops: tuple[Op, ...] = ()
    yields: tuple[Atom, ...] = ()


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter of a function. `kind` and `default` are those of `inspect.Parameter`; `default` is None where there
    is none, and a Const otherwise."""

    var: Var
    kind: Any
    default: Const | None = None


@dataclass(frozen=True, eq=False)
class Function:
    """A function: `body.params` are the parameters' values in order, `body.yields` the one value that it returns."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Block
    doc: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class OwnRule:
    """How a function that is called is differentiated, where its user says so. The programs take the arguments of the
    call; `moving` are the positions of those that can carry a derivative.

    Args:
        moving: the positions.
        tangent: takes a tangent for each of `moving` as well; returns `(value, tangent)`. None for a rule of adjoints.
        ahead: returns `(value, record)`, None for a rule of tangents.
        back: takes the record and the adjoint of the value; returns a tuple with an adjoint for each of `moving`, None
            for a part that is zero.
    """

    moving: tuple[int, ...]
    tangent: Function | None = None
    ahead: Function | None = None
    back: Function | None = None


@dataclass(eq=False, slots=True)
class Callee:
    """A function that is called: what a CALL op holds. The function is filled in when it has been made, so that it may
    call itself.

    Args:
        name: the name that it is printed with.
        function: the function.
        result: the type of what it returns, for the calls that are met before it is finished.
        rule: the user's own rule, where there is one.
        again: whether it is computed again on the way back, and nothing of it recorded.
        plain: whether it does not call itself and may take the place of its calls when these are differentiated.
    """

    name: str
    function: Function | None = None
    result: Type | None = None
    rule: OwnRule | None = None
    again: bool = False
    plain: bool = False

    @property
    def parts(self) -> tuple[Type, ...]:
        """The types of the items of the tuple that it returns."""
        assert self.function is not None
        (result,) = self.function.body.yields
        assert isinstance(result.type, Tuple)
        return result.type.items


@dataclass(frozen=True)
class LoopShape:
    """How a loop runs.

    bounded: `args = (start, stop, step, *inits)` and `body.params = (index, *carried)`; the index runs through
    `range(start, stop, step)`. Else `args = inits` and `body.params = carried`, and only an exit ends it.

    exits: `body.yields = (end, *next)`, and the loop stops after a trip whose `end` is true. Else `body.yields = next`.
    The results are the carried values behind the last trip. The block always runs to its yields: there are no jumps.
    A keyword operand `snapshots` says how many of its states are kept for the way back.

    independent: the trips may run in any order, or several at a time.
    """

    bounded: bool
    exits: bool
    independent: bool = False


@dataclass(frozen=True)
class Loop:
    """The parts of a loop op by name (`loop_of`)."""

    start: Atom | None
    stop: Atom | None
    step: Atom | None
    inits: tuple[Atom, ...]
    index: Var | None
    carried: tuple[Var, ...]
    end: Atom | None
    nexts: tuple[Atom, ...]
    results: tuple[Var, ...]
    body: Block = field(repr=False)


def loop_of(op: Op) -> Loop:
    """Take a loop op apart."""
    shape: LoopShape = op.static
    (body,) = op.blocks
    first = 3 if shape.bounded else 0
    start, stop, step = op.args[:3] if shape.bounded else (None, None, None)
    return Loop(
        start,
        stop,
        step,
        inits=op.args[first:],
        index=body.params[0] if shape.bounded else None,
        carried=body.params[1 if shape.bounded else 0 :],
        end=body.yields[0] if shape.exits else None,
        nexts=body.yields[1 if shape.exits else 0 :],
        results=op.results,
        body=body,
    )


def walk(block: Block) -> Iterator[Op]:
    """Every op of a block and of the blocks inside, in text order; an op comes before what its blocks hold."""
    stack = [iter(block.ops)]
    while stack:
        for op in stack[-1]:
            yield op
            if op.blocks:
                stack.extend(iter(inner.ops) for inner in reversed(op.blocks))
                break
        else:
            stack.pop()


def walk_op(op: Op) -> Iterator[Op]:
    """An op and every op of the blocks inside, in text order."""
    yield op
    for block in op.blocks:
        yield from walk(block)
