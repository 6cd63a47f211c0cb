"""The tangent of one operation without blocks: what changes of its operands do to its result and to memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..analyse.regions import OPAQUE, has_memory
from ..errors import UnsupportedCall, UntrackableAlias
from ..ir.build import Builder
from ..ir.bundles import item_of, position_of
from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Const, Op, Sharing, Var
from ..ir.primitives import (
    ADDAT,
    APPEND,
    BY_NAME,
    COMMENT,
    COPY,
    DICT,
    FIXED_LIST,
    FULL_LIKE,
    GETATTR,
    GETITEM,
    LAST_WRITE,
    LIST,
    POP,
    RECORD,
    SCATTER_ADD,
    SETITEM,
    TUPLE,
    UNBROADCAST,
    VADDAT,
    ZEROS_LIKE,
    Primitive,
)
from ..ir.solvers import SOLUTION
from ..ir.types import STRUCTURES, Array, List, Scalar, Type, is_continuous
from ..rules.table import Rule, operand_names, rule_of
from . import solutions, stores
from .expand import expand
from .shadows import CHECK_VIEW
from .tangents import Tangent, dot, full, items, made_by, total
from .views import depends_on_order

if TYPE_CHECKING:
    from .forward import Forward


def push(forward: Forward, op: Op, builder: Builder) -> None:
    """Append the tangent of an operation, which has just been appended itself."""
    special = _SPECIAL.get(op.primitive)
    if op.primitive in OPAQUE:
        _opaque(forward, op)
    elif op.primitive.writes:
        (special or _refuse_write)(forward, op, builder)
    elif op.results and op.result in forward.active:
        mark = len(builder.ops)
        tangent = (special or by_rule)(forward, op, builder)
        if tangent is not None and _is_exact(forward, op):
            forward.exact.add(op.result)
        _define(forward, op, builder, tangent, mark)


def _define(forward: Forward, op: Op, builder: Builder, tangent: Tangent, mark: int) -> None:
    """Let the tangent be that of the result: a shadow of its own where it will be written, else a plain value."""
    result = op.result
    own = made_by(builder.ops[mark:])
    forward.ownership.follow(builder.ops[mark:])
    if isinstance(result.type, STRUCTURES):
        tangent = _of_structure(forward, op, builder, tangent)
    elif not forward.is_pointer(result):
        tangent = forward.ownership.value(builder, tangent)
    elif op.aliasing == "any":
        reason = f"the result of {op.primitive} may share memory with an operand, and is written or read again"
        raise UntrackableAlias(reason, op.origin, "copy it with .copy() before it is written")
    elif _shares(op):
        _share(forward, op, builder, tangent)
        forward.exact.add(result)  # the same view of a shadow, which has the shape of its array
    elif not isinstance(result.type, List):
        tangent = forward.ownership.shadow(builder, tangent, result, own, result in forward.exact)
        forward.exact.add(result)
    if isinstance(tangent, Var) and any(tangent in made.results for made in builder.ops[mark:]):
        tangent.hint, tangent.named = dot(result.hint), result.named
    forward.tangents[result] = tangent


def _is_exact(forward: Forward, op: Op) -> bool:
    """Whether the tangent of a result, made from those of the operands, is known to have the shape of the result."""
    if op.primitive in (GETITEM, GETATTR):
        return not isinstance(forward.tangent(op.args[0]), tuple)
    if op.primitive is COPY:
        return op.args[0] in forward.exact
    rule = rule_of(op.primitive)
    if rule is None or op.primitive in _SPECIAL:
        return op.primitive in (VADDAT, UNBROADCAST, LAST_WRITE, LIST)
    active = [(name, atom) for name, _, atom in _operands(op) if forward.tangent(atom) is not None]
    if any(name in rule.linear for name, _ in active):
        return True
    return rule.elementwise and any(atom in forward.exact and _covers(atom, op) for _, atom in active)


def _covers(atom: Atom, op: Op) -> bool:
    """Whether the result of an operation that broadcasts has the shape of this operand."""
    others = [a for a in op.inputs if a is not atom and not isinstance(a.type, Scalar)]
    return all(_fits_in(other.type, atom.type) for other in others)


def _fits_in(other: Type, type_: Type) -> bool:
    if not isinstance(other, Array) or not isinstance(type_, Array) or other.ndim > type_.ndim:
        return False
    ending = type_.shape[type_.ndim - other.ndim :]
    return all(a.one or a.same_as(b) for a, b in zip(other.shape, ending, strict=True))


def _of_structure(forward: Forward, op: Op, builder: Builder, tangent: Tangent) -> Tangent:
    """A structure that is put together, or taken from another, passes on the tangents of its entries."""
    if op.primitive in _SPECIAL:
        return tangent
    if op.aliasing == "view":
        for part in tangent if isinstance(tangent, tuple) else (tangent,):
            if forward.is_written_inside(op.result):
                forward.ownership.add(part)  # type: ignore[arg-type]
        return tangent
    if op.aliasing == "fresh" and forward.is_written_inside(op.result) and rule_of(op.primitive) is not None:
        return _of_shadows(forward, op, builder, tangent)
    if forward.is_written_inside(op.result):
        raise UntrackableAlias(f"what {op.primitive} returns holds active arrays that are written", op.origin)
    return forward.ownership.value(builder, tangent)


def _of_shadows(forward: Forward, op: Op, builder: Builder, tangent: Tangent) -> Tangent:
    """The tangents of arrays that an operation has made, each in memory of its own."""
    type_ = op.result.type
    parts: list[Tangent] = []
    for k, (item, part) in enumerate(zip(type_.items, items(builder, type_, tangent), strict=True)):  # type: ignore[attr-defined]
        if isinstance(item, Array) and is_continuous(item) and not isinstance(part, tuple):
            part = forward.ownership.shadow(builder, part, item_of(builder, op.result, k), (), False)
        parts.append(part)
    return tuple(parts)


def _shares(op: Op) -> bool:
    """Whether the result is memory that was there before."""
    if op.primitive is GETITEM and isinstance(op.args[0].type, Array):
        return isinstance(op.result.type, Array) and is_basic_index(op.args[1])
    return op.aliasing in ("view", "maybe", "element", "item")


def _share(forward: Forward, op: Op, builder: Builder, tangent: Tangent) -> None:
    """A view in written memory: its shadow is the same view of the shadow."""
    if not isinstance(tangent, Var):
        raise UntrackableAlias(f"the memory of {op.result.hint} cannot be followed", op.origin)
    forward.ownership.add(tangent)
    base = forward.tangents[op.args[0]]  # type: ignore[index]
    if op.aliasing == "maybe":  # a copy here and a view there would part
        builder.perform(CHECK_VIEW, op.result, op.args[0])
    if op.aliasing == "maybe" or depends_on_order(op):
        builder.perform(CHECK_VIEW, tangent, base)


# ------------------------------------------------------------------ rules


def by_rule(forward: Forward, op: Op, builder: Builder) -> Tangent:
    """The sum of what each active operand contributes."""
    rule, parts, seen = rule_of(op.primitive), [], set()
    for name, key, atom in _operands(op):
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
    if any(isinstance(p, tuple) for p in parts) and not isinstance(op.result.type, STRUCTURES):
        hint = "convert the operand so that its rank is known (np.asarray(...))"
        raise UnsupportedCall(f"the derivative of {op.primitive} needs the rank of its operand", op.origin, hint)
    return total(builder, op.result.type, parts, dot(op.result.hint))


def _operands(op: Op) -> list[tuple[str, int | str, Atom]]:
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
        keys = [k for n, k, _ in _operands(op) if n == name]
    else:
        keys = [key]
    spread = rule.elementwise and name not in rule.linear
    moving = [k for k in keys if name in rule.linear or forward.tangent(_operand(op, k)) is not None]
    given = {k: _given(forward, builder, _operand(op, k), spread) for k in moving}
    if name in rule.linear:
        return _applied(op, builder, given)
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


def _applied(op: Op, builder: Builder, given: dict[int | str, Any]) -> Atom:
    """The operation itself, on tangents: it is linear in these operands."""

    def swap(key: int | str, atom: Atom) -> Atom:
        return _structure(builder, atom, given[key]) if key in given else atom

    args = [swap(k, a) for k, a in enumerate(op.args)]
    keywords = {k: swap(k, a) for k, a in op.keywords}
    type_ = None if op.primitive.infer else op.result.type
    hint = dot(op.result.hint)
    static = None if op.static is Sharing.COPY else op.static  # a tangent may lie in another order
    return builder.emit(op.primitive, *args, hint=hint, static=static, style=op.style, type=type_, more=keywords)


def _structure(builder: Builder, like: Atom | _Like, parts: Any) -> Atom:
    """A structure of the kind of `like` from a tree of tangents."""
    if not isinstance(parts, tuple):
        return parts
    assert isinstance(like.type, STRUCTURES)
    made = [_structure(builder, _Like(t), p) for t, p in zip(like.type.items, parts, strict=True)]
    return builder.structure(like.type, made, dot(getattr(like, "hint", "t")))


class _Like:
    """Something of a type."""

    def __init__(self, type_: Type) -> None:
        self.type = type_


# ------------------------------------------------------------------ items and structures


def _getitem(forward: Forward, op: Op, builder: Builder) -> Tangent:
    container, index = op.args
    tangent = forward.tangent(container)
    if tangent is None or not isinstance(container, Var):
        return None
    if isinstance(container.type, STRUCTURES):
        return _field(forward, op, builder)
    if isinstance(container.type, List):
        return builder.emit(GETITEM, tangent, index, type=op.result.type, hint=dot(op.result.hint))
    whole = forward.whole(builder, container)
    if isinstance(index, Const) and index.value == () and not forward.is_pointer(container):
        return whole
    if isinstance(container.type, (Array, Scalar)) and not getattr(container.type, "ndim", 0):
        whole = builder.emit(BY_NAME["asarray"], whole, hint=dot(container.hint))  # a number has no entries
    return builder.emit(GETITEM, whole, index, hint=dot(op.result.hint))


def _field(forward: Forward, op: Op, builder: Builder) -> Tangent:
    container = op.args[0]
    index: Atom = Const(op.static) if op.primitive is GETATTR else op.args[1]
    tangent = forward.tangent(container)
    if tangent is None:
        return None
    if not isinstance(container.type, STRUCTURES):
        raise UnsupportedCall(f"the attribute {op.static} of an active value has no derivative", op.origin)
    position = position_of(container.type, index)
    if position is None:
        return _slice_of_structure(op, builder, tangent, index)
    if isinstance(tangent, tuple):
        return tangent[position]
    return item_of(builder, tangent, position)


def _slice_of_structure(op: Op, builder: Builder, tangent: Tangent, index: Atom) -> Tangent:
    type_ = op.args[0].type
    if not isinstance(index, Const) or not isinstance(index.value, slice):
        raise UnsupportedCall("an active structure is read at an index that is not constant", op.origin)
    return items(builder, type_, tangent)[index.value]


def _make(forward: Forward, op: Op, builder: Builder) -> Tangent:
    return tuple(forward.tangent(a) for a in op.args)


# ------------------------------------------------------------------ what the transforms themselves emit


def _full_like(forward: Forward, op: Op, builder: Builder) -> Tangent:
    return forward.tangent(op.args[1])


def _vaddat(forward: Forward, op: Op, builder: Builder) -> Tangent:
    base, index, value = op.args
    part = forward.tangent(value)
    if part is None:
        return forward.whole(builder, base)
    return builder.emit(VADDAT, forward.whole(builder, base), index, part, hint=dot(op.result.hint))


def _linear_in_first(forward: Forward, op: Op, builder: Builder) -> Tangent:
    tangent = forward.tangent(op.args[0])
    if tangent is None:
        return None
    return _applied(op, builder, {0: forward.whole(builder, op.args[0])})


def _nothing(forward: Forward, op: Op, builder: Builder) -> Tangent:
    return None


def _refuse_write(forward: Forward, op: Op, builder: Builder) -> None:
    if any(isinstance(a, Var) and a in forward.active for a in op.inputs):
        raise UnsupportedCall(f"{op.primitive} of active values has no derivative", op.origin)


def _opaque(forward: Forward, op: Op) -> None:
    """Code that is not looked into may see active values, but neither return one nor write to their memory."""
    if any(r in forward.active for r in op.results):
        raise UnsupportedCall(f"{op.primitive} of an active value has no derivative", op.origin)
    for atom in op.inputs:
        holds = isinstance(atom, Var) and atom in forward.active and has_memory(atom.type)
        if holds and op in forward.memory.writes(forward.memory.of(atom)):
            raise UntrackableAlias(f"{atom.hint} is given to code that may write to it", op.origin)


_SPECIAL: dict[Primitive, Callable[[Any, Op, Builder], Any]] = {
    GETITEM: _getitem,
    GETATTR: _field,
    TUPLE: _make,
    FIXED_LIST: _make,
    DICT: _make,
    RECORD: _make,
    SETITEM: stores.setitem,
    ADDAT: stores.add_at,
    SCATTER_ADD: stores.add_at,
    APPEND: stores.append,
    POP: stores.pop,
    LIST: stores.new_list,
    COPY: stores.copy_of,
    FULL_LIKE: _full_like,
    ZEROS_LIKE: _nothing,
    VADDAT: _vaddat,
    UNBROADCAST: _linear_in_first,
    LAST_WRITE: _linear_in_first,
    COMMENT: _nothing,
    SOLUTION: solutions.push_solution,
}
