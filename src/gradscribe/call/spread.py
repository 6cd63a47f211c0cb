"""Functions of plain parameters for callables that have none: `f(*args)`, and functions such as `np.tanh`.

Positions count the arguments of a call, as in `argnums`; where the parameters do not, a function is written that takes
just the arguments of a call and passes them on. This module knows nothing of derivatives.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import NoSource
from ..ir.primitives import lookup
from ..source.text import make_function

_CALL_IT = "pass a function that calls it: lambda x: g(x)"
_PLAIN = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def needs_spreading(function: Callable[..., Any], argnums: Any) -> bool:
    """Whether positions among the arguments are not positions among the parameters: those of `*args` are meant, or the
    function is one that has a rule and no source, or the derivative of such a one."""
    if is_primitive(function) or hasattr(function, "for_any_call") or _is_derivative_with_arguments(function):
        return True
    given = [argnums] if isinstance(argnums, (int, str)) else list(argnums)
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        name = getattr(function, "__qualname__", None) or repr(function)
        raise NoSource(f"{name} is not a Python function: it has no source", hint=_CALL_IT) from None
    first = next((k for k, p in enumerate(parameters) if p.kind is p.VAR_POSITIONAL), None)
    return first is not None and any(isinstance(n, int) and not 0 <= n < first for n in given)


def _is_derivative_with_arguments(function: Callable[..., Any]) -> bool:
    """Whether a partial gives some of the arguments of a derivative."""
    return isinstance(function, functools.partial) and hasattr(function.func, "program_for")


def is_primitive(function: Callable[..., Any]) -> bool:
    try:
        return lookup(function) is not None
    except TypeError:  # not hashable
        return False


def spread(function: Callable[..., Any], count: int, keywords: Sequence[str]) -> Callable[..., Any]:
    """A function of `count` positional parameters, and some by keyword, that calls `function` with them.

    Args:
        function: any callable.
        count: how many arguments are given by position.
        keywords: the names of those given by keyword.
    """
    names = _names(function, count, keywords)
    called = getattr(function, "__name__", "function")
    called = called if called.isidentifier() and called not in (*names, *keywords) else "function_"
    parameters = ", ".join([*names, *(["*", *keywords] if keywords else [])])
    passed = ", ".join([*names, *(f"{k}={k}" for k in keywords)])
    primal = _fresh("primal", names, keywords)
    text = f"def {called}({parameters}):\n    return {primal}({passed})\n"
    return make_function(text, called, {primal: function}, label=called)


def least_count(function: Callable[..., Any]) -> int:
    """How many positional arguments a function needs."""
    if isinstance(function, np.ufunc):
        return function.nin
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    return sum(p.kind in _PLAIN and p.default is p.empty for p in parameters)


def _fresh(name: str, *taken: Sequence[str]) -> str:
    while any(name in names for names in taken):
        name += "_"
    return name


def _names(function: Callable[..., Any], count: int, keywords: Sequence[str]) -> list[str]:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # many built-in functions do not tell
        parameters = []
    names = [p.name for p in parameters if p.kind in _PLAIN][:count]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "x")
    missing = count - len(names)
    numbered = ["x"] if count == 1 else [f"{rest}_{k}" for k in range(missing)]
    names += numbered[:missing]
    return [_fresh(name, names[:k], keywords) for k, name in enumerate(names)]
