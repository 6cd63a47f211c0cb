"""Products with the Jacobian for several directions that are given: `jvp` and `vjp` for k tangents or adjoints."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arguments import ArgNums, bound_to, differentiable, names_of
from ..errors import BadArgument
from .directions import Directions, Leaves
from .sweeps import Pull, Sweeps


def jvp_each(fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of a function and its derivatives in several directions, from one run where there is such a program.

    Args:
        fun: the function.
        primals: its positional arguments.
        tangents: for each of them k tangents: its structure, with arrays of shape `(k, *shape)`; None for an argument
            that is held constant.

    Returns:
        `(y, dys)`, of which the second has the structure of y, with arrays of shape `(k, *shape)`.

    Raises:
        BadArgument: the tangents do not fit the arguments.
        GradscribeError: the function contains what cannot be differentiated.
    """
    if len(primals) != len(tangents):
        raise BadArgument(f"{len(primals)} primals and {len(tangents)} tangents")
    chosen = tuple(k for k, t in enumerate(tangents) if t is not None)
    sweeps, bound = _at(fun, chosen, primals)
    given = _stacked(sweeps.inputs(bound), tuple(tangents[k] for k in chosen), "the tangents")
    pushed = sweeps.push(bound, given)
    return pushed.value, pushed.outputs.build(pushed.tangents)


class PullbackEach:
    """What `vjp_each` returns: call it with k adjoints of the result.

    Attributes:
        looped: why the adjoints of the last call were taken one after the other; None where they were not.
    """

    def __init__(self, pull: Pull, several: bool) -> None:
        self._pull, self._several = pull, several

    @property
    def looped(self) -> str | None:
        return self._pull.sweeps.looped

    def __call__(self, adjoints: Any) -> Any:
        given = _stacked(self._pull.outputs, adjoints, "the adjoints")
        found = self._pull.inputs.build(self._pull.back(given))
        return found if self._several else found[0]


def vjp_each(fun: Callable[..., Any], *primals: Any, argnums: ArgNums = 0, **keywords: Any) -> tuple[Any, PullbackEach]:
    """The value of a function, and its pullback for several adjoints at once.

    Args:
        fun: the function.
        primals, keywords: its arguments.
        argnums: the argument(s) whose adjoints are wanted, by position or by name.

    Returns:
        `(y, pullback)`; `pullback(adjoints)` takes k adjoints (the structure of y, with arrays of shape `(k, *shape)`)
        and returns as many adjoints of the argument in the same form, a tuple where `argnums` is a sequence.

    Raises:
        BadArgument: an argument cannot be differentiated, or the adjoints do not fit the result.
        GradscribeError: the function contains what cannot be differentiated.
    """
    several = not isinstance(argnums, (int, str))
    sweeps, bound = _at(fun, tuple(argnums) if several else argnums, primals, keywords)  # type: ignore[arg-type]
    pull = sweeps.pull(bound)
    return pull.value, PullbackEach(pull, several)


def _at(
    fun: Callable[..., Any], argnums: Any, primals: Sequence[Any], keywords: Any = None
) -> tuple[Sweeps, inspect.BoundArguments]:
    sweeps = _sweeps(fun, argnums)
    bound = bound_to(inspect.signature(fun), primals, keywords or {}, fun)
    for name in sweeps.wrt:
        bound.arguments[name] = differentiable(bound.arguments[name], name, fun)
    return sweeps, bound


@functools.lru_cache(maxsize=512)
def _sweeps(fun: Callable[..., Any], argnums: Any) -> Sweeps:
    return Sweeps(fun, names_of(inspect.signature(fun), argnums, fun))


def _stacked(leaves: Leaves, given: Any, what: str) -> Directions:
    """The arrays of several directions.

    Raises:
        BadArgument: they have not the structure of the value, or other shapes behind the first axis.
    """
    found = Leaves.of(given)
    arrays = [np.asarray(leaf.value) for leaf in found.leaves]
    counts = {a.shape[:1] for a in arrays}
    fits = [leaf.path for leaf in found.leaves] == [leaf.path for leaf in leaves.leaves]
    if not fits or len(counts) != 1 or [a.shape[1:] for a in arrays] != leaves.shapes or () in counts:
        wanted = ", ".join(f"({', '.join(['k', *map(str, shape)])})" for shape in leaves.shapes)
        raise BadArgument(f"{what} have shapes {', '.join(str(a.shape) for a in arrays)}, not {wanted}")
    dtypes = [np.asarray(leaf.value).dtype for leaf in leaves.leaves]
    if any(a.dtype.kind == "c" and dtype.kind != "c" for a, dtype in zip(arrays, dtypes, strict=True)):
        raise BadArgument(f"{what} are complex, and belong to real numbers", hint="pass real numbers")
    return [a.astype(dtype, copy=False) for a, dtype in zip(arrays, dtypes, strict=True)]
