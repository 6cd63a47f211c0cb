"""Calls of library functions that take functions: solvers, integrals, minimisations.

Such a call is two operations. `LIBRARY_CALL` calls the library, with functions of the program among its arguments; as
it stands its result depends on nothing. `SOLUTION` is that result as the function of what the given function has
captured: which function that is, and so how it is differentiated, its `Solution` says.

Knows nothing of derivatives, nor of the libraries themselves: they enter `SOLVERS` when their rules are registered.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from . import infer as _infer
from .nodes import Callee, Op
from .primitives import CALL, STATE_BEFORE, define, parameters_of


@dataclass(frozen=True, eq=False)
class FunctionArgument:
    """A function of the program that is passed on: `lambda *own: callee(*own, *captured)`.

    Args:
        callee: the function.
        own: how many parameters the caller fills in; the others are captured.
        captured: the positions, among the operands of the op, of what is captured.
    """

    callee: Callee
    own: int
    captured: tuple[int, ...]


Place = int | FunctionArgument
"""An argument: the position of an operand of the op, or a function."""


@dataclass(frozen=True, eq=False)
class LibraryCall:
    """What a LIBRARY_CALL calls.

    Args:
        function: the library's function.
        path: how it is spelled, `scipy.optimize.root`.
        args, keywords: its arguments.
    """

    function: Callable[..., Any]
    path: str
    args: tuple[Place, ...]
    keywords: tuple[tuple[str, Place], ...] = ()

    @property
    def functions(self) -> tuple[FunctionArgument, ...]:
        """The functions among the arguments."""
        every = (*self.args, *(place for _, place in self.keywords))
        return tuple(place for place in every if isinstance(place, FunctionArgument))


@dataclass(frozen=True, eq=False)
class Solution:
    """What value a SOLUTION is.

    Args:
        kind: how it follows from the callee, see `differentiate.solutions`.
        callee: the function that was given to the library.
        call: how the library is called again (for an integral or an initial-value problem), by `kind`.
        derived: functions that have been derived from the callee, by the transforms that need them.
    """

    kind: str
    callee: Callee
    call: Any = None
    derived: dict[Any, Callee] = field(default_factory=dict)


LIBRARY_CALL = define("library_call", infer=None)
"""`function(*args, **keywords)` of a `LibraryCall` (`static`), with the operands as they stand in it."""
SOLUTION = define("solution", infer=_infer.same_as_first, cost="free")
"""`args[0]`, as the function of the other operands that `static`, a `Solution`, says."""


@dataclass(frozen=True)
class Solver:
    """How calls of a library's function with an argument that is a function are read.

    Args:
        kind: that of its `Solution`: "root", "fixed_point", "minimum", "least_squares", "integral", "ode" or "fit".
        path: how it is spelled.
        parameters: those that are supported, as they would stand in a `def`; the function is the first.
        unknown: the parameter that gives the type of the unknown.
        result: where the unknown is in what the library returns: an attribute, a position, or "" (it is that).
        scalar: whether a number as the start makes the unknown a number.
        number: the dtype of such a number, None for a Python float.
        length: how many values it returns, where that is a tuple.
        estimates: whether the others are estimates of errors, which count as constants.
    """

    kind: str
    path: str
    parameters: str
    unknown: str = "x0"
    result: str | int = ""
    scalar: bool = False
    number: str | None = None
    length: int = 2
    estimates: bool = False

    @property
    def signature(self) -> inspect.Signature:
        return parameters_of(self.parameters)


CHECK_CONVERGED = define("check_converged", infer=None, effect=True)
"""`check_converged(result, name)`: raise unless the solver says that it has succeeded (by `runtime`)."""
CHECK_SOLUTION = define("check_solution", infer=None, effect=True)
"""`check_solution(step, x)`: raise where a step of Newton's method would still move the solution (by `runtime`)."""

SOLVERS: dict[Any, Solver] = {}
"""Library's function -> how it is read."""


def solver_of(function: Any) -> Solver | None:
    """How a call of a library's function is read; None for most."""
    try:
        return SOLVERS.get(function)
    except TypeError:  # unhashable
        return None


def callees_of(op: Op) -> Iterator[Callee]:
    """The functions of the program that an op calls or passes on."""
    if op.primitive in (CALL, STATE_BEFORE):
        yield op.static
    elif op.primitive is LIBRARY_CALL:
        for function in op.static.functions:
            yield function.callee
