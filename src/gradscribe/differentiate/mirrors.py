"""The mirror of one operation: what its result's adjoint contributes to the adjoints of its operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnsupportedCall, UntrackableAlias
from ..ir.build import Builder
from ..ir.infer import index_parts, is_basic_index
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import (
    ADD,
    ADDAT,
    APPEND,
    CALL,
    CALL_METHOD,
    CALL_PYTHON,
    COPY,
    DICT,
    DIVIDE,
    EQUAL,
    EXPRESSION,
    FIXED_LIST,
    FULL_LIKE,
    GETATTR,
    GETITEM,
    LAST_WRITE,
    LIST,
    MULTIPLY,
    NEGATIVE,
    POP,
    POSITIVE,
    RECORD,
    SCATTER_ADD,
    SETITEM,
    SHAPE,
    SUBTRACT,
    TUPLE,
    UNBROADCAST,
    VADDAT,
    ZEROS_LIKE,
    Primitive,
    define,
)
from ..ir.types import STRUCTURES, Array, List, Numeric, Scalar, is_continuous
from ..rules.table import Rule, is_starred, operand_names, rule_of
from .adjoints import Adjoint, Adjoints, bar, is_spread, same_shape
from .expand import call, expand, wrap
from .structures import position_of

if TYPE_CHECKING:
    from .frames import Sweep

CHECK_VIEW = define("check_view", infer=None, effect=True, reads=False)
"""`check_view(view, base)`: raise unless both share memory (by `runtime`)."""

CHECK_APART = define("check_apart", infer=None, effect=True, reads=False)
"""`check_apart(x, y, ...)`: raise if two of the arrays share memory (by `runtime`)."""


def check_view(builder: Builder, view: Var, base: Var) -> None:
    builder.perform(CHECK_VIEW, view, base)


def add_to_shadow(sweep: Sweep) -> Callable[[Builder, Var, Atom], None]:
    """How a contribution to a value in written memory is added to its shadow."""

    def add(builder: Builder, var: Var, contribution: Atom) -> None:
        if isinstance(var.type, List):
            raise UntrackableAlias(f"the list {var.hint} is used as a whole where its entries are active")
        builder.perform(ADDAT, *_address(sweep, sweep.shadow(var), Const(...)), contribution)

    return add


def _address(sweep: Sweep, shadow: Var, index: Atom) -> tuple[Var, Atom]:
    """The buffer and the index of cells; the whole of a view is a part of what it is a view of."""
    whole = isinstance(index, Const) and index.value is ...
    return sweep.shadow_views.get(shadow, (shadow, index)) if whole else (shadow, index)


def mirror_op(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    """Append the mirror of an operation without blocks."""
    special = _SPECIAL.get(op.primitive)
    if special is not None:
        special(sweep, op, adjoints)
        return
    if not op.results or op.result not in sweep.active or sweep.is_view(op):
        return
    g = _cotangent(sweep, op.result, adjoints)
    if g is not None:
        _apply_rule(sweep, op, g, adjoints)


def _cotangent(sweep: Sweep, result: Var, adjoints: Adjoints) -> Adjoint:
    """The adjoint of a result: its value, or what its shadow holds (which then belongs to the operands alone)."""
    if not sweep.is_pointer(result):
        return adjoints.take(result)
    return sweep.shadow(result)


# ------------------------------------------------------------------ rules


def _apply_rule(sweep: Sweep, op: Op, g: Adjoint, adjoints: Adjoints) -> None:
    rule = rule_of(op.primitive)
    if op.primitive is MULTIPLY and op.args[0] is op.args[1]:
        _apply_square(op, g, adjoints)
        return
    for name, position, atom in _active_operands(op, sweep):
        if rule is None or (name not in rule.adjoint and name not in rule.zero):
            what = f"there is no derivative of {op.primitive} with respect to {name or 'its operands'}"
            raise UnsupportedCall(what, op.origin)
        if name in rule.zero:
            continue
        if rule.elementwise:
            adjoints.add(atom, _elementwise(op, rule, name, atom, g, adjoints))
        else:
            found = _general(op, rule, name, position, atom, g, adjoints)
            if rule.masks and isinstance(found, Var):
                adjoints.masked.add(found)
            adjoints.add(atom, found)


def _masked(op: Op, g: Atom, found: Atom | None, adjoints: Adjoints) -> Atom | None:
    """A contribution, zero where the adjoint is zero that a mask has made: a partial may be nan there."""
    if rule_of(op.primitive).masks and isinstance(found, Var):  # type: ignore[union-attr]
        adjoints.masked.add(found)
        return found
    if g not in adjoints.masked or not isinstance(found, Var):
        return found
    if op.primitive not in (ADD, SUBTRACT, NEGATIVE, POSITIVE) and not _scales(op):
        builder = adjoints.builder
        zero = builder.emit(EQUAL, g, Const(0.0))
        chosen = call(builder, np.where, tuple(wrap(builder, a) for a in (zero, Const(0.0), found)), {}).atom
        assert isinstance(chosen, Var)
        found = chosen
    adjoints.masked.add(found)
    return found


def _scales(op: Op) -> bool:
    """Whether an operation multiplies by a number that is known."""
    return op.primitive in (MULTIPLY, DIVIDE) and any(isinstance(a, Const) for a in op.args[op.primitive is DIVIDE :])


def _apply_square(op: Op, g: Atom, adjoints: Adjoints) -> None:
    builder = adjoints.builder
    adjoints.add(op.args[0], builder.emit(MULTIPLY, builder.emit(MULTIPLY, Const(2.0), g), op.args[0]))


def _active_operands(op: Op, sweep: Sweep) -> list[tuple[str, int, Var]]:
    """The active operands with the names of their parameters; `position` is their place among the args."""
    names = operand_names(op.primitive, len(op.args)) or ("",) * len(op.args)
    named = [*zip(names, range(len(op.args)), op.args, strict=False)]
    named += [(key, -1, atom) for key, atom in op.keywords]
    return [(n, k, a) for n, k, a in named if isinstance(a, Var) and a in sweep.active]


def _elementwise(op: Op, rule: Rule, name: str, atom: Var, g: Atom, adjoints: Adjoints) -> Atom | None:
    builder, z = adjoints.builder, op.result
    partial = rule.adjoint[name]
    if same_shape(atom.type, z.type):
        return _masked(op, g, expand(builder, partial, g, z, op=op), adjoints)
    if is_spread(g, z.type):
        mark = len(builder.ops)
        small = expand(builder, partial, g, z, op=op)
        if small is None:
            return None
        if isinstance(atom.type, Scalar) and isinstance(small.type, Scalar):
            return builder.emit(MULTIPLY, small, _size_of(builder, z))
        del builder.ops[mark:]
        g = builder.emit(FULL_LIKE, z, g, hint=bar(z.hint))
    found = _masked(op, g, expand(builder, partial, g, z, op=op), adjoints)
    return None if found is None else adjoints.unbroadcast(found, atom)


def _size_of(builder: Builder, z: Var) -> Atom:
    from .expand import call, wrap

    return call(builder, np.size, (wrap(builder, z),), {}).atom


def _general(op: Op, rule: Rule, name: str, position: int, atom: Var, g: Adjoint, adjoints: Adjoints) -> Adjoint:
    builder, z = adjoints.builder, op.result
    whole = adjoints.full(g, z) if not isinstance(z.type, STRUCTURES) else _tree(adjoints, z, g)
    mark = len(builder.ops)
    found = expand(builder, rule.adjoint[name], whole, z, op=op)
    operands = [k for k, n in enumerate(operand_names(op.primitive, len(op.args))) if n == name]
    if isinstance(found, tuple) and is_starred(op.primitive, name):
        found = found[operands.index(position)]
    if found is None or isinstance(found, tuple):
        return found
    found = _unspread(builder, mark, found, atom)
    larger = rule.elementwise or rule.broadcasts
    return adjoints.unbroadcast(found, atom) if larger and not is_spread(found, atom.type) else found


def _tree(adjoints: Adjoints, z: Var, g: Adjoint) -> Adjoint:
    """The adjoint of a structure, None where a part is absent."""
    from .structures import item_of

    parts = adjoints.items(z.type, g)
    assert isinstance(z.type, STRUCTURES)
    full = []
    for k, (item, part) in enumerate(zip(z.type.items, parts, strict=True)):
        absent = part is None or not is_continuous(item)
        full.append(Const(None) if absent else adjoints.full(part, item_of(adjoints.builder, z, k)))
    return tuple(full)


def _unspread(builder: Builder, mark: int, found: Atom, atom: Var) -> Atom:
    """Where a rule only spread a scalar to the shape of its operand, the scalar itself: it stands for that."""
    last = builder.ops[-1] if len(builder.ops) > mark else None
    if last is None or found not in last.results:
        return found
    if last.primitive is FULL_LIKE and last.args[0] is atom and isinstance(last.args[1].type, Scalar):
        builder.ops.pop()
        return last.args[1]
    if last.primitive.name == "broadcast_to" and isinstance(last.args[0].type, Scalar):
        shape = next((op for op in builder.ops[mark:] if last.args[1] in op.results), None)
        if shape is not None and shape.primitive is SHAPE and shape.args[0] is atom:
            builder.ops.pop()
            return last.args[0]
    return found


# ------------------------------------------------------------------ items and structures


def _mirror_getitem(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    container, index = op.args
    if not isinstance(container, Var) or container not in sweep.active or op.result not in sweep.active:
        return
    if isinstance(container.type, List):
        _mirror_list_item(sweep, op, adjoints)
    elif isinstance(container.type, STRUCTURES):
        _mirror_field(sweep, op, adjoints)
    elif sweep.is_pointer(container):
        _mirror_pointer_item(sweep, op, adjoints)
    else:
        g = _cotangent(sweep, op.result, adjoints)
        if g is not None:
            base = _buffer(adjoints, container)
            g = adjoints.real(g, container.type)
            adjoints.values[container] = adjoints.builder.emit(VADDAT, base, index, g, hint=bar(container.hint))


def _buffer(adjoints: Adjoints, container: Var) -> Atom:
    """The adjoint of an array, of its own shape."""
    if isinstance(container.type, Numeric):
        zeros = adjoints.builder.emit(ZEROS_LIKE, container, hint=bar(container.hint))
        adjoint = adjoints.get(container)
        return zeros if adjoint is None else adjoints.builder.emit(ADD, zeros, adjoint, hint=bar(container.hint))
    return adjoints.full(adjoints.get(container), container)


def _mirror_field(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    container = op.args[0]
    if not isinstance(container, Var):
        return
    index: Atom = Const(op.static) if op.primitive is GETATTR else op.args[1]
    if not isinstance(container.type, STRUCTURES):
        if op.result in sweep.active and adjoints.take(op.result) is not None:
            raise UnsupportedCall(f"the attribute {op.static} of an active value has no derivative", op.origin)
        return
    if sweep.is_pointer(op.result):
        key = (container, index.value if isinstance(index, Const) else index)
        position = position_of(container.type, index)
        if position is not None and key in sweep.leaf_shadows:
            shadow = sweep.leaf_shadows.pop(key)
            adjoints.add_item(container, position, shadow)
        return
    g = adjoints.take(op.result)
    position = position_of(container.type, index)
    if g is None:
        return
    if position is None:
        raise UnsupportedCall("an active structure is read at an index that is not constant", op.origin)
    adjoints.add_item(container, position, g)


def _mirror_pointer_item(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    container, index = op.args
    assert isinstance(container, Var)
    if sweep.is_pointer(op.result) and is_basic_index(index):
        return  # a view: its shadow is a view of the shadow
    g = _cotangent(sweep, op.result, adjoints)
    if g is None:
        return
    target = sweep.shadow(container)
    repeats = any(isinstance(t, Array) and t.kind != "b" for t, _ in index_parts(index)) or not _known_parts(index)
    adjoints.builder.perform(SCATTER_ADD if repeats else ADDAT, target, index, adjoints.real(g, container.type))


def _known_parts(index: Atom) -> bool:
    return is_basic_index(index) or all(isinstance(t, Array) and t.kind == "b" for t, _ in index_parts(index))


def _mirror_structure(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    g = adjoints.take(op.result)
    if g is None:
        return
    for arg, part in zip(op.args, adjoints.items(op.result.type, g), strict=True):
        adjoints.add(arg, part)


# ------------------------------------------------------------------ writes


def _mirror_setitem(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    target, index, value = op.args
    if not sweep.is_pointer(target):
        _refuse_lost_write(sweep, op)
        return
    assert isinstance(target, Var)
    builder, shadow = adjoints.builder, sweep.shadow(target)
    if isinstance(target.type, List):
        _mirror_list_write(sweep, op, adjoints)
        return
    if isinstance(value, Var) and value in sweep.active:
        g = _cells(builder, shadow, index, bar(value.hint))
        if isinstance(g.type, Array) and is_basic_index(index):
            g = builder.emit(COPY, g, hint=bar(value.hint))
        g = _only_last(builder, g, shadow, index)
        builder.perform(SETITEM, *_address(sweep, shadow, index), Const(0.0))
        adjoints.add(value, adjoints.unbroadcast(g, value))
    else:
        builder.perform(SETITEM, *_address(sweep, shadow, index), Const(0.0))


def _cells(builder: Builder, shadow: Var, index: Atom, hint: str) -> Var:
    """The cells of a shadow that an index names."""
    if isinstance(index, Const) and index.value is ...:
        return shadow
    return builder.emit(GETITEM, shadow, index, hint=hint)


def _refuse_lost_write(sweep: Sweep, op: Op) -> None:
    """An active value stored where no derivative can follow: integers cut the gradient, anything else is refused."""
    value = op.args[-1]
    target = op.args[0]
    if isinstance(value, Var) and value in sweep.active and is_continuous(target.type):
        raise UntrackableAlias(f"an active value is stored in {getattr(target, 'hint', 'an object')}", op.origin)


def _only_last(builder: Builder, g: Atom, shadow: Var, index: Atom) -> Atom:
    """Of the entries of a repeated index only the last one to be written counts."""
    if _known_parts(index):
        return g
    return builder.emit(LAST_WRITE, g, shadow, index, hint=getattr(g, "hint", "g"))


def _mirror_addat(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    target, index, value = op.args
    if not sweep.is_pointer(target):
        _refuse_lost_write(sweep, op)
        return
    assert isinstance(target, Var)
    if not isinstance(value, Var) or value not in sweep.active:
        return
    builder, shadow = adjoints.builder, sweep.shadow(target)
    g: Atom = _cells(builder, shadow, index, bar(value.hint))
    if op.primitive is ADDAT:
        g = _only_last(builder, g, shadow, index)
    g = adjoints.unbroadcast(g, value)
    if isinstance(g.type, Array) and (g is shadow or is_basic_index(index)) and not sweep.is_pointer(value):
        g = builder.emit(COPY, g, hint=bar(value.hint))
    adjoints.add(value, g)


# ------------------------------------------------------------------ lists


def forward_append(sweep: Sweep, op: Op, builder: Builder) -> None:
    """Let the shadow list grow with the list."""
    target, value = op.args
    assert isinstance(target, Var)
    if sweep.holds_pointers(target.type, target):
        item: Atom = sweep.shadow(value)  # type: ignore[arg-type]
    elif isinstance(value, Var):
        item = sweep.adjoints(builder).zero(value)
    else:
        item = Const(0.0)
    builder.perform(APPEND, sweep.shadow(target), item)


def forward_pop(sweep: Sweep, op: Op, builder: Builder) -> None:
    """Let the shadow list shrink with the list."""
    target = op.args[0]
    assert isinstance(target, Var) and isinstance(target.type, List)
    if len(op.args) > 1:
        raise UntrackableAlias("only the last entry of a list of active values can be popped", op.origin)
    builder.emit(POP, sweep.shadow(target), type=target.type.item, hint=bar(op.result.hint))


def _mirror_list(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    if op.result not in sweep.active or sweep.holds_pointers(op.result.type, op.result):
        return
    for k, arg in enumerate(op.args):
        if isinstance(arg, Var) and arg in sweep.active:
            item = op.result.type.item  # type: ignore[union-attr]
            g = adjoints.builder.emit(GETITEM, sweep.shadow(op.result), Const(k), type=item, hint=bar(arg.hint))
            adjoints.add(arg, g)


def _mirror_append(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    target, value = op.args
    if not sweep.is_pointer(target):
        return
    assert isinstance(target, Var) and isinstance(target.type, List)
    g = adjoints.builder.emit(POP, sweep.shadow(target), type=target.type.item, hint=bar(getattr(value, "hint", "t")))
    if not sweep.holds_pointers(target.type, target):
        adjoints.add(value, g)


def _mirror_pop(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    target = op.args[0]
    if not sweep.is_pointer(target):
        return
    assert isinstance(target, Var)
    builder = adjoints.builder
    if sweep.holds_pointers(target.type, target):
        builder.perform(APPEND, sweep.shadow(target), sweep.shadow(op.result))
        return
    g = adjoints.full(adjoints.take(op.result), op.result)
    if isinstance(op.result.type, Array):
        g = builder.emit(COPY, g, hint=bar(op.result.hint))
    builder.perform(APPEND, sweep.shadow(target), g)


def _mirror_list_item(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    container, index = op.args
    assert isinstance(container, Var)
    if sweep.is_pointer(op.result):
        if isinstance(op.result.type, List) and isinstance(container.type, List) and op.result.type == container.type:
            raise UntrackableAlias("a slice of a list of active values is taken while the list grows", op.origin)
        return
    g = adjoints.take(op.result)
    if g is not None:
        builder, shadow = adjoints.builder, sweep.shadow(container)
        old = builder.emit(GETITEM, shadow, index, type=op.result.type, hint=bar(op.result.hint))
        builder.perform(SETITEM, shadow, index, builder.emit(ADD, old, g, hint=bar(op.result.hint)))


def _mirror_list_write(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    target, index, value = op.args
    assert isinstance(target, Var) and isinstance(target.type, List)
    if sweep.holds_pointers(target.type, target):
        raise UntrackableAlias("an entry of a list of written arrays is replaced", op.origin)
    builder, shadow = adjoints.builder, sweep.shadow(target)
    hint = bar(getattr(value, "hint", "t"))
    g = builder.emit(GETITEM, shadow, index, type=target.type.item, hint=hint)
    zero = adjoints.zero(value) if isinstance(value, Var) else Const(0.0)
    builder.perform(SETITEM, shadow, index, zero)
    adjoints.add(value, g)


# ------------------------------------------------------------------ what the transforms themselves emit


def _mirror_copy(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    g = _cotangent(sweep, op.result, adjoints)
    if g is not None:
        adjoints.add(op.args[0], _owned(sweep, op, g, adjoints))


def _owned(sweep: Sweep, op: Op, g: Atom, adjoints: Adjoints) -> Atom:
    """The content of a shadow as a value of its own: later writes to the shadow must not reach it."""
    source = op.args[0]
    if sweep.is_pointer(op.result) and not sweep.is_pointer(source):
        return adjoints.builder.emit(COPY, g, hint=bar(getattr(source, "hint", "t")))
    return g


def _mirror_full_like(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    g = _cotangent(sweep, op.result, adjoints)
    value = op.args[1]
    if g is None or not isinstance(value, Var):
        return
    if isinstance(value.type, Scalar) and isinstance(g.type, Scalar) and isinstance(op.result.type, Array):
        g = adjoints.builder.emit(MULTIPLY, g, _size_of(adjoints.builder, op.result))
    else:
        g = adjoints.unbroadcast(adjoints.full(g, op.result), value)
    adjoints.add(value, g)


def _mirror_vaddat(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    base, index, value = op.args
    g = adjoints.take(op.result)
    if g is None:
        return
    g = adjoints.full(g, op.result)
    if isinstance(value, Var) and value in sweep.active:
        part = adjoints.builder.emit(GETITEM, g, index, hint=bar(value.hint))
        adjoints.add(value, adjoints.unbroadcast(part, value))
    adjoints.add(base, g)


def _mirror_unbroadcast(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    g = _cotangent(sweep, op.result, adjoints)
    value = op.args[0]
    if g is not None and isinstance(value, Var):
        adjoints.add(value, adjoints.builder.emit(FULL_LIKE, value, g, hint=bar(value.hint)))


def _nothing(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    """Opaque or constant: its result is not active."""


def _refuse(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    if any(r in sweep.active for r in op.results):
        raise UnsupportedCall(f"{op.primitive} of an active value cannot be differentiated", op.origin)


_SPECIAL: dict[Primitive, Callable[[Any, Op, Adjoints], None]] = {
    GETITEM: _mirror_getitem,
    GETATTR: _mirror_field,
    TUPLE: _mirror_structure,
    FIXED_LIST: _mirror_structure,
    DICT: _mirror_structure,
    RECORD: _mirror_structure,
    SETITEM: _mirror_setitem,
    ADDAT: _mirror_addat,
    SCATTER_ADD: _mirror_addat,
    LIST: _mirror_list,
    APPEND: _mirror_append,
    POP: _mirror_pop,
    COPY: _mirror_copy,
    ZEROS_LIKE: _nothing,
    FULL_LIKE: _mirror_full_like,
    VADDAT: _mirror_vaddat,
    UNBROADCAST: _mirror_unbroadcast,
    CALL: _nothing,
    CALL_PYTHON: _refuse,
    CALL_METHOD: _refuse,
    EXPRESSION: _refuse,
}
