"""What is called: machine code, for exactly the kinds of arguments that it was made for, and numba for all others.

The code itself does not look at the types of its arguments. numba's dispatcher does, but it cannot be had without
everything that numba needs to compile; here a line of Python does it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..ir.nodes import Parameter
from ..ir.types import Array, Scalar, Type
from ..source.text import make_function

_PLAIN = {"b": bool, "i": int, "f": float, "c": complex}


def front(name: str, parameters: Sequence[Parameter], entry: Callable[..., Any], general: Callable[..., Any]) -> Any:
    """A function that calls the code where the arguments fit it.

    Args:
        name: of the function.
        parameters: what the code was made for; one with a default is at its default.
        entry: the code, which takes all arguments by position.
        general: what is called with other arguments.
    """
    space: dict[str, Any] = {"entry": entry, "general": general, "ndarray": np.ndarray}
    heads, checks = [], []
    for k, parameter in enumerate(parameters):
        x = f"x{k}"
        space[f"type{k}"] = _class_of(parameter.var.type)
        if parameter.default is not None:
            space[f"default{k}"] = parameter.default.value
            heads.append(f"{x}=default{k}")
            space[f"type{k}"] = type(parameter.default.value)
            checks.append(
                f"({x} is default{k} or (type({x}) is type{k} and {x} == default{k} != 0))"
            )  # 0.0 may be -0.0
        else:
            heads.append(x)
            checks += _checks(x, k, parameter.var.type)
    given = ", ".join(f"x{k}" for k in range(len(parameters)))
    fits = " and ".join(checks) or "True"
    lines = [f"def {name}({', '.join(heads)}):", f"    if {fits}:", f"        return entry({given})"]
    return make_function("\n".join([*lines, f"    return general({given})\n"]), name, space, label=f"{name} front")


def _checks(x: str, k: int, type_: Type) -> list[str]:
    if isinstance(type_, Array):
        return [
            f"type({x}) is ndarray",
            f"{x}.dtype is type{k}",
            f"{x}.ndim == {type_.ndim}",
            f"{x}.flags.carray",
        ]
    return [f"type({x}) is type{k}"]


def _class_of(type_: Type) -> Any:
    """The dtype of an array, the class of a number."""
    if isinstance(type_, Array):
        return np.dtype(type_.dtype)
    assert isinstance(type_, Scalar)
    if type_.dtype in (None, "bool"):
        return _PLAIN[type_.kind] if type_.dtype is None else np.bool_
    return getattr(np, type_.dtype)
