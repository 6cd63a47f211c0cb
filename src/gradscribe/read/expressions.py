"""Expressions: one method for each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const
from ..ir.primitives import ExpressionSource
from ..ir.types import SLICE, STRING, Scalar, Tuple, is_continuous
from .core import Core
from .environment import Frame
from .operators import BINARY, COMPARE, UNARY, Operators
from .syntax import parameters, target_names
from .values import Closure, Content, Lazy, Named, TupleValue, Value, is_code, is_const, is_foldable


class Expressions(Operators, Core):
    """`expression`."""

    def expression(self, node: gast.AST) -> Value:
        """The value of an expression."""
        method = getattr(self, f"_read_{type(node).__name__}", None)
        if method is None:
            self.refuse(f"`{_kind(node)}` is not supported", node)
        return self.read(method(node), node)

    def _read_Constant(self, node: gast.Constant) -> Value:
        return Const(node.value)

    def _read_Name(self, node: gast.Name) -> Value:
        return self.load(node.id, node)

    def _read_NamedExpr(self, node: gast.NamedExpr) -> Value:
        value = self.expression(node.value)
        self.assign(node.target, value)
        return value

    def _read_Tuple(self, node: gast.Tuple) -> Value:
        return TupleValue(self._elements(node.elts))

    def _read_List(self, node: gast.List) -> Value:
        return self.new_list(self._elements(node.elts), node)

    def _elements(self, nodes: Sequence[gast.AST]) -> tuple[Value, ...]:
        values: list[Value] = []
        for element in nodes:
            if isinstance(element, gast.Starred):
                values += self.spread(self.expression(element.value), element)
            else:
                values.append(self.expression(element))
        return tuple(values)

    def spread(self, value: Value, node: gast.AST) -> tuple[Value, ...]:
        """The items of `*value`."""
        items = self.forced(value, node)
        if items is None:
            self.refuse("how many items `*` spreads is not known at compile time", node, "pass the array itself")
        return items

    def _read_Set(self, node: gast.Set) -> Value:
        return self.new_cell(Content("set", self._elements(node.elts)), node)

    def _read_Dict(self, node: gast.Dict) -> Value:
        content = Content("dict", (), ())
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            if key_node is None:
                for key, item in self.entries_of(self.expression(value_node), value_node):
                    content = content.put(key, item)
                continue
            key = self.static_key(self.expression(key_node), key_node)
            content = content.put(key, self.expression(value_node))
        return self.new_cell(content, node)

    def static_key(self, value: Value, node: gast.AST | None) -> Any:
        """The key of a dict, which must be known at compile time."""
        if isinstance(value, TupleValue):
            return tuple(self.static_key(item, node) for item in value.items)
        if is_foldable(value) or is_code(value) or is_const(value, tuple, float):
            return value.value
        self.unroll_for(value)
        self.refuse("the keys of a dict must be constants", node, "use a list or an array")

    # operators --------------------------------------------------------------------------------------------------------

    def _read_BinOp(self, node: gast.BinOp) -> Value:
        """A chain `a + b + c + ...` is nested to the left, and may be long."""
        chain = []
        left: gast.AST = node
        while isinstance(left, gast.BinOp):
            chain.append(left)
            left = left.left
        value = self.expression(left)
        for operation in reversed(chain):
            right = self.expression(operation.right)
            value = self.binary(BINARY[type(operation.op)], value, right, operation)
        return value

    def _read_UnaryOp(self, node: gast.UnaryOp) -> Value:
        operand = self.expression(node.operand)
        if isinstance(node.op, gast.Not):
            return self.negation(operand)
        return self.unary(UNARY[type(node.op)], operand, node)

    def _read_BoolOp(self, node: gast.BoolOp) -> Value:
        is_and = isinstance(node.op, gast.And)

        def from_(k: int) -> Value:
            value = self.expression(node.values[k])
            if k == len(node.values) - 1:
                return value
            test = self.truth(value)
            rest, stop = (lambda: from_(k + 1)), (lambda: value)
            return self.choose(test, rest, stop) if is_and else self.choose(test, stop, rest)

        return from_(0)

    def _read_Compare(self, node: gast.Compare) -> Value:
        """`a < b < c` evaluates b once, and c only if a < b."""

        def from_(k: int, left: Value) -> Value:
            right = self.expression(node.comparators[k])
            value = self._comparison(node.ops[k], left, right, node)
            if k == len(node.ops) - 1:
                return value
            return self.choose(self.truth(value), lambda: from_(k + 1, right), lambda: value)

        return from_(0, self.expression(node.left))

    def _comparison(self, op: gast.AST, left: Value, right: Value, node: gast.AST) -> Value:
        if isinstance(op, (gast.Is, gast.IsNot)):
            return self.identity(left, right, isinstance(op, gast.IsNot), node)
        if isinstance(op, (gast.In, gast.NotIn)):
            return self.membership(left, right, isinstance(op, gast.NotIn), node)
        return self.compare(COMPARE[type(op)], left, right, node)

    def _read_IfExp(self, node: gast.IfExp) -> Value:
        predicate = self.truth(self.expression(node.test))
        return self.choose(predicate, lambda: self.expression(node.body), lambda: self.expression(node.orelse))

    # parts ------------------------------------------------------------------------------------------------------------

    def _read_Subscript(self, node: gast.Subscript) -> Value:
        container = self.expression(node.value)
        return self.get_item(container, self.index(node.slice), node)

    def index(self, node: gast.AST) -> Value:
        """What stands between the brackets."""
        return self.expression(node)

    def _read_Slice(self, node: gast.Slice) -> Value:
        parts = (node.lower, node.upper, node.step)
        return self.slice_of([Const(None) if p is None else self.expression(p) for p in parts], node)

    def slice_of(self, parts: Sequence[Value], node: gast.AST | None) -> Value:
        """`slice(start, stop, step)`."""
        atoms = [self.as_atom(p, node) for p in parts]
        if any(is_continuous(a.type) and self.is_active(a) for a in atoms if isinstance(a.type, Scalar)):
            hint = "an index is not differentiable; use int()"
            self.refuse("an index depends on what is differentiated", node, hint, because=atoms)
        if all(map(is_foldable, atoms)):
            return Const(slice(*(a.value for a in atoms)))
        return self.emit(P.SLICE_, *atoms, type=SLICE, hint="part")

    def index_atom(self, index: Value, node: gast.AST | None) -> Atom:
        """An index as one operand."""
        if isinstance(index, TupleValue):
            atoms = [self.as_atom(i, node) for i in index.items]
            if all(isinstance(a, Const) and not is_code(a) and a is not UNDEF for a in atoms):
                return Const(tuple(a.value for a in atoms))
            return self.emit(P.TUPLE, *atoms, type=Tuple(tuple(a.type for a in atoms)), hint="index")
        return self.as_atom(index, node)

    def _read_Attribute(self, node: gast.Attribute) -> Value:
        return self.get_attribute(self.expression(node.value), node.attr, node)

    # calls and functions ----------------------------------------------------------------------------------------------

    def _read_Call(self, node: gast.Call) -> Value:
        if isinstance(node.func, gast.Name) and node.func.id == "super" and not node.args:
            return self.super_here(node)
        callee = self.expression(node.func)
        args = self._elements(node.args)
        keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.expression(keyword.value)
            if keyword.arg is None:
                keywords.update(dict(self.entries_of(value, keyword.value)))
            else:
                keywords[keyword.arg] = value
        return self.call(callee, args, keywords, node)

    def _read_Lambda(self, node: gast.Lambda) -> Value:
        return self.closure(node)

    def closure(self, node: gast.Lambda | gast.FunctionDef) -> Value:
        """A function made here; its defaults are evaluated now, its free variables when it is called."""
        code = self.codes.nested(self.frame.code, node)
        for noted in [getattr(node, "returns", None), *(p.annotation for p in parameters(node.args))]:
            if noted is not None and any(isinstance(part, gast.Call) for part in gast.walk(noted)):
                self.refuse("an annotation that calls a function", noted, "leave it out")
        defaults = tuple(self.expression(d) for d in node.args.defaults)
        names = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        keyword_defaults = {p.id: self.expression(d) for p, d in names if d is not None}
        return Closure(code, self.frame, defaults, keyword_defaults)

    # comprehensions ---------------------------------------------------------------------------------------------------

    def _read_ListComp(self, node: gast.ListComp) -> Value:
        made = self.new_list((), node)
        self._comprehend(node, lambda: self.append(made, self.expression(node.elt), node))
        return made

    def _read_SetComp(self, node: gast.SetComp) -> Value:
        made = self.new_cell(Content("set", ()), node)

        def add() -> None:
            item = self.expression(node.elt)
            self.unroll_for(item)
            self.call(Named(made, "add"), (item,), {}, node)

        self._comprehend(node, add)
        return made

    def _read_DictComp(self, node: gast.DictComp) -> Value:
        made = self.new_cell(Content("dict", (), ()), node)

        def put() -> None:
            key = self.expression(node.key)
            self.set_item(made, key, self.expression(node.value), node.key)

        self._comprehend(node, put)
        return made

    def _comprehend(self, node: Any, consume: Callable[[], None]) -> None:
        first = self.expression(node.generators[0].iter)
        outer = self.frame
        self.frame = self._comprehension_frame(node)
        try:
            self.generate(node, first, consume)
        finally:
            self.frame = outer

    def _comprehension_frame(self, node: Any) -> Frame:
        names: set[str] = set().union(*(target_names(g.target) for g in node.generators))
        outer = self.frame
        return Frame(outer.code, outer, (*outer.path, id(node)), frozenset(names), outer.depth, outer.caller)

    def generate(
        self, node: Any, first: Value, consume: Callable[[], None], exit_flag: Any = None, level: int = 0
    ) -> None:
        """Run the `for`s and `if`s of a comprehension from `level` on."""
        generator = node.generators[level]

        def trip(item: Value) -> None:
            self.assign(generator.target, item)
            self._filtered(generator.ifs, inner)

        def inner() -> None:
            if level + 1 == len(node.generators):
                consume()
            else:
                self.generate(node, self.expression(node.generators[level + 1].iter), consume, exit_flag, level + 1)

        name = generator.target.id if isinstance(generator.target, gast.Name) else "item"
        self.iterate(first, trip, exit_flag, name, generator.iter)

    def _filtered(self, conditions: Sequence[gast.AST], run: Callable[[], None]) -> None:
        if not conditions:
            run()
            return
        predicate = self.truth(self.expression(conditions[0]))
        self.branch(predicate, lambda: self._filtered(conditions[1:], run), lambda: None)

    def _read_GeneratorExp(self, node: gast.GeneratorExp) -> Value:
        first = self.expression(node.generators[0].iter)
        return Lazy("generator", (first,), (node, self._comprehension_frame(node)))

    # text -------------------------------------------------------------------------------------------------------------

    def _read_JoinedStr(self, node: gast.JoinedStr) -> Value:
        values: dict[int, Value] = {}
        for part in gast.walk(node):
            if isinstance(part, gast.FormattedValue):
                values[id(part)] = self.expression(part.value)
        return self.with_either(
            tuple(values.values()), lambda given: self._text(node, dict(zip(values, given, strict=True)))
        )

    def _text(self, node: gast.JoinedStr, values: dict[int, Value]) -> Value:
        if all(is_foldable(v) for v in values.values()):
            return Const(_format(node, {k: v.value for k, v in values.items()}))
        names = {key: f"v{k}" for k, key in enumerate(values)}
        tree = gast.gast_to_ast(_with_names(node, names))
        atoms = [self.as_atom(v, node) for v in values.values()]
        self.heed_call(Const(format, name="format"), atoms)
        return self.emit(P.EXPRESSION, *atoms, static=ExpressionSource(tree, tuple(names.values())), type=STRING)


def _with_names(node: gast.AST, names: dict[int, str]) -> Any:
    """The f-string with a name in place of each value."""
    if isinstance(node, gast.Constant):
        return node
    if isinstance(node, gast.FormattedValue):
        name = gast.Name(id=names[id(node)], ctx=gast.Load(), annotation=None, type_comment=None)
        spec = None if node.format_spec is None else _with_names(node.format_spec, names)
        made = gast.FormattedValue(value=gast.copy_location(name, node), conversion=node.conversion, format_spec=spec)
        return gast.copy_location(made, node)
    assert isinstance(node, gast.JoinedStr)
    return gast.copy_location(gast.JoinedStr(values=[_with_names(v, names) for v in node.values]), node)


def _format(node: gast.AST, values: dict[int, Any]) -> str:
    """The text of an f-string whose values are all known."""
    if isinstance(node, gast.Constant):
        return str(node.value)
    if isinstance(node, gast.FormattedValue):
        value = values[id(node)]
        converted = {-1: lambda v: v, 115: str, 114: repr, 97: ascii}[node.conversion](value)
        return format(converted, "" if node.format_spec is None else _format(node.format_spec, values))
    assert isinstance(node, gast.JoinedStr)
    return "".join(_format(v, values) for v in node.values)


def _kind(node: gast.AST) -> str:
    return {"Yield": "yield", "YieldFrom": "yield from", "Await": "await", "Starred": "*"}.get(
        type(node).__name__, type(node).__name__
    )
