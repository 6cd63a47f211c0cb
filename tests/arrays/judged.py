"""Whether a derivative does with arrays of some kind what it does with NumPy's."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rules.check import is_active, is_structure, like

from gradscribe import jvp, vjp
from gradscribe.errors import GradscribeError

from .programs import Program


@dataclass(frozen=True)
class Kind:
    """A kind of arrays.

    Args:
        name: in the tables.
        convert: an ndarray -> such an array.
        back: such an array -> an ndarray.
        cls: what results are instances of.
        namespace: the option of the derivatives.
    """

    name: str
    convert: Callable[[Any], Any]
    back: Callable[[Any], Any]
    cls: Any
    namespace: str | None = None


def moved(value: Any, convert: Callable[[Any], Any]) -> Any:
    """A value with its arrays converted."""
    if isinstance(value, (tuple, list)):
        parts = [moved(v, convert) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return convert(value) if isinstance(value, np.ndarray) else value


def verdict(program: Program, kind: Kind) -> str:
    """ "right"; "refused: ..." with an error of gradscribe's; "fails: ..." where the derivative does and the function
    does not; "no: ..." where the function fails, or does otherwise than with NumPy's arrays; "wrong: ..."."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        function = program.function(lambda v: v)
        try:
            value = function(*program.args)
            tangents = tuple(like(a, program.case.rng) for a in program.args)
            expected = _derivatives(function, program.args, tangents, value)
        except Exception as error:  # noqa: BLE001
            return f"unusable: {type(error).__name__}: {error}"
        return _with_kind(program, kind, value, tangents, expected)


def _with_kind(program: Program, kind: Kind, value: Any, tangents: Any, expected: Any) -> str:
    try:
        function = program.function(lambda v: moved(v, kind.convert))
        args, lifted = moved(program.args, kind.convert), moved(tangents, kind.convert)
        if kind.namespace is None and not same(moved_back(function(*args), kind), value):
            return "no: another value"
    except Exception as error:  # noqa: BLE001
        return f"no: {type(error).__name__}: {error}"
    try:
        found = _derivatives(function, args, lifted, value, kind.convert, kind.namespace)
    except GradscribeError as error:
        return f"refused: {error.reason}"
    except Exception as error:  # noqa: BLE001
        return f"fails: {type(error).__name__}: {error}"
    if not all(isinstance(v, kind.cls) for v in _arrays(found)):
        return f"fails: arrays of another kind, {[type(v).__name__ for v in _arrays(found)]}"
    return "right" if same(moved_back(found, kind), expected) else "wrong: other numbers"


def _derivatives(
    function: Any, args: Any, tangents: Any, value: Any, convert: Any = lambda v: v, namespace: str | None = None
) -> Any:
    """The adjoints for some adjoint of the value, and the tangent."""
    _, pullback = vjp(function, *args, namespace=namespace)
    adjoint = like(value, np.random.default_rng(5))
    adjoint = adjoint.item() if isinstance(adjoint, np.generic | np.ndarray) and not adjoint.ndim else adjoint
    adjoint = moved(adjoint, convert)
    adjoints = [a for a in pullback(adjoint) if a is not None]
    return adjoints, jvp(function, args, tangents, namespace=namespace)[1]


def _arrays(value: Any) -> list[Any]:
    if is_structure(value):
        return [leaf for v in value for leaf in _arrays(v)]
    return [value] if np.ndim(getattr(value, "shape", ())) and getattr(value, "shape", ()) else []


def moved_back(value: Any, kind: Kind) -> Any:
    if is_structure(value):
        return [moved_back(v, kind) for v in value]
    return kind.back(value) if isinstance(value, kind.cls) else value


def same(have: Any, want: Any) -> bool:
    if is_structure(want):
        return is_structure(have) and len(have) == len(want) and all(map(same, have, want))
    if not is_active(want) and not isinstance(want, (np.ndarray, np.generic, int, float)):
        return True
    have, want = np.asarray(have), np.asarray(want)
    close = np.allclose(have, want, rtol=1e-6, atol=1e-8, equal_nan=True) if have.shape == want.shape else False
    return bool(close)
