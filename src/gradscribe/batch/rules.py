"""How one operation is done for k directions: by a rule, entry by entry, or one direction after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..analyse.regions import OPAQUE
from ..ir.bundles import BUNDLES
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import ASSERT, COPY, EXTERNAL, GETITEM, LIST, RAISE, ZEROS_LIKE, Primitive
from ..ir.types import STRUCTURES, Array, List, Scalar, Undefined, is_continuous
from ..rules.table import rule_of
from . import arrays, memory, products, reductions
from .one_by_one import one_by_one
from .values import NotBatched, looks_at_shapes, widened

if TYPE_CHECKING:
    from .transform import Batch

RULES = {**arrays.RULES, **memory.RULES, **products.RULES, **reductions.RULES}
"""By the primitive's name. A rule returns None where it does not know the form of the call."""


def apply(batch: Batch, op: Op) -> Atom | None:
    """Append an operation for k directions; its result, None where it has none."""
    if op.primitive in (*OPAQUE, RAISE, ASSERT, EXTERNAL):
        raise NotBatched(f"{op.primitive} depends on the directions")
    if op.results and op.result not in batch.batched:
        _of_one(batch, op)
        return None
    if not any(map(batch.is_batched, op.inputs)):
        return _made_for_many(batch, op)
    if op.primitive in BUNDLES:
        return _bundle(batch, op)
    made = RULES[op.primitive.name](batch, op) if op.primitive.name in RULES else None
    if made is None and is_elementwise(op.primitive):
        made = elementwise(batch, op)
    return one_by_one(batch, op) if made is None else made if made is not DONE else None


DONE = memory.DONE


def _of_one(batch: Batch, op: Op) -> None:
    """An operation that only looks at the shapes of its operands is shown the first direction."""
    if not looks_at_shapes(op) and not isinstance(op.args[0].type, STRUCTURES):
        raise NotBatched(f"what {op.primitive} returns depends on the directions")

    def first(atom: Atom) -> Atom:
        if not batch.is_batched(atom) or isinstance(atom.type, (List, *STRUCTURES)):
            return batch.of(atom)
        return batch.builder.emit(GETITEM, batch.of(atom), Const(0), type=atom.type, hint="one")

    args, keywords = tuple(map(first, op.args)), tuple((k, first(a)) for k, a in op.keywords)
    batch.builder.append(Op(op.primitive, args, op.results, keywords, (), op.static, op.style, op.origin))


def _made_for_many(batch: Batch, op: Op) -> Atom:
    """Memory for k directions that starts as the same for all."""
    result = op.result
    if op.primitive is ZEROS_LIKE and isinstance(result.type, Array):
        return batch.zeros(op.result, op.args[0])
    if op.primitive is LIST and isinstance(result.type, List):
        items = [batch.lifted(a, result.type.item) for a in op.args]
        return batch.builder.emit(LIST, *items, type=widened(result.type, batch.dim), hint=result.hint)
    if op.aliasing != "fresh" or not op.primitive.is_pure or not isinstance(result.type, (Array, Scalar)):
        raise NotBatched(f"what {op.primitive} returns receives what depends on the directions")
    one = Var(result.hint, result.type)
    batch.builder.append(Op(op.primitive, op.args, (one,), op.keywords, (), op.static, op.style, op.origin))
    return batch.builder.emit(COPY, batch.lifted(one, result.type), hint=result.hint)


def _bundle(batch: Batch, op: Op) -> Atom:
    """A structure, all parts of which are k now."""
    items = [batch.lifted(a, a.type) if is_continuous(a.type) else a for a in op.args]
    if any(batch.is_batched(a) and not is_continuous(a.type) for a in op.args):
        raise NotBatched("a structure holds what depends on the directions")
    return batch.builder.structure(op.result.type, items, op.result.hint)


# ------------------------------------------------------------------ entry by entry


def is_elementwise(primitive: Primitive) -> bool:
    """Whether an operation works entry by entry, so that operands broadcast."""
    rule = rule_of(primitive)
    if rule is not None and rule.elementwise:
        return True
    return any(isinstance(f, np.ufunc) and f.signature is None for _, f in primitive.spellings.values())


def elementwise(batch: Batch, op: Op) -> Atom | None:
    """The same operation, with axes for the broadcasting of those operands that have fewer than others."""
    operands = [a for a in op.inputs if not isinstance(a.type, Undefined)]
    if not all(isinstance(t, (Scalar, Array)) for t in (op.result.type, *(a.type for a in operands))):
        return None
    rank = max(getattr(a.type, "ndim", 0) for a in operands)
    style = op.style if op.primitive.symbol and op.style in (None, "operator") else _style(op)
    if style == "":
        return None
    args = [batch.expanded(a, rank) for a in op.args]
    more = {k: batch.expanded(a, rank) for k, a in op.keywords}
    type_ = widened(op.result.type, batch.dim)
    return batch.builder.emit(op.primitive, *args, type=type_, more=more, style=style, hint=op.result.hint)


def _style(op: Op) -> str | None:
    """A spelling that takes arrays; "" where there is none."""
    if op.style not in ("math", "builtin"):
        return op.style
    return "np" if "np" in op.primitive.spellings else None if op.primitive.symbol else ""
