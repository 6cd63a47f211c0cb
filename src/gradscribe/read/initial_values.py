"""Initial-value problems (`odeint`, `solve_ivp`) and fits (`curve_fit`) among the calls of solvers."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Sequence
from typing import Any

import gast
import numpy as np

from ..errors import UnsupportedCall
from ..ir import primitives as P
from ..ir.nodes import Atom, Callee, Const, Var
from ..ir.solvers import CHECK_CONVERGED, FunctionArgument, Solution, Solver
from ..ir.types import FLOAT, OBJECT, UNKNOWN, Array, Scalar, Type, known
from .parts import Keywords
from .solved import FinalColumn, Native, Solved
from .solvers import Equations, Operands
from .values import Compound, TupleValue, Value, is_const, is_function, is_none


class LibrarySolvers(Equations):
    """`call_solver`, and what is offered by solutions of initial-value problems."""

    def call_solver(
        self, solver: Solver, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        """A call of a library's function whose first parameter is a function."""
        every = (*args, *keywords.values())
        made_here = any(isinstance(v, Compound) and is_function(v) for v in every)
        if not made_here and not any(map(self.is_active, every)):
            return self.opaque(Const(function, name=solver.path), args, keywords, node)
        bound = self._bind_solver(solver, args, keywords, node)
        kinds = {"integral": self._integral, "ode": self._initial_values, "fit": self._fit}
        return kinds.get(solver.kind, self._equations)(solver, function, bound, node)

    # initial-value problems -------------------------------------------------------------------------------------------

    def _initial_values(self, solver: Solver, function: Any, bound: dict[str, Value], node: gast.AST | None) -> Value:
        given = self._with_args(bound, node)
        operands = Operands([])
        start, state = self._start(bound["y0"], solver, node)
        if isinstance(start.type, Scalar):
            listed = self.apply(np.array, (TupleValue((start,)),), {}, node)
            start = self.as_atom(self.apply(np.multiply, (listed, Const(1.0)), {}, node), node)
        bound["y0"] = start
        odeint = solver.result == ""
        time_first = not odeint or (is_const(bound.get("tfirst"), bool) and bound["tfirst"].value)  # type: ignore[union-attr]
        own = [Var("t", FLOAT), Var("y", state)]
        order = (0, 1) if time_first else (1, 0)
        callee, captured = self.as_callee(given, own, "slope", node, self._as_result(node), order)
        self._need_vector(callee, solver, node)
        if any(map(self.is_active, (start, *captured))):
            self._refuse_moving_jumps(callee, captured, 2, 1, solver.path, node)
        if odeint:
            bound["tfirst"] = Const(True)
        first = FunctionArgument(callee, 2, tuple(map(operands.place, captured)))
        places = self._passed(bound, own, operands, (next(iter(bound)),), solver.path, node)
        options = {k: operands.atoms[v] for k, v in places.items() if k != "y0" and isinstance(v, int)}
        if any(not isinstance(a.type, Scalar) for k, a in options.items() if k in ("rtol", "atol")):
            self.refuse(f"the tolerances of `{solver.path}` must be numbers", node, error=UnsupportedCall)
        type_: Type = Array("float64", (UNKNOWN, *getattr(state, "shape", ()))) if odeint else OBJECT
        made = self._emit_call(solver, function, first, places, operands, type_, "y" if odeint else "found")
        if odeint:
            return self._solution(made, (start, *captured), Solution("ode", callee, "odeint"), "y", **options)
        return self._solved_ivp(solver, made, (start, *captured), callee, options, node)

    def _solved_ivp(
        self, solver: Solver, made: Atom, operands: tuple[Atom, ...], callee: Callee, options: dict[str, Atom],
        node: gast.AST | None,
    ) -> Value:  # fmt: skip
        """The result of `solve_ivp`: where it has chosen the times itself, the end alone is a smooth function."""
        active = any(map(self.is_active, operands))
        if active:
            self.perform(CHECK_CONVERGED, made, Const(solver.path))
        dims = getattr(operands[0].type, "shape", ())
        type_ = Array("float64", (*dims, UNKNOWN))
        y: Value = self.emit(P.GETATTR, made, static="y", type=type_, inactive=True, hint="y")
        free_times = active and ("t_eval" not in options or is_none(options["t_eval"]))
        if free_times:
            y = self.get_item(y, TupleValue((Const(slice(None)), Const(-1))), node)
        static = Solution("ode", callee, "final" if free_times else "solve_ivp")
        found = self._solution(self.as_atom(y, node), operands, static, "y", **options)
        times = self.emit(P.GETATTR, made, static="t", type=Array("float64", (UNKNOWN,)), inactive=True, hint="times")
        return Solved(made, {"y": FinalColumn(found) if free_times else found, "t": times}, solver.path)

    def _need_vector(self, callee: Any, solver: Solver, node: gast.AST | None) -> None:
        type_ = callee.function.body.yields[0].type
        if not isinstance(type_, Array) or type_.ndim != 1:
            self.refuse(
                f"the function given to `{solver.path}` must return a vector of known rank",
                node, "return np.array([...])", UnsupportedCall,
            )  # fmt: skip

    def item_of_solved(self, container: Compound, index: Value, node: gast.AST | None) -> Value:
        """`.y[:, -1]` of a solution at times of the solver's choice; `found["x"]`."""
        if isinstance(container, Solved):
            return self.attribute_of_solved(container, self.static_key(index, node), node)
        assert isinstance(container, FinalColumn)
        parts = index.items if isinstance(index, TupleValue) else ()
        if isinstance(index, Const) and isinstance(index.value, tuple):
            parts = tuple(map(Const, index.value))
        if len(parts) == 2 and is_const(parts[1], int) and parts[1].value == -1:
            return self.get_item(container.last, parts[0], node)
        self.refuse(
            "`solve_ivp` without `t_eval` chooses the times between the ends itself, and they move with what is "
            "differentiated",
            node,
            "pass t_eval, or take the end alone: `.y[:, -1]`",
            UnsupportedCall,
        )

    # fits -------------------------------------------------------------------------------------------------------------

    def _fit(self, solver: Solver, function: Any, bound: dict[str, Value], node: gast.AST | None) -> Value:
        """`curve_fit(f, xdata, ydata, p0)`: least squares of `f(xdata, *p) - ydata`."""
        given = bound["f"]
        xdata, ydata = (self.as_atom(self._as_data(bound[name], node), node) for name in ("xdata", "ydata"))
        bound["xdata"], bound["ydata"] = xdata, ydata
        count = self._parameters_of(given, node) - 1
        unknown = Array("float64", (known(count),))

        def deviation(p: Value) -> Value:
            parts = [self.get_item(p, Const(k), node) for k in range(count)]
            value = self.call(given, (xdata, *parts), {}, node)
            return self.binary(operator.sub, value, ydata, node)

        u = Var("p", unknown)
        native = Native(lambda own: deviation(own[0]), given)
        callee, captured = self.as_callee(native, [u], "deviation", node, self._as_result(node))
        operands = Operands([])
        own = [Var("x", xdata.type), *(Var(f"p{k}", Scalar("f", "float64")) for k in range(count))]
        model, held = self.as_callee(given, own, "model", node, self._as_result(node))
        first = FunctionArgument(model, len(own), tuple(map(operands.place, held)))
        places = self._passed(bound, (), operands, ("f",), solver.path, node)
        made = self._emit_call(solver, function, first, places, operands, OBJECT, "found")
        found = self._solution(self._part_of(made, 0, unknown), captured, Solution("least_squares", callee), "p")
        return TupleValue((found, self._opaque_item(made, 1, solver)))

    def _as_data(self, value: Value, node: gast.AST | None) -> Value:
        return self.apply(np.array, (value,), {}, node) if isinstance(value, Compound) else value

    def _parameters_of(self, function: Value, node: gast.AST | None) -> int:
        code = getattr(function, "code", None)
        if code is not None:
            return len((*code.args.posonlyargs, *code.args.args))
        if isinstance(function, Const):
            return len(inspect.signature(function.value).parameters)
        self.refuse("the number of parameters of the model is not known", node, error=UnsupportedCall)
