"""Result types: from the operands of an operation to the type of what it computes.

An inference function takes the operands as atoms (so that it sees constants) and the keyword operands as a dict, and
returns a Type. It never fails on a valid call; where nothing better is known it returns `NUMERIC`.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import numpy as np

from .nodes import Atom, Const
from .types import (
    BOOL,
    FLOAT,
    INT,
    NUMERIC,
    OBJECT,
    UNKNOWN,
    Array,
    Dim,
    FixedList,
    List,
    Numeric,
    Object,
    Scalar,
    Tuple,
    Type,
    is_numeric,
    kind_of_dtype,
    known,
    type_of,
)

Infer = Callable[[Sequence[Atom], Mapping[str, Atom]], Type]


_SAMPLE = {"b": True, "i": 1, "f": 1.0, "c": 1.0 + 0j}


def always(type_: Type) -> Infer:
    """An operation whose result type does not depend on its operands."""
    return lambda args, keywords: type_


def same_as_first(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    return args[0].type


def broadcast_dims(left: Dim, right: Dim) -> Dim:
    """The length of a dimension after broadcasting."""
    if left.same_as(right) or right.one:
        return left
    if left.one or right.one is False:
        return right
    if left.one is False:
        return left
    return UNKNOWN


def broadcast(*shapes: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """The shape after broadcasting, as far as it is known."""
    out: tuple[Dim, ...] = ()
    for shape in shapes:
        pairs = zip_longest(reversed(out), reversed(shape), fillvalue=known(1))
        out = tuple(broadcast_dims(a, b) for a, b in pairs)[::-1]
    return out


def shape_of(type_: Type) -> tuple[Dim, ...]:
    """The dimensions of a number (none) or an array."""
    return type_.shape if isinstance(type_, Array) else ()


@lru_cache(maxsize=4096)
def _sampled(function: Callable[..., Any], kinds: tuple[tuple[bool, str, str | None], ...]) -> Type:
    """Call `function` on a sample of each operand and look at the result's dtype."""
    values = []
    for is_array, kind, dtype in kinds:
        value: Any = _SAMPLE[kind]
        if is_array:
            value = np.full(2, value, dtype)
        elif dtype:
            value = np.dtype(dtype).type(value)
        values.append(value)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return type_of(function(*values))
    except Exception:  # a sample outside the domain says nothing
        return NUMERIC


def elementwise(function: Callable[..., Any]) -> Infer:
    """An operation that works entry by entry with broadcasting."""

    def infer(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
        types = [arg.type for arg in args]
        if not all(isinstance(t, (Scalar, Array)) for t in types):
            objects = [t for t in types if isinstance(t, Object)]
            unknown = all(t.cls is None for t in objects) and any(map(is_numeric, types))
            return OBJECT if objects and not unknown else NUMERIC
        kinds = tuple((isinstance(t, Array) and t.ndim > 0, t.kind, t.dtype) for t in types)
        sampled = _sampled(function, kinds)
        if not isinstance(sampled, (Scalar, Array)):
            return sampled
        shape = broadcast(*map(shape_of, types))
        return Array(sampled.dtype, shape) if shape and sampled.dtype else sampled

    return infer


def sum_axes(target: Type, source: Type) -> tuple[int, tuple[int, ...], bool]:
    """How a cotangent of type `source` is brought to the shape of `target`, a broadcast operand.

    Returns:
        how many leading axes are summed away; which of the other axes (counted in `target`) are summed and kept with
        length 1; and whether a doubt is left that only the run-time shapes can settle.
    """
    if isinstance(target, Numeric) or isinstance(source, Numeric):
        return 0, (), True
    to, from_ = shape_of(target), shape_of(source)
    lead = len(from_) - len(to)
    axes, doubt = [], lead < 0
    for axis, (a, b) in enumerate(zip(to, from_[max(lead, 0) :], strict=False)):
        if a.one and not b.one:
            axes.append(axis)
        elif a.one is None and not a.same_as(b) and not b.one:
            doubt = True
    return max(lead, 0), tuple(axes), doubt


def normal_axes(axis: Any, ndim: int) -> tuple[int, ...] | None:
    """The axes that `axis` (None, int or tuple) names, non-negative and sorted; None where they are not known."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, int):
        axis = (axis,)
    if not isinstance(axis, tuple) or not all(isinstance(a, int) and -ndim <= a < ndim for a in axis):
        return None
    return tuple(sorted(a % ndim for a in axis))


def constant(atom: Atom | None, default: Any = None) -> Any:
    """The value of a constant operand, the operand itself where it is not constant."""
    if atom is None:
        return default
    return atom.value if isinstance(atom, Const) else atom


def reduction(function: Callable[..., Any]) -> Infer:
    """A reduction over `axis` (default: all) with `keepdims`."""

    def infer(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
        type_ = args[0].type
        if isinstance(type_, Scalar):
            type_ = Array(type_.dtype or np.dtype({"b": bool, "i": int, "f": float, "c": complex}[type_.kind]).name, ())
        if not isinstance(type_, Array):
            return NUMERIC
        axes = normal_axes(constant(args[1] if len(args) > 1 else keywords.get("axis")), type_.ndim)
        keep = constant(args[2] if len(args) > 2 else keywords.get("keepdims"), False)
        sampled = _sampled(function, ((True, type_.kind, type_.dtype),))
        if axes is None or not isinstance(keep, (bool, np.bool_)) or not isinstance(sampled, Scalar):
            return NUMERIC
        if keep:
            shape = tuple(known(1) if k in axes else d for k, d in enumerate(type_.shape))
        else:
            shape = tuple(d for k, d in enumerate(type_.shape) if k not in axes)
        dtype = sampled.dtype or "float64"
        return Array(dtype, shape) if shape or (keep and type_.ndim) else Scalar(sampled.kind, dtype)

    return infer


def product(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    """`x @ y` (and `np.dot` of operands with at most two dimensions)."""
    x, y = args[0].type, args[1].type
    if isinstance(x, Object) and x.dtype is not None and isinstance(y, Array) and y.ndim:  # a sparse matrix
        return Array(np.result_type(x.dtype, y.dtype).name, (UNKNOWN,) * y.ndim)
    if not isinstance(x, Array) or not isinstance(y, Array) or not x.ndim or not y.ndim:
        return NUMERIC
    dtype = np.result_type(x.dtype, y.dtype).name
    stacked = broadcast(x.shape[:-2], y.shape[:-2])
    shape = stacked + x.shape[-2:-1] + (y.shape[-1:] if y.ndim > 1 else ())
    return Array(dtype, shape) if shape else Scalar(kind_of_dtype(dtype), dtype)


def by_example(function: Callable[..., Any], *, size: int = 3) -> Infer:
    """Call `function` on small samples of the operands and take the rank and dtype of what comes back.

    The samples give dimensions that are proved equal the same length (3), length-1 dimensions 1, others 3 too, so that
    products and solves fit; the result's dimensions are unknown. Where that does not fit, unknown lengths are taken for
    one of those that are known. Where the call fails nothing is known, nor where an integer decides (an axis, a number
    of axes).
    """

    def called(args: Sequence[Atom], keywords: Mapping[str, Atom], integer: int, size: int = size) -> Type:
        def sample(atom: Atom) -> Any:
            return atom.value if isinstance(atom, Const) else _sample_of(atom.type, size, integer)

        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return forget_lengths(function(*map(sample, args), **{k: sample(a) for k, a in keywords.items()}))

    def infer(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
        known = _first_that_fits(
            lambda length: called(args, keywords, 1, length), (size, *_lengths((*args, *keywords.values())))
        )
        if any(_holds_integer(a.type) for a in (*args, *keywords.values()) if not isinstance(a, Const)):
            for integer in (0, 2):
                with contextlib.suppress(Exception):  # an integer that does not fit
                    known = known if called(args, keywords, integer) == known else NUMERIC
        return known

    return infer


def _first_that_fits(call: Callable[[int], Type], lengths: Sequence[int]) -> Type:
    for length in lengths:
        with contextlib.suppress(Exception):  # the sample did not fit
            return call(length)
    return NUMERIC


def _lengths(atoms: Iterable[Atom]) -> list[int]:
    """The lengths of dimensions that are known."""
    found: dict[int, None] = {}
    types = [a.type for a in atoms if not isinstance(a, Const)]
    while types:
        type_ = types.pop()
        if isinstance(type_, Array):
            found.update(dict.fromkeys(d.base for d in type_.shape if isinstance(d.base, int) and d.base > 1))
        elif isinstance(type_, (Tuple, FixedList)):
            types += type_.items
    return list(found)


def _holds_integer(type_: Type) -> bool:
    if isinstance(type_, (Tuple, FixedList)):
        return any(map(_holds_integer, type_.items))
    return isinstance(type_, Scalar) and type_.kind == "i"


def _sample_of(type_: Type, size: int, integer: int = 1) -> Any:
    if isinstance(type_, Array):
        shape = tuple(1 if d.one else d.base if isinstance(d.base, int) else size for d in type_.shape)
        value = np.ones(shape, type_.dtype)
        if len(shape) >= 2 and shape[-1] == shape[-2] and type_.kind in "fc":
            value = value * 0.1 + np.diag(np.arange(1.0, shape[-1] + 1)).astype(type_.dtype)
        return value.astype(type_.dtype)
    if isinstance(type_, Scalar):
        value = integer if type_.kind == "i" else _SAMPLE[type_.kind]
        return np.dtype(type_.dtype).type(value) if type_.dtype else value
    if isinstance(type_, Tuple):
        return tuple(_sample_of(t, size, integer) for t in type_.items)
    if isinstance(type_, FixedList):
        return [_sample_of(t, size, integer) for t in type_.items]
    if isinstance(type_, List):
        return [_sample_of(type_.item, size, integer) for _ in range(2)]
    raise TypeError(f"no sample of {type_}")


def forget_lengths(value: Any) -> Type:
    if isinstance(value, np.ndarray) and kind_of_dtype(value.dtype.name) != "O":
        return Array(value.dtype.name, (UNKNOWN,) * value.ndim)
    if isinstance(value, tuple):
        return Tuple(tuple(map(forget_lengths, value)), type(value) if hasattr(value, "_fields") else None)
    if isinstance(value, list):
        return FixedList(tuple(map(forget_lengths, value)))
    return type_of(value)


def length(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    return INT


def shape_tuple(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    """`x.shape`."""
    type_ = args[0].type
    return Tuple((INT,) * len(shape_of(type_))) if is_numeric(type_) and not isinstance(type_, Numeric) else OBJECT


def with_leading(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    """`(n, *shape)`."""
    shape = args[1].type
    return Tuple((INT, *shape.items)) if isinstance(shape, Tuple) else OBJECT


def make_tuple(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    return Tuple(tuple(a.type for a in args))


def make_list(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    return FixedList(tuple(a.type for a in args))


def filled(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    """`zeros_like(x)`, `full_like(x, c)`: the shape of x, its dtype unless that is not continuous."""
    type_ = args[0].type
    if isinstance(type_, Array):
        return Array(type_.dtype, type_.shape)
    return FLOAT if isinstance(type_, Scalar) and type_.kind != "c" else type_


def truth(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    return BOOL
