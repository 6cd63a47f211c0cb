"""Identities for sums in derivative code: common factors, signs and coefficients of reductions, additions to one entry,
and offsets of indices. Each is a rewrite for `Algebra`, see there; rounding is ours to choose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Const, Op, Var, replace
from ..ir.primitives import ADD, BY_NAME, GETITEM, MATMUL, MULTIPLY, SUBTRACT, TUPLE, UNBROADCAST, VADDAT, ZEROS_LIKE
from ..ir.types import INT, Array, Scalar
from .rewriting import same

if TYPE_CHECKING:
    from .algebra import Algebra

LONGEST = 6
"""The most factors of a product that is looked at."""


def common_factor(this: Algebra, op: Op) -> Op | None:
    """`s * a + s * b` is `s * (a + b)`."""
    x, y = op.args
    if not (this.is_single(x) and this.is_single(y) and all(_is_float(a) for a in (x, y, op.result))):
        return None
    left, right = factors(this, x), factors(this, y)
    found = next(((s, r) for s in left for r in right if same(s, r)), None)
    if found is None or len(left) < 2 or len(right) < 2 or not all(map(_is_float, (*left, *right))):
        return None
    a, b = rest(this, left, found[0], op), rest(this, right, found[1], op)
    return Op(MULTIPLY, (found[0], this.make(op.primitive, a, b, like=op, hint=op.result.hint)), op.results)


def factors(this: Algebra, atom: Atom) -> list[Atom]:
    """The factors of a product that is used once, from the left."""
    found: list[Atom] = []
    while len(found) < LONGEST:
        made = this.defined(atom, MULTIPLY) if this.is_single(atom) else None
        if made is None:
            break
        found.insert(0, made.args[1])
        atom = made.args[0]
    return [atom, *found]


def rest(this: Algebra, parts: list[Atom], without: Atom, like: Op) -> Atom:
    """The product of the other factors."""
    at = next(k for k, part in enumerate(parts) if part is without)
    first, *others = parts[:at] + parts[at + 1 :]
    for other in others:
        first = this.make(MULTIPLY, first, other, like=like)
    return first


def of_scaled(this: Algebra, op: Op) -> Atom | Op | None:
    """`np.sum(-c * x)` is `-c * np.sum(x)`."""
    from .identities import peel, scaled

    if not {k for k, _ in op.keywords} <= {"axis", "keepdims"} or not _is_float(op.args[0]):
        return None
    c, inner = peel(this, op.args[0])
    if c == 1 or inner is None or inner.type != op.args[0].type or not _is_float(op.result):
        return None
    total = Var(op.result.hint, op.result.type)
    summing = replace(op, args=(inner,), results=(total,))
    this.keep(of_product(this, summing) or summing)
    this.count[total] = 1
    this.ours.add(total)
    return scaled(this, c, total, op)


def of_moved(this: Algebra, op: Op) -> Atom | Op | None:
    """`np.roll(-c * g, 1)` is `-c * np.roll(g, 1)`, and `unbroadcast(-c * g, x)` is `-c * unbroadcast(g, x)`."""
    from .identities import peel, scaled

    g, *others = op.args
    c, inner = peel(this, g)
    if c == 1 or inner is None or inner.type != g.type or not (_is_float(g) and _is_float(op.result)):
        return None
    return scaled(this, c, this.emitted(replace(op, args=(inner, *others)), op, op.result.hint), op)


def of_product(this: Algebra, op: Op) -> Op | None:
    """`np.sum(a @ b, axis=0)` is `np.sum(a, axis=0) @ b`, and `np.sum(a @ b, axis=1)` is `a @ np.sum(b, axis=1)`."""
    inner = this.defined(op.args[0], MATMUL) if this.is_single(op.args[0]) else None
    axis, keep = op.keyword("axis"), op.keyword("keepdims") is True
    if inner is None or not {k for k, _ in op.keywords} <= {"axis", "keepdims"} or type(axis) is not int:
        return None
    types = [inner.result.type, *(a.type for a in inner.args)]
    ranks = [t.ndim for t in types if isinstance(t, Array) and t.kind == "f" and t.ndim >= 2]
    if len(ranks) < len(types):
        return None
    side = axis % ranks[0] - ranks[0]  # -2: rows, those of the left operand
    if side not in (-2, -1) or not (keep or ranks[side + 3] == 2) or (side == -2 and not keep and ranks[0] > 2):
        return None
    part = inner.args[side + 2]
    keywords = (("axis", Const(ranks[side + 3] + side)), *([("keepdims", Const(True))] if keep else []))
    assert op.primitive.infer is not None
    total = Var("total", op.primitive.infer((part,), dict(keywords)))
    this.keep(replace(op, args=(part,), keywords=keywords, results=(total,)))
    this.count[total] = 1
    this.ours.add(total)
    args = (total, inner.args[1]) if side == -2 else (inner.args[0], total)
    return replace(inner, args=args, results=op.results)


def to_one_entry(this: Algebra, op: Op) -> Op | None:
    """`s[i] += a; s[i] += b` is `s[i] += a + b`."""
    target, index, value = op.args
    inner = this.source.get(target) if isinstance(target, Var) and this.is_single(target) else None
    if inner is None or inner.primitive is not VADDAT or not same_index(this, inner.args[1], index):
        return None
    earlier = inner.args[2]
    if not _same_amount(earlier, value) or not this.is_stable(earlier):
        return None
    if earlier is value:
        total = this.make(MULTIPLY, Const(2.0), value, like=op)
    else:
        total = this.make(ADD, earlier, value, like=op)
    return replace(op, args=(inner.args[0], index, total))


def through_row(this: Algebra, op: Op) -> Op | None:
    """`r = np.zeros_like(x[j]); r[1:] += a; r[2:] += b; bx[j] += r` is `bx[j, 1:] += a; bx[j, 2:] += b`."""
    target, row, value = op.args
    steps: list[Op] = []
    while isinstance(value, Var) and this.is_single(value):
        made = this.source.get(value)
        if made is None or made.primitive is not VADDAT:
            break
        steps.insert(0, made)
        value = made.args[0]
    start = this.source.get(value) if isinstance(value, Var) and this.is_single(value) else None
    if not steps or start is None or start.primitive is not ZEROS_LIKE or not _is_number(row, "i"):
        return None
    if not isinstance(target.type, Array) or getattr(value.type, "ndim", -1) != target.type.ndim - 1:
        return None
    if not all(is_basic_index(s.args[1]) and this.is_stable(s.args[2]) for s in steps):
        return None
    for step in steps[:-1]:
        target = this.emitted(replace(step, args=(target, _below(this, row, step), step.args[2])), op, op.result.hint)
    return replace(op, args=(target, _below(this, row, steps[-1]), steps[-1].args[2]))


def _below(this: Algebra, row: Atom, step: Op) -> Atom:
    """The index of `x[row][index]` in x."""
    index = step.args[1]
    made = this.source.get(index) if isinstance(index, Var) else None
    if made is not None and made.primitive is TUPLE:
        parts = made.args
    elif isinstance(index, Const) and isinstance(index.value, tuple):
        parts = tuple(map(Const, index.value))
    else:
        parts = (index,)
    if isinstance(row, Const) and all(isinstance(p, Const) for p in parts):
        return Const((row.value, *(p.value for p in parts if isinstance(p, Const))))
    return this.make(TUPLE, row, *parts, like=step)


def _is_number(atom: Atom, kind: str) -> bool:
    return isinstance(atom.type, Scalar) and atom.type.kind == kind


def into_new(this: Algebra, op: Op) -> Op | None:
    """`s = np.zeros_like(x); s[:, None] += v` is `v[:, 0]`."""
    target, index, value = op.args
    made = this.source.get(target) if isinstance(target, Var) and this.is_single(target) else None
    parts = index.value if isinstance(index, Const) else None
    if made is None or made.primitive is not ZEROS_LIKE or not isinstance(parts, tuple):
        return None
    if not all(p is None or p == slice(None) for p in parts) or not isinstance(value.type, Array):
        return None
    view = GETITEM.infer((target, index), {}) if GETITEM.infer else None
    if not isinstance(view, Array) or view.dtype != value.type.dtype or view.ndim != value.type.ndim:
        return None
    alike = all(a.same_as(b) or (a.one and b.one) for a, b in zip(view.shape, value.type.shape, strict=True))
    if not alike and not this.extents.fits_cells(value, target, index):  # type: ignore[arg-type]
        return None
    back = tuple(0 if p is None else p for p in parts)
    entry = Op(GETITEM, (value, Const(back)), op.results)
    return entry_of_sum(this, entry) or entry


def entry_of_sum(this: Algebra, op: Op) -> Op | None:
    """`np.sum(x, axis=1, keepdims=True)[:, 0]` is `np.sum(x, axis=1)`."""
    source, index = op.args
    made = this.source.get(source) if isinstance(source, Var) and this.is_single(source) else None
    parts = index.value if isinstance(index, Const) else None
    if made is None or made.primitive is not BY_NAME.get("sum") or not isinstance(parts, tuple):
        return None
    axis = made.keyword("axis")
    if len(made.keywords) != 2 or made.keyword("keepdims") is not True or type(axis) is not int or axis < 0:
        return None
    if not isinstance(source.type, Array) or source.type.ndim != len(parts) or axis >= len(parts):
        return None
    wanted = [0 if k == axis else slice(None) for k in range(len(parts))]
    if list(parts) != wanted or type(parts[axis]) is not int or not this.is_stable(made.args[0]):
        return None
    return replace(made, keywords=tuple((k, v) for k, v in made.keywords if k == "axis"), results=op.results)


def same_index(this: Algebra, left: Atom, right: Atom) -> bool:
    """Whether two indices are written alike."""
    if same(left, right):
        return True
    made = [this.source.get(a) if isinstance(a, Var) else None for a in (left, right)]
    if any(op is None or op.primitive is not TUPLE for op in made):
        return False
    one, other = (op.args for op in made if op is not None)
    return len(one) == len(other) and all(same_index(this, a, b) for a, b in zip(one, other, strict=True))


def offset(this: Algebra, op: Op) -> Atom | Op | None:
    """`n - 1 - 1` is `n - 2`."""
    x, y = op.args
    inner = this.source.get(x) if isinstance(x, Var) else None
    if inner is None or inner.primitive not in (ADD, SUBTRACT) or op.result.type != INT:
        return None
    start, first = inner.args
    if start.type != INT or not (_is_int(first) and _is_int(y)):
        return None
    total = _amount(inner) + _amount(op)
    if total == 0:
        return start
    return Op(ADD if total > 0 else SUBTRACT, (start, Const(abs(total))), op.results)


def _amount(op: Op) -> int:
    value: int = op.args[1].value  # type: ignore[union-attr]
    return value if op.primitive is ADD else -value


def _is_int(atom: Atom) -> bool:
    return isinstance(atom, Const) and type(atom.value) is int


def _is_float(atom: Atom) -> bool:
    return isinstance(atom.type, (Scalar, Array)) and atom.type.kind == "f"


def _same_amount(one: Atom, other: Atom) -> bool:
    if not (_is_float(one) and _is_float(other)):
        return False
    if isinstance(one.type, Array) and any(d.base is None for d in one.type.shape):
        return one is other
    return one.type == other.type


SUMS = {
    ADD: [common_factor, offset],
    SUBTRACT: [common_factor, offset],
    VADDAT: [to_one_entry, into_new, through_row],
    GETITEM: [entry_of_sum],
    UNBROADCAST: [of_moved],
    **({BY_NAME["sum"]: [of_scaled, of_product], BY_NAME["roll"]: [of_moved]} if "sum" in BY_NAME else {}),
}
