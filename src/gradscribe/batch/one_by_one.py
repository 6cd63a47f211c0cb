"""An operation that has no rule is done for one direction after the other, in a loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..ir.build import Builder
from ..ir.bundles import item_of
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import APPEND, GETITEM, LENGTH
from ..ir.types import INT, STRUCTURES, Array, List, Scalar, Type, is_continuous
from .values import NotBatched

if TYPE_CHECKING:
    from .transform import Batch


def one_by_one(batch: Batch, op: Op) -> Atom | None:
    """Append the loop; its result, None where the operation has none."""
    if op.primitive.effect or (op.results and op.primitive.writes):
        raise NotBatched(f"{op.primitive} has no rule for several directions")
    if op.aliasing != "fresh" and any(_is_written(batch, r) for r in op.results):
        raise NotBatched(f"what {op.primitive} returns may be a view that is written")
    written = [op.args[k].type for k in op.primitive.writes]
    if any(not isinstance(t, Array) or not t.ndim for t in written):
        raise NotBatched(f"{op.primitive} writes to something other than an array")
    inner, j = Builder(op.origin), Var("j", INT)
    args = [_nth(batch, inner, a, j) for a in op.args]
    keywords = tuple((k, _nth(batch, inner, a, j)) for k, a in op.keywords)
    results = tuple(Var(r.hint, r.type) for r in op.results)
    inner.append(Op(op.primitive, tuple(args), results, keywords, (), op.static, op.style, op.origin))
    parts = [part for r in results for part in _parts(inner, r)]
    lists = [batch.builder.new_list(part.type, hint=part.hint) for part in parts]
    for made, part in zip(lists, parts, strict=True):
        inner.perform(APPEND, made, part)
    batch.builder.loop((Const(0), batch.count, Const(1)), (), inner.block((j,)), (), exits=False)
    if not op.results:
        return None
    stacked = (batch.emit("stack", made, like=part.type) for made, part in zip(lists, parts, strict=True))
    return _assembled(batch, op.result.type, stacked)


def _is_written(batch: Batch, var: Var) -> bool:
    """Whether the memory of a value, or of what it holds, is written."""
    memory = batch.memory
    return any(memory.writes(region) for region in memory.reachable(memory.of(var)))


def _nth(batch: Batch, builder: Builder, atom: Atom, j: Var) -> Atom:
    """One direction of an operand."""
    if not batch.is_batched(atom):
        return atom
    return _entry(builder, batch.of(atom), atom.type, j)


def _entry(builder: Builder, wide: Atom, type_: Type, j: Var) -> Atom:
    assert isinstance(wide, Var)
    if isinstance(type_, (Array, Scalar)):
        return builder.emit(GETITEM, wide, j, type=type_, hint=wide.hint)
    if isinstance(type_, STRUCTURES):
        items = [item_of(builder, wide, n) for n in range(len(type_.items))]
        pairs = zip(items, type_.items, strict=True)
        return builder.structure(type_, [_entry(builder, i, t, j) if is_continuous(t) else i for i, t in pairs])
    if isinstance(type_, List):
        return _list_of_entries(builder, wide, type_, j)
    raise NotBatched(f"a direction of {type_} cannot be taken out")


def _list_of_entries(builder: Builder, wide: Var, type_: List, j: Var) -> Var:
    made, inner, i = builder.new_list(type_.item, hint=wide.hint), Builder(builder.origin), Var("i", INT)
    entry = inner.emit(GETITEM, wide, i, type=wide.type.item, hint=wide.hint)  # type: ignore[attr-defined]
    inner.perform(APPEND, made, _entry(inner, entry, type_.item, j))
    count = builder.emit(LENGTH, wide, hint="n")
    builder.loop((Const(0), count, Const(1)), (), inner.block((i,)), (), exits=False)
    return made


def _parts(builder: Builder, value: Var) -> Iterator[Var]:
    """The arrays and numbers of a result."""
    if isinstance(value.type, (Array, Scalar)):
        yield value
    elif isinstance(value.type, STRUCTURES) and all(map(is_continuous, value.type.items)):
        for k in range(len(value.type.items)):
            yield from _parts(builder, item_of(builder, value, k))
    else:
        raise NotBatched(f"results of type {value.type} cannot be stacked")


def _assembled(batch: Batch, type_: Type, parts: Iterator[Var]) -> Atom:
    if not isinstance(type_, STRUCTURES):
        return next(parts)
    return batch.builder.structure(type_, [_assembled(batch, t, parts) for t in type_.items])
