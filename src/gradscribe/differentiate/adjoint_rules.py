"""The mirror of an operation that has a rule: what each of its active operands gets, of the operand's own shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnsupportedCall
from ..ir.build import Builder
from ..ir.bundles import item_of
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import ADD, DIVIDE, EQUAL, FULL_LIKE, MULTIPLY, NEGATIVE, POSITIVE, SHAPE, SUBTRACT
from ..ir.types import STRUCTURES, Array, Scalar, is_continuous
from ..rules.table import Rule, is_starred, operand_names, rule_of
from .adjoints import Adjoint, Adjoints, bar, is_spread, same_shape
from .expand import call, expand, wrap
from .summing import not_yet_summed

if TYPE_CHECKING:
    from .frames import Sweep


def apply_rule(sweep: Sweep, op: Op, g: Adjoint, adjoints: Adjoints) -> None:
    rule = rule_of(op.primitive)
    if op.primitive is MULTIPLY and op.args[0] is op.args[1]:
        _apply_square(op, g, adjoints)
        return
    whole = not_yet_summed(sweep, op, g, adjoints) if rule is not None and rule.elementwise else None
    for name, position, atom in _active_operands(op, sweep):
        if rule is None or (name not in rule.adjoint and name not in rule.zero):
            what = f"there is no derivative of {op.primitive} with respect to {name or 'its operands'}"
            raise UnsupportedCall(what, op.origin)
        if name in rule.zero:
            continue
        if rule.elementwise:
            adjoints.add(atom, _elementwise(sweep, op, rule, name, atom, g, adjoints, whole))
        else:
            found = _general(op, rule, name, position, atom, g, adjoints)
            _pass_on(op, rule, name, g, found, adjoints)
            adjoints.add(atom, found)


def _pass_on(op: Op, rule: Rule, name: str, g: Adjoint, found: Adjoint, adjoints: Adjoints) -> None:
    """Note that zeros of a contribution stand for entries that were left out."""
    if isinstance(found, tuple):
        for part in found:
            _pass_on(op, rule, name, g, part, adjoints)
    if not isinstance(found, Var):
        return
    moves = name in rule.linear or rule.elementwise
    given = g if isinstance(g, Var) else None
    if rule.masks or (moves and given in adjoints.masked):
        adjoints.masked.add(found)
    leaves_out = rule.picks or any(key == "where" for key, _ in op.keywords)
    if leaves_out or (moves and given in adjoints.cut):
        adjoints.cut.add(found)


def _masked(op: Op, rule: Rule, name: str, g: Atom, found: Atom | None, adjoints: Adjoints) -> Atom | None:
    """A contribution, zero where the adjoint is zero because entries were left out: a partial may be nan there."""
    if not isinstance(found, Var):
        return found
    plain = op.primitive in (ADD, SUBTRACT, NEGATIVE, POSITIVE) or _scales(op) or rule.masks
    if not plain and (g in adjoints.masked or (g in adjoints.cut and name in rule.singular)):
        builder = adjoints.builder
        zero = builder.emit(EQUAL, g, Const(0.0))
        chosen = call(builder, np.where, tuple(wrap(builder, a) for a in (zero, Const(0.0), found)), {}).atom
        assert isinstance(chosen, Var)
        found = chosen
    _pass_on(op, rule, name, g, found, adjoints)
    return found


def _scales(op: Op) -> bool:
    """Whether an operation multiplies by a number that is known."""
    return op.primitive in (MULTIPLY, DIVIDE) and any(isinstance(a, Const) for a in op.args[op.primitive is DIVIDE :])


def _apply_square(op: Op, g: Atom, adjoints: Adjoints) -> None:
    builder = adjoints.builder
    found = builder.emit(MULTIPLY, builder.emit(MULTIPLY, Const(2.0), g), op.args[0])
    rule = rule_of(op.primitive)
    assert rule is not None
    adjoints.add(op.args[0], _masked(op, rule, "x", g, found, adjoints))


def _active_operands(op: Op, sweep: Sweep) -> list[tuple[str, int, Var]]:
    """The active operands with the names of their parameters; `position` is their place among the args."""
    names = operand_names(op.primitive, len(op.args)) or ("",) * len(op.args)
    named = [*zip(names, range(len(op.args)), op.args, strict=False)]
    named += [(key, -1, atom) for key, atom in op.keywords]
    return [(n, k, a) for n, k, a in named if isinstance(a, Var) and a in sweep.active]


def _elementwise(
    sweep: Sweep, op: Op, rule: Rule, name: str, atom: Var, g: Atom, adjoints: Adjoints, whole: Var | None
) -> Atom | None:
    builder, z = adjoints.builder, op.result
    g = g if whole is None else whole
    partial = of_reciprocal if _is_reciprocal(op) else rule.adjoint[name]
    if same_shape(atom.type, z.type) or _is_alone(op, atom) or sweep.extents.same(atom, z):
        mark = len(builder.ops)
        found = expand(builder, partial, g, z, op=op)
        if is_spread(g, z.type) and isinstance(found, Var) and _may_be_smaller(sweep, op, found):
            del builder.ops[mark:]
            g = builder.emit(FULL_LIKE, atom, g, hint=bar(z.hint))
            found = expand(builder, partial, g, z, op=op)
        found = _masked(op, rule, name, g, found, adjoints)
        return found if whole is None else _summed(atom, found, adjoints)
    if is_spread(g, z.type):
        mark = len(builder.ops)
        small = expand(builder, partial, g, z, op=op)
        if small is None:
            return None
        if isinstance(atom.type, Scalar) and isinstance(small.type, Scalar):
            return builder.emit(MULTIPLY, small, size_of(builder, z))
        del builder.ops[mark:]
        g = builder.emit(FULL_LIKE, z, g, hint=bar(z.hint))
    found = _masked(op, rule, name, g, expand(builder, partial, g, z, op=op), adjoints)
    if found is None:
        return None
    return _summed(atom, found, adjoints, sweep.extents.repeated(atom, z))


def _summed(
    atom: Var, found: Atom | None, adjoints: Adjoints, repeated: tuple[int, tuple[int, ...]] | None = None
) -> Atom | None:
    """A contribution of the shape of its operand."""
    if found is None:
        return None
    summed = adjoints.unbroadcast(found, atom, repeated)
    for zeros in (adjoints.masked, adjoints.cut):
        if found in zeros and isinstance(summed, Var):
            zeros.add(summed)
    return summed


def _may_be_smaller(sweep: Sweep, op: Op, found: Var) -> bool:
    """Whether what was made of a number and the operands may have the rank of the result, but not its shape."""
    z = op.result
    if not isinstance(found.type, Array) or not isinstance(z.type, Array) or found.type.ndim < z.type.ndim:
        return False
    known = same_shape(found.type, z.type) or all(d.one is not None for d in found.type.shape)
    arrays = [a for a in op.inputs if isinstance(a.type, Array)]
    return not known and not all(same_shape(a.type, z.type) or sweep.extents.same(a, z) for a in arrays)


def _is_alone(op: Op, atom: Var) -> bool:
    """Whether an operand is the only array, so that the result has its shape, whatever that is."""
    arrays = [a for a in op.inputs if not isinstance(a.type, Scalar)]
    return isinstance(atom.type, Array) and isinstance(op.result.type, Array) and all(a is atom for a in arrays)


def _is_reciprocal(op: Op) -> bool:
    one = op.args[0]
    return op.primitive is DIVIDE and not op.keywords and isinstance(one, Const) and one.value == 1.0


def of_reciprocal(g: Any, z: Any, x: Any, y: Any) -> Any:
    """The adjoint of y for `z = 1.0 / y`, from the result alone."""
    return -(g * z * z)


def size_of(builder: Builder, z: Var) -> Atom:
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
