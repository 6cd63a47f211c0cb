"""Lines as Python statements: trees of `ast`, ready to be printed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from ..errors import Location
from ..ir.build import Undef
from ..ir.indexing import index_parts, is_basic_index
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import (
    ADDAT,
    APPEND,
    ASSERT,
    COMMENT,
    EQUAL,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    NOT_EQUAL,
    POP,
    RAISE,
    SCATTER_ADD,
    SETITEM,
    ZEROS_LIKE,
    Primitive,
)
from ..ir.types import Array, Scalar
from .copies import in_order
from .expressions import Expressions
from .lines import Branch, Break, Copies, Do, Line, Repeat, falls_through
from .operators import BINARY, without_sign
from .scope import Scope
from .undefined import Gaps

ON_ONE_LINE = 4
"""The most names that are given plain values in one statement."""

LISTS_ON_ONE_LINE = 3
"""The most new lists: of four Python makes a tuple first, in which numba does not see what lists they will be."""


class Comment(ast.stmt):
    """A line `# text`."""

    _fields = ("text",)
    text: str


class Statements:
    """Builds statements.

    Args:
        expressions: builds what they hold.
        names: the names of values.
        gaps: where a name without a value must be given one.
        read: the values that a line mentions; the others need no name.
        filler: what a name is given that has no value.
        fits: whether `x[i] += v` for an array v checks that v fits; numba reads on behind its end.
    """

    def __init__(
        self,
        expressions: Expressions,
        names: Mapping[Var, str],
        gaps: Gaps,
        read: Container[Var],
        filler: Callable[[Var, Scope], ast.expr],
        *,
        fits: bool = True,
    ) -> None:
        self.expressions, self.names, self.gaps, self.read, self.filler = expressions, names, gaps, read, filler
        self.fits = fits

    def block(self, lines: list[Line]) -> list[ast.stmt]:
        """The statements of a list of lines."""
        made: list[ast.stmt] = []
        lists: list[ast.Assign] = []  # new lists of the compiler's, made one behind the other
        for line in lines:
            more = self.line(line)
            if isinstance(line, Do) and line.op.results and not line.op.result.named and _makes_list(more):
                lists += more  # type: ignore[arg-type]
                continue
            if more:
                made += [*_gathered(lists, set(), LISTS_ON_ONE_LINE), *more]
                lists = []
        return [*made, *_gathered(lists, set(), LISTS_ON_ONE_LINE)]

    def line(self, line: Line) -> list[ast.stmt]:
        if isinstance(line, Do):
            return self._do(line.op)
        if isinstance(line, Copies):
            return self._copies(line)
        if isinstance(line, Branch):
            made = self._branch(line)
            return [_from(made[0], line.origin), *made[1:]] if made else []
        if isinstance(line, Repeat):
            return [_from(self._repeat(line), line.op.origin)]
        if isinstance(line, Break):
            return [ast.Break()]
        return [self._return(line.value)]

    def _return(self, value: Atom) -> ast.stmt:
        if isinstance(value, Const) and (value.value is None or isinstance(value.value, Undef)):
            return ast.Return(None)
        made = ast.Return(self.expressions.atom(value))
        op = self.expressions.definition.get(value) if isinstance(value, Var) else None
        return _from(made, op.origin if op is not None and value in self.expressions.inlined else None)

    # ops --------------------------------------------------------------------------------------------------------------

    def _do(self, op: Op) -> list[ast.stmt]:
        if op.primitive is COMMENT:
            return [Comment(op.static)]
        if not op.results:
            return [_from(self.effect(op), op.origin)]
        if op.result in self.expressions.inlined:
            return []
        value = self.expressions.op(op)
        if op.result not in self.read:
            return [_from(ast.Expr(value), op.origin)]
        return [self._assign(op.result, value, None if op.primitive in (POP, ZEROS_LIKE) else op.origin)]

    def _assign(self, target: Var, value: ast.expr, origin: Location | None) -> ast.stmt:
        name = self.names[target]
        if isinstance(value, ast.BinOp) and self._is_augmented(target, name, value, origin):
            return _from(ast.AugAssign(ast.Name(name), value.op, value.right), origin)
        return _from(ast.Assign([ast.Name(name)], value), origin)

    def _is_augmented(self, target: Var, name: str, value: ast.BinOp, origin: Location | None) -> bool:
        """`bx += c` for the compiler's sums; `s = s + x` or `s += x` as the user wrote it."""
        if not isinstance(target.type, Scalar) or not isinstance(value.left, ast.Name) or value.left.id != name:
            return False
        symbol = next(s for s, node in BINARY.items() if type(node) is type(value.op))
        if not target.named:
            return symbol in "+-"
        return origin is not None and origin.text.startswith(f"{name} {symbol}=")

    def effect(self, op: Op) -> ast.stmt:
        """An operation without a result, as a statement."""
        if op.primitive is ADDAT:
            return self._add_at(op)
        if op.primitive is SETITEM:
            return self._set_item(op)
        if op.primitive is RAISE:
            error, *cause = self.expressions.atoms(op.args)
            return ast.Raise(error, cause[0] if cause else None)
        if op.primitive is ASSERT:
            test, *message = self.expressions.atoms(op.args)
            return ast.Assert(test, message[0] if message else None)
        if op.primitive is SCATTER_ADD:
            return ast.Expr(self.expressions.call(self.expressions.scope.path("np.add.at"), op.args))
        if op.primitive is APPEND:
            append = ast.Attribute(self.expressions.atom(op.args[0]), "append")
            return ast.Expr(self.expressions.call(append, op.args[1:]))
        return ast.Expr(self.expressions.op(op))

    def _add_at(self, op: Op) -> ast.stmt:
        target, index, value = op.args
        left: Any = self.expressions.item(target, index)
        if self._is_whole(target, index):
            left = left.value
        sign, right = _signed(self.expressions.atom(value))
        if not self._may_augment(op):
            everything = isinstance(index, Const) and index.value is Ellipsis  # which numba does not read
            place: Any = self.expressions.item(target, Const(slice(None)) if everything else index)
            return ast.Assign([place], ast.BinOp(place.value if everything else place, sign, right))
        return ast.AugAssign(left, sign, right)

    def _may_augment(self, op: Op) -> bool:
        """Whether an array that is added in place is known to fit, or is checked."""
        return self.fits or getattr(op.args[2].type, "ndim", 0) == 0

    def _is_local(self, atom: Atom) -> bool:
        return isinstance(atom, Var) and atom not in self.expressions.inlined

    def _set_item(self, op: Op) -> ast.stmt:
        target, index, value = op.args
        left, right = self.expressions.item(target, index), self.expressions.atom(value)
        if isinstance(right, ast.BinOp) and _keeps_type(op) and self._may_augment(op):
            whole = [left.value] if self._is_whole(target, index) else []
            for place in (left, *whole):
                amount = _amount(right, place)
                if amount is not None:
                    return ast.AugAssign(place, right.op, amount)
        return ast.Assign([left], right)

    def _is_whole(self, target: Atom, index: Atom) -> bool:
        """Whether `x[...]` on the left may be written `x`."""
        whole = isinstance(index, Const) and index.value is Ellipsis
        return whole and isinstance(target.type, Array) and target.type.ndim > 0 and self._is_local(target)

    # copies -----------------------------------------------------------------------------------------------------------

    def _copies(self, line: Copies) -> list[ast.stmt]:
        moves = []
        for target, source in line.pairs:
            if isinstance(source, Const) and isinstance(source.value, Undef):
                if target in self.gaps.filled:
                    moves.append((target, self.filler(target, self.expressions.scope), None))
                continue
            value = self.expressions.atom(source)
            if not (isinstance(value, ast.Name) and value.id == self.names[target] and self._is_local(source)):
                moves.append((target, value, self._origin(source)))
        made = [self._move([moves[k] for k in group]) for group in in_order([(self.names[t], v) for t, v, _ in moves])]
        return _gathered(made, {self.names[t] for t, _, _ in moves if t.named})

    def _move(self, group: list[tuple[Var, ast.expr, Location | None]]) -> ast.stmt:
        if len(group) == 1:
            return self._assign(*group[0])
        targets = ast.Tuple([ast.Name(self.names[t]) for t, _, _ in group])
        return _from(ast.Assign([targets], ast.Tuple([v for _, v, _ in group])), group[0][2])

    def _origin(self, source: Atom) -> Location | None:
        if isinstance(source, Var) and source in self.expressions.inlined:
            op = self.expressions.definition[source]
            return None if op.primitive is ZEROS_LIKE else op.origin
        return None

    # control ----------------------------------------------------------------------------------------------------------

    def _branch(self, line: Branch) -> list[ast.stmt]:
        test = self.expressions.atom(line.test)
        then, orelse = self.block(line.then), self.block(line.orelse)
        if not then and not orelse:
            return [ast.Expr(test)] if self.expressions.must_run(line.test) else []
        if not then:
            return [ast.If(self._negated(line.test), orelse, [])]
        if orelse and not falls_through(line.then):
            return [ast.If(test, then, []), *orelse]
        if orelse and not falls_through(line.orelse):
            return [ast.If(self._negated(line.test), orelse, []), *then]
        return [ast.If(test, then, orelse)]

    def _negated(self, atom: Atom) -> ast.expr:
        """The opposite of a test: for numbers another comparison where that is the same for nan too."""
        test = self.expressions.atom(atom)
        op = self.expressions.definition.get(atom) if isinstance(atom, Var) else None
        if op is None or not isinstance(test, ast.Compare) or op.primitive not in _OPPOSITE_OF_NUMBERS:
            return negated(test)
        types = [a.type for a in op.args]
        whole = all(isinstance(t, Scalar) and t.kind in "bi" for t in types)
        equality = op.primitive in (EQUAL, NOT_EQUAL) and all(isinstance(t, Scalar) for t in types)
        if not whole and not equality:
            return negated(test)
        return ast.Compare(test.left, [_OPPOSITE_OF_NUMBERS[op.primitive]], test.comparators)

    def _repeat(self, line: Repeat) -> ast.stmt:
        if line.bounds:
            body = self.block(line.body) or [ast.Pass()]
            return ast.For(self._target(line), self._iterable(line), body, [])
        test, body = self._while(line)
        return ast.While(test, body or [ast.Pass()], [])

    def _while(self, line: Repeat) -> tuple[ast.expr, list[ast.stmt]]:
        """`while c:` where the first thing done is to leave unless c."""
        first = next((k for k, below in enumerate(line.body) if isinstance(below, Branch) or self.line(below)), None)
        branch = None if first is None else line.body[first]
        if isinstance(branch, Branch) and falls_through(branch.then):
            leaving = self.block(branch.orelse)
            if len(leaving) == 1 and isinstance(leaving[0], ast.Break):
                return self.expressions.atom(branch.test), self.block([*branch.then, *line.body[first + 1 :]])
        return ast.Constant(True), self.block(line.body)

    def _target(self, line: Repeat) -> ast.expr:
        names = [ast.Name(self.names[v]) for v in line.bound]
        return names[0] if len(names) == 1 else ast.Tuple(names)

    def _iterable(self, line: Repeat) -> ast.expr:
        build, scope = self.expressions, self.expressions.scope
        if not line.over:
            independent = line.op.static.independent
            return build.parallel_range(line.bounds) if independent else build.range(line.bounds)
        sources = build.atoms([s.source for s in line.over])
        made = sources[0] if len(sources) == 1 else ast.Call(scope.builtin("zip"), sources, [])
        if line.backwards:
            made = ast.Call(scope.builtin("reversed"), [made], [])
        return ast.Call(scope.builtin("enumerate"), [made], []) if line.numbered else made


_OPPOSITE_OF_NUMBERS: dict[Primitive, ast.cmpop] = {
    EQUAL: ast.NotEq(),
    NOT_EQUAL: ast.Eq(),
    LESS: ast.GtE(),
    LESS_EQUAL: ast.Gt(),
    GREATER: ast.LtE(),
    GREATER_EQUAL: ast.Lt(),
}
_OPPOSITE: dict[type, ast.cmpop] = {
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
}


def negated(test: ast.expr) -> ast.expr:
    """`not test`, as one writes it."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and type(test.ops[0]) in _OPPOSITE:
        return ast.Compare(test.left, [_OPPOSITE[type(test.ops[0])]], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def _from(node: ast.stmt, origin: Location | None) -> ast.stmt:
    """Note on a statement where it comes from."""
    node.origin = origin  # type: ignore[attr-defined]
    return node


def _signed(value: ast.expr) -> tuple[ast.operator, ast.expr]:
    """`+= -v` is `-= v`."""
    positive = without_sign(value)
    return (ast.Add(), value) if positive is None else (ast.Sub(), positive)


def _amount(value: ast.BinOp, place: ast.expr) -> ast.expr | None:
    """What `place` is multiplied with (or divided by, ...) in a value; a number may stand in front of it. A product of
    matrices may have another shape."""
    if isinstance(value.op, ast.MatMult):
        return None
    if ast.dump(value.left) == ast.dump(place):
        return value.right
    number = isinstance(value.op, ast.Mult) and isinstance(value.left, ast.Constant)
    return value.left if number and ast.dump(value.right) == ast.dump(place) else None


def _keeps_type(op: Op) -> bool:
    """Whether `x[i] = x[i] * v` and `x[i] *= v` do the same: no cast on the way into an array."""
    target, index, value = op.args
    if not isinstance(target.type, Array):
        return isinstance(value.type, Scalar)
    if isinstance(value.type, Array) and value.type.dtype != target.type.dtype:
        return False
    arrays = any(isinstance(t, Array) for t, _ in index_parts(index))
    return isinstance(value.type, (Scalar, Array)) and (is_basic_index(index) or arrays)


def _gathered(made: Sequence[ast.stmt], named: set[str], most: int = ON_ONE_LINE) -> list[ast.stmt]:
    """`bs, bx = seed, 0.0`: plain values that only the compiler's names get stand on one line."""
    plain = [s for s in made if isinstance(s, ast.Assign) and _is_plain(s, named)]
    if len(plain) < 2 or _depend_on_each_other(made):
        return list(made)
    rows = [_at_once(plain[k : k + most]) for k in range(0, len(plain), most)]
    return [*rows, *(s for s in made if s not in plain)]


def _at_once(plain: list[ast.Assign]) -> ast.Assign:
    if len(plain) == 1:
        return plain[0]
    return ast.Assign([ast.Tuple([s.targets[0] for s in plain])], ast.Tuple([s.value for s in plain]))


def _depend_on_each_other(made: Sequence[ast.stmt]) -> bool:
    """Whether a statement reads what another one assigns."""
    targets = {n.id for s in made for t in getattr(s, "targets", ()) for n in ast.walk(t) if isinstance(n, ast.Name)}
    values = [ast.walk(s.value) if isinstance(s, ast.Assign) else ast.walk(s) for s in made]
    return any(isinstance(n, ast.Name) and n.id in targets for nodes in values for n in nodes)


def _makes_list(made: list[ast.stmt]) -> bool:
    if len(made) != 1 or not isinstance(made[0], ast.Assign):
        return False
    return _is_plain(made[0], set()) and isinstance(made[0].value, ast.List)


def _is_plain(statement: ast.Assign, named: set[str]) -> bool:
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Name) or target.id in named:
        return False
    return isinstance(value, (ast.Constant, ast.Name)) or (isinstance(value, ast.List) and not value.elts)
