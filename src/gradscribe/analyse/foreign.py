"""Which values of a program are arrays of another library than NumPy, or may be.

An array that comes in, as an argument or from outside, says so in its type; from there it spreads through every
operation. This module knows nothing of derivatives, nor of what a library can do: see `offers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ..errors import BadArgument
from ..ir.indexing import item
from ..ir.libraries import Library, library_named
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, walk
from ..ir.primitives import (
    BOOL_OF,
    CALL,
    DICT,
    FIXED_LIST,
    FLOAT_OF,
    GETITEM,
    IF,
    INT_OF,
    LENGTH,
    LIST,
    LOOP,
    MATMUL,
    RECORD,
    SHAPE,
    TUPLE,
)
from ..ir.solvers import callees_of
from ..ir.types import STRUCTURES, Array, List, Numeric, Scalar, Tuple, Type, leaves

_PLAIN = frozenset((SHAPE, LENGTH, FLOAT_OF, INT_OF, BOOL_OF))
"""What gives plain numbers, whatever it is given."""
_OTHER = _PLAIN | {TUPLE, FIXED_LIST, DICT, RECORD, LIST}


@dataclass
class Foreign:
    """The arrays of another library in a program and in all that it calls.

    Args:
        home: the library that they come from; None where there are none.
        maybe: the values that may be such arrays, or hold some.
        surely: those that are, on every path.
    """

    home: Library | None
    maybe: set[Var]
    surely: set[Var]

    def __bool__(self) -> bool:
        return bool(self.maybe)


def foreign(function: Function) -> Foreign:
    """The arrays of another library in a program.

    Raises:
        BadArgument: they come from two libraries.
    """
    library = _library_in(function)
    if library is None:
        return Foreign(None, set(), set())
    functions = reached(function)
    return Foreign(library, _Spread(functions, _is_foreign, library).maybe, _sure_values(functions))


def arrays_of(function: Function, home: Library) -> Foreign:
    """All arrays of a program, as those of the library whose functions it calls."""
    maybe = _Spread(reached(function), _holds_arrays, home).maybe
    return Foreign(home, maybe, {v for v in maybe if isinstance(v.type, Array)})


def homes_of(function: Function) -> list[Library]:
    """The libraries that the arrays of a program come from."""
    names = dict.fromkeys(leaf.home for var in _all_values(function) for leaf in _foreign_leaves(var.type))
    return [library_named(name) for name in names if name is not None]


def unwritable(function: Function) -> Foreign:
    """The arrays of a library whose arrays are not written in place as NumPy's are."""
    found = foreign(function)
    return Foreign(None, set(), set()) if found.home is not None and found.home.writes else found


def _library_in(function: Function) -> Library | None:
    homes = homes_of(function)
    if len(homes) > 1:
        one, other, *_ = homes
        hint = f"convert those of one of them: {other.plain}"
        raise BadArgument(f"{one.name} arrays and {other.name} arrays in one call", hint=hint)
    return homes[0] if homes else None


def _all_values(function: Function) -> Iterator[Var]:
    yield from function.body.params
    for op in walk(function.body):
        yield from op.results


def _foreign_leaves(type_: Type) -> Iterator[Array]:
    inner = type_.item if isinstance(type_, List) else type_
    return (leaf for leaf in leaves(inner) if isinstance(leaf, Array) and leaf.home is not None)


def _is_foreign(type_: Type) -> bool:
    return any(_foreign_leaves(type_))


def _holds_arrays(type_: Type) -> bool:
    inner = type_.item if isinstance(type_, List) else type_
    return any(isinstance(leaf, (Array, Numeric)) for leaf in leaves(inner))


def reached(function: Function) -> list[Function]:
    """A program and those that it calls, each once."""
    found = {function: None}
    todo = [function]
    while todo:
        for op in walk(todo.pop().body):
            for callee in callees_of(op):
                if callee.function is not None and callee.function not in found:
                    found[callee.function] = None
                    todo.append(callee.function)
    return list(found)


def _given_types(function: Function) -> dict[Atom, Type]:
    """The types of what is given to a program, entry by entry of structures: these tell which entries are arrays of
    another library."""
    found: dict[Atom, Type] = {p: p.type for p in function.body.params}
    for op in walk(function.body):
        if op.primitive is GETITEM and isinstance(found.get(op.args[0]), STRUCTURES) and isinstance(op.args[1], Const):
            found[op.result] = item((Var("t", found[op.args[0]]), op.args[1]), {})
    return found


# ------------------------------------------------------------------ may be


class _Spread:
    """What may be an array of another library: errs on the side of "yes".

    Args:
        functions: the program, and all that it calls.
        counts: whether values of a type are what is looked for.
        home: where they come from.
    """

    def __init__(self, functions: list[Function], counts: Callable[[Type], bool], home: Library) -> None:
        self.counts, self.dense_products = counts, home.dense_products
        self.maybe = {v for f in functions for v in _all_values(f) if counts(v.type)}
        self.given = _given_types(functions[0])
        before = -1
        while len(self.maybe) > before:
            before = len(self.maybe)
            for each in functions:
                self.block(each.body)

    def block(self, block: Block) -> None:
        for op in block.ops:
            for inner in op.blocks:
                self.block(inner)
            self.op(op)

    def op(self, op: Op) -> None:
        if op.primitive is IF:
            for result, *arms in zip(op.results, *(b.yields for b in op.blocks), strict=True):
                self.join(arms, (result,))
        elif op.primitive is LOOP:
            loop = loop_of(op)
            for init, param, after, result in zip(loop.inits, loop.carried, loop.nexts, loop.results, strict=True):
                self.join((init, after), (param, result))
        elif op.primitive is CALL and op.static.function is not None:
            inner = op.static.function.body
            for arg, param in zip(op.args, inner.params, strict=False):
                self.join((arg,), (param,))
            self.join(inner.yields, op.results)
        elif op.results and op.results[0] in self.given:
            self.maybe.update(op.results if self.counts(self.given[op.results[0]]) else ())
        elif op.primitive not in _PLAIN and op.style != "math" and not self.is_dense(op):
            params = [p for callee in callees_of(op) if callee.function for p in callee.function.body.params]
            written = [a for k, a in enumerate(op.args) if k in op.primitive.writes and isinstance(a, Var)]
            self.join(op.inputs, (*op.results, *written, *params))

    def is_dense(self, op: Op) -> bool:
        """Whether an operation is a product of a sparse array and one of NumPy's."""
        if not self.dense_products or op.primitive is not MATMUL:
            return False
        return not all(a in self.maybe for a in op.args)

    def join(self, sources: Iterable[Atom], targets: Iterable[Var]) -> None:
        if any(s in self.maybe for s in sources if isinstance(s, Var)):
            self.maybe.update(targets)


# ------------------------------------------------------------------ surely is


def _sure_values(functions: list[Function]) -> set[Var]:
    """NumPy's functions give an array of another library wherever one of their operands is one. What is carried through
    a loop counts while nothing speaks against it."""
    doubted: set[Var] = set()
    while True:
        before, found = len(doubted), set[Var]()
        for each in functions:
            found |= {v for v, type_ in _given_types(each).items() if isinstance(v, Var) and _is_sure(type_)}
            _follow(each.body, found, doubted)
        if len(doubted) == before:
            return found


def _is_sure(type_: Type) -> bool:
    return isinstance(type_, Array) and type_.home is not None and not type_.mixed


def _follow(block: Block, found: set[Var], doubted: set[Var]) -> None:
    for op in block.ops:
        if op.primitive is LOOP:
            loop = loop_of(op)
            carried = list(zip(loop.inits, loop.carried, loop.nexts, loop.results, strict=True))
            found.update(p for init, p, _, _ in carried if init in found and p not in doubted)
            _follow(loop.body, found, doubted)
            doubted.update(p for _, p, after, _ in carried if p in found and after not in found)
            found.update(result for _, p, after, result in carried if p in found and after in found)
        elif op.primitive is IF:
            for inner in op.blocks:
                _follow(inner, found, doubted)
            pairs = zip(op.results, *(b.yields for b in op.blocks), strict=True)
            found.update(result for result, *arms in pairs if all(a in found for a in arms))
        elif _makes_sure(op, found):
            found.update(op.results)


def _makes_sure(op: Op, found: set[Var]) -> bool:
    return any(_is_sure(r.type) for r in op.results) or (
        makes_arrays(op) and any(isinstance(a.type, (Array, Tuple)) and a in found for a in op.inputs)
    )


def makes_arrays(op: Op) -> bool:
    """Whether an operation gives an array of the library that one of its operands comes from."""
    primitive = op.primitive
    return primitive not in _OTHER and primitive.is_pure and primitive.infer is not None and op.style != "math"


# ------------------------------------------------------------------ from one function to another


def handed_on(ahead: Function, back: Function) -> Function:
    """A reverse function whose record says what in it is an array of another library.

    Args:
        ahead: the forward function, which returns `(value, record)`.
        back: the reverse function, of the record and the adjoint of the value.
    """
    found = foreign(ahead)
    if not found:
        return back
    made = {r: op for op in ahead.body.ops for r in op.results}
    (result,) = ahead.body.yields
    value, record = made[result].args  # type: ignore[index]

    def marked(atom: Atom) -> Type:
        op = made.get(atom) if isinstance(atom, Var) else None
        if op is not None and op.primitive is TUPLE and isinstance(atom.type, Tuple):
            return Tuple(tuple(map(marked, op.args)), atom.type.cls)
        if op is not None and op.primitive.name == "fresh":
            return marked(op.args[0])
        return _marked(atom, found)

    for param, type_ in zip(back.body.params, (marked(record), _marked(value, found, mixed=True)), strict=True):
        param.type = type_
    return back


def _marked(atom: Atom, found: Foreign, mixed: bool = False) -> Type:
    """The type of a value with the library that it is of."""
    if found.home is None or atom not in found.maybe:
        return atom.type
    return _type_of(atom.type, found.home, mixed or atom not in found.surely)


def _type_of(type_: Type, home: Library, mixed: bool) -> Type:
    """A type as that of arrays of a library; a number of NumPy's may be an array without dimensions."""
    if isinstance(type_, Scalar):
        type_ = Array(type_.dtype or "float64", ())
    if isinstance(type_, List) and isinstance(type_.item, Array):
        return List(replace(type_.item, home=home.name, mixed=True))
    if isinstance(type_, Tuple):
        return Tuple(tuple(_type_of(t, home, True) for t in type_.items), type_.cls)
    if isinstance(type_, Array):
        return replace(type_, home=home.name, mixed=mixed)
    return type_
