"""Names for the values of a program in which each value has its own: `s`, `s_1` for the versions of what a user called
`s`, and `v1`, `v2`, ... for what nobody named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..ir.nodes import Atom, Block, Function, Op, Var, loop_of
from ..ir.primitives import LOOP


def ssa_names(function: Function) -> dict[Var, str]:
    """A name for each value of a program, in text order.

    Args:
        function: the program of a function.
    """
    taken = {v.hint for v in every_var(function.body) if v.named} | {p.var.hint for p in function.parameters}
    versions: Counter[str] = Counter()
    names: dict[Var, str] = {}
    number = 0
    used = {*mentioned(function.body), *function.body.params}
    every = list(every_var(function.body))
    for var in [v for v in every if v in used] + [v for v in every if v not in used]:
        if var in names:
            continue
        if var.named or var in function.body.params:
            names[var] = _version(var.hint, versions, taken)
        else:
            number += 1
            while f"v{number}" in taken:
                number += 1
            names[var] = f"v{number}"
    return names


def _version(hint: str, versions: Counter[str], taken: set[str]) -> str:
    name = f"{hint}_{versions[hint]}" if versions[hint] else hint
    versions[hint] += 1
    while name != hint and name in taken:
        name = f"{hint}_{versions[hint]}"
        versions[hint] += 1
    return name


def every_var(block: Block) -> Iterator[Var]:
    """The values that a block and those inside define, in text order; what a loop or branch results in comes last."""
    yield from block.params
    for op in block.ops:
        for inner in op.blocks:
            yield from every_var(inner)
        yield from op.results


def mentioned(block: Block) -> Iterator[Atom]:
    """What the operations of a block and of those inside read, and what is handed on to be read."""
    yield from block.yields
    for op in block.ops:
        yield from op.inputs
        for inner in op.blocks:
            yield from (mentioned(inner) if op.primitive is not LOOP else _mentioned_in_loop(op, inner))


def _mentioned_in_loop(op: Op, body: Block) -> Iterator[Atom]:
    """A value that a loop only hands on is not read by that."""
    for inner in body.ops:
        yield from inner.inputs
        for block in inner.blocks:
            yield from mentioned(block)
    loop = loop_of(op)
    if loop.end is not None:
        yield loop.end
    yield from (n for p, n in zip(loop.carried, loop.nexts, strict=True) if n is not p)
