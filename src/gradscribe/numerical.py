"""Derivatives by differences: central differences with Richardson extrapolation and an estimate of their error.

The judge of everything that is differentiated otherwise, so it imports NumPy only and knows nothing of the compiler.
A value that is differentiated is a *structure*: nested dicts, lists, tuples, named tuples and dataclasses, with
floats, complex numbers and arrays as its leaves; all other things in it are constants.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

STEPS = (2.0**-9, 2.0**-13, 2.0**-17, 2.0**-21, 2.0**-26, 2.0**-6)
"""The largest of the three steps of one extrapolation, in the order in which they are tried."""

KEPT = (str, bytes, int, bool, type(None), type, FunctionType, BuiltinFunctionType, MethodType, ModuleType, np.ufunc)
"""Constants that are never copied: immutable, or known by identity."""


@dataclass(frozen=True)
class Leaf:
    """A number or an array inside a structure. `path` is how to reach it, as Python text (`[0]['w'].bias`)."""

    path: str
    value: Any


@dataclass(frozen=True)
class Estimate:
    """A derivative by differences, entry by entry.

    Args:
        value: the derivative.
        error: an estimate of its absolute error (infinite where differences did not converge).
        left, right: the one-sided derivatives, to a lower accuracy.
    """

    value: np.ndarray
    error: np.ndarray
    left: np.ndarray
    right: np.ndarray

    @property
    def kinked(self) -> np.ndarray:
        """Where the function is not differentiable as far as differences can see: the one-sided derivatives disagree,
        or nothing converged."""
        size = np.abs(self.left) + np.abs(self.right)
        lost = ~(self.error <= 1e-4 * (1.0 + np.abs(self.value)))
        return lost | ~(np.abs(self.left - self.right) <= 1e-4 + 1e-3 * size)


def flatten(value: Any, top: bool = True) -> tuple[list[Leaf], Callable[[Sequence[Any]], Any]]:
    """The leaves of a structure, and a function that builds the structure anew from as many leaves.

    Args:
        value: any value.
        top: whether `value` is an argument: an integer is then a leaf too, while it is a constant in a structure.

    Returns:
        The leaves in order, and `build(leaves)`, which copies arrays and all that is mutable.
    """
    found: list[Leaf] = []
    build = _walk(value, "", found, top)
    return found, lambda values: build(iter(values))


def is_leaf(value: Any, top: bool = False) -> bool:
    """Whether a value is a number or an array that can be moved by a small step."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "fc" or (top and value.dtype.kind in "iu")
    return isinstance(value, (float, complex)) or (top and type(value) is int)


def _walk(value: Any, path: str, found: list[Leaf], top: bool) -> Callable[[Iterator[Any]], Any]:
    if is_leaf(value, top):
        found.append(Leaf(path, value))
        return lambda values: _copy_leaf(next(values))
    if isinstance(value, dict):
        parts = {k: _walk(v, f"{path}[{k!r}]", found, False) for k, v in value.items()}
        return lambda values: _like_dict(value, {k: part(values) for k, part in parts.items()})
    if isinstance(value, (list, tuple)):
        steps = [f".{name}" for name in getattr(value, "_fields", ())] or [f"[{k}]" for k in range(len(value))]
        items = [_walk(v, path + step, found, False) for v, step in zip(value, steps, strict=True)]
        return lambda values: _like_sequence(value, [item(values) for item in items])
    held = fields_of(value)
    if held is not None:
        fields = {name: _walk(part, f"{path}.{name}", found, False) for name, part in held.items()}
        return lambda values: _like_dataclass(value, {n: part(values) for n, part in fields.items()})
    return lambda values: _copy_constant(value)


def fields_of(value: Any) -> dict[str, Any] | None:
    """The fields of an instance of a dataclass that have a value; None for what is none, or decides itself what is
    found under a name."""
    cls = type(value)
    if not dataclasses.is_dataclass(cls) or cls.__getattribute__ is not object.__getattribute__:
        return None
    return {f.name: getattr(value, f.name) for f in dataclasses.fields(cls) if hasattr(value, f.name)}


def _copy_leaf(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    if value.flags.c_contiguous or value.flags.f_contiguous:
        return value.copy(order="K")
    return _copy_strided(value)


def _copy_strided(value: np.ndarray) -> np.ndarray:
    """A copy with gaps where the original has them: whether `reshape` returns a view depends on them."""
    if any(stride < 0 or stride % value.itemsize for stride in value.strides) or 0 in value.strides:
        return value.copy(order="K")
    length = 1 + sum((n - 1) * s for n, s in zip(value.shape, value.strides, strict=True)) // value.itemsize
    room = np.zeros(max(length, 1), value.dtype)
    moved = np.lib.stride_tricks.as_strided(room, value.shape, value.strides)
    moved[...] = value
    return moved


def _copy_constant(value: Any) -> Any:
    if isinstance(value, KEPT):
        return value
    try:
        return copy.deepcopy(value)
    except (TypeError, RecursionError):
        return value


def _like_dict(value: dict[Any, Any], parts: dict[Any, Any]) -> Any:
    if type(value) is dict:
        return parts
    made = copy.copy(value)
    made.update(parts)
    return made


def _like_sequence(value: Any, items: list[Any]) -> Any:
    if hasattr(value, "_fields"):
        return type(value)(*items)
    return type(value)(items)


def _like_dataclass(value: Any, parts: dict[str, Any]) -> Any:
    made = copy.copy(value)
    for name, part in parts.items():
        object.__setattr__(made, name, part)
    return made


def copied(value: Any) -> Any:
    """A copy of a structure that shares no mutable thing with it."""
    leaves, build = flatten(value)
    return build([leaf.value for leaf in leaves])


def numbers(value: Any) -> np.ndarray:
    """The leaves of a result as one vector of reals: complex numbers as real and imaginary part, and also integers and
    booleans (which should not move when an argument does)."""
    parts: list[np.ndarray] = []
    _collect(value, parts)
    return np.concatenate(parts) if parts else np.zeros(0)


def _collect(value: Any, parts: list[np.ndarray]) -> None:
    if isinstance(value, dict):
        value = list(value.values())
    else:
        fields = fields_of(value)
        value = value if fields is None else list(fields.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            _collect(item, parts)
    elif isinstance(value, (int, float, complex, np.ndarray, np.generic)) and np.asarray(value).dtype.kind in "biufc":
        flat = np.ravel(np.asarray(value))
        wide = flat.astype(complex if flat.dtype.kind == "c" else float)
        parts.append(np.concatenate([wide.real, wide.imag]) if wide.dtype.kind == "c" else wide)


def differentiate(path: Callable[[float], np.ndarray], scale: float = 1.0, steps: Sequence[float] = STEPS) -> Estimate:
    """The derivative at 0 of a vector of reals that depends on one real.

    Args:
        path: `t -> vector`; arithmetic and domain errors away from 0 count as "not a number".
        scale: the size of a natural step in `t`.
        steps: the largest steps to try, until the error is small.

    Returns:
        The best estimate found for each entry.
    """
    middle = np.asarray(path(0.0), float)
    best: Estimate | None = None
    for step in steps:
        tried = _extrapolate(path, middle, step * scale)
        best = tried if best is None else _better(best, tried)
        if np.all(best.error <= 1e-9 * (1.0 + np.abs(best.value))):
            break
    assert best is not None
    return best


def _better(one: Estimate, other: Estimate) -> Estimate:
    """Entry by entry the one with the smaller error, but never one of smaller steps that contradicts a good one: where
    the function rounds (to float32, say), tiny steps show no change at all."""
    agree = np.abs(one.value - other.value) <= 10 * (one.error + other.error)
    take = (other.error < one.error) & (agree | ~(one.error <= 1e-4 * (1.0 + np.abs(one.value))))
    pick = [np.where(take, b, a) for a, b in zip(_parts(one), _parts(other), strict=True)]
    return Estimate(*pick)


def _parts(estimate: Estimate) -> tuple[np.ndarray, ...]:
    return estimate.value, estimate.error, estimate.left, estimate.right


def _extrapolate(path: Callable[[float], np.ndarray], middle: np.ndarray, h: float) -> Estimate:
    """Three central differences at h, h/2, h/4 combined to order six; the last correction estimates the error."""
    sizes = (h, h / 2, h / 4)
    above = [_sample(path, middle, +s) for s in sizes]
    below = [_sample(path, middle, -s) for s in sizes]
    with np.errstate(all="ignore"):
        central = [(a - b) / (2 * s) for a, b, s in zip(above, below, sizes, strict=True)]
        fourth = [(4 * central[1] - central[0]) / 3, (4 * central[2] - central[1]) / 3]
        sixth = (16 * fourth[1] - fourth[0]) / 15
        noise = 8 * np.finfo(float).eps * np.abs(middle) / sizes[-1]
        error = np.abs(sixth - fourth[1]) + noise
        right = _one_sided([(a - middle) / s for a, s in zip(above, sizes, strict=True)])
        left = _one_sided([(middle - b) / s for b, s in zip(below, sizes, strict=True)])
    return Estimate(sixth, np.where(np.isfinite(error), error, np.inf), left, right)


def _one_sided(slopes: list[np.ndarray]) -> np.ndarray:
    second = [2 * slopes[1] - slopes[0], 2 * slopes[2] - slopes[1]]
    return (4 * second[1] - second[0]) / 3


def _sample(path: Callable[[float], np.ndarray], like: np.ndarray, t: float) -> np.ndarray:
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(path(t), float)
    except (ArithmeticError, ValueError, np.linalg.LinAlgError):
        return np.full(like.shape, np.nan)
    return value if value.shape == like.shape else np.full(like.shape, np.nan)


def numerical_gradient(
    f: Callable[..., Any], args: Sequence[Any], leaf: int = 0, steps: Sequence[float] = STEPS
) -> Estimate:
    """The gradient of a real-valued function with respect to one leaf of its arguments.

    Args:
        f: a function whose result is one real number.
        args: its arguments, which stay as they are (`f` is called on copies).
        leaf: the position of the leaf among the leaves of all arguments, see `argument_leaves`.
        steps: see `differentiate`.

    Returns:
        An estimate of the leaf's shape; for a complex leaf `df/dx - 1j * df/dy`, the convention of JAX and autograd.
    """
    leaves, build = argument_leaves(args)
    values = [_wide(each.value, k == leaf) for k, each in enumerate(leaves)]
    moved = values[leaf]
    shape = np.shape(moved)

    def entry(index: tuple[int, ...], unit: complex) -> Estimate:
        def path(t: float) -> np.ndarray:
            changed = list(values)
            changed[leaf] = _nudged(moved, index, t * unit)
            return numbers(f(*build(changed)))

        return differentiate(path, _natural_step(moved, index), steps)

    real = [entry(index, 1.0) for index in np.ndindex(shape)]
    if np.asarray(moved).dtype.kind != "c":
        return _assemble(real, shape)
    imaginary = [entry(index, 1j) for index in np.ndindex(shape)]
    return _complex(_assemble(real, shape), _assemble(imaginary, shape))


def numerical_jvp(
    f: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any], steps: Sequence[float] = STEPS
) -> Estimate:
    """The derivative of all numbers in `f`'s result along one direction.

    Args:
        f: any function; its result is flattened by `numbers`.
        args: its arguments, which stay as they are.
        tangents: one direction for each leaf of the arguments, in the order of `argument_leaves`.
        steps: see `differentiate`.

    Returns:
        An estimate with one entry for each real number in the result.
    """
    leaves, build = argument_leaves(args)
    values = [_wide(leaf.value, bool(np.any(d))) for leaf, d in zip(leaves, tangents, strict=True)]

    def path(t: float) -> np.ndarray:
        return numbers(f(*build([_moved(v, d, t) for v, d in zip(values, tangents, strict=True)])))

    return differentiate(path, steps=steps)


def argument_leaves(args: Sequence[Any]) -> tuple[list[Leaf], Callable[[Sequence[Any]], list[Any]]]:
    """The leaves of all arguments, each with a path that starts with its argument's position, and the builder."""
    found: list[Leaf] = []
    builders = [_walk(arg, f"args[{k}]", found, True) for k, arg in enumerate(args)]

    def build(values: Sequence[Any]) -> list[Any]:
        left = iter(values)
        return [builder(left) for builder in builders]

    return found, build


def _moved(value: Any, direction: Any, t: float) -> Any:
    return value if t == 0.0 or not np.any(direction) else value + t * direction


def _wide(value: Any, moved: bool) -> Any:
    """The leaf in double precision; an integer too, if it is to be moved."""
    if np.asarray(value).dtype.kind in "iu" and not moved:
        return value
    if isinstance(value, np.ndarray):
        wide = complex if value.dtype.kind == "c" else float
        return value if value.dtype == wide else value.astype(wide)
    if isinstance(value, np.generic):
        return np.complex128(value) if value.dtype.kind == "c" else np.float64(value)
    return value


def _nudged(value: Any, index: tuple[int, ...], step: complex) -> Any:
    if step == 0.0:
        return value
    step = step if np.asarray(value).dtype.kind == "c" else step.real
    if not isinstance(value, np.ndarray):
        return value + step
    changed = _copy_leaf(value)
    changed[index] += step
    return changed


def _natural_step(value: Any, index: tuple[int, ...]) -> float:
    size = abs(complex(np.asarray(value)[index]))
    return 2.0 ** round(np.log2(size)) if 1.0 < size < 1e30 else 1.0


def _assemble(entries: list[Estimate], shape: tuple[int, ...]) -> Estimate:
    if not entries:
        return Estimate(*(np.zeros(shape) for _ in range(4)))
    columns = zip(*(_parts(entry) for entry in entries), strict=True)
    return Estimate(*(np.array([float(x.sum()) for x in column]).reshape(shape) for column in columns))


def _complex(real: Estimate, imaginary: Estimate) -> Estimate:
    value = real.value - 1j * imaginary.value
    error = real.error + imaginary.error
    return Estimate(value, error, real.left - 1j * imaginary.left, real.right - 1j * imaginary.right)
