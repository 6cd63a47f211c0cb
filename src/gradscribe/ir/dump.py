"""The program as text, one op a line, for people who debug the compiler. Versions of a name are numbered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from .nodes import Atom, Block, Const, Function, Op, Var, loop_of
from .primitives import IF, LOOP


def dump(function: Function) -> str:
    """The text of a program; it need not be valid."""
    names = _Names()
    params = ", ".join(f"{names[p]}: {p.type}" for p in function.body.params)
    lines = [f"def {function.name}({params}):", *_indent(_block(function.body, names, "return"))]
    return "\n".join(lines) + "\n"


class _Names(dict[Var, str]):
    def __init__(self) -> None:
        self.count: Counter[str] = Counter()

    def __missing__(self, var: Var) -> str:
        self.count[var.hint] += 1
        number = self.count[var.hint]
        self[var] = var.hint if number == 1 else f"{var.hint}_{number - 1}"
        return self[var]

    def atoms(self, atoms: tuple[Atom, ...]) -> str:
        return ", ".join(repr(a) if isinstance(a, Const) else self[a] for a in atoms)


def _indent(lines: Iterator[str]) -> Iterator[str]:
    return ("    " + line for line in lines)


def _block(block: Block, names: _Names, word: str) -> Iterator[str]:
    for op in block.ops:
        yield from _op(op, names)
    if block.yields or not block.ops:
        yield f"{word} {names.atoms(block.yields)}".rstrip()


def _op(op: Op, names: _Names) -> Iterator[str]:
    target = ", ".join(f"{names[r]}: {r.type}" for r in op.results)
    target = target + " = " if target else ""
    if op.primitive is IF:
        yield f"{target}if {names.atoms(op.args)}:"
        yield from _indent(_block(op.blocks[0], names, "yield"))
        yield "else:"
        yield from _indent(_block(op.blocks[1], names, "yield"))
    elif op.primitive is LOOP:
        loop = loop_of(op)
        carried = ", ".join(
            f"{names[p]} = {names.atoms((init,))}" for p, init in zip(loop.carried, loop.inits, strict=False)
        )
        bounds = f" {names[loop.index]} in range({names.atoms(op.args[:3])})" if loop.index is not None else ""
        yield f"{target}loop{bounds} with ({carried}):"
        yield from _indent(_block(loop.body, names, "end, next" if op.static.exits else "next"))
    else:
        parts = [names.atoms(op.args), *(f"{k}={names.atoms((v,))}" for k, v in op.keywords)]
        static = f"[{op.static}]" if op.static is not None else ""
        yield f"{target}{op.primitive}{static}({', '.join(p for p in parts if p)})"
