"""With respect to which arguments a function can be differentiated, and whether its result has a gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import BadArgument, BadResult
from .ir.types import STRUCTURES, Array, FixedList, Numeric, Scalar, Tuple, Type, is_continuous
from .signature import abstract, describe, is_static

ArgNums = int | str | Sequence[int | str]
"""Arguments by position or by name."""


def names_of(signature: inspect.Signature, argnums: ArgNums, primal: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the parameters to differentiate with respect to."""
    given = [argnums] if isinstance(argnums, (int, str)) else list(argnums)
    names = list(signature.parameters)
    chosen = []
    for one in given:
        if isinstance(one, str) and one in names:
            chosen.append(one)
        elif isinstance(one, int) and not isinstance(one, bool) and -len(names) <= one < len(names):
            chosen.append(names[one])
        else:
            raise BadArgument(f"{title(primal)} has no argument {one!r}; its arguments are {', '.join(names)}")
    return tuple(chosen)


def title(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", None) or repr(function)


def differentiable(value: Any, name: str, primal: Callable[..., Any]) -> Any:
    """An argument to differentiate with respect to; Python integers become floats."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    type_ = abstract(value, name)
    if is_static(value) or not is_continuous(type_):
        remedy = "convert it with .astype(float)" if isinstance(value, np.ndarray) else "choose others with argnums="
        reason = f"the argument {name!r} of {title(primal)} is {describe(type_)}, which has no derivative"
        raise BadArgument(reason, hint=remedy)
    return value


def tangent_of(tangent: Any, primal: Any, position: int) -> Any:
    """A tangent of the shape of its primal."""
    if isinstance(primal, np.ndarray) and np.shape(tangent) != primal.shape:
        raise BadArgument(f"tangent {position} has shape {np.shape(tangent)}, its primal {primal.shape}")
    return float(tangent) if type(tangent) is int else tangent


def check_result(result: Type, primal: Callable[..., Any]) -> None:
    """Refuse a result that has no gradient."""
    if (isinstance(result, Scalar) and result.kind == "f") or isinstance(result, Numeric):
        return
    if isinstance(result, Array) and result.ndim == 0 and result.kind == "f":
        return
    what = f"{title(primal)} returns {describe(result)}; a gradient needs a real scalar"
    hint = "return np.sum(...) of it, or use vjp"
    if isinstance(result, (*STRUCTURES, Tuple, FixedList)):
        hint = "return one value (has_aux=True for a value and something else), or use vjp"
    if isinstance(result, (Scalar, Array)) and result.kind == "c":
        hint = "return a real part or a squared magnitude"
    raise BadResult(what, hint=hint)
