"""What a view is asked to look at: arguments by name, what to differentiate by, the direction of each, the program."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import pipeline
from ..arguments import ArgNums, bound_to, names_of, title
from ..errors import BadArgument, GradscribeError
from ..ir.types import is_continuous
from ..numerical import flatten
from ..read.lower import Lowered
from ..settings import Settings, settings_of, settled
from ..signature import abstract, split


def lowered_for(
    function: Callable[..., Any], arguments: Mapping[str, Any], wrt: Sequence[str]
) -> tuple[Lowered, Settings | None]:
    """The program of a function for given arguments, and which of these are known by value in it.

    Args:
        function, wrt: as for `trace`.
        arguments: values by name.
    """
    kinds, static = split(arguments)

    def made(settings: Settings | None) -> tuple[Lowered, Settings | None]:
        lowered = pipeline.read(function, kinds, static, wrt, settings)
        pipeline.differentiate(lowered, "reverse", wrt, "attempt")
        return lowered, settings

    try:
        return settled(made, settings_of(arguments, wrt))[0]
    except GradscribeError:  # it has values at least, and perhaps tangents
        return pipeline.read(function, kinds, static, wrt), None


def bound(function: Callable[..., Any], point: Sequence[Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    return dict(bound_to(inspect.signature(function), point, keywords, function).arguments)


def chosen(function: Callable[..., Any], arguments: Mapping[str, Any], argnums: ArgNums | None) -> tuple[str, ...]:
    if argnums is not None:
        return names_of(inspect.signature(function), argnums, function)
    found = tuple(n for n, v in arguments.items() if is_continuous(abstract(v, n)))
    if not found:
        hint = "write a float (3.0) for what is to be differentiated by, or name it with argnums="
        raise BadArgument(f"no argument of {title(function)} holds a float", hint=hint)
    return found


def ones(value: Any) -> Any:
    """The direction in which every number of a value moves by 1."""
    leaves, build = flatten(value)
    return build([np.ones_like(leaf.value) if isinstance(leaf.value, np.ndarray) else 1.0 for leaf in leaves])
