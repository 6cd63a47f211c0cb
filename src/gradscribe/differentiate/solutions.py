"""Values that a library computes with a function of the program: their tangents and adjoints.

A root, minimum or fixed point u of a function with parameters p solves equations F(u, p) = 0, so that
F_u du + F_p dp = 0: one linear solve with the Jacobian, transposed in reverse mode (the implicit function theorem). An
integral is differentiated under the integral sign, and at its limits. An initial-value problem has the variational
equations, which are solved together with it, by the same method and to the same tolerances.

All that is emitted has rules itself, so that derivatives of derivatives follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..ir.build import Builder
from ..ir.nodes import Atom, Callee, Const, Op, Var
from ..ir.primitives import SETITEM
from ..ir.solvers import CHECK_SOLUTION, SOLUTION, Solution
from . import again
from .adjoints import Adjoints, bar
from .derived import Derived, as_atom, called, count, define_function, is_number, named, part, zeros
from .expand import Traced as TracedValue
from .expand import wrap
from .shadows import cotangent
from .tangents import Tangent

if TYPE_CHECKING:
    from .forward import Forward
    from .frames import Sweep

Traced: TypeAlias = Any  # a `TracedValue`, whose operators are made at run time


def push_solution(forward: Forward, op: Op, builder: Builder) -> Tangent:
    """The tangent of a SOLUTION."""
    given = {k: forward.whole(builder, a) for k, a in enumerate(op.args) if k and forward.tangent(a) is not None}
    changes = {k: wrap(builder, d) for k, d in given.items()}
    made = _RULES[op.static.kind](op, builder).tangent(changes)
    return None if made is None else made.atom


def mirror_solution(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    """The mirror of a SOLUTION."""
    if op.result not in sweep.active:
        return
    g = cotangent(sweep, op.result, adjoints)
    if g is None:
        return
    moving = [k for k, a in enumerate(op.args) if k and isinstance(a, Var) and a in sweep.active]
    whole = wrap(adjoints.builder, adjoints.full(g, op.result))
    made = _RULES[op.static.kind](op, adjoints.builder).adjoint(whole, moving)
    for k, contribution in made.items():
        contribution.atom.hint = bar(getattr(op.args[k], "hint", "t"))
        adjoints.add(op.args[k], contribution.atom)


class _Rule:
    """What all kinds share: the op, taken apart."""

    def __init__(self, op: Op, builder: Builder) -> None:
        self.op, self.builder = op, builder
        self.static: Solution = op.static
        self.derived = Derived(self.static.derived)
        self.value = wrap(builder, op.result)
        self.operands = [wrap(builder, a) for a in op.args]

    def tangent(self, changes: dict[int, Traced]) -> Traced | None:
        raise NotImplementedError

    def adjoint(self, g: Traced, moving: Sequence[int]) -> dict[int, Traced]:
        raise NotImplementedError


class _Equations(_Rule):
    """`F(u, *captured) = 0` at the value u; the operands behind it are what is captured."""

    @property
    def residual(self) -> Callee:
        return self.derived.made(("equations", self.static.kind), lambda: _equations(self.static, self.derived))

    def solve(self, right: Any, transposed: bool) -> Traced:
        """The linear system with the Jacobian of the equations."""
        if is_number(self.op.result.type):
            jvp = self.derived.tangent(self.residual, (0,))
            both = called(self.builder, jvp, self.value, *self.operands[1:], 1.0)
            slope = part(self.builder, both, 1, "slope")
            self.check(part(self.builder, both, 0, "left") / slope)
            return right / slope
        jacobian = self.derived.jacobian(self.residual)
        matrix = named(called(self.builder, jacobian, self.value, *self.operands[1:]), "jacobian")
        left = called(self.builder, self.residual, self.value, *self.operands[1:])
        self.check(np.linalg.solve(matrix, left))
        return np.linalg.solve(np.transpose(matrix) if transposed else matrix, right)

    def check(self, step: Traced) -> None:
        """Where the value solves the equations, a step of Newton's method leaves it where it is."""
        self.builder.perform(CHECK_SOLUTION, step.atom, self.value.atom)

    def tangent(self, changes: dict[int, Traced]) -> Traced | None:
        jvp = self.derived.tangent(self.residual, tuple(changes))
        both = called(self.builder, jvp, self.value, *self.operands[1:], *changes.values())
        return -self.solve(part(self.builder, both, 1), False)

    def adjoint(self, g: Traced, moving: Sequence[int]) -> dict[int, Traced]:
        weights = -self.solve(g, True)
        vjp = self.derived.adjoint(self.residual, tuple(moving))
        found = called(self.builder, vjp, self.value, *self.operands[1:], weights)
        return {k: part(self.builder, found, n, bar("p")) for n, k in enumerate(moving)}


def _equations(static: Solution, derived: Derived) -> Callee:
    """The function whose root the value is."""
    callee = static.callee
    assert callee.function is not None
    params = callee.function.body.params
    if static.kind == "root":
        return callee
    if static.kind == "fixed_point":

        def change(builder: Builder, u: Any, *captured: Any) -> Any:
            return called(builder, callee, u, *captured) - u

        return define_function(f"{callee.name}_change", params, change)
    vjp = derived.adjoint(callee, (0,))

    def gradient(builder: Builder, u: Any, *captured: Any) -> Any:
        seed = called(builder, callee, u, *captured) if static.kind == "least_squares" else 1.0
        return part(builder, called(builder, vjp, u, *captured, seed), 0)

    return define_function(f"{callee.name}_gradient", params, gradient)


class _Integral(_Rule):
    """The integral of `f(t, *captured)` from a to b; the operands are a, b and what is captured."""

    def tangent(self, changes: dict[int, Traced]) -> Traced | None:
        parts = [self.at_limit(k) * changes[k] for k in (1, 2) if k in changes]
        inner = {k: d for k, d in changes.items() if k > 2}
        if inner:
            parts.append(self.integral_of(self.tangent_of_integrand(tuple(inner)), *inner.values()))
        total = parts[0]
        for term in parts[1:]:
            total = total + term
        return total

    def at_limit(self, k: int) -> Traced:
        """What the integral gains per unit of a limit."""
        found = called(self.builder, self.static.callee, self.operands[k], *self.operands[3:])
        return found if k == 2 else -found

    def tangent_of_integrand(self, moving: tuple[int, ...]) -> Callee:
        callee = self.static.callee
        jvp = self.derived.tangent(callee, tuple(k - 2 for k in moving))
        assert jvp.function is not None

        def second(builder: Builder, *args: Any) -> Any:
            return part(builder, called(builder, jvp, *args), 1)

        make = lambda: define_function(f"d{callee.name}", jvp.function.body.params, second)  # noqa: E731
        return self.derived.made(("tangent of integrand", moving), make)

    def adjoint(self, g: Traced, moving: Sequence[int]) -> dict[int, Traced]:
        made = {k: self.paired(g, self.at_limit(k)) for k in (1, 2) if k in moving}
        for k in (k for k in moving if k > 2):
            made[k] = self.integral_of(self.adjoint_of_integrand(k), g)
        return made

    def paired(self, g: Traced, change: Traced) -> Traced:
        return g * change if is_number(self.op.result.type) else np.sum(g * change)

    def adjoint_of_integrand(self, k: int) -> Callee:
        callee = self.static.callee
        vjp = self.derived.adjoint(callee, (k - 2,))
        assert vjp.function is not None

        def first(builder: Builder, *args: Any) -> Any:
            return part(builder, called(builder, vjp, *args), 0)

        make = lambda: define_function(f"b{callee.name}", vjp.function.body.params, first)  # noqa: E731
        return self.derived.made(("adjoint of integrand", k), make)

    def integral_of(self, callee: Callee, *more: Traced) -> Traced:
        """The integral of another function between the same limits."""
        captured = [*self.op.args[3:], *(m.atom for m in more)]
        value = again.integrate(self.builder, self.op, callee, captured)
        static = Solution("integral", callee, self.static.call)
        limits = self.op.args[1:3]
        options = dict(self.op.keywords)
        made = self.builder.emit(SOLUTION, value, *limits, *captured, static=static, hint="q", more=options)
        return wrap(self.builder, made)


class _InitialValues(_Rule):
    """y with `y' = f(t, y, *captured)` and y(t0) = y0, at some times; the operands are y0 and what is captured."""

    def tangent(self, changes: dict[int, Traced]) -> Traced | None:
        return self.variation(self.builder, self.op.args, {k: d.atom for k, d in changes.items()})

    def variation(self, builder: Builder, args: Sequence[Atom], changes: dict[int, Atom]) -> Traced:
        """The change of the solution: the problem and its variational equations are solved together."""
        y0 = wrap(builder, args[1])
        dy0 = wrap(builder, changes[1]) if 1 in changes else np.zeros_like(y0)
        inner = {k: d for k, d in changes.items() if k > 1}
        both = self.pair_of_slopes(tuple(inner))
        start = named(np.concatenate((y0, dy0)), "start")
        captured = [*args[2:], *inner.values()]
        value = again.solve_initial_values(builder, self.op, both, start.atom, captured)
        static = Solution("ode", both, self.static.call)
        options = dict(self.op.keywords)
        made = builder.emit(SOLUTION, value, start.atom, *captured, static=static, hint="both", more=options)
        n = np.size(y0)
        whole = wrap(builder, made)
        return whole[:, n:] if self.static.call == "odeint" else whole[n:]

    def pair_of_slopes(self, moving: tuple[int, ...]) -> Callee:
        """The slope of y and its change, for y and its change one behind the other."""
        callee = self.static.callee
        assert callee.function is not None
        jvp = self.derived.tangent(callee, (1, *moving))
        assert jvp.function is not None
        size = len(callee.function.body.params)
        time, state, *rest = jvp.function.body.params
        del rest[size - 2]  # the tangent of the state, which is the second half of the state

        def both(builder: Builder, t: Any, y: Any, *captured: Any) -> Any:
            n = named(np.size(y) // 2, "n")
            held, changes = captured[: size - 2], captured[size - 2 :]
            found = called(builder, jvp, t, y[:n], *held, y[n:], *changes)
            return np.concatenate((part(builder, found, 0), part(builder, found, 1)))

        make = lambda: define_function(f"{callee.name}_and_change", (time, state, *rest), both)  # noqa: E731
        return self.derived.made(("pair of slopes", moving), make)

    def adjoint(self, g: Traced, moving: Sequence[int]) -> dict[int, Traced]:
        """Entry by entry of each operand: what a unit change of it does to the solution, weighted."""
        made = {}
        for k in moving:
            weighted = self.weighted_change(k)
            made[k] = called(self.builder, weighted, g, *self.operands[1:], *self._options())
        return made

    def _options(self) -> list[Any]:
        return [wrap(self.builder, a) for _, a in self.op.keywords if isinstance(a, Var)]

    def weighted_change(self, k: int) -> Callee:
        """`(g, *operands)` -> the adjoint of operand k."""
        op = self.op
        options = [(name, a) for name, a in op.keywords]
        moving = [a for _, a in options if isinstance(a, Var)]
        like = [Var("weights", op.result.type), *(_like(a) for a in op.args[1:]), *(_like(a) for a in moving)]

        def body(builder: Builder, g: Any, *rest: Any) -> Any:
            args = (op.args[0], *(r.atom if isinstance(r, TracedValue) else Const(r) for r in rest[: len(op.args) - 1]))
            given = iter(rest[len(op.args) - 1 :])
            named = tuple((n, next(given).atom if isinstance(a, Var) else a) for n, a in options)
            inner = _InitialValues(_with(op, args, named), builder)
            return inner.entry_by_entry(builder, g, args, k)

        return define_function(f"{self.static.callee.name}_sensitivity", like, body)

    def entry_by_entry(self, builder: Builder, g: Traced, args: Sequence[Atom], k: int) -> Any:
        operand = wrap(builder, args[k])
        if is_number(args[k].type):
            return np.sum(g * self.variation(builder, args, {k: Const(1.0)}))
        found = named(zeros(builder, np.size(operand)), "adjoint")

        def entry(inner: Builder, j: Traced) -> None:
            unit = named(zeros(inner, np.size(wrap(inner, args[k]))), "unit")
            inner.perform(SETITEM, unit.atom, j.atom, Const(1.0))
            change = unit if operand.ndim == 1 else np.reshape(unit, np.shape(wrap(inner, args[k])))
            moved = self.variation(inner, args, {k: as_atom(inner, change)})
            inner.perform(SETITEM, found.atom, j.atom, as_atom(inner, np.sum(wrap(inner, g.atom) * moved)))

        count(builder, np.size(operand), entry)
        return found if operand.ndim == 1 else np.reshape(found, np.shape(operand))


def _like(atom: Atom) -> Var:
    return Var(atom.hint, atom.type) if isinstance(atom, Var) else Var("c", atom.type)


def _with(op: Op, args: tuple[Atom, ...], keywords: tuple[tuple[str, Atom], ...]) -> Op:
    return Op(op.primitive, args, op.results, keywords, static=op.static, origin=op.origin)


_RULES: dict[str, Any] = {
    "root": _Equations,
    "fixed_point": _Equations,
    "minimum": _Equations,
    "least_squares": _Equations,
    "integral": _Integral,
    "ode": _InitialValues,
}
