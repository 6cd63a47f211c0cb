"""How much freedom a compiler may take with the floating-point arithmetic of a program.

Sums may be reordered (vectors of partial sums) and products contracted with sums, as no order of a sum is promised. Two
kinds of programs live by the rounding that they do, and are left alone: those that take away what they have just added
(`(t - s) - y` of a compensated sum, `(x + big) - big` to round), and those that take a product from a product (`a*a -
b*b`, which is exactly zero where a equals b).
"""

from __future__ import annotations

from collections import Counter

from ..ir.nodes import Atom, Const, Function, Op, Var, walk
from ..ir.primitives import ADD, MULTIPLY, NEGATIVE, POSITIVE, POWER, SUBTRACT

_SIGNS = {ADD: (1, 1), SUBTRACT: (1, -1), NEGATIVE: (-1,), POSITIVE: (1,)}
_DEEPEST = 8


def freedoms(function: Function) -> list[str]:
    """The flags of LLVM for the arithmetic of a function."""
    sums = _Sums(function)
    ops = [op for op in walk(function.body) if op.primitive in (ADD, SUBTRACT) and _is_inexact(op.result)]
    found = ["nsz"]
    if not any(sums.cancels(op) for op in ops):
        found.append("reassoc")
    if not any(sums.is_difference_of_products(op) for op in ops):
        found.append("contract")
    return sorted(found)


def _is_inexact(var: Var) -> bool:
    return getattr(var.type, "kind", "") in ("f", "c")


class _Sums:
    """Sums as the terms that they consist of."""

    def __init__(self, function: Function) -> None:
        self.definition = {r: op for op in walk(function.body) for r in op.results}

    def cancels(self, op: Op) -> bool:
        """Whether a term comes in with both signs."""
        terms: Counter[tuple[object, int]] = Counter()
        self._gather(op.result, 1, terms, 0)
        return any((term, -sign) in terms for term, sign in terms)

    def _gather(self, atom: Atom, sign: int, terms: Counter[tuple[object, int]], depth: int) -> None:
        op = self.definition.get(atom) if isinstance(atom, Var) else None
        if op is not None and op.primitive in _SIGNS and depth < _DEEPEST:
            for arg, own in zip(op.args, _SIGNS[op.primitive], strict=True):
                self._gather(arg, sign * own, terms, depth + 1)
        elif isinstance(atom, Const):
            value = atom.value
            terms[abs(value), 1 if (value >= 0) == (sign > 0) else -1] += 1
        else:
            terms[atom, sign] += 1

    def is_difference_of_products(self, op: Op) -> bool:
        """`a * b - c * d`, in whatever way it is put."""
        signs = [self._sign_of_product(arg) for arg in op.args]
        if None in signs:
            return False
        return (signs[0] == signs[1]) == (op.primitive is SUBTRACT)

    def _sign_of_product(self, atom: Atom) -> int | None:
        op = self.definition.get(atom) if isinstance(atom, Var) else None
        if op is None:
            return None
        if op.primitive is NEGATIVE:
            inner = self._sign_of_product(op.args[0])
            return None if inner is None else -inner
        return 1 if op.primitive in (MULTIPLY, POWER) else None
