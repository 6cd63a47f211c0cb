"""The pullback that `vjp` returns, and whether a tangent or an adjoint fits the value that it belongs to."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import BadArgument, BadResult
from ..failures import head_of, reporting
from ..ir.libraries import dtype_of, has_labels, library_of, same_labels
from ..ir.types import is_continuous
from ..numerical import fields_of
from ..signature import abstract, describe
from ..source.text import make_function, text_of_function


class Pullback:
    """The pullback that `vjp` returns: call it with an adjoint of the result."""

    def __init__(self, back: Callable[..., Any], record: Any, value: Any, chosen: tuple[int, ...], count: int) -> None:
        self._back, self._record, self._chosen, self._count = back, record, chosen, count
        self._value = _form(value)

    def __reduce__(self) -> Any:
        """By the text of the reverse function: it needs no source where it is read again."""
        made = (*text_of_function(inspect.unwrap(self._back)), self._record, self._value, self._chosen, self._count)
        return _read_again, made

    @reporting
    def __call__(self, adjoint: Any) -> tuple[Any, ...]:
        """The adjoints of the primals, None for those that have none.

        Args:
            adjoint: of the structure and shape of the result.
        """
        found = self._back(self._record, matching(adjoint, self._value, "the adjoint"))
        adjoints: list[Any] = [None] * self._count
        for k, part in zip(self._chosen, found, strict=True):
            adjoints[k] = part
        return tuple(adjoints)


def _read_again(text: str, name: str, namespace: dict[str, Any], *rest: Any) -> Pullback:
    return Pullback(make_function(text, name, namespace, label=name), *rest)


def _form(value: Any) -> Any:
    """A value as far as its structure and shapes go; arrays are not kept alive."""
    if has_labels(value):
        return value
    if library_of(type(value)) is not None and not value.ndim:
        return dtype_of(value).type(0)
    if isinstance(value, np.ndarray) or library_of(type(value)) is not None:
        return np.broadcast_to(np.zeros((), dtype_of(value)), tuple(value.shape))
    if isinstance(value, tuple):
        parts = map(_form, value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if type(value) is list:
        return [_form(v) for v in value]
    return {k: _form(v) for k, v in value.items()} if type(value) is dict else value


def with_tangent(result: tuple[Any, Any], primal: Callable[..., Any]) -> tuple[Any, Any]:
    """A value and its tangent, where there are any.

    Raises:
        BadResult: the function returned None on the path that it took.
    """
    if result[1] is None:
        name = getattr(primal, "__qualname__", primal)
        raise BadResult(f"{name} returns nothing here, or a name without a value", head_of(primal))
    return result


def matching(tangent: Any, primal: Any, what: str) -> Any:
    """A tangent or adjoint, integers as floats.

    Args:
        tangent: what was given.
        primal: the value that it belongs to.
        what: how it is called in messages (`"tangent 0"`).

    Raises:
        BadArgument: it has not the structure and the shapes of the value.
    """
    if type(primal) in (float, int, complex, bool) or _has_dtype(primal):
        return _number(tangent, primal, what)
    parts, keys = _parts(primal), _parts(tangent)
    if parts is None or keys is None:
        return tangent if parts is tangent is None else _refuse(tangent, primal, what)
    if list(parts) != list(keys):
        _refuse(tangent, primal, what)
    found = {k: _entry(keys[k], part, f"{what}[{k!r}]") for k, part in parts.items()}
    return _rebuilt(tangent, found)


def _entry(tangent: Any, primal: Any, what: str) -> Any:
    """What belongs to an entry without derivative (a string, an integer) is not looked at."""
    return matching(tangent, primal, what) if is_continuous(abstract(primal, "x")) else tangent


def _number(tangent: Any, primal: Any, what: str) -> Any:
    if has_labels(primal) and has_labels(tangent) and not same_labels(primal, tangent):
        raise BadArgument(f"{what} has other labels than what it belongs to", hint="reindex it")
    kind = _dtype(tangent).kind if isinstance(tangent, (int, float, complex)) or _has_dtype(tangent) else "O"
    if kind not in "biufc" or np.shape(tangent) != np.shape(primal):
        _refuse(tangent, primal, what)
    if kind == "c" and _dtype(primal).kind != "c":
        raise BadArgument(f"{what} is complex, and belongs to a real number", hint="pass a real number")
    try:
        found = float(tangent) if type(tangent) in (int, bool) else tangent
        return np.asarray(found) if isinstance(primal, np.ndarray) and not primal.ndim else found
    except OverflowError:
        raise BadArgument(f"{what} is an integer that no float can hold", hint="pass a float") from None


def _has_dtype(value: Any) -> bool:
    """Whether a value is an array, NumPy's or another library's, or a NumPy number."""
    return isinstance(value, (np.ndarray, np.generic)) or library_of(type(value)) is not None


def _dtype(value: Any) -> np.dtype[Any]:
    return dtype_of(value) if _has_dtype(value) else np.asarray(value).dtype


def _refuse(tangent: Any, primal: Any, what: str) -> Any:
    if not is_continuous(abstract(primal, "x")):
        raise BadArgument(f"{what} belongs to {_described(primal)}, which has no derivative", hint="pass None for it")
    reason = f"{what} is {_described(tangent)}, and belongs to {_described(primal)}"
    raise BadArgument(reason, hint="give it the structure and the shapes of the value")


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return describe(abstract(value, "x"))


def _parts(value: Any) -> dict[Any, Any] | None:
    """The entries of a structure by key or position; None for what is none."""
    if isinstance(value, (tuple, list)):
        return dict(enumerate(value))
    if type(value) is dict:
        return value
    return fields_of(value)


def _rebuilt(value: Any, parts: dict[Any, Any]) -> Any:
    if isinstance(value, tuple):
        return type(value)(*parts.values()) if hasattr(value, "_fields") else tuple(parts.values())
    if type(value) is list:
        return list(parts.values())
    return parts if type(value) is dict else value
