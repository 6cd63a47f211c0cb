"""Texts side by side: the user's source, the program, and the derivatives at each stage, each line with the
lines of the source that it comes from. What belongs together carries the same keys, so that a view can
light it up everywhere."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import pipeline
from ..errors import Location
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, walk
from ..ir.primitives import COMMENT, IF, LOOP
from ..read.lower import Lowered
from ..source.text import read_source
from ..write import Written, write
from ..write.one import atom_text, expression_text
from ..write.places import places
from .names import mentioned

Key = tuple[str, int]
"""A file and a line."""


@dataclass(frozen=True)
class Line:
    """A line of a text.

    Args:
        text: the line.
        keys: the lines of the source that it comes from.
        number: its number, where it has one of its own (in the user's file).
        value: the name of the value that it defines, in a listing of the program.
    """

    text: str
    keys: tuple[Key, ...] = ()
    number: int | None = None
    value: str = ""


@dataclass(frozen=True)
class Pane:
    """A text.

    Args:
        name: "source", "ssa", "forward", "reverse" or a stage.
        title: what stands above it.
        lines: its lines.
    """

    name: str
    title: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


# ------------------------------------------------------------------ the user's source


def source_pane(function: Callable[..., Any], program: Function) -> Pane:
    """The source of a function and of the functions that its program was read from.

    Args:
        function: the function (of a derivative: what was differentiated).
        program: its program.
    """
    while hasattr(function, "primal"):
        function = function.primal
    source = read_source(function)
    last = source.tree.end_lineno or source.first_line
    lines = list(_lines(source.filename, range(source.first_line, last + 1)))
    own = {(source.filename, k) for k in range(source.first_line, last + 1)}
    for filename, span in _others(program, own):
        lines += [Line(""), *_lines(filename, span)]
    return Pane("source", source.qualname, tuple(lines))


def _lines(filename: str, span: Iterable[int]) -> Iterator[Line]:
    texts = [(k, linecache.getline(filename, k).rstrip()) for k in span]
    margin = min((len(t) - len(t.lstrip()) for _, t in texts if t), default=0)
    return (Line(text[margin:], ((filename, k),), k) for k, text in texts)


def _others(program: Function, seen: set[Key]) -> Iterator[tuple[str, range]]:
    """The functions from which ops come, besides those whose lines have been seen."""
    for op in walk(program.body):
        origin = op.origin
        if origin is None or (origin.filename, origin.line) in seen:
            continue
        span = _function_around(origin)
        seen.update((origin.filename, k) for k in span)
        yield origin.filename, span


def _function_around(place: Location) -> range:
    """The lines of the smallest function around a place; the line itself where there is none."""
    try:
        tree = ast.parse("".join(linecache.getlines(place.filename)))
    except (SyntaxError, ValueError):
        return range(place.line, place.line + 1)
    spans = [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    around = [span for span in spans if place.line in span]
    return min(around, key=len, default=range(place.line, place.line + 1))


# ------------------------------------------------------------------ the program


def ssa_pane(program: Function, names: Mapping[Var, str]) -> Pane:
    """A program as a listing: one operation a line, and a line for each value that comes together from two places."""
    head = f"def {program.name}({', '.join(names[p.var] for p in program.parameters)}):"
    body = _Listing(program, names).block(program.body, 1)
    (result,) = program.body.yields
    lines = [Line(head), *body, Line(f"    return {atom_text(result, names)}")]
    return Pane("ssa", "program", tuple(lines))


class _Listing:
    """Lines of blocks."""

    def __init__(self, program: Function, names: Mapping[Var, str]) -> None:
        self.names = names
        self.used = set(mentioned(program.body))

    def block(self, block: Block, depth: int) -> list[Line]:
        return [line for op in block.ops for line in self.op(op, depth)]

    def op(self, op: Op, depth: int) -> list[Line]:
        if op.primitive is LOOP:
            return self.loop(op, depth)
        if op.primitive is IF:
            return self.branch(op, depth)
        if op.primitive is COMMENT:
            return [self.line(f"# {op.static}", op, depth)]
        text = expression_text(op, self.names)
        name = self.names[op.results[0]] if op.results else ""
        return [self.line(f"{name} = {text}" if name else text, op, depth, name)]

    def line(self, text: str, op: Op, depth: int, value: str = "") -> Line:
        keys = ((op.origin.filename, op.origin.line),) if op.origin else ()
        return Line("    " * depth + text, keys, value=value)

    def text(self, atom: Atom) -> str:
        return "undefined" if atom is UNDEF else atom_text(atom, self.names)

    def loop(self, op: Op, depth: int) -> list[Line]:
        loop = loop_of(op)
        head = "loop:" if loop.index is None else f"for {self.names[loop.index]} in {self._range(op)}:"
        lines = [self.line(head, op, depth)]
        for param, init, following in zip(loop.carried, loop.inits, loop.nexts, strict=True):
            if param not in self.used:
                continue
            name = self.names[param]
            lines.append(self.line(f"{name} = phi({self.text(init)}, {self.text(following)})", op, depth + 1, name))
        lines += self.block(loop.body, depth + 1)
        if loop.end is not None:
            lines.append(self.line(f"leave if {self.text(loop.end)}", op, depth + 1))
        return lines + self.results(op, [(n,) for n in loop.nexts], depth, "behind the loop")

    def _range(self, op: Op) -> str:
        start, stop, step = op.args[:3]
        plain = isinstance(step, Const) and step.value == 1
        first = isinstance(start, Const) and start.value == 0 and plain
        shown = [stop] if first else [start, stop] if plain else [start, stop, step]
        return f"range({', '.join(map(self.text, shown))})"

    def branch(self, op: Op, depth: int) -> list[Line]:
        then, orelse = op.blocks
        lines = [self.line(f"if {self.text(op.args[0])}:", op, depth), *self.block(then, depth + 1)]
        if not then.ops:
            lines.append(self.line("pass", op, depth + 1))
        if orelse.ops:
            lines += [self.line("else:", op, depth), *self.block(orelse, depth + 1)]
        return lines + self.results(op, list(zip(then.yields, orelse.yields, strict=True)), depth, "")

    def results(self, op: Op, sources: Sequence[Sequence[Atom]], depth: int, note: str) -> list[Line]:
        made = []
        for result, atoms in zip(op.results, sources, strict=True):
            if result not in self.used:
                continue
            shown = [self.text(a) for a in atoms]
            text = f"phi({', '.join(shown)})" if len(shown) > 1 else shown[0]
            name = self.names[result]
            behind = f"  # {note}" if note else ""
            made.append(self.line(f"{name} = {text}{behind}", op, depth, name))
        return made


# ------------------------------------------------------------------ what is printed


def code_pane(name: str, title: str, written: Written) -> Pane:
    """A printed text."""
    where = places(written)
    texts = written.text.rstrip("\n").split("\n")
    lines = [Line(text, tuple((p.filename, p.line) for p in where.get(k, ()))) for k, text in enumerate(texts, 1)]
    return Pane(name, title, tuple(lines))


STAGES = ("differentiated", "simplified", "written")
"""The stages on the way to a derivative."""


def stage_panes(
    function: Callable[..., Any], lowered: Lowered, mode: str, wrt: Sequence[str], *, optimize: bool = True
) -> list[Pane]:
    """A derivative at each stage, one operation a line but for the last, which is the text that is compiled.

    Args:
        function: the primal.
        lowered: its program.
        mode: "forward" or "reverse".
        wrt: the parameters with respect to which it is differentiated.
        optimize: whether the program is simplified.
    """
    name = pipeline.derivative_name(function, mode, wrt, False)
    program = pipeline.differentiate(lowered, mode, wrt, name)
    raw = code_pane("differentiated", "differentiated", write(program, statements=True))
    primal = lowered.function if mode == "forward" else None
    made = pipeline.finish(program, lowered, optimize=optimize, cite=mode == "reverse", primal=primal)
    final = code_pane("written", name, made.written)
    if not optimize:
        return [raw, final]
    return [raw, code_pane("simplified", "simplified", write(made.program, statements=True)), final]
