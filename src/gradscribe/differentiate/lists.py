"""Lists that grow: their shadow lists grow and shrink with them, and backwards in the mirror."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UntrackableAlias
from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import (
    ADD,
    APPEND,
    COPY,
    GETITEM,
    LENGTH,
    LIST,
    POP,
    SETITEM,
    ZEROS_LIKE,
)
from ..ir.types import INT, STRUCTURES, Array, List
from .adjoints import Adjoints, bar, same_shape

if TYPE_CHECKING:
    from .frames import Sweep


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


def forward_list_write(sweep: Sweep, op: Op, builder: Builder) -> None:
    """Replace an entry; that of the shadow list gets the shape of the new one, and later that of the old one back."""
    target, index, value = op.args
    assert isinstance(target, Var) and isinstance(target.type, List)
    arrays = isinstance(value, Var) and isinstance(value.type, Array) and isinstance(target.type.item, Array)
    if not arrays or sweep.holds_pointers(target.type, target) or same_shape(target.type.item, value.type):
        builder.append(op)
        return
    sweep.replaced[op] = builder.emit(GETITEM, target, index, type=target.type.item, hint=value.hint)
    builder.append(op)
    if any(made.primitive is LIST and target in made.results for made in sweep.function.body.ops):
        sweep.reshaped[target] = None  # once, behind all that the forward sweep does
    else:
        builder.perform(SETITEM, sweep.shadow(target), index, sweep.adjoints(builder).zero(value))


def zeros_of_entries(sweep: Sweep, builder: Builder) -> None:
    """Where the reverse sweep begins, let each entry of some shadow lists have the shape that the entry has now."""
    for var in sweep.reshaped:
        shadow, inner, k = sweep.shadow(var), Builder(builder.origin), Var("k", INT)
        assert isinstance(var.type, List)
        entry = inner.emit(GETITEM, var, k, type=var.type.item, hint=var.hint)
        inner.perform(SETITEM, shadow, k, inner.emit(ZEROS_LIKE, entry, hint=shadow.hint))
        length = builder.emit(LENGTH, var, hint="n")
        builder.loop((Const(0), length, Const(1)), (), inner.block((k,)), (), exits=False)


def mirror_list(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    if op.result not in sweep.active or sweep.holds_pointers(op.result.type, op.result):
        return
    for k, arg in enumerate(op.args):
        if isinstance(arg, Var) and arg in sweep.active:
            item = op.result.type.item
            g = adjoints.builder.emit(GETITEM, sweep.shadow(op.result), Const(k), type=item, hint=bar(arg.hint))
            adjoints.add(arg, g)


def mirror_append(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    target, value = op.args
    if not sweep.is_pointer(target):
        return
    assert isinstance(target, Var) and isinstance(target.type, List)
    g = adjoints.builder.emit(POP, sweep.shadow(target), type=target.type.item, hint=bar(getattr(value, "hint", "t")))
    if not sweep.holds_pointers(target.type, target):
        adjoints.add(value, g)


def mirror_pop(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
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


def mirror_list_item(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
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
        if isinstance(op.result.type, STRUCTURES):
            added: Atom = adjoints.full(adjoints.merged(op.result.type, old, g), op.result)
        else:
            added = builder.emit(ADD, old, g, hint=bar(op.result.hint))  # type: ignore[arg-type]
        builder.perform(SETITEM, shadow, index, added)


def mirror_list_write(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    target, index, value = op.args
    assert isinstance(target, Var) and isinstance(target.type, List)
    if sweep.holds_pointers(target.type, target):
        raise UntrackableAlias("an entry of a list of written arrays is replaced", op.origin)
    builder, shadow = adjoints.builder, sweep.shadow(target)
    hint = bar(getattr(value, "hint", "t"))
    g = builder.emit(GETITEM, shadow, index, type=target.type.item, hint=hint)
    before = sweep.replaced.get(op, value)
    zero = adjoints.zero(before) if isinstance(before, Var) else Const(0.0)
    builder.perform(SETITEM, shadow, index, zero)
    adjoints.add(value, g)
