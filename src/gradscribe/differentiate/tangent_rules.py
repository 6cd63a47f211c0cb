"""The tangent of an operation that has a rule: the sum of what each active operand contributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedCall
from ..ir.build import Builder
from ..ir.nodes import Atom, Op, Var
from ..ir.primitives import (
    Primitive,
)
from ..ir.types import STRUCTURES, Type
from ..rules.table import Rule, operand_names, rule_of
from .expand import expand
from .structures import item_of
from .tangents import Tangent, dot, full, items, total

if TYPE_CHECKING:
    from .forward import Forward


def by_rule(forward: Forward, op: Op, builder: Builder) -> Tangent:
    """The sum of what each active operand contributes."""
    rule, parts, seen = rule_of(op.primitive), [], set()
    for name, key, atom in operands(op):
        tangent = forward.tangent(atom)
        if tangent is None:
            continue
        if rule is None or (name not in rule.linear and name not in rule.tangent and name not in rule.zero):
            what = f"there is no tangent of {op.primitive} with respect to {name or 'its operands'}"
            raise UnsupportedCall(what, op.origin)
        if name in rule.zero or (name in seen and name == _star(op.primitive)):
            continue
        seen.add(name)
        parts.append(_part(forward, op, rule, name, key, builder))
    return total(builder, op.result.type, parts, dot(op.result.hint))


def operands(op: Op) -> list[tuple[str, int | str, Atom]]:
    """The operands: the names of their parameters, and their places (a position, or a keyword)."""
    names = operand_names(op.primitive, len(op.args)) or ("",) * len(op.args)
    found: list[tuple[str, int | str, Atom]] = [*zip(names, range(len(op.args)), op.args, strict=True)]
    return found + [(key, key, atom) for key, atom in op.keywords]


def _star(primitive: Primitive) -> str | None:
    parameters = primitive.signature.parameters.values() if primitive.signature else ()
    return next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)


def _part(forward: Forward, op: Op, rule: Rule, name: str, key: int | str, builder: Builder) -> Tangent:
    """What one parameter contributes (all operands together that belong to a `*parameter`)."""
    if name == _star(op.primitive):
        keys = [k for n, k, _ in operands(op) if n == name]
    else:
        keys = [key]
    spread = rule.elementwise and name not in rule.linear
    moving = [k for k in keys if name in rule.linear or forward.tangent(_operand(op, k)) is not None]
    given = {k: _given(forward, builder, _operand(op, k), spread) for k in moving}
    if name in rule.linear:
        return applied(op, builder, given)
    d = tuple(given.get(k) for k in keys) if name == _star(op.primitive) else given[key]
    return expand(builder, rule.tangent[name], d, op.result, op=op)


def _operand(op: Op, key: int | str) -> Atom:
    return op.args[key] if isinstance(key, int) else dict(op.keywords)[key]


def _given(forward: Forward, builder: Builder, atom: Atom, spread: bool) -> Any:
    """The tangent of an operand as a rule gets it; an operation that broadcasts takes it as small as it is."""
    tangent = forward.tangent(atom)
    if isinstance(atom.type, STRUCTURES):
        return _tree(builder, atom, tangent)
    return tangent if spread else forward.whole(builder, atom)


def _tree(builder: Builder, atom: Atom, tangent: Tangent) -> Any:
    """The tangent of a structure as a tuple of full tangents; zeros where it is absent."""
    if not isinstance(atom, Var) or not isinstance(atom.type, STRUCTURES):
        return full(builder, tangent, atom)
    parts = items(builder, atom.type, tangent)
    return tuple(_tree(builder, item_of(builder, atom, k), part) for k, part in enumerate(parts))


def applied(op: Op, builder: Builder, given: dict[int | str, Any]) -> Atom:
    """The operation itself, on tangents: it is linear in these operands."""

    def swap(key: int | str, atom: Atom) -> Atom:
        return _structure(builder, atom.type, given[key], dot(getattr(atom, "hint", "t"))) if key in given else atom

    args = [swap(k, a) for k, a in enumerate(op.args)]
    keywords = {k: swap(k, a) for k, a in op.keywords}
    type_ = None if op.primitive.infer else op.result.type
    hint = dot(op.result.hint)
    return builder.emit(op.primitive, *args, hint=hint, static=op.static, style=op.style, type=type_, more=keywords)


def _structure(builder: Builder, type_: Type, parts: Any, hint: str) -> Atom:
    if not isinstance(parts, tuple):
        return parts
    assert isinstance(type_, STRUCTURES)
    nested = [_structure(builder, t, p, dot("t")) for t, p in zip(type_.items, parts, strict=True)]
    return builder.structure(type_, nested, hint)
