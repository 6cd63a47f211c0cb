"""What the mirrors read of memory that the forward sweep writes, and which writes must be undone for that.

An operation of a mirror stands for an operation of the forward sweep: it must find memory as that found it. So each
write that may come later and hit what is read is undone on the way back, and no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..analyse.affine import Affine
from ..analyse.overlap import Overlap
from ..analyse.partition import Regions
from ..ir.build import Builder
from ..ir.indexing import is_basic_index
from ..ir.nodes import Op, Var
from ..ir.primitives import FIXED_LIST, GETITEM, SETITEM, TUPLE
from ..ir.types import Array, Scalar, Type
from .adjoints import same_shape
from .recording import entries_read, is_view


class MirrorReads:
    """Notes the operations of the mirrors as they are made.

    Args:
        memory: the regions of the forward sweep.
        overlap: what a later write may hit there.
        shadows: values which are not of the forward sweep's memory.
    """

    def __init__(self, memory: Regions, overlap: Overlap, shadows: Collection[Var]) -> None:
        self._memory, self._overlap, self._shadows = memory, overlap, shadows
        self._made: dict[Var, Op] = {}
        self._noted: set[Op] = set()
        self.undone: dict[Op, None] = {}

    @property
    def affine(self) -> Affine:
        """The integers of the forward sweep."""
        return self._overlap.affine

    def note(self, ops: Iterable[Op], at: Op | None) -> None:
        """Note those of the ops that have not been noted yet.

        Args:
            ops: operations of a mirror; what their blocks hold has been noted before.
            at: the operation of the forward sweep for which they stand; None if they stand for none.
        """
        for op in ops:
            if op not in self._noted:
                self._noted.add(op)
                self._made.update(dict.fromkeys(op.results, op))
                for operand in entries_read(op):
                    for var in self._arrays(operand):
                        self._note_read(op, var, at)

    def skip(self, op: Op) -> None:
        """Let an operation read memory as it is."""
        self._noted.add(op)

    def hits(self, op: Op, var: Var) -> Iterator[Op]:
        """The writes that may come behind an operation of the forward sweep, and hit what it reads of an operand."""
        return (w for w in self._writes(var) if self._overlap.may_hit(op, var, w))

    def changes_later(self, op: Op, var: Var) -> bool:
        """Whether a list may be written behind an operation of the forward sweep."""
        writes = self._memory.writes(self._memory.of(var))
        places = self._overlap.nesting.places
        return op not in places or any(w not in places or self._overlap.nesting.after(w, op) for w in writes)

    def read_back(self, write: Op, restored: Collection[Op]) -> list[tuple[Var, Op]]:
        """A value that is stored where it stays, with an op that reads it from there (none if it does not)."""
        if write.primitive is not SETITEM:
            return []
        target, index, value = write.args
        if not isinstance(value, Var) or not isinstance(target, Var) or not isinstance(target.type, Array):
            return []
        if target in self._shadows or not self._memory.knows(target) or not is_basic_index(index):
            return []
        builder = Builder(write.origin)
        read = builder.emit(GETITEM, target, index, hint=value.hint)
        if not _is_kept_exactly(value.type, read.type) or not self._overlap.stays(write):
            return []
        if isinstance(value.type, Array) and any(w in restored for w in self._writes(target)):
            return []
        return [(value, builder.ops[0])]

    def _note_read(self, op: Op, var: Var, at: Op | None) -> None:
        for write in self._writes(self._base(var)):
            if write in self.undone:
                continue
            if at is None or self._overlap.may_hit(op, var, write, at=at, made=self._made):
                self.undone[write] = None

    def _writes(self, var: Var) -> list[Op]:
        if var in self._shadows or not self._memory.knows(var) or not isinstance(var.type, Array):
            return []
        return self._memory.writes(self._memory.of(var))

    def _base(self, var: Var) -> Var:
        """What a value is a view of, as far as the mirrors have made it."""
        while var in self._made and is_view(self._made[var]) and isinstance(self._made[var].args[0], Var):
            var = self._made[var].args[0]  # type: ignore[assignment]
        return var

    def _arrays(self, var: Var) -> Iterator[Var]:
        """A value itself, or what a tuple of values holds."""
        maker = self._made.get(var) or self._overlap.nesting.definition.get(var)
        if maker is not None and maker.primitive in (TUPLE, FIXED_LIST):
            for atom in maker.args:
                if isinstance(atom, Var):
                    yield from self._arrays(atom)
        else:
            yield var


def _is_kept_exactly(value: Type, cell: Type) -> bool:
    """Whether a value that is stored in a cell (or several) is read back from there as it was."""
    if isinstance(value, Array) and isinstance(cell, Array):
        return value.dtype == cell.dtype and same_shape(value, cell)
    if not isinstance(value, Scalar) or not isinstance(cell, Scalar) or value.kind != cell.kind:
        return False
    return cell.dtype in {"f": ("float64",), "c": ("complex128",)}.get(value.kind, ()) and value.dtype in (
        None,
        cell.dtype,
    )
