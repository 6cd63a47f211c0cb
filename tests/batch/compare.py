"""Several directions in one run against one after the other, in both modes."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradscribe.errors import GradscribeError
from gradscribe.family.directions import Directions, Leaves, stacked
from gradscribe.family.sweeps import Sweeps
from gradscribe.numerical import copied

COUNT = 3
MODES = ("forward", "reverse")


def compare(function: Callable[..., Any], args: tuple[Any, ...], argnums: tuple[int, ...], mode: str) -> str:
    """What comes of a function in one mode: "same", "looped: why", "refused: why" or "differs: how"."""
    signature = inspect.signature(function)
    bound = signature.bind(*copied(args))
    names = [n for n in signature.parameters if signature.parameters[n].kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD]
    if any(k >= len(names) for k in argnums):
        return "refused: *args"
    sweeps = Sweeps(function, tuple(names[k] for k in argnums))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            pairs = list((_forward if mode == "forward" else _reverse)(sweeps, bound))
        except GradscribeError as error:
            return f"refused: {error}"
        except Unusable as error:
            return f"refused: {error.__cause__!r}"
    if sweeps.looped is not None:
        assert "cannot be compiled" not in sweeps.looped
        return f"looped: {sweeps.looped}"
    return next((f"differs: {have} is not {want}" for have, want in pairs if not close(have, want)), "same")


class Unusable(Exception):
    """The function itself, or one direction, fails."""


def _forward(sweeps: Sweeps, bound: inspect.BoundArguments) -> Iterator[tuple[Any, Any]]:
    inputs = sweeps.inputs(bound)
    directions = random(inputs)
    rows = []
    pristine = copied((bound.args, bound.kwargs))
    try:
        for k in range(COUNT):
            args, keywords = copied(pristine)
            value, moved = sweeps.forward(*args, *inputs.row(directions, k), **keywords)
            rows.append(sweeps.outputs(value).parts(moved))
    except GradscribeError:
        raise
    except Exception as error:
        raise Unusable from error
    found = sweeps.push(bound, directions)
    yield from zip(found.tangents, stacked(rows, found.outputs.shapes), strict=True)


def _reverse(sweeps: Sweeps, bound: inspect.BoundArguments) -> Iterator[tuple[Any, Any]]:
    try:
        pull = sweeps.pull(bound)
        adjoints = random(pull.outputs)
        rows = [pull.inputs.parts(pull.back_one(pull.outputs.row(adjoints, k))) for k in range(COUNT)]
    except GradscribeError:
        raise
    except Exception as error:
        raise Unusable from error
    yield from zip(pull.back(adjoints), stacked(rows, pull.inputs.shapes), strict=True)


def random(leaves: Leaves) -> Directions:
    """As many directions, drawn at random; some entries are zero, as those of unit directions are."""
    rng = np.random.default_rng(0)

    def one(value: Any) -> np.ndarray:
        shape = (COUNT, *np.shape(value))
        made = rng.standard_normal(shape) * rng.integers(0, 2, shape)
        made = made + 1j * rng.standard_normal(shape) if np.iscomplexobj(value) else made
        return np.asarray(made, np.asarray(value).dtype)

    return [one(leaf.value) for leaf in leaves.leaves]


def close(have: Any, want: Any) -> bool:
    """Whether two arrays are equal up to rounding."""
    have, want = np.asarray(have), np.asarray(want)
    if have.shape != want.shape or have.dtype != want.dtype:
        return False
    finite = np.where(np.isfinite(want), np.abs(want), 0.0)
    size = np.finfo(want.dtype).eps * 1e5 * (1.0 + np.max(finite, initial=0.0))
    return bool(np.allclose(have, want, rtol=1e-6 if want.dtype.itemsize < 16 else 1e-9, atol=size, equal_nan=True))
