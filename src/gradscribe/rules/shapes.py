"""Result types of the functions that rearrange arrays: dimensions are kept where they are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..ir.infer import Infer, by_example, constant
from ..ir.nodes import Atom, Const
from ..ir.types import NUMERIC, UNKNOWN, Array, Dim, FixedList, List, Scalar, Tuple, Type, kind_of_dtype, known

Shape = tuple[Dim, ...]


def by_shape(function: Callable[..., Any], shape: Callable[..., Shape | None]) -> Infer:
    """The type of an array function: the dtype of operand 0, the dimensions `shape(dims, *rest, **keywords)`.

    `rest` and `keywords` are constants, or atoms where they are not constant. Where `shape` returns None or fails, the
    type is found by example.
    """
    fallback = by_example(function)

    def infer(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
        array = as_array(args[0].type)
        if array is None:
            return fallback(args, keywords)
        try:
            dims = shape(array.shape, *map(constant, args[1:]), **{k: constant(v) for k, v in keywords.items()})
        except (TypeError, ValueError, IndexError):
            dims = None
        return fallback(args, keywords) if dims is None else Array(array.dtype, dims)

    return infer


def as_array(type_: Type) -> Array | None:
    """A number or array as an array type."""
    if isinstance(type_, Scalar):
        return Array(type_.dtype or {"b": "bool", "i": "int64", "f": "float64", "c": "complex128"}[type_.kind], ())
    return type_ if isinstance(type_, Array) else None


def dims_of(shape: Any) -> Shape | None:
    """The dimensions that a `shape` operand names: an int, a tuple of ints, or an atom of such a type."""
    if isinstance(shape, (int, np.integer)):
        return (length(int(shape)),)
    if isinstance(shape, (tuple, list)):
        return tuple(length(n) for n in shape)
    type_ = getattr(shape, "type", None)
    if isinstance(type_, Scalar):
        return (UNKNOWN,)
    return (UNKNOWN,) * len(type_.items) if isinstance(type_, (Tuple, FixedList)) else None


def length(n: Any) -> Dim:
    return known(int(n)) if isinstance(n, (int, np.integer)) and n >= 0 else UNKNOWN


def normal(axis: int, ndim: int) -> int:
    if not -ndim <= axis < ndim:
        raise ValueError("axis out of range")
    return axis % ndim


# ------------------------------------------------------------------ shapes of results


def reshaped(dims: Shape, shape: Any, order: Any = "C", copy: Any = None) -> Shape | None:
    return dims_of(shape)


def flat(dims: Shape, *rest: Any, **keywords: Any) -> Shape:
    if len(dims) == 1:
        return dims
    sizes = [d.base for d in dims]
    whole = all(isinstance(n, int) for n in sizes) and not any(d.less for d in dims)
    return (known(math.prod(sizes)) if whole else UNKNOWN,)


def same(dims: Shape, *rest: Any, **keywords: Any) -> Shape:
    return dims


def transposed(dims: Shape, axes: Any = None) -> Shape | None:
    if axes is None:
        return dims[::-1]
    return tuple(dims[normal(k, len(dims))] for k in axes)


def swapped(dims: Shape, axis1: int, axis2: int) -> Shape:
    out = list(dims)
    out[axis1], out[axis2] = out[axis2], out[axis1]
    return tuple(out)


def moved(dims: Shape, source: Any, destination: Any) -> Shape:
    numbers = np.empty((2,) * len(dims)).shape
    order = np.moveaxis(np.empty(tuple(range(len(numbers)))), source, destination).shape
    return tuple(dims[k] for k in order)


def rolled(dims: Shape, axis: int, start: int = 0) -> Shape:
    order = np.rollaxis(np.empty(tuple(range(len(dims)))), axis, start).shape
    return tuple(dims[k] for k in order)


def expanded(dims: Shape, axis: Any) -> Shape:
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    out = list(dims)
    for k in sorted(normal(a, len(dims) + len(axes)) for a in axes):
        out.insert(k, known(1))
    return tuple(out)


def squeezed(dims: Shape, axis: Any = None) -> Shape | None:
    if axis is None:
        return None if any(d.one is None for d in dims) else tuple(d for d in dims if not d.one)
    axes = {normal(a, len(dims)) for a in ((axis,) if isinstance(axis, int) else axis)}
    return tuple(d for k, d in enumerate(dims) if k not in axes)


def spread_to(dims: Shape, shape: Any) -> Shape | None:
    return dims_of(shape)


def differenced(dims: Shape, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Shape | None:
    axis = normal(axis, len(dims))
    if prepend is not None or append is not None:
        return tuple(UNKNOWN if k == axis else d for k, d in enumerate(dims))
    return tuple(d.shorter(n) if k == axis else d for k, d in enumerate(dims))


def stripes(dims: Shape, *rest: Any, axis: Any = -1, **keywords: Any) -> Shape | None:
    """A function along an axis that keeps the shape, flat for axis=None."""
    return flat(dims) if axis is None else dims


def diagonal_of(dims: Shape, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Shape:
    a, b = normal(axis1, len(dims)), normal(axis2, len(dims))
    line = dims[a] if offset == 0 and dims[a].same_as(dims[b]) else UNKNOWN
    return (*(d for k, d in enumerate(dims) if k not in (a, b)), line)


def taken(dims: Shape, indices: Any, axis: Any = None, mode: Any = "raise") -> Shape | None:
    if axis is None:
        return None
    axis = normal(axis, len(dims))
    type_ = getattr(indices, "type", None)
    if isinstance(type_, (Scalar, Array)):
        inner = getattr(type_, "shape", ())
    elif type_ is not None:
        return None
    else:
        inner = tuple(map(known, np.shape(indices)))
    return dims[:axis] + inner + dims[axis + 1 :]


# ------------------------------------------------------------------ several arrays


def items_of(type_: Type) -> list[Array] | None:
    """The entries of an operand that is a tuple or list of arrays."""
    if isinstance(type_, (Tuple, FixedList)):
        found = [as_array(t) for t in type_.items]
        return None if None in found or not found else [t for t in found if t is not None]
    return None


def common_dtype(items: Sequence[Array]) -> str:
    return np.result_type(*(t.dtype for t in items)).name


def joined(function: Callable[..., Any]) -> Infer:
    """`np.concatenate`: the other dimensions stay."""
    fallback = by_example(function)

    def infer(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
        items, axis = items_of(args[0].type), constant(keywords.get("axis"), 0)
        if not items or not isinstance(axis, int) or any(t.ndim != items[0].ndim or not t.ndim for t in items):
            return fallback(args, keywords)
        axis = axis % items[0].ndim
        dims = list(items[0].shape)
        sizes = [t.shape[axis].base for t in items]
        dims[axis] = known(sum(sizes)) if all(isinstance(n, int) for n in sizes) else UNKNOWN
        return Array(common_dtype(items), tuple(dims))

    return infer


def stacked(function: Callable[..., Any]) -> Infer:
    """`np.stack`: a new dimension of known length."""
    fallback = by_example(function)

    def infer(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
        items, axis = items_of(args[0].type), constant(keywords.get("axis"), 0)
        if not items or not isinstance(axis, int) or any(t.ndim != items[0].ndim for t in items):
            return fallback(args, keywords)
        dims = list(items[0].shape)
        dims.insert(axis % (len(dims) + 1), known(len(items)))
        return Array(common_dtype(items), tuple(dims))

    return infer


# ------------------------------------------------------------------ creation


def created(default: str = "float64") -> Infer:
    """`np.zeros(shape, dtype)`."""

    def infer(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
        dims = dims_of(constant(args[0])) if args else None
        return NUMERIC if dims is None else typed(dims, keywords.get("dtype"), default)

    return infer


def typed(dims: Shape, dtype: Atom | None, default: str) -> Type:
    """An array with these dimensions, and the dtype of a `dtype=` operand or the default."""
    wanted = constant(dtype)
    try:
        name = default if wanted is None else np.dtype(wanted).name
    except TypeError:
        return NUMERIC
    return Array(name, dims) if kind_of_dtype(name) != "O" else NUMERIC


def full(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    value = as_array(args[1].type)
    dims = dims_of(constant(args[0]))
    return NUMERIC if dims is None or value is None else typed(dims, keywords.get("dtype"), value.dtype)


def alike(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    """`np.ones_like(a, dtype, shape)`."""
    array = as_array(args[0].type)
    shape = constant(keywords.get("shape"))
    dims = array.shape if array is not None and shape is None else dims_of(shape)
    return NUMERIC if array is None or dims is None else typed(dims, keywords.get("dtype"), array.dtype)


def converted(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    """`np.array(x, dtype)`: of an array, a number, or nested tuples and lists of such."""
    found = of_constant(args[0].value) if isinstance(args[0], Const) else nested(args[0].type)
    if found is None or constant(keywords.get("ndmin"), 0):
        return by_example(np.array)(args, keywords)
    return typed(found.shape, keywords.get("dtype"), found.dtype)


def of_constant(value: Any) -> Array | None:
    """The array that a constant makes."""
    array = np.array(value)
    return Array(array.dtype.name, tuple(map(known, array.shape))) if kind_of_dtype(array.dtype.name) != "O" else None


def nested(type_: Type) -> Array | None:
    """The array that nested tuples and lists make."""
    if isinstance(type_, List):
        inner = nested(type_.item)
        return None if inner is None else Array(inner.dtype, (UNKNOWN, *inner.shape))
    if not isinstance(type_, (Tuple, FixedList)):
        return as_array(type_)
    items = [nested(t) for t in type_.items]
    if not items or any(t is None or t.ndim != items[0].ndim for t in items):
        return None
    arrays = [t for t in items if t is not None]
    return Array(common_dtype(arrays), (known(len(arrays)), *arrays[0].shape))


def cast(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    """`x.astype(dtype)`."""
    array = as_array(args[0].type)
    if array is None or not isinstance(args[1], Const):
        return NUMERIC
    made = typed(array.shape, args[1], array.dtype)
    if isinstance(args[0].type, Scalar) and isinstance(made, Array):
        return Scalar(kind_of_dtype(made.dtype), made.dtype)
    return made
