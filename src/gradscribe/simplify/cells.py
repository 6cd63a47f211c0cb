"""Writes to the buffers of the reverse sweep, as a person would order them.

    g = bx[1:-1].copy()                 w = bx[1:-1] / 3.0
    bx[1:-1] = 0.0                      bx[1:-1] = 0.0
    w = g / 3.0

    bx = np.zeros_like(x)               bx = e
    bx += e

    bx[i] = 0.0; bx[i] += e             bx[i] = e

A cell is set to zero as late as possible; a copy that nothing overwrites before its last use is dropped; zeros that are
only added to are not made. Only operations of a derivative are moved.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..ir.build import map_blocks, substitute
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk, walk_op
from ..ir.primitives import ADD, ADDAT, COPY, FULL_LIKE, GETITEM, MULTIPLY, SETITEM, ZEROS_LIKE
from ..ir.types import Array, Scalar
from .cell_facts import CellFacts, Derivative
from .held import with_uses_first, without_what_is_added_back, without_what_is_replaced


def tidy_cells(function: Function, derivative: Derivative) -> Function:
    """Reorder and merge the writes of a derivative, see above; the same object where there is nothing to do.

    Args:
        function: any program.
        derivative: which operations belong to a derivative.
    """
    body = _Tidying(function, derivative).block(function.body)
    return function if body is function.body else replace(function, body=body)


class _Tidying(CellFacts):
    def __init__(self, function: Function, derivative: Derivative) -> None:
        super().__init__(function, derivative)
        self.root, self.outermost = False, function.body

    def block(self, block: Block) -> Block:
        ops = [map_blocks(op, self.block) if self._mine(op) else op for op in block.ops]
        self.root = block is self.outermost
        ops = without_what_is_added_back(self, without_what_is_replaced(self, ops))
        ops = self._delay_zeros(ops)
        ops = with_uses_first(self, self._add_once(ops), block.yields)
        ops = self._set_instead_of_add(ops)
        ops, renamed = self._drop_copies(ops, block.yields)
        ops, started = self._start_with_value(ops)
        ops = self._zero_at_once(ops)
        renamed = {**{var: _swap(atom, started) for var, atom in renamed.items()}, **started}
        if not renamed and ops == [*block.ops]:
            return block
        return Block(block.params, tuple(ops), tuple(_swap(a, renamed) for a in block.yields))

    def _mine(self, op: Op) -> bool:
        return self.derivative(op) or any(self.derivative(inner) for block in op.blocks for inner in walk(block))

    # zeros ---------------------------------------------------------------------------------------------------------

    def _delay_zeros(self, ops: list[Op]) -> list[Op]:
        """Move each `s[i] = 0.0` to just before the next access of that memory; drop it where there is none."""
        out: list[Op] = []
        waiting: list[Op] = []
        for op in ops:
            for zero in [z for z in waiting if self.accesses(op, z.args[0])]:
                waiting.remove(zero)
                out.append(zero)
            if self.is_zeroing(op):
                waiting.append(op)
            else:
                out.append(op)
        return out + [zero for zero in waiting if not self.root or self.groups.escapes(zero.args[0])]  # type: ignore[arg-type]

    def _zero_at_once(self, ops: list[Op]) -> list[Op]:
        """Move each `s[i] = 0.0` that is left back up, to the statement that it belongs to."""
        out: list[Op] = []
        for op in ops:
            place = len(out)
            if self.is_zeroing(op):
                while place and out[place - 1].origin != op.origin and self._may_pass(op, out[place - 1]):
                    place -= 1
                if not place or out[place - 1].origin != op.origin:
                    place = len(out)
            out.insert(place, op)
        return out

    def _may_pass(self, zero: Op, other: Op) -> bool:
        fixed = other.primitive.effect or any(r in zero.inputs for r in other.results)
        return not fixed and not self.accesses(other, zero.args[0])

    def _set_instead_of_add(self, ops: list[Op]) -> list[Op]:
        """`s[i] = 0.0; s[i] += e` is `s[i] = e`."""
        out: list[Op] = []
        for op in ops:
            last = out[-1] if out else None
            if op.primitive is ADDAT and last is not None and self.is_zeroing(last) and self.same_cells(last, op):
                out[-1] = replace(op, primitive=SETITEM)
                self.made.add(out[-1])
            else:
                out.append(op)
        return out

    def _add_once(self, ops: list[Op]) -> list[Op]:
        """`s[i] += a; s[i] += b` is `s[i] += a + b`, where nothing but other additions touches s in between."""
        out: list[Op] = []
        for op in ops:
            earlier = self._joinable(op, out)
            if earlier is None:
                out.append(op)
                continue
            out.remove(earlier)
            one, other = earlier.args[2], op.args[2]
            total = Var(one.hint if isinstance(one, Var) else "t", one.type)
            twice = one is other and isinstance(one.type, (Scalar, Array)) and one.type.kind == "f"
            how, args = (MULTIPLY, (Const(2.0), one)) if twice else (ADD, (one, other))
            out.append(Op(how, args, (total,), origin=op.origin))
            out.append(replace(op, args=(*op.args[:2], total)))
            self.made.update(out[-2:])
        return out

    def _joinable(self, op: Op, before: list[Op]) -> Op | None:
        """An earlier addition to the same cells, that may as well be made here."""
        if op.primitive is not ADDAT or not self.derivative(op) or self.mentions_memory(op.args[2], op.args[0]):
            return None
        for place in range(len(before) - 1, -1, -1):
            earlier = before[place]
            if earlier.primitive is ADDAT and self.derivative(earlier) and self.same_cells(earlier, op):
                own = self.mentions_memory(earlier.args[2], op.args[0])
                alike = earlier.args[2] is op.args[2] or _same_type(earlier.args[2], op.args[2])
                stays = self.is_left_alone(earlier.args[2], before[place + 1 :])
                return earlier if not own and alike and stays else None
            commutes = earlier.primitive is ADDAT and not self.mentions_memory(earlier.args[2], op.args[0])
            if not commutes and self.accesses(earlier, op.args[0]):
                return None
        return None

    # copies --------------------------------------------------------------------------------------------------------

    def _drop_copies(self, ops: list[Op], yields: Iterable[Atom]) -> tuple[list[Op], dict[Var, Atom]]:
        """Drop each copy whose source is not written before the copy's last use."""
        renamed: dict[Var, Atom] = {}
        kept: list[Op] = []
        for k, op in enumerate(ops):
            if op.primitive is COPY and self.derivative(op) and self._is_needless(op, ops[k + 1 :], yields):
                renamed[op.result] = _swap(op.args[0], renamed)
            else:
                kept.append(_substitute_deep(op, renamed))
        return kept, renamed

    def _is_needless(self, copy: Op, behind: list[Op], yields: Iterable[Atom]) -> bool:
        source = copy.args[0]
        if not isinstance(source, Var) or self.groups.is_written(copy.result):
            return False
        if self.root and self._is_last_use(source, behind):
            return True
        if copy.result in yields:
            return False
        uses = [k for k, op in enumerate(behind) if _mentions(op, copy.result)]
        if not uses:
            return False
        if any(not self.consumes(behind[k], copy.result) for k in uses):
            return False
        return not any(self.writes(op, source) for op in behind[: uses[-1]])

    def _is_last_use(self, source: Var, behind: list[Op]) -> bool:
        """Whether the memory of a value made by the function is not mentioned any more."""
        region = self.groups.of(source)
        if self.groups.escapes(source):
            return False
        mentioned = (a for op in walk(Block((), tuple(behind), ())) for a in op.inputs if isinstance(a, Var))
        return not any(self.groups.knows(a) and self.groups.of(a) is region for a in mentioned)

    # buffers -------------------------------------------------------------------------------------------------------

    def _start_with_value(self, ops: list[Op]) -> tuple[list[Op], dict[Var, Atom]]:
        """`s = zeros_like(x); s += e` is `s = e`, where nothing mentions s in between."""
        out = list(ops)
        renamed: dict[Var, Atom] = {}
        for made in ops:
            if made.primitive is not ZEROS_LIKE or not self.derivative(made):
                continue
            buffer = made.result
            first = next((op for op in out[out.index(made) + 1 :] if _mentions(op, buffer)), None)
            if (
                first is None
                or first.primitive is not ADDAT
                or first.args[0] is not buffer
                or not _is_whole(first.args[1])
            ):
                continue
            value = first.args[2]
            start = self._as_definition(made, first)
            if start is None:
                continue
            if start.primitive is COPY and isinstance(value, Var) and self._is_owned(value, out):
                value.hint = buffer.hint
                renamed[buffer] = value
                out.remove(first)
            else:
                out[out.index(first)] = start
            out.remove(made)
        return [_substitute_deep(op, renamed) for op in out], renamed

    def _is_owned(self, value: Var, ops: list[Op]) -> bool:
        """Whether a value is made in this block for this one use."""
        made = self.definitions.get(value)
        if made not in ops or made is None or made.aliasing != "fresh" or made.primitive is GETITEM or made.blocks:
            return False
        return made.primitive.is_pure and sum(_mentions(op, value) for op in ops) == 1

    def _as_definition(self, made: Op, first: Op) -> Op | None:
        value, source = first.args[2], made.args[0]
        if value is made.result:
            return None
        if isinstance(value.type, (Scalar, Array)) and isinstance(source.type, Array):
            fits = isinstance(value.type, Array) and value.type == source.type
            if fits:
                return replace(first, primitive=COPY, args=(value,), results=made.results)
            return replace(first, primitive=FULL_LIKE, args=(source, value), results=made.results)
        return None


def _same_type(one: Atom, other: Atom) -> bool:
    scalars = isinstance(one.type, Scalar) and isinstance(other.type, Scalar)
    return scalars or (
        isinstance(one.type, Array) and one.type == other.type and None not in {d.base for d in one.type.shape}
    )


def _is_whole(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is ...


def _mentions(op: Op, var: Var) -> bool:
    return any(var in inner.inputs or any(var in b.yields for b in inner.blocks) for inner in walk_op(op))


def _swap(atom: Atom, renamed: dict[Var, Atom]) -> Atom:
    return renamed.get(atom, atom) if isinstance(atom, Var) else atom


def _substitute_deep(op: Op, renamed: dict[Var, Atom]) -> Op:
    if not renamed:
        return op
    moved = substitute(op, renamed)
    if not op.blocks:
        return moved
    blocks = []
    for block in op.blocks:
        inner = tuple(_substitute_deep(o, renamed) for o in block.ops)
        blocks.append(Block(block.params, inner, tuple(_swap(a, renamed) for a in block.yields)))
    return replace(moved, blocks=tuple(blocks))
