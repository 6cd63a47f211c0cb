"""Lists of arrays as arrays with a row for each trip, where the length of a row is known in front of the loops.

    q_tape = np.empty((n, k))
    for t in range(n):                    for t in range(n - 1, -1, -1):
        for i in range(k):                    ... q_tape[t, i] ...
            q_tape[t, i] = a * u[i]

What is pushed is computed into its row, where nothing else is done with the list; what is popped is the row itself.
Nobody may write to either: the row is not the array that the list would hold.
"""

from __future__ import annotations

from ..analyse.linear import Form, Symbol, number, variable
from ..analyse.nests import Nests, Place
from ..analyse.tapes import Indexed, fills_each_row, indexed, uses_of
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Function, Op, Var, replace, walk
from ..ir.primitives import GETITEM, LIST, TUPLE
from ..ir.types import Array, List
from ..write.ordering import Ordering
from .facts import Facts
from .storage import allocate
from .values import Cell, Index, Lazy

DTYPES = ("float64", "float32", "int64", "complex128", "bool")


class Tapes:
    """The lists of a function that may become arrays.

    Attributes:
        pushes, pops: the ops that use them.
        recorded: what is computed in the block in which it is pushed, and by which op.
    """

    def __init__(self, function: Function, facts: Facts, ordering: Ordering) -> None:
        self.facts, self.nests = facts, Nests(function)
        uses = uses_of(function)
        written = {cell for op in walk(function.body) for cell in ordering.writes(op)}
        self.pushes: dict[Op, Indexed] = {}
        self.pops: dict[Op, Indexed] = {}
        self._lists: dict[Op, Indexed] = {}
        self._made: dict[Var, Index] = {}
        self._starts: dict[Op, list[Indexed]] = {}
        for op in walk(function.body):
            tape = self._found(op, uses) if op.primitive is LIST else None
            if tape is not None and written.isdisjoint(ordering.cells(tape.pop.result)):
                self.pushes[tape.push], self.pops[tape.pop], self._lists[op] = tape, tape, tape
                self._starts.setdefault(tape.before, []).append(tape)
        self.recorded = self._in_the_block_of_their_push()

    def _found(self, made: Op, uses: dict[Var, list[Op | None]]) -> Indexed | None:
        item = made.result.type.item if isinstance(made.result.type, List) else None
        if made.args or made.result.named or not isinstance(item, Array) or not item.ndim or item.dtype not in DTYPES:
            return None
        own = uses.get(made.result, [])
        tape = indexed(made, own, self.nests) if len(own) == 2 else None
        return tape if tape is not None and fills_each_row(tape) else None

    def _in_the_block_of_their_push(self) -> dict[Var, Op]:
        found: dict[Var, Op] = {}
        for push in self.pushes:
            value = push.args[1]
            made = self.nests.definitions.get(value) if isinstance(value, Var) else None
            if made is not None and self.nests.places[made].around == self.nests.places[push].around:
                found.setdefault(made.result, push)
        return found

    def row(self, push: Op, value: Lazy) -> Lazy | None:
        """Where what is pushed goes; None where its length is not known in front of the loops."""
        tape = self.pushes[push]
        place = self.nests.places[tape.before]
        sizes = [self._size(form, place) for form in tape.sizes]
        sizes += [self._longest(form, tape, place) for form in value.lengths]
        if any(size is None for size in sizes):
            return None
        self.facts.lengths_of[tape.array] = tuple(s for s in sizes if s is not None)
        self._made[tape.array] = value.lengths
        return self._at(tape, [t.index for t in tape.trips])

    def popped(self, op: Op) -> tuple[Lazy, list[Op]] | None:
        """What a pop takes, and the ops that it becomes; None where it stays a pop."""
        tape = self.pops[op]
        if tape.array not in self._made:
            return None
        builder = Builder(op.origin)
        atoms = [self.facts.atom(builder, form) for form in self._lead(tape, tape.back)]
        self._view(builder, tape, atoms, op.result)
        return self._at(tape, tape.back), builder.ops

    def view(self, builder: Builder, push: Op, result: Var) -> None:
        """Emit the row of a push as a view."""
        tape = self.pushes[push]
        lead = self._lead(tape, [t.index for t in tape.trips])
        self._view(builder, tape, [self.facts.atom(builder, form) for form in lead], result)

    @staticmethod
    def _view(builder: Builder, tape: Indexed, atoms: list[Atom], result: Var) -> None:
        index = atoms[0] if len(atoms) == 1 else builder.emit(TUPLE, *atoms, hint="index")
        builder.append(Op(GETITEM, (tape.array, index), (result,), origin=builder.origin))

    def _lead(self, tape: Indexed, indices: list[Var]) -> Index:
        return tuple(variable(i) + -offset for i, offset in zip(indices, tape.offsets, strict=True))

    def _at(self, tape: Indexed, indices: list[Var]) -> Lazy:
        lead, lengths = self._lead(tape, indices), self._made[tape.array]
        for trips, index in zip(tape.trips, indices, strict=True):
            lengths = tuple(form.replace(trips.index, variable(index)) for form in lengths)
        for form, size in zip(lead, self.facts.lengths_of[tape.array], strict=False):
            if not (self.facts.proves(form) and self.facts.proves(size - form + -1)):
                self.facts.all_inside = False
        array = tape.array
        dims = tape.push.args[1].type.shape  # type: ignore[attr-defined]

        def place(index: Index) -> Cell:
            return array, (*lead, *index)

        return Lazy(Array(array.type.dtype, dims), lengths, place=place)  # type: ignore[attr-defined]

    # lengths ----------------------------------------------------------------------------------------------------------

    def _size(self, form: Form, place: Place) -> Form | None:
        """A length as these facts have it."""
        total = number(form.constant)
        for symbol, coefficient in form.terms.items():
            known = self._symbol(symbol, place)
            if known is None:
                return None
            total = total + known * coefficient
        return total if self._is_seen(total, place) else None

    def _longest(self, form: Form, tape: Indexed, place: Place) -> Form | None:
        """The greatest length of a row: one that depends on the trip has room for that of any."""
        for trips in tape.trips:
            coefficient = form.terms.get(trips.index, 0)
            if coefficient:
                last = self._size(trips.beyond + -1 if coefficient > 0 else trips.lowest, place)
                if last is None:
                    return None
                form = form.replace(trips.index, last)
        return form if self._is_seen(form, place) else None

    def _symbol(self, symbol: Symbol, place: Place) -> Form | None:
        if isinstance(symbol, Var):
            return self.facts.form(symbol)
        held = next((v for v in self.nests.holders.get(symbol, ())), None)
        return None if held is None else self.facts.form(held)

    def _is_seen(self, form: Form, place: Place) -> bool:
        """Whether a length can be computed in front of the loops."""
        return all(self._sees(s, place) for s in form.terms)

    def _sees(self, symbol: Symbol, place: Place) -> bool:
        array = symbol if isinstance(symbol, Var) else self.facts.holder_of(symbol)
        return array in self.nests.values and place.sees(self.nests.values[array])

    # the new program --------------------------------------------------------------------------------------------------

    def started(self, before: Op) -> list[Op]:
        """The arrays that are made in front of a loop, whose pushes have been seen."""
        builder = Builder(before.origin)
        for tape in self._starts.get(before, ()):
            if tape.array in self._made:
                allocate(self.facts, builder, tape.array, self.facts.lengths_of[tape.array])
        return builder.ops

    def without_lists(self, block: Block) -> Block:
        """A block without the lists that have become arrays."""
        gone = {op for op, tape in self._lists.items() if tape.array in self._made}
        return replace(block, ops=tuple(op for op in block.ops if op not in gone)) if gone else block
