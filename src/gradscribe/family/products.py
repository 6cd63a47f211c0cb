"""Products with Jacobians and Hessians that are never formed, and derivatives entry by entry."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, ParamSpec, overload

import numpy as np

from .. import pipeline
from ..api import grad
from ..arguments import ArgNums, title
from ..call.derivative import Derivative
from ..errors import BadArgument, BadResult, UnsupportedCall
from ..ir.build import Builder, inline
from ..ir.inlining import inline_calls
from ..ir.nodes import Block, Const, Function
from ..ir.primitives import GETITEM
from ..ir.types import Type
from ..read.lower import Lowered
from ..simplify import simplify
from .directions import Leaves
from .transform import Transform, decorator

P = ParamSpec("P")


class _WithDirection(Transform[P, Any]):
    """A function whose direction comes right behind the (last) argument that it belongs to, as SciPy passes it."""

    def __init__(self, primal: Callable[P, Any], argnums: ArgNums = 0, **options: Any) -> None:
        super().__init__(primal, argnums, **options)
        parameters = dict(self._signature.parameters)
        names = list(parameters)
        behind = max(names.index(name) for name in self._wrt) + 1
        self._direction = next(n for n in ("v", "direction", "v_1", "v_2") if n not in parameters)
        added = inspect.Parameter(self._direction, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        own = [p.replace(default=p.empty) if k < behind else p for k, p in enumerate(parameters.values())]
        with contextlib.suppress(ValueError):  # behind `*args`: then it is known by position only
            self.__signature__ = self._signature.replace(parameters=[*own[:behind], added, *own[behind:]])

    @property
    def tangent_of(self) -> Callable[..., Any]:
        """The function whose tangent is taken."""
        return self.primal

    def for_call(self, count: int, keywords: Collection[str]) -> Any:
        """What a call with so many positional arguments, and these by keyword, goes to."""
        return self

    def program_for(self, kinds: Mapping[str, Type], static: Mapping[str, object], active: Collection[str]) -> Any:
        """The tangent as a program, for a function that calls it and is itself differentiated."""
        if self._several or self.options.get("has_aux"):
            raise UnsupportedCall(
                f"{self!r} of several arguments is differentiated", hint="nest it argument by argument"
            )
        moving = [*self._wrt, *(name for name in active if name not in (self._direction, *self._wrt))]
        own = {name: kind for name, kind in kinds.items() if name != self._direction}
        lowered = pipeline.read(self.tangent_of, own, static, moving)
        program = pipeline.differentiate(lowered, "forward", self._wrt, self.__name__)
        *given, tangent = program.parameters[: len(own) + 1]
        tangent.var.hint = self._direction
        ordered = {p.var.hint: p for p in (*given, tangent)}
        builder = Builder()
        both = inline(builder, program, [p.var for p in program.parameters])
        moved = builder.emit(GETITEM, both, Const(1), hint="moved")
        parameters = tuple(ordered[name] for name in kinds)
        block = Block(tuple(p.var for p in parameters), tuple(builder.ops), (moved,))
        made = simplify(inline_calls(Function(self.__name__, parameters, block)))
        return Lowered(made, lowered.externals, lowered.resolved)

    def taken_apart(self, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The arguments of the primal, and a direction for each of those that are differentiated by."""
        names = list(self._signature.parameters)
        behind = max(names.index(name) for name in self._wrt) + 1
        if len(args) <= behind:
            raise BadArgument(
                f"{self.__name__} takes the direction by position, behind {names[behind - 1]!r}", hint=self.usage(names)
            )
        given = args[behind]
        directions = tuple(given) if self._several else (given,)
        if len(directions) != len(self._wrt):
            raise BadArgument(f"{self.__name__}: {len(directions)} directions for {len(self._wrt)} arguments")
        return (*args[:behind], *args[behind + 1 :]), directions

    def usage(self, names: list[str]) -> str:
        behind = max(names.index(name) for name in self._wrt) + 1
        return f"{self.__name__}({', '.join([*names[:behind], 'v', *names[behind:]])})"

    def directions(self, bound: Any, given: tuple[Any, ...]) -> list[Any]:
        """The directions, of the structures and shapes of the arguments."""
        what = f"{self.__name__}: the direction for"
        pairs = zip(self._wrt, given, strict=True)
        return [fitted(bound.arguments[name], direction, f"{what} {name!r}") for name, direction in pairs]


def fitted(primal: Any, direction: Any, what: str) -> Any:
    """A direction with the structure, the shapes and the dtypes of a primal; zero where it is None.

    Raises:
        BadArgument: it has another structure or other shapes.
    """
    wanted = Leaves.of(_floats(primal))
    if direction is None:
        return wanted.build([_cast(leaf.value, np.zeros(np.shape(leaf.value))) for leaf in wanted.leaves])
    given = Leaves.of(_floats(direction))
    if [leaf.path for leaf in wanted.leaves] != [leaf.path for leaf in given.leaves] or wanted.shapes != given.shapes:
        raise BadArgument(f"{what} has shapes {given.shapes}, its primal {wanted.shapes}")
    return wanted.build([_cast(a.value, b.value) for a, b in zip(wanted.leaves, given.leaves, strict=True)])


def _floats(direction: Any) -> Any:
    if type(direction) is int:
        return float(direction)
    if isinstance(direction, np.ndarray) and direction.dtype.kind in "iub":
        return direction.astype(float)
    return direction


def _cast(value: Any, part: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.asarray(part).astype(np.result_type(value, part) if value.dtype.kind == "c" else value.dtype)
    return type(value)(part)


class Directional(_WithDirection[P]):
    """The derivative of a function in a direction."""

    ending = "directional"

    def __init__(self, primal: Callable[P, Any], argnums: ArgNums = 0) -> None:
        super().__init__(primal, argnums)
        self._tangent: Derivative[Any, Any] = Derivative(primal, "forward", self._wrt, raw=True)

    def __call__(self, *args: Any, **keywords: Any) -> Any:  # the direction stands among the arguments
        others, given = self.taken_apart(args)
        bound = self.bind(others, keywords)
        return self._tangent(*bound.args, *self.directions(bound, given), **bound.kwargs)[1]

    @property
    def source(self) -> str:
        return self._tangent.source


@overload
def directional(fun: Callable[P, Any], argnums: ArgNums = 0) -> Directional[P]: ...
@overload
def directional(fun: None = None, argnums: ArgNums = 0) -> Callable[[Callable[P, Any]], Directional[P]]: ...
def directional(fun: Any = None, argnums: ArgNums = 0) -> Any:
    """The derivative of a function in a direction, by one sweep of forward mode.

    Args:
        fun: the function; without it a decorator is returned.
        argnums: the argument(s) that move, by position or by name.

    Returns:
        a function of the same arguments, with the direction right behind the argument that it belongs to:
        `directional(f)(x, v, *rest)`. For several arguments it is a tuple behind the last of them. The result has the
        structure of the function's.

    Raises:
        BadArgument: the direction does not fit the argument.
        GradscribeError: the function contains what cannot be differentiated.
    """
    return decorator(fun, lambda f: Directional(f, argnums))


class HessianProduct(_WithDirection[P]):
    """The Hessian of a scalar function times a vector."""

    ending = "hvp"

    def __init__(self, primal: Callable[P, Any], argnums: ArgNums = 0, *, has_aux: bool = False) -> None:
        super().__init__(primal, argnums, has_aux=has_aux)
        self.has_aux = has_aux
        self._gradient = grad(primal, argnums, has_aux=has_aux)
        self._tangent: Derivative[Any, Any] = Derivative(self._gradient, "forward", self._wrt, raw=True)

    @property
    def tangent_of(self) -> Callable[..., Any]:
        return self._gradient

    def __call__(self, *args: Any, **keywords: Any) -> Any:  # the direction stands among the arguments
        others, given = self.taken_apart(args)
        bound = self.bind(others, keywords)
        value, moved = self._tangent(*bound.args, *self.directions(bound, given), **bound.kwargs)
        return (moved[0], value[1]) if self.has_aux else moved

    @property
    def source(self) -> str:
        return self._tangent.source


@overload
def hvp(fun: Callable[P, Any], argnums: ArgNums = 0, *, has_aux: bool = False) -> HessianProduct[P]: ...
@overload
def hvp(
    fun: None = None, argnums: ArgNums = 0, *, has_aux: bool = False
) -> Callable[[Callable[P, Any]], HessianProduct[P]]: ...
def hvp(fun: Any = None, argnums: ArgNums = 0, *, has_aux: bool = False) -> Any:
    """The Hessian of a scalar function times a vector, without forming the Hessian: forward mode over the gradient.

    Args:
        fun: the function; without it a decorator is returned.
        argnums: the argument(s) with respect to which it is differentiated.
        has_aux: whether the function returns `(value, auxiliary)`; then `(product, auxiliary)` is returned.

    Returns:
        a function of the same arguments, with the vector right behind the argument that it belongs to:
        `hvp(f)(x, v, *rest)`, as `scipy.optimize.minimize(hessp=...)` calls it. For several arguments the vector is a
        tuple behind the last of them. The result has the structure of the argument.

    Raises:
        BadArgument: the vector does not fit the argument.
        BadResult: the function does not return a real scalar.
        GradscribeError: the function contains what cannot be differentiated.
    """
    return decorator(fun, lambda f: HessianProduct(f, argnums, has_aux=has_aux))


class ElementwiseGradient(Transform[P, Any]):
    """The derivative of a function that works entry by entry."""

    ending = "elementwise_grad"

    def __init__(self, primal: Callable[P, Any], argnums: ArgNums = 0) -> None:
        super().__init__(primal, argnums)
        self._reverse: Derivative[Any, Any] = Derivative(primal, "reverse", self._wrt, raw=True)

    def __call__(self, *args: P.args, **keywords: P.kwargs) -> Any:
        bound = self.bind(args, keywords)
        value, record, back = self._reverse.run_forward(bound.args, bound.kwargs)
        shapes = [np.shape(bound.arguments[name]) for name in self._wrt]
        if not isinstance(value, (float, np.ndarray, np.generic)) or any(s != np.shape(value) for s in shapes):
            raise BadResult(
                f"{title(self.primal)} does not work entry by entry: the shapes are {shapes} and {np.shape(value)}",
                hint="use jacobian",
            )
        one = np.ones_like(value) if isinstance(value, np.ndarray) else type(value)(1.0)
        adjoints = back(record, one)
        return adjoints if self._several else adjoints[0]


@overload
def elementwise_grad(fun: Callable[P, Any], argnums: ArgNums = 0) -> ElementwiseGradient[P]: ...
@overload
def elementwise_grad(
    fun: None = None, argnums: ArgNums = 0
) -> Callable[[Callable[P, Any]], ElementwiseGradient[P]]: ...
def elementwise_grad(fun: Any = None, argnums: ArgNums = 0) -> Any:
    """The derivative, entry by entry, of a function that works entry by entry.

    Args:
        fun: the function: entry k of its result depends on entry k of the argument alone. (What is computed is the sum
            of each column of the Jacobian, which is then diagonal.)
        argnums: the argument(s) with respect to which it is differentiated.

    Returns:
        a function of the same arguments. Its result has the shape of the argument.

    Raises:
        BadResult: the result does not have the shape of the argument.
        GradscribeError: the function contains what cannot be differentiated.
    """
    return decorator(fun, lambda f: ElementwiseGradient(f, argnums))


for _transform in (directional, hvp):
    setattr(_transform, "makes_derivative", True)  # noqa: B010  read as such inside functions
