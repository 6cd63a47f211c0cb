"""Functions that call themselves: they become functions of the program, and their calls CALL ops.

The parameters of such a function are the leaves of its arguments; what it reads of the functions around it is passed
too. Types of parameters and result are found by reading again until they settle.
"""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import gast

from ..errors import UnsupportedCall
from ..ir import primitives as P
from ..ir.build import UNDEF, Builder, clone
from ..ir.nodes import Atom, Block, Callee, Function, Op, Parameter, Var, walk
from ..ir.types import UNDEFINED, UNKNOWN, Array, Type, Undefined, is_continuous, join
from .assumptions import Restart
from .core import Core
from .environment import Frame, Key
from .syntax import Code
from .values import NONE, Closure, Compound, Reference, Value, is_code, is_const, is_none, same_atom


@dataclass
class Assumed:
    """What is assumed of a function of the program: the types and activity of its parameters and of its result."""

    types: list[Type]
    active: list[bool]
    result: Type = UNDEFINED
    varies: bool = False


@dataclass(eq=False)
class Outlined:
    """A function of the program that is being read, or has been."""

    callee: Callee
    inner: list[Var]
    around: list[Var] = field(default_factory=list)
    seen: dict[Key, Value] = field(default_factory=dict)


class Outline(Core):
    """`call_outlined`."""

    def call_outlined(
        self, code: Code, outer: Frame | None, bound: Mapping[str, Value], node: gast.AST | None, owner: type | None
    ) -> Value:
        """A call of a function that calls itself."""
        if self.attempt is not None:
            self.refuse(f"`{code.name}` calls itself inside of `try`", node, "test the condition with `if` instead")
        leaves: list[Atom] = []
        shapes = tuple(self._leaves_of(value, leaves, node) for value in bound.values())
        if any(leaf is UNDEF for leaf in leaves):
            return UNDEF
        key = (id(code), None if outer is None else outer.path, tuple(bound), shapes)
        assumed = self._assumed(key, leaves)
        found = self.outlined.get(key)
        if found is None or not self._still_holds(found):
            found = self.outlined[key] = self._new(code, assumed, bound)
            self._read_outlined(found, code, outer, bound, assumed, node, owner)
        found.callee.again = id(code) in self.assumed.again
        if isinstance(assumed.result, Undefined):
            return UNDEF
        result = self.emit(
            P.CALL, *leaves, *found.around, static=found.callee, type=assumed.result, hint=self.hint, inactive=True
        )
        if assumed.varies and isinstance(result, Var):
            self.activate(result)
        return NONE if getattr(assumed.result, "cls", 0) is type(None) else result

    def _still_holds(self, found: Outlined) -> bool:
        """Whether what the function read of the functions around it is what is there now."""
        return all(same_atom(self.store.get(key), value) for key, value in found.seen.items())

    def _leaves_of(self, value: Value, leaves: list[Atom], node: gast.AST | None) -> Hashable:
        """Collect the atoms that are passed; return what must be equal for two calls to be of one function."""
        if isinstance(value, Reference):
            content = self.content(value, node)
            return ("cell", value.cell.cls, *self._leaves_of_parts(content, leaves, node))
        if isinstance(value, Closure):
            where = None if value.frame is None else value.frame.path
            return (id(value.code), where, *self._leaves_of_parts(value, leaves, node)[1:])
        if isinstance(value, Compound):
            return self._leaves_of_parts(value, leaves, node)
        if is_code(value) or is_none(value) or is_const(value, str):
            return (type(value.value), id(value.value) if is_code(value) else value.value)
        leaves.append(value)
        return None

    def _leaves_of_parts(self, value: Compound, leaves: list[Atom], node: gast.AST | None) -> tuple[Hashable, ...]:
        return (value.shape, *(self._leaves_of(part, leaves, node) for part in value.parts))

    def _assumed(self, key: Hashable, leaves: list[Atom]) -> Assumed:
        """The types that hold for all calls so far; a call that does not fit them widens them."""
        types = [_without_sizes(leaf.type) for leaf in leaves]
        active = [self.is_active(leaf) for leaf in leaves]
        known = self.assumed.callees.setdefault(key, Assumed(types, active))
        joined = [join(a, b) for a, b in zip(known.types, types, strict=True)]
        if None in joined:
            self.refuse(
                "a function that calls itself is called with arguments of different kinds", error=UnsupportedCall
            )
        varies = [a or b for a, b in zip(known.active, active, strict=True)]
        if joined != known.types or varies != known.active:
            known.types, known.active = joined, varies
            raise Restart
        return known

    def _new(self, code: Code, assumed: Assumed, bound: Mapping[str, Value]) -> Outlined:
        hints: list[str] = []
        for name, value in bound.items():
            leaves: list[Atom] = []
            self._leaves_of(value, leaves, None)
            hints += [name] * len(leaves)
        inner = [
            self.new_var(hint, type_, True, varies and is_continuous(type_))
            for hint, type_, varies in zip(hints, assumed.types, assumed.active, strict=True)
        ]
        self.parameters.update(inner)
        name = code.name if code.name.isidentifier() else "function"
        return Outlined(Callee(name, None, assumed.result), inner)

    def _read_outlined(
        self, made: Outlined, code: Code, outer: Frame | None, bound: Mapping[str, Value], assumed: Assumed,
        node: gast.AST | None, owner: type | None,
    ) -> None:  # fmt: skip
        """Read the body as a function of its own, and note what its result turns out to be."""
        kept = (self.builder, self.root, self.externals, self.depth, self.dead, self.recording)
        self.builder = self.root = Builder(self.builder.origin)
        self.externals, self.depth, self.dead, self.recording = {}, 0, False, {}
        self.store.begin()
        try:
            leaves = iter(made.inner)
            inside = {name: self._inside(value, leaves, node) for name, value in bound.items()}
            result = self.as_atom(self.read_body(code, outer, inside, node, owner), node)
            ops = tuple(self.builder.ops)
        finally:
            changes, seen = self.store.end(), self.recording
            self.builder, self.root, self.externals, self.depth, self.dead, self.recording = kept
        if changes.outer():
            self.refuse(
                f"`{code.name}` calls itself and changes a variable or object around it", node, "return the value",
                UnsupportedCall,
            )  # fmt: skip
        made.seen = {key: value for key, value in seen.items() if changes.is_outer(key)}
        if self.recording is not None:
            self.recording.update(made.seen)
        self._settle(assumed, result)
        self._finish(made, code, Block(tuple(made.inner), ops, (result,)))

    def _inside(self, value: Value, leaves: Any, node: gast.AST | None) -> Value:
        """The argument as the function sees it: its leaves are the parameters."""
        if isinstance(value, Reference):
            content = self.content(value, node)
            parts = tuple(self._inside(part, leaves, node) for part in content.parts)
            return self.new_cell(content.rebuilt(parts), node, value.cell.cls)
        if isinstance(value, Compound):
            return value.rebuilt(tuple(self._inside(part, leaves, node) for part in value.parts))
        if is_code(value) or is_none(value) or is_const(value, str):
            return value
        return next(leaves)

    def _settle(self, assumed: Assumed, result: Atom) -> None:
        joined = join(assumed.result, _without_sizes(result.type))
        if joined is None:
            self.refuse("a function that calls itself returns values of different kinds", error=UnsupportedCall)
        varies = assumed.varies or self.is_active(result)
        if joined != assumed.result or varies != assumed.varies:
            assumed.result, assumed.varies = joined, varies
            raise Restart

    def _finish(self, made: Outlined, code: Code, body: Block) -> None:
        """Close the function: values of the functions around it become parameters, also of its calls of itself."""
        made.around = free(body)
        own = [Var(v.hint, v.type, v.named) for v in made.around]
        for inner in own:
            self.born[inner] = len(self.born)
        moved = clone(body, dict(zip(made.around, own, strict=True)))
        block = Block((*moved.params, *own), _with_args(moved.ops, made.callee, own), moved.yields)
        names = distinct([p.hint for p in block.params])
        parameters = []
        for var, name in zip(block.params, names, strict=True):
            var.hint = name
            parameters.append(Parameter(var, inspect.Parameter.POSITIONAL_OR_KEYWORD))
        written = [o for o in walk(block) if any(o.args[k] in block.params for k in o.primitive.writes)]
        if written:
            self.refuse(
                f"`{code.name}` calls itself and writes to its arguments", None, "return a new array", UnsupportedCall
            )
        made.callee.function = Function(made.callee.name, tuple(parameters), block)


def _without_sizes(type_: Type) -> Type:
    """A function that calls itself is one for all sizes."""
    if isinstance(type_, Array):
        return Array(type_.dtype, (UNKNOWN,) * len(type_.shape))
    items = getattr(type_, "items", None)
    if isinstance(items, tuple):
        return replace(type_, items=tuple(map(_without_sizes, items)))
    item = getattr(type_, "item", None)
    return replace(type_, item=_without_sizes(item)) if isinstance(item, Type) else type_


def free(block: Block) -> list[Var]:
    """The values from outside that a block mentions, in order."""
    defined: set[Var] = set()
    free: dict[Var, None] = {}

    def visit(block: Block) -> None:
        defined.update(block.params)
        for op in block.ops:
            mention(op.inputs)
            for inner in op.blocks:
                visit(inner)
            defined.update(op.results)
        mention(block.yields)

    def mention(atoms: tuple[Atom, ...]) -> None:
        free.update(dict.fromkeys(a for a in atoms if isinstance(a, Var) and a not in defined))

    visit(block)
    return list(free)


def _with_args(ops: tuple[Op, ...], callee: Callee, args: list[Var]) -> tuple[Op, ...]:
    """The ops with further arguments in the calls of a function."""
    made = []
    for op in ops:
        blocks = tuple(Block(b.params, _with_args(b.ops, callee, args), b.yields) for b in op.blocks)
        more = tuple(args) if op.primitive is P.CALL and op.static is callee else ()
        made.append(replace(op, args=(*op.args, *more), blocks=blocks))
    return tuple(made)


def distinct(names: list[str]) -> list[str]:
    out: list[str] = []
    for name in names:
        candidate, k = name, 1
        while candidate in out:
            candidate, k = f"{name}_{k}", k + 1
        out.append(candidate)
    return out
