"""The derivative by SymPy, where it is installed, and how the expression swells.

The program runs in the interpreter on symbols; a decision is taken at the point of the trace, so that the expression is
that of the path that the run took.
"""

from __future__ import annotations

from typing import Any

from ..ir.interpret import Interpreter, read
from ..ir.nodes import Op, Var
from ..ir.primitives import CALL, IF, LOOP
from .compare import COMPARISONS, Way
from .trace import Trace

LARGEST = 4000
"""The most operations of an expression that is differentiated."""
_OTHER_NAMES = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "absolute": "Abs",
    "abs": "Abs",
    "fabs": "Abs",
    "maximum": "Max",
    "minimum": "Min",
    "power": "Pow",
}


class TooLarge(Exception):
    """An expression has swollen beyond what is differentiated."""


def symbolic(trace: Trace) -> Way:
    """The slopes by SymPy, with the growth of the expression as its note."""
    try:
        import sympy
    except ImportError:
        return Way("symbolic", note="SymPy is not installed")
    if not all(isinstance(trace.point[n], float) for n in trace.wrt):
        return Way("symbolic", note="of numbers only; an argument is an array")
    symbols = {name: sympy.Symbol(name, real=True) for name in trace.wrt}
    point = {symbols[n]: trace.point[n] for n in trace.wrt}
    try:
        value = SymbolicRun(sympy, point).run(trace.program, _arguments(trace, symbols))
        derivatives = [sympy.diff(value, symbols[n]) for n in trace.wrt]
        slopes = tuple(float(d.subs(point)) for d in derivatives)
    except TooLarge as swollen:
        return Way("symbolic", note=str(swollen))
    except Exception as failure:  # whatever SymPy finds no form for
        return Way("symbolic", note=f"not here: {type(failure).__name__}: {str(failure)[:80]}")
    exact = [float(s) for s in trace.slopes] if trace.slopes else list(trace.gradient or slopes)
    errors = tuple(abs(a - b) for a, b in zip(slopes, exact, strict=False))
    return Way("symbolic", slopes, errors, _growth(trace, value, derivatives))


def _arguments(trace: Trace, symbols: dict[str, Any]) -> list[Any]:
    names = [p.var.hint for p in trace.program.parameters]
    return [symbols.get(name, trace.point[name]) for name in names]


def _growth(trace: Trace, value: Any, derivatives: list[Any]) -> str:
    program = sum(1 for step in trace.steps if step.op is not None and step.is_active)
    swollen = sum(d.count_ops() for d in derivatives)
    return f"{program} steps become {value.count_ops()} operations, their derivatives {swollen}"


class SymbolicRun(Interpreter):
    """Runs a program on symbols.

    Args:
        sympy: the module.
        point: where decisions are taken.
    """

    def __init__(self, sympy: Any, point: dict[Any, float]) -> None:
        super().__init__()
        self.sympy, self.point = sympy, point

    def op(self, op: Op, values: dict[Var, Any]) -> tuple[Any, ...]:
        args = [] if op.primitive in (LOOP, IF, CALL) else [read(a, values) for a in op.args]
        if not any(isinstance(a, self.sympy.Basic) for a in args):
            return super().op(op, values)
        name = op.primitive.name
        if name in COMPARISONS:
            known = {v: self.at_point(x) for v, x in values.items()}
            return super().op(op, known)
        if op.primitive.symbol and op.style in (None, "operator"):
            return self.checked(super().op(op, values))
        function = getattr(self.sympy, _OTHER_NAMES.get(name, name))
        return self.checked((function(*args),))

    def at_point(self, value: Any) -> Any:
        return float(value.subs(self.point)) if isinstance(value, self.sympy.Basic) else value

    def checked(self, results: tuple[Any, ...]) -> tuple[Any, ...]:
        size = sum(r.count_ops() for r in results if isinstance(r, self.sympy.Basic))
        if size > LARGEST:
            raise TooLarge(f"the expression has swollen to {size} operations")
        return results
