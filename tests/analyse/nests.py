"""Loop nests for the tests of `overlap`: small programs as text become IR, and run with a record of each access."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass, field

import numpy as np

import gradscribe.rules  # noqa: F401
from gradscribe.ir import primitives as P
from gradscribe.ir.build import Builder
from gradscribe.ir.check import check
from gradscribe.ir.compute import compute
from gradscribe.ir.indexing import is_basic_index
from gradscribe.ir.nodes import Block, Const, Function, Op, Parameter, Var, loop_of
from gradscribe.ir.primitives import BY_NAME
from gradscribe.ir.types import FLOAT, INT, SLICE, Array, Dim, Scalar

POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
BINARY = {
    ast.Add: P.ADD, ast.Sub: P.SUBTRACT, ast.Mult: P.MULTIPLY, ast.Div: P.DIVIDE, ast.FloorDiv: P.FLOOR_DIVIDE,
    ast.Mod: P.REMAINDER, ast.MatMult: P.MATMUL,
}  # fmt: skip
COMPARE = {
    ast.Lt: P.LESS, ast.LtE: P.LESS_EQUAL, ast.Gt: P.GREATER, ast.GtE: P.GREATER_EQUAL, ast.Eq: P.EQUAL,
    ast.NotEq: P.NOT_EQUAL,
}  # fmt: skip


def type_of_parameter(name, annotation):
    """`x: 2` is an array of rank 2, `n: int` an integer, `p: "i"` a vector of integers, anything else a float."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, int):
        return Array("float64", tuple(Dim(f"{name}.{k}", 0, False) for k in range(annotation.value)))
    if isinstance(annotation, ast.Constant):
        return Array("int64", (Dim(f"{name}.0", 0, False),))
    return INT if isinstance(annotation, ast.Name) and annotation.id == "int" else FLOAT


class Reader:
    """Text -> IR: `for` over ranges, `while`, `if`, names, items and slices."""

    def __init__(self, text):
        (tree,) = ast.parse(textwrap.dedent(text)).body
        self.texts, self.builder, self.names = {}, Builder(), {}
        params = [Var(a.arg, type_of_parameter(a.arg, a.annotation)) for a in tree.args.args]
        self.names = {p.hint: p for p in params}
        self.body(tree.body)
        parameters = tuple(Parameter(p, POSITIONAL) for p in params)
        self.function = check(Function(tree.name, parameters, self.builder.block(params, (Const(0.0),))))

    def emit(self, primitive, *args, node=None, **how):
        result = self.builder.emit(primitive, *args, **how)
        self.texts[self.builder.ops[-1]] = ast.unparse(node) if node is not None else ""
        return result

    def perform(self, node, primitive, *args):
        self.builder.perform(primitive, *args)
        self.texts[self.builder.ops[-1]] = ast.unparse(node)

    def body(self, statements):
        for statement in statements:
            getattr(self, type(statement).__name__)(statement)

    def inside(self, statements, yields):
        """Read a block: its builder, and what `yields` makes of the names behind it."""
        outer, names, self.builder, self.names = self.builder, self.names, Builder(), dict(self.names)
        self.body(statements)
        made = yields()
        inner, self.builder, self.names = self.builder, outer, names
        return inner, made

    # statements ---------------------------------------------------------------------------------------------------

    def Pass(self, node):
        pass

    def Expr(self, node):
        self.value(node.value)

    def Assign(self, node):
        (target,) = node.targets
        self.store(target, self.value(node.value, target.id if isinstance(target, ast.Name) else "t"))

    def AugAssign(self, node):
        if isinstance(node.target, ast.Subscript) and isinstance(node.op, ast.Add):
            index = self.index(node.target.slice)
            self.perform(node.target, P.ADDAT, self.value(node.target.value), index, self.value(node.value))
        else:
            old = ast.parse(ast.unparse(node.target), mode="eval").body
            self.store(node.target, self.value(ast.BinOp(old, node.op, node.value)))

    def store(self, target, value):
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        else:
            self.perform(target, P.SETITEM, self.value(target.value), self.index(target.slice), value)

    def assigned(self, statements):
        stored = [
            n.id for s in statements for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        ]
        return [n for n in dict.fromkeys(stored) if n in self.names]

    def If(self, node):
        predicate = self.value(node.test)
        names = self.assigned([*node.body, *node.orelse])
        arms = [self.inside(s, lambda: tuple(self.names[n] for n in names)) for s in (node.body, node.orelse)]
        results = [Var(n, y.type) for n, y in zip(names, arms[0][1])]
        self.builder.branch(predicate, *(b.block((), y) for b, y in arms), results)
        self.names.update(zip(names, results))

    def For(self, node):
        bounds = [self.value(a) for a in node.iter.args]
        bounds = [Const(0), *bounds] if len(bounds) == 1 else bounds
        names = [n for n in self.assigned(node.body) if n != node.target.id]
        index = Var(node.target.id, INT)
        self.loop(node, names, (*bounds, Const(1))[:3], {node.target.id: index}, lambda: self.body(node.body))

    def While(self, node):
        def trip():
            predicate = self.value(node.test)
            before = [self.names[n] for n in names]
            arm, after = self.inside(node.body, lambda: tuple(self.names[n] for n in names))
            results = [Var("end", Scalar("b")), *(Var(n, v.type) for n, v in zip(names, before))]
            then, orelse = arm.block((), (Const(False), *after)), Block((), (), (Const(True), *before))
            self.builder.branch(predicate, then, orelse, results)
            self.names.update(zip(["end", *names], results))

        names = self.assigned(node.body)
        self.loop(node, names, None, {}, trip)

    def loop(self, node, names, bounds, index, body):
        inits = [self.names[n] for n in names]
        carried, results = ([Var(n, i.type) for n, i in zip(names, inits)] for _ in range(2))
        outer, before, self.builder = self.builder, self.names, Builder()
        self.names = {**before, **dict(zip(names, carried)), **index}
        body()
        nexts = [self.names[n] for n in names]
        ends = [] if bounds else [self.names["end"]]
        block = self.builder.block((*index.values(), *carried), (*ends, *nexts))
        self.builder, self.names = outer, {**before, **dict(zip(names, results))}
        self.builder.loop(bounds, inits, block, results, exits=not bounds)

    # expressions --------------------------------------------------------------------------------------------------

    def value(self, node, hint="t"):
        return getattr(self, f"value_{type(node).__name__}")(node, hint)

    def value_Constant(self, node, hint):
        return Const(node.value)

    def value_Name(self, node, hint):
        return self.names[node.id]

    def value_BinOp(self, node, hint):
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, Const) and isinstance(right, Const):
            return Const(compute(BINARY[type(node.op)], "operator", None, [left.value, right.value], {}))
        return self.emit(BINARY[type(node.op)], left, right, node=node, hint=hint, style="operator")

    def value_UnaryOp(self, node, hint):
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return self.emit(P.NOT, operand)
        return Const(-operand.value) if isinstance(operand, Const) else self.emit(P.NEGATIVE, operand, style="operator")

    def value_Compare(self, node, hint):
        (op,), (right,) = node.ops, node.comparators
        return self.emit(COMPARE[type(op)], self.value(node.left), self.value(right), style="operator")

    def value_BoolOp(self, node, hint):
        first = self.value(node.values[0])
        outer, self.builder = self.builder, Builder()
        second = self.value(node.values[1])
        arms = [self.builder.block((), (second,)), Block((), (), (first,))]
        self.builder, result = outer, Var("t", Scalar("b"))
        self.builder.branch(first, *(arms if isinstance(node.op, ast.And) else arms[::-1]), [result])
        return result

    def value_Subscript(self, node, hint):
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            return self.emit(P.GETITEM, self.emit(P.SHAPE, self.value(node.value.value)), self.index(node.slice))
        return self.emit(P.GETITEM, self.value(node.value), self.index(node.slice), node=node, hint=hint)

    def value_Attribute(self, node, hint):
        assert node.attr == "T"
        return self.emit(BY_NAME["transpose"], self.value(node.value), style="attribute")

    def value_Call(self, node, hint):
        name = node.func.id
        args = [self.value(a) for a in node.args]
        if name == "len":
            return self.emit(P.LENGTH, *args)
        if name in ("min", "max"):
            return self.emit(BY_NAME[f"{name}_"], *args, type=INT)
        return self.emit(BY_NAME[name], *args, hint=hint, node=node)

    def index(self, node):
        if isinstance(node, ast.Tuple):
            parts = [self.index(p) for p in node.elts]
            if all(isinstance(p, Const) for p in parts):
                return Const(tuple(p.value for p in parts))
            return self.emit(P.TUPLE, *parts)
        if isinstance(node, ast.Slice):
            parts = [Const(None) if p is None else self.value(p) for p in (node.lower, node.upper, node.step)]
            if all(isinstance(p, Const) for p in parts):
                return Const(slice(*(p.value for p in parts)))
            return self.emit(P.SLICE_, *parts, type=SLICE)
        return self.value(node)


# ------------------------------------------------------------------ running with a record


@dataclass
class Run:
    """Runs a program. Each cell of each array has a number; what each op reads and writes is noted in order."""

    reads: list = field(default_factory=list)  # (time, op, var, cells)
    writes: list = field(default_factory=list)  # (time, op, cells)
    values: dict = field(default_factory=dict)
    cells: int = 0
    time: int = 0
    limit: int = 3000

    def fresh(self, shape):
        size = int(np.prod(shape))
        self.cells += size
        return np.arange(self.cells - size, self.cells).reshape(shape)

    def block(self, block, args):
        self.values.update(zip(block.params, args, strict=True))
        for op in block.ops:
            self.time += 1
            if self.time > self.limit:
                raise TimeoutError
            self.values.update(zip(op.results, self.op(op), strict=True))
        return [self.read(a) for a in block.yields]

    def read(self, atom):
        return atom.value if isinstance(atom, Const) else self.values[atom]

    def op(self, op):
        if op.primitive is P.LOOP:
            return self.loop(loop_of(op))
        if op.primitive is P.IF:
            return self.block(op.blocks[0 if self.read(op.args[0]) else 1], ())
        args = [self.read(a) for a in op.args]
        is_access = op.primitive is P.GETITEM and isinstance(op.args[0].type, Array)
        if is_access or op.primitive in (P.SETITEM, P.ADDAT):
            return self.access(op, args)
        arrays = [(a, v) for a, v in zip(op.args, args) if isinstance(v, np.ndarray)]
        if op.primitive.reads:
            for atom, cells in arrays:
                self.reads.append((self.time, op, atom, set(cells.ravel().tolist())))
        if op.primitive.aliasing == "view":
            return [compute(op.primitive, op.style, op.static, args, {})]
        args = [np.zeros(a.shape) if isinstance(a, np.ndarray) else a for a in args]
        made = compute(op.primitive, op.style, op.static, args, dict(op.keywords))
        return [self.fresh(made.shape) if isinstance(made, np.ndarray) else made]

    def access(self, op, args):
        part = args[0][args[1]]
        cells = set(np.ravel(part).tolist())
        if op.primitive is P.GETITEM:
            self.reads.append((self.time, op, op.args[0], cells))
            if not isinstance(op.result.type, Array):
                return [1.0 if op.args[0].type.dtype == "float64" else int(part)]
            return [part if is_basic_index(op.args[1]) else self.fresh(part.shape)]
        if isinstance(args[2], np.ndarray):
            self.reads.append((self.time, op, op.args[2], set(args[2].ravel().tolist())))
            np.broadcast_to(args[2], np.shape(part))
        self.writes.append((self.time, op, cells))
        return []

    def loop(self, loop):
        carried = [self.read(a) for a in loop.inits]
        trips = iter(int, 1) if loop.index is None else range(*map(self.read, (loop.start, loop.stop, loop.step)))
        for index in trips:
            carried = self.block(loop.body, carried if loop.index is None else [index, *carried])
            if loop.end is not None:
                end, *carried = carried
                if end:
                    break
        return carried

    def run(self, function, *args):
        """Run until the end, or until an index is out of range."""
        values = [self.fresh(a) if isinstance(a, tuple) else a for a in args]
        try:
            self.block(function.body, values)
        except (IndexError, TimeoutError, ZeroDivisionError, ValueError):
            pass
        return self

    def hits(self):
        """Each read with a write that comes later (or belongs to the same op) and reaches one of its cells."""
        found = {}
        for time, op, var, cells in self.reads:
            for later, write, others in self.writes:
                if later >= time and not cells.isdisjoint(others):
                    found[op, var, write] = None
        return found


def is_write(op: Op) -> bool:
    return bool(op.primitive.writes)
