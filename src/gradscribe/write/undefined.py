"""Names that may have no value: where one is passed on all the same, it must be given one (`None`).

In the IR a value that is undefined on a path can be passed on, as long as nobody looks at it. In the text, reading a
name without a value is an error, so such names start as None; names that are only passed on to themselves need not.
So do names that a loop reads further up in the text than it gives them a value: a reader, or a linter, looks above.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ..ir.nodes import Atom, Var
from ..ir.primitives import APPEND, CALL, CHECK_NUMBER, IF, LIST, SETITEM, Primitive
from ..ir.types import Array, Scalar
from .lines import Copies, Do, Line, Repeat, Return, atoms_of, every_line
from .liveness import Leaves, is_undefined
from .scope import Scope


def none_of(var: Var, scope: Scope) -> ast.expr:
    """What a name without a value is given."""
    return ast.Constant(None)


def zero_of(var: Var, scope: Scope) -> ast.expr:
    """The same where a name has one type: a number or an array without entries."""
    if isinstance(var.type, Scalar):
        return ast.Constant({"b": False, "i": 0, "f": 0.0, "c": 0j}[var.type.kind])
    if not isinstance(var.type, Array):
        return ast.Constant(None)
    dtype = "bool_" if var.type.kind == "b" else var.type.dtype
    shape = ast.Tuple([ast.Constant(0)] * var.type.ndim)
    return ast.Call(scope.path("np.empty"), [shape, scope.path(f"np.{dtype}")], [])


class Gaps:
    """`filled`: the values whose undefined definitions are printed as None.

    Args:
        lines: the lines.
        names: the names of values; passing a value on to another of the same name prints nothing.
        leaves: the values that an atom's expression reads.
    """

    def __init__(self, lines: list[Line], names: Mapping[Var, str], leaves: Leaves) -> None:
        self.names, self.leaves = names, leaves
        sources: dict[Var, list[Atom]] = {}
        for line in every_line(lines):
            if isinstance(line, Copies):
                for target, source in line.pairs:
                    sources.setdefault(target, []).append(source)
        maybe = _reached(sources)
        needed = [v for line in every_line(lines) for v in self._passed(line) if v in maybe]
        needed += self._read_ahead(lines, maybe)
        self.filled: set[Var] = set()
        while needed:
            var = needed.pop()
            if var not in self.filled:
                self.filled.add(var)
                needed += [s for s in sources.get(var, ()) if isinstance(s, Var) and s in maybe]

    def _read_ahead(self, lines: list[Line], maybe: set[Var]) -> Iterator[Var]:
        """The values of `maybe` that are read above every line that gives their name a value."""
        named: set[str | None] = set()
        for line in every_line(lines):
            for atom in () if isinstance(line, Copies) else atoms_of(line):
                yield from (v for v in self.leaves(atom) if v in maybe and self.names.get(v) not in named)
            named |= {self.names.get(v) for v in _given(line)}

    def _passed(self, line: Line) -> list[Var]:
        """The values that a line reads whether or not they are defined."""
        if isinstance(line, Copies):
            return [
                s for t, s in line.pairs if isinstance(s, Var) and s in self.names and self.names[s] != self.names[t]
            ]
        if isinstance(line, Return):
            return [line.value] if isinstance(line.value, Var) else []
        if isinstance(line, Do) and _passes_on(line.op.primitive):
            return [a for a in atoms_of(line) if isinstance(a, Var)]
        return []


def _given(line: Line) -> list[Var]:
    """The values whose names a line gives a value."""
    if isinstance(line, Do):
        return list(line.op.results)
    if isinstance(line, Copies):
        return [target for target, source in line.pairs if not is_undefined(source)]
    return line.bound if isinstance(line, Repeat) else []


def _passes_on(primitive: Primitive) -> bool:
    """Whether an op only stores its operands, or may."""
    return primitive in (APPEND, CALL, CHECK_NUMBER, IF, LIST, SETITEM) or primitive.aliasing == "element"


def _reached(sources: Mapping[Var, list[Atom]]) -> set[Var]:
    """The values that may be undefined."""
    readers: dict[Var, list[Var]] = {}
    todo: list[Var] = []
    for target, atoms in sources.items():
        for atom in atoms:
            if isinstance(atom, Var):
                readers.setdefault(atom, []).append(target)
            elif is_undefined(atom):
                todo.append(target)
    found: set[Var] = set()
    while todo:
        var = todo.pop()
        if var not in found:
            found.add(var)
            todo += readers.get(var, ())
    return found
