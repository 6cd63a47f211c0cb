"""With respect to which arguments a function can be differentiated, and whether its result has a gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from .errors import BadArgument, BadResult, NoSource
from .failures import head_of
from .ir.libraries import library_of, same_labels
from .ir.namespaces import namespace_for
from .ir.types import (
    STRUCTURES,
    Array,
    FixedList,
    Numeric,
    Object,
    Scalar,
    Tuple,
    Type,
    Undefined,
    is_continuous,
    leaves,
)
from .signature import abstract, describe, is_static

ArgNums = int | str | Sequence[int | str]
"""Arguments by position or by name."""


def names_of(signature: inspect.Signature, argnums: ArgNums, primal: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the parameters to differentiate with respect to."""
    given = [argnums] if isinstance(argnums, (int, str)) or not isinstance(argnums, Iterable) else list(argnums)
    names = list(signature.parameters)
    chosen = []
    for one in given:
        if isinstance(one, str) and one in names:
            chosen.append(one)
        elif isinstance(one, int) and not isinstance(one, bool) and -len(names) <= one < len(names):
            chosen.append(names[one])
        else:
            reason = f"{title(primal)} has no argument {one!r}; its arguments are {', '.join(names)}"
            raise BadArgument(reason, head_of(primal), "choose one of them with argnums=")
    return tuple(chosen)


def checked_namespace(namespace: str | None, jit: str | None) -> str | None:
    """What was asked for with `namespace=`.

    Raises:
        BadArgument: there is no such namespace, or machine code is asked for as well.
    """
    namespace_for(namespace, ())
    if namespace is not None and jit is not None:
        raise BadArgument(f"jit={jit!r} compiles for arrays of NumPy, namespace={namespace!r} writes for others")
    return namespace


def of_method(argnums: ArgNums) -> ArgNums:
    """The arguments of a method that is bound: positions that do not name the instance itself count it."""
    if isinstance(argnums, str):
        return argnums
    if isinstance(argnums, int):
        return argnums - 1 if argnums > 0 else argnums
    counted = 0 not in argnums
    return tuple(a - 1 if counted and isinstance(a, int) and a > 0 else a for a in argnums)


def signature_of(primal: Callable[..., Any]) -> inspect.Signature:
    """What a function accepts.

    Raises:
        NoSource: it does not say.
    """
    try:
        return inspect.signature(primal)
    except (ValueError, TypeError):
        hint = "pass a function that calls it: lambda x: g(x)"
        raise NoSource(f"{title(primal)} does not say what it accepts", hint=hint) from None


def bound_to(
    signature: inspect.Signature, args: Sequence[Any], keywords: Mapping[str, Any], primal: Callable[..., Any]
) -> inspect.BoundArguments:
    """The arguments of a call by name, with the defaults.

    Raises:
        BadArgument: the function does not take them.
    """
    try:
        bound = signature.bind(*args, **keywords)
    except TypeError as wrong:
        hint = "call the derivative as the function is called"
        raise BadArgument(f"{title(primal)}: {wrong}", head_of(primal), hint) from None
    bound.apply_defaults()
    return bound


def title(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", None) or repr(function)


def differentiable(value: Any, name: str, primal: Callable[..., Any]) -> Any:
    """An argument to differentiate with respect to; Python integers become floats."""
    if type(value) is float:
        return value
    if type(value) is int:
        return _as_float(value, name, primal)
    type_ = abstract(value, name)
    home = library_of(type(value))
    if home is not None and home.data_only:
        reason = f"the argument {name!r} of {title(primal)} is an array of {home.name}, whose derivative would be dense"
        raise BadArgument(reason, head_of(primal), f"choose others with argnums=, or pass {home.plain}")
    if is_static(value) or not is_continuous(type_):
        reason = f"the argument {name!r} of {title(primal)} is {describe(type_)}, which has no derivative"
        raise BadArgument(reason, head_of(primal), _remedy(value))
    return value


def _remedy(value: Any) -> str:
    if isinstance(value, np.ma.MaskedArray):
        return "pass value.filled(...) and the mask as an argument of its own"
    if isinstance(value, np.ndarray) and type(value) is not np.ndarray and value.dtype.kind in "fc":
        return "pass np.asarray(value)"
    return "convert it with .astype(float)" if isinstance(value, np.ndarray) else "choose others with argnums="


def _as_float(value: int, name: str, primal: Callable[..., Any]) -> float:
    try:
        return float(value)
    except OverflowError:
        reason = f"the argument {name!r} of {title(primal)} is an integer that no float can hold"
        raise BadArgument(reason, head_of(primal), "pass a float") from None


def check_labels(values: Iterable[Any], primal: Callable[..., Any]) -> None:
    """Refuse arguments whose entries would be aligned by their labels.

    Raises:
        BadArgument: two of them have different labels.
    """
    first: Any = None
    for value in values:
        home = library_of(type(value))
        if home is not None and home.labelled:
            if first is not None and not (type(first) is type(value) and same_labels(first, value)):
                reason = f"{title(primal)} takes {home.name} arrays of different labels, which would be aligned"
                raise BadArgument(reason, head_of(primal), f"reindex them first, or pass arrays of NumPy: {home.plain}")
            first = value


def check_any(chosen: Sequence[int], primals: Sequence[Any], primal: Callable[..., Any]) -> None:
    """Refuse to differentiate by no argument at all."""
    if not chosen:
        found = ", ".join(type(p).__name__ for p in primals) or "none"
        reason = f"no argument of {title(primal)} is differentiated ({found})"
        raise BadArgument(reason, head_of(primal), "pass a float or an array of floats (and a tangent for it)")


def check_followed(result: Type, primal: Callable[..., Any]) -> None:
    """Refuse a result of which no derivative can be told (a set, say); it may hold strings and None."""
    for leaf in leaves(result):
        if isinstance(leaf, Object) and leaf.cls is not None and not issubclass(leaf.cls, _CONSTANTS):
            reason = f"{title(primal)} returns {describe(result)}, which has no derivative"
            raise BadResult(reason, head_of(primal), "return numbers and arrays, in tuples, lists or dicts")


_CONSTANTS = (str, bytes, type(None), type, np.dtype, np.random.Generator, FunctionType, ModuleType)


def check_result(result: Type, primal: Callable[..., Any]) -> None:
    """Refuse a result that has no gradient."""
    if (isinstance(result, Scalar) and result.kind == "f") or isinstance(result, Numeric):
        return
    if isinstance(result, Array) and result.ndim == 0 and result.kind == "f":
        return
    if isinstance(result, Undefined):  # it raises on every path
        return
    what = f"{title(primal)} returns {describe(result)}; a gradient needs a real scalar"
    hint = "return np.sum(...) of it, or use vjp"
    if isinstance(result, (*STRUCTURES, Tuple, FixedList)):
        hint = "return one value (has_aux=True for a value and something else), or use vjp"
    if isinstance(result, (Scalar, Array)) and result.kind == "c":
        hint = "return a real part or a squared magnitude"
    raise BadResult(what, head_of(primal), hint)
