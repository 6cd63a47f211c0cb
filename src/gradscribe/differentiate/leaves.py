"""The shadows of arrays that a structure holds: made where the structure comes from, a parameter or an operation that
makes several arrays, and gathered into its adjoint at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..analyse.partition import EVERY, Region
from ..ir.build import Builder
from ..ir.bundles import item_of, key_of
from ..ir.nodes import Const, Op, Var
from ..ir.primitives import GETATTR, GETITEM, ZEROS_LIKE
from ..ir.types import STRUCTURES, Array, Type, is_continuous
from .adjoints import Adjoint, Adjoints, bar

if TYPE_CHECKING:
    from .frames import Sweep


def shadow_leaves(sweep: Sweep, builder: Builder, root: Var) -> None:
    """Make the shadows of the arrays in written memory that a structure holds."""

    def enter(var: Var, region: Region | None, path: tuple[object, ...]) -> None:
        held = {} if region is None else sweep.memory.contents(region)
        for k, item in enumerate(var.type.items):  # type: ignore[attr-defined]
            key = key_of(var.type, k)
            inner = held.get(key, held.get(EVERY))
            if inner is None or not is_continuous(item):
                continue
            if isinstance(item, STRUCTURES):
                enter(item_of(builder, var, k), inner, (*path, key))
            elif isinstance(item, Array) and sweep.memory.writes(inner):
                leaf = item_of(builder, var, k)
                sweep.leaf_shadows[root, (*path, key)] = builder.emit(ZEROS_LIKE, leaf, hint=bar(leaf.hint))

    if root in sweep.active:
        enter(root, sweep.memory.of(root), ())


def gather_leaves(sweep: Sweep, adjoints: Adjoints, root: Var) -> None:
    """Add what the shadows of the arrays in a structure hold to its adjoint."""
    for (var, path), shadow in sweep.leaf_shadows.items():
        if var is root:
            adjoints.add(root, _at(root.type, path, shadow))


def shadow_of(sweep: Sweep, op: Op) -> Var | None:
    """The shadow of an array that is taken out of a structure; None where it has none of its own."""
    path: tuple[object, ...] = ()
    inner: Op | None = op
    while inner is not None and inner.primitive in (GETITEM, GETATTR) and isinstance(inner.args[0].type, STRUCTURES):
        container = inner.args[0]
        assert isinstance(container, Var)
        path = (_key_in(inner), *path)
        if (container, path) in sweep.leaf_shadows:
            return sweep.leaf_shadows[container, path]
        inner = sweep.definition.get(container)
    return None


def _key_in(op: Op) -> object:
    if op.primitive is GETATTR:
        return op.static
    return op.args[1].value if isinstance(op.args[1], Const) else op.args[1]


def _at(type_: Type, path: tuple[object, ...], adjoint: Adjoint) -> Adjoint:
    """The adjoint of a structure that is one at the end of a path, and absent elsewhere."""
    if not path:
        return adjoint
    assert isinstance(type_, STRUCTURES)
    keys = [key_of(type_, k) for k in range(len(type_.items))]
    return tuple(_at(t, path[1:], adjoint) if k == path[0] else None for k, t in zip(keys, type_.items, strict=True))
