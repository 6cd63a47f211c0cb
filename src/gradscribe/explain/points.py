"""Points at which a function is looked at: read from text (`x1=2,x2=3`), or made up."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..errors import BadArgument, GradscribeError
from ..guess import guesses
from ..ir.types import Array, Dict, Scalar, Type
from .trace import Trace, trace

LENGTH = 3
"""The length of a dimension of an array that is made up."""


def parse_point(text: str) -> dict[str, Any]:
    """The values in `x1=2, x=[1, 2, 3], n=np.arange(3)`, by name.

    Args:
        text: keyword arguments as in a call; lists of numbers become arrays.

    Raises:
        BadArgument: the text is no such thing.
    """
    try:
        call = ast.parse(f"f({text})", mode="eval").body
        assert isinstance(call, ast.Call)
    except (SyntaxError, AssertionError):
        raise BadArgument(f"{text!r} is no point: write x1=2,x2=3") from None
    if call.args or any(k.arg is None for k in call.keywords):
        raise BadArgument(f"{text!r} is no point: name each argument, x1=2,x2=3")
    return {str(k.arg): _value(k.value, text) for k in call.keywords}


def _value(node: ast.expr, text: str) -> Any:
    try:
        value = eval(compile(ast.Expression(node), "<point>", "eval"), {"np": np, "math": math})
    except Exception as error:
        raise BadArgument(f"{ast.unparse(node)!r} in {text!r} has no value: {error}") from None
    if isinstance(value, list):
        try:
            return np.array(value, float)
        except (TypeError, ValueError):
            return value
    return value


def trace_somewhere(function: Callable[..., Any], given: Mapping[str, Any] | None = None, **how: Any) -> Trace:
    """A trace of a function at a point of which only some arguments, or none, are given; the others are made up.

    Args:
        function: the function.
        given: values by name.
        how: as for `trace`.

    Raises:
        GradscribeError: there is no such argument, or no made-up point will do.
    """
    names = list(inspect.signature(function).parameters)
    unknown = [n for n in given or {} if n not in names]
    if unknown:
        raise BadArgument(f"there is no argument {unknown[0]!r}; there are {', '.join(names)}")
    failure: Exception | None = None
    for kinds, _ in guesses(function):
        point = {n: _made_up(t, k) for k, (n, t) in enumerate(kinds.items())}
        parameters = inspect.signature(function).parameters
        point = {
            n: v if parameters[n].default is inspect.Parameter.empty else parameters[n].default
            for n, v in point.items()
            if parameters[n].kind not in (2, 4)
        }
        point.update((n, _fitted(v, kinds[n])) for n, v in (given or {}).items())
        try:
            return trace(function, **point, **how)
        except GradscribeError as error:
            failure = failure or error
        except Exception as error:  # the user's function does not run there
            failure = failure or BadArgument(f"{type(error).__name__} at a made-up point: {error}", hint="give --at")
    assert failure is not None
    raise failure


def _fitted(value: Any, kind: Type) -> Any:
    """An integer as the float that it stands for."""
    wants_float = isinstance(kind, Scalar) and kind.kind == "f"
    return float(value) if type(value) is int and wants_float else value


def _made_up(kind: Type, position: int) -> Any:
    if isinstance(kind, Array):
        shape = (LENGTH,) * kind.ndim
        return 0.5 + np.arange(math.prod(shape), dtype=float).reshape(shape) * 0.25 + position
    if isinstance(kind, Dict):
        return {k: _made_up(t, j) for j, (k, t) in enumerate(zip(kind.keys, kind.items, strict=True))}
    if isinstance(kind, Scalar) and kind.kind == "i":
        return LENGTH
    if isinstance(kind, Scalar) and kind.kind == "b":
        return True
    return 1.5 + position
