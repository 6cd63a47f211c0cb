"""Where operations stand: in which loops and arms, in what order, and where values are defined.

It knows blocks, branches and loops; not what the operations in them do.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from ..ir.nodes import Block, Function, Op, Var
from ..ir.primitives import IF, LOOP


@dataclass(frozen=True, eq=False)
class Place:
    """Where an op stands.

    Args:
        steps: the way from the function's body to the op: positions in blocks, and between them the ops that own the
            blocks with the number of the block, as in `(position, (op, 1), position)`.
        loops: the loops around it, from outside.
        arms: the arms of branches around it, from outside, each as the branch and the number of the arm.
    """

    steps: tuple[int | tuple[Op, int], ...]
    loops: tuple[Op, ...]
    arms: tuple[tuple[Op, int], ...]


class Nesting:
    """The places of all ops of a function, and the definitions of its values.

    `definition` has the op of which a value is a result; `owner` the loop of which it is a parameter, with its position
    among the parameters; `scope` the loops around the definition of each value.
    """

    def __init__(self, function: Function) -> None:
        self.places: dict[Op, Place] = {}
        self.definition: dict[Var, Op] = {}
        self.owner: dict[Var, tuple[Op, int]] = {}
        self.scope: dict[Var, tuple[Op, ...]] = dict.fromkeys(function.body.params, ())
        todo = [(function.body, Place((), (), ()))]
        while todo:
            todo += self._enter(*todo.pop())

    def _enter(self, block: Block, around: Place) -> list[tuple[Block, Place]]:
        inside = []
        for position, op in enumerate(block.ops):
            place = Place((*around.steps, position), around.loops, around.arms)
            self.places[op] = place
            for result in op.results:
                self.definition[result], self.scope[result] = op, around.loops
            for number, inner in enumerate(op.blocks):
                loops = (*place.loops, op) if op.primitive is LOOP else place.loops
                arms = (*place.arms, (op, number)) if op.primitive is IF else place.arms
                inside.append((inner, Place((*place.steps, (op, number)), loops, arms)))
                for k, param in enumerate(inner.params):
                    self.owner[param], self.scope[param] = (op, k), loops
        return inside

    def common_loops(self, one: Op, other: Op) -> tuple[Op, ...]:
        """The loops around both ops, from outside."""
        pairs = zip(self.places[one].loops, self.places[other].loops, strict=False)
        return tuple(a for a, _ in takewhile(lambda pair: pair[0] is pair[1], pairs))

    def follows(self, later: Op, earlier: Op) -> bool:
        """Whether `later` may run behind `earlier` in one trip through all the loops around both. An op follows itself
        and what is inside it, and what is inside follows it: nothing is known about the order."""
        for one, other in zip(self.places[earlier].steps, self.places[later].steps, strict=False):
            if isinstance(one, int) and isinstance(other, int):
                if one != other:
                    return one < other
            elif isinstance(one, tuple) and isinstance(other, tuple) and one[1] != other[1]:
                return False
        return True

    def after(self, later: Op, earlier: Op) -> bool:
        """Whether any execution of `later` may come behind one of `earlier`."""
        return bool(self.common_loops(later, earlier)) or self.follows(later, earlier)
