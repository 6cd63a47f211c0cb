"""Calls of library functions that take functions: `brentq(f, a, b)`, `quad(f, a, b)`, `odeint(f, y0, t)`.

The function becomes a function of the program (`function_arguments`), the call one op, and its result a SOLUTION: the
value as the function of what the function has captured. Knows nothing of how that is differentiated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from ..errors import UnsupportedCall
from ..ir import primitives as P
from ..ir.nodes import Atom, Callee, Const, Var
from ..ir.solvers import LIBRARY_CALL, SOLUTION, FunctionArgument, LibraryCall, Place, Solution, Solver
from ..ir.types import BOOL, FLOAT, INT, OBJECT, STRING, Array, Numeric, Scalar, Type, known
from .function_arguments import FunctionArguments
from .jumps import moving_jump
from .parts import Keywords
from .solved import Native, Solved
from .values import Compound, Poison, TupleValue, Value, is_const, is_function, is_none

_DISCRETE: dict[str, Type] = {
    "success": BOOL, "converged": BOOL, "status": INT, "nfev": INT, "njev": INT, "nhev": INT, "nit": INT, "nlu": INT,
    "iterations": INT, "function_calls": INT, "message": STRING, "flag": STRING,
}  # fmt: skip
"""The attributes of results that do not depend smoothly on anything."""


@dataclass
class Operands:
    """The operands of a call while its arguments are collected."""

    atoms: list[Atom]

    def place(self, atom: Atom) -> int:
        for k, known_ in enumerate(self.atoms):
            if known_ is atom:
                return k
        self.atoms.append(atom)
        return len(self.atoms) - 1


class Equations(FunctionArguments):
    """Equations and integrals, and what their results offer."""

    def _bind_solver(
        self, solver: Solver, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> dict[str, Value]:
        signature = solver.signature
        unknown = [k for k in keywords if k not in signature.parameters]
        if unknown or len(args) > len(signature.parameters):
            what = f"the keyword `{unknown[0]}` of" if unknown else "this use of"
            supported = ", ".join(signature.parameters)
            self.refuse(
                f"{what} `{solver.path}` is not differentiated",
                node,
                f"its derivative supports: {supported}",
                UnsupportedCall,
            )
        try:
            return dict(signature.bind(*args, **keywords).arguments)
        except TypeError as wrong:
            self.refuse(f"`{solver.path}`: {wrong}", node, error=UnsupportedCall)

    # parts of a call --------------------------------------------------------------------------------------------------

    def _with_args(self, bound: dict[str, Value], node: gast.AST | None) -> Value:
        """The function, with `args` filled in behind what the library passes."""
        function = next(iter(bound.values()))
        extra = bound.pop("args", None)
        if extra is None or is_none(extra):
            return function
        items = self.items_of(extra, node) if isinstance(extra, Compound) else None
        values = (extra,) if items is None else tuple(items)
        if not values:
            return function
        return Native(lambda own: self.call(function, (*own, *values), {}, node), function)

    def _start(self, value: Value, solver: Solver, node: gast.AST | None) -> tuple[Atom, Type]:
        """The starting point as an atom, and the type of the unknown."""
        if isinstance(value, Compound):
            value = self.apply(np.array, (value,), {}, node)
        atom = self.as_atom(value, node)
        type_ = atom.type
        scalar = solver.scalar
        if isinstance(type_, Scalar) and type_.kind in "bif" and type_.dtype in (None, "float64", "int64"):
            return atom, Scalar("f", solver.number) if scalar else Array("float64", (known(1),))
        if isinstance(type_, Array) and type_.ndim == 1 and type_.dtype in ("float64", "int64"):
            return atom, Array("float64", type_.shape)
        self.refuse(
            f"`{solver.path}` is differentiated from a start that is a float64 number or vector, of known rank",
            node,
            "convert it with np.array(..., dtype=float) or float(...)",
            UnsupportedCall,
        )

    def _as_result(self, node: gast.AST | None) -> Any:
        """What a given function returns, as a number or array."""

        def finish(value: Value) -> Atom:
            if isinstance(value, Compound):
                value = self.apply(np.array, (value,), {}, node)
            atom = self.as_atom(value, node)
            if isinstance(atom, Const) and isinstance(atom.type, Scalar):
                return Const(float(atom.value))
            return atom

        return finish

    def _as_number(self, node: gast.AST | None) -> Any:
        finish = self._as_result(node)

        def first(value: Value) -> Atom:
            if isinstance(value, TupleValue):  # `jac=True`: the value and its gradient
                value = value.items[0]
            atom = finish(value)
            if isinstance(atom.type, Array) and atom.type.ndim:
                found = self.apply(np.sum, (atom,), {}, node)
                assert isinstance(found, (Var, Const))
                return found
            return atom

        return first

    def _passed(
        self, bound: Mapping[str, Value], own: Sequence[Var], operands: Operands, skip: Sequence[str], path: str,
        node: gast.AST | None,
    ) -> dict[str, Place]:  # fmt: skip
        """The other arguments of a call; functions among them see the same unknowns."""
        places: dict[str, Place] = {}
        for name, value in bound.items():
            if name in skip:
                continue
            if is_function(value) and not is_none(value):
                inner = [Var(v.hint, v.type, v.named) for v in own]
                callee, captured = self.as_callee(value, inner, name, node, self._as_result(node))
                places[name] = FunctionArgument(callee, len(inner), tuple(map(operands.place, captured)))
            else:
                places[name] = operands.place(self.as_atom(value, node))
                if name not in _SMOOTHLESS and self.is_active(value):
                    self.refuse(
                        f"`{name}` of `{path}` depends on what is differentiated", node,
                        "only what the function computes, and the limits of an integral, may", UnsupportedCall,
                    )  # fmt: skip
        return places

    def _refuse_moving_jumps(
        self, callee: Callee, captured: Sequence[Var], variable: int, state: int, path: str, node: gast.AST | None
    ) -> None:
        """Of the parameters, the first run through the integral, and a state depends on all that is differentiated."""
        assert callee.function is not None
        params = callee.function.body.params
        held = [p for p, v in zip(params[variable:], captured, strict=True) if self.is_active(v)]
        if moving_jump(callee.function, params[:variable], [*params[variable - state : variable], *held]):
            self.refuse(
                f"the function given to `{path}` decides by its variable and by what is differentiated: a jump that "
                "moves is not seen by the derivative",
                node,
                "split the integral there, or write it without a jump (np.maximum, np.minimum, abs)",
                UnsupportedCall,
            )

    def _emit_call(
        self, solver: Solver, function: Any, first: FunctionArgument, places: Mapping[str, Place],
        operands: Operands, type_: Type, hint: str,
    ) -> Atom:  # fmt: skip
        """The op that calls the library: required parameters by position, others by name."""
        required = [n for n, p in solver.signature.parameters.items() if p.default is p.empty][1:]
        args = (first, *(places[name] for name in required))
        rest = tuple((name, place) for name, place in places.items() if name not in required)
        call = LibraryCall(function, solver.path, args, rest)
        return self.emit(LIBRARY_CALL, *operands.atoms, static=call, type=type_, inactive=True, hint=hint)

    def _solution(self, value: Atom, operands: Sequence[Atom], static: Solution, hint: str, **keywords: Atom) -> Atom:
        """The value as a function of the operands; the value itself where none of them is active."""
        if not any(map(self.is_active, operands)):
            return value
        type_ = value.type
        made = self.emit(
            SOLUTION, value, *operands, static=static, type=type_, inactive=True, hint=hint, more=dict(keywords)
        )
        assert isinstance(made, Var)
        self.activate(made)
        return made

    # equations --------------------------------------------------------------------------------------------------------

    def _equations(self, solver: Solver, function: Any, bound: dict[str, Value], node: gast.AST | None) -> Value:
        """Roots, minima, least squares, fixed points."""
        given = self._with_args(bound, node)
        operands = Operands([])
        unknown: Type = Scalar("f", solver.number)
        if solver.unknown in bound and not is_none(bound[solver.unknown]):
            bound[solver.unknown], unknown = self._start(bound[solver.unknown], solver, node)
        u = Var("u", unknown)
        name = {"minimum": "objective", "fixed_point": "update"}.get(solver.kind, "residual")
        finish = self._as_number(node) if solver.kind == "minimum" else self._as_result(node)
        callee, captured = self.as_callee(given, [u], name, node, finish)
        first = FunctionArgument(callee, 1, tuple(map(operands.place, captured)))
        if is_const(bound.get("jac"), bool) and bound["jac"].value:  # type: ignore[union-attr]
            both, held = self.as_callee(given, [Var("u", unknown)], name, node, lambda v: self.as_atom(v, node))
            first = FunctionArgument(both, 1, tuple(map(operands.place, held)))
        places = self._passed(bound, [u], operands, (next(iter(bound)),), solver.path, node)
        type_ = unknown if solver.result == "" else OBJECT
        made = self._emit_call(solver, function, first, places, operands, type_, "u" if type_ is unknown else "found")
        value = self._part_of(made, solver.result, unknown)
        found = self._solution(value, captured, Solution(solver.kind, callee), "u")
        return self._returned(solver, made, found, callee, captured)

    def _part_of(self, made: Atom, result: str | int, type_: Type) -> Atom:
        if result == "":
            return made
        if isinstance(result, int):
            return self.emit(P.GETITEM, made, Const(result), type=type_, inactive=True, hint="u")
        return self.emit(P.GETATTR, made, static=result, type=type_, inactive=True, hint="u")

    def _returned(self, solver: Solver, made: Atom, found: Atom, callee: Any, captured: Sequence[Var]) -> Value:
        if solver.result == "":
            return found
        if isinstance(solver.result, int):
            rest = [self._opaque_item(made, k, solver) for k in range(1, solver.length)]
            return TupleValue((found, *rest))
        known_: dict[str, Value] = {solver.result: found}
        if solver.kind == "minimum":
            type_ = callee.function.body.yields[0].type
            value = self.emit(P.CALL, found, *captured, static=callee, type=type_, inactive=True, hint="value")
            if self.is_active(found) and isinstance(value, Var):
                self.activate(value)
            known_["fun"] = value
        return Solved(made, known_, solver.path)

    def _opaque_item(self, made: Atom, k: int, solver: Solver) -> Value:
        if solver.estimates:
            return self.emit(P.GETITEM, made, Const(k), type=FLOAT, inactive=True, hint="estimate")
        return Poison(f"what `{solver.path}` returns besides its solution is not differentiated")

    def attribute_of_solved(self, owner: Solved, name: str, node: gast.AST | None) -> Value:
        """`result.x`, `result.success`, ..."""
        if name in owner.known:
            return owner.known[name]
        if name in _DISCRETE:
            return self.emit(P.GETATTR, owner.made, static=name, type=_DISCRETE[name], inactive=True, hint=name)
        self.refuse(
            f"`.{name}` of what `{owner.path}` returns is not differentiated",
            node,
            f"it offers: {', '.join((*owner.known, *_DISCRETE))}",
            UnsupportedCall,
        )

    # integrals --------------------------------------------------------------------------------------------------------

    def _integral(self, solver: Solver, function: Any, bound: dict[str, Value], node: gast.AST | None) -> Value:
        given = self._with_args(bound, node)
        operands = Operands([])
        limits = [self.as_atom(bound[name], node) for name in ("a", "b")]
        if not all(isinstance(a.type, Scalar) for a in limits):
            self.refuse(f"the limits of `{solver.path}` must be numbers", node, error=UnsupportedCall)
        callee, captured = self.as_callee(given, [Var("t", FLOAT)], "integrand", node, self._as_result(node))
        self._refuse_moving_jumps(callee, captured, 1, 0, solver.path, node)
        first = FunctionArgument(callee, 1, tuple(map(operands.place, captured)))
        places = self._passed(bound, (), operands, (next(iter(bound)),), solver.path, node)
        made = self._emit_call(solver, function, first, places, operands, OBJECT, "found")
        result = callee.function.body.yields[0].type  # type: ignore[union-attr]
        type_ = FLOAT if solver.scalar else result
        if isinstance(type_, Numeric) or (solver.scalar and isinstance(result, Array) and result.ndim):
            self.refuse(f"the function given to `{solver.path}` must return a number", node, error=UnsupportedCall)
        value = self.emit(P.GETITEM, made, Const(0), type=type_, inactive=True, hint="q")
        options = {k: operands.atoms[v] for k, v in places.items() if k not in ("a", "b") and isinstance(v, int)}
        static = Solution("integral", callee, solver.path)
        found = self._solution(value, (*limits, *captured), static, "q", **options)
        return TupleValue((found, *(self._opaque_item(made, k, solver) for k in range(1, solver.length))))


_SMOOTHLESS = {"x0", "x1", "y0", "a", "b", "bracket", "p0", "xdata", "ydata"}
"""The arguments that may be active: on some of them a solution does not depend, on the others it is told to."""
