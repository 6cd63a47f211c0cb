"""Linear forms with integer coefficients, and the question whether inequalities between them can hold at all.

The proof is by elimination (Fourier and Motzkin), with the constants tightened to integers on the way. It is one-sided:
"no solution" is certain, the opposite only means that none of this was enough. This module knows nothing of programs;
a symbol is anything hashable.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import gcd

Symbol = Hashable

_MOST_ROWS = 100


@dataclass(frozen=True, eq=False, slots=True)
class Form:
    """`constant + sum(coefficient * symbol)`; no coefficient is zero."""

    terms: Mapping[Symbol, int]
    constant: int = 0

    def __add__(self, other: Form | int) -> Form:
        if isinstance(other, int):
            return Form(self.terms, self.constant + other)
        terms = dict(self.terms)
        for symbol, coefficient in other.terms.items():
            total = terms.get(symbol, 0) + coefficient
            if total:
                terms[symbol] = total
            else:
                del terms[symbol]
        return Form(terms, self.constant + other.constant)

    def __neg__(self) -> Form:
        return self * -1

    def __sub__(self, other: Form | int) -> Form:
        return self + -other

    def __mul__(self, factor: int) -> Form:
        if factor == 0:
            return Form({})
        return Form({s: c * factor for s, c in self.terms.items()}, self.constant * factor)

    def replace(self, symbol: Symbol, by: Form) -> Form:
        """The form with another in the place of a symbol."""
        coefficient = self.terms.get(symbol)
        if coefficient is None:
            return self
        rest = {s: c for s, c in self.terms.items() if s != symbol}
        return Form(rest, self.constant) + by * coefficient

    def rename(self, name: Callable[[Symbol], Symbol]) -> Form:
        """The form with each symbol replaced by another, different ones by different ones."""
        return Form({name(s): c for s, c in self.terms.items()}, self.constant)

    def same_as(self, other: Form) -> bool:
        return self.constant == other.constant and self.terms == other.terms


def number(value: int) -> Form:
    return Form({}, value)


def variable(symbol: Symbol) -> Form:
    return Form({symbol: 1})


class _Contradiction(Exception):
    """The inequalities cannot all hold."""


def has_no_solution(nonnegative: Iterable[Form], zero: Iterable[Form] = ()) -> bool:
    """Whether it is proved that no integers make all of `nonnegative` >= 0 and all of `zero` == 0."""
    try:
        rows = _without_equalities([*nonnegative], [*zero])
        table = _Rows()
        for row in rows:
            table.add(row)
        while table.rows:
            table = table.without(table.cheapest())
            if len(table.rows) > _MOST_ROWS:
                return False
    except _Contradiction:
        return True
    return False


def _without_equalities(rows: list[Form], zero: list[Form]) -> list[Form]:
    """Solve the equalities for a symbol each; those which have no coefficient of 1 become two inequalities."""
    while zero:
        form = zero.pop()
        if not form.terms:
            if form.constant:
                raise _Contradiction
            continue
        common = gcd(*form.terms.values())
        if form.constant % common:
            raise _Contradiction
        form = Form({s: c // common for s, c in form.terms.items()}, form.constant // common)
        unit = next((s for s, c in form.terms.items() if c in (1, -1)), None)
        if unit is None:
            rows += [form, -form]
            continue
        value = (variable(unit) * form.terms[unit] - form) * form.terms[unit]
        rows = [row.replace(unit, value) for row in rows]
        zero = [row.replace(unit, value) for row in zero]
    return rows


class _Rows:
    """Inequalities `row >= 0`: of those that differ in their constants alone, the sharpest."""

    def __init__(self) -> None:
        self.rows: dict[frozenset[tuple[Symbol, int]], Form] = {}

    def add(self, row: Form) -> None:
        if not row.terms:
            if row.constant < 0:
                raise _Contradiction
            return
        common = gcd(*row.terms.values())
        if common > 1:
            row = Form({s: c // common for s, c in row.terms.items()}, row.constant // common)
        key = frozenset(row.terms.items())
        known = self.rows.get(key)
        if known is None or row.constant < known.constant:
            self.rows[key] = row

    def cheapest(self) -> Symbol:
        """The symbol whose elimination makes the fewest new rows."""
        counts: dict[Symbol, list[int]] = {}
        for row in self.rows.values():
            for symbol, coefficient in row.terms.items():
                counts.setdefault(symbol, [0, 0])[coefficient > 0] += 1
        return min(counts, key=lambda s: counts[s][0] * counts[s][1] - sum(counts[s]))

    def without(self, symbol: Symbol) -> _Rows:
        """What follows from the rows about the other symbols."""
        left = _Rows()
        lower, upper = [], []
        for key, row in self.rows.items():
            coefficient = row.terms.get(symbol, 0)
            if coefficient:
                (lower if coefficient > 0 else upper).append(row)
            else:
                left.rows[key] = row
        for low in lower:
            for high in upper:
                a, b = low.terms[symbol], -high.terms[symbol]
                left.add(low * (b // gcd(a, b)) + high * (a // gcd(a, b)))
        return left
