"""The few helpers that emitted code may call. They import NumPy only, and are written out into exported modules."""

from __future__ import annotations

import copy
import itertools
import types
from collections.abc import Callable
from typing import Any

import numpy as np


class CheckFailed(ValueError):
    """What the derivative was written for does not hold in this call."""


def unbroadcast(g: Any, x: Any) -> Any:
    """Sum a cotangent to the shape of an operand that was broadcast.

    Args:
        g: an array, of the shape of x after broadcasting.
        x: the operand.

    Returns:
        g summed over the axes along which x was repeated, of the shape of x.
    """
    try:
        if g.shape == x.shape:  # the common case, without a call
            return g
    except AttributeError:
        if np.shape(g) == np.shape(x):
            return g
    lead = np.ndim(g) - np.ndim(x)
    if lead < 0:
        return np.broadcast_to(g, np.shape(x))
    if lead > 0:
        g = _sum(g, axis=tuple(range(lead)))
    axes = tuple(k for k, n in enumerate(np.shape(x)) if n == 1 and np.shape(g)[k] != 1)
    return _sum(g, axis=axes, keepdims=True) if axes else g


def _sum(g: Any, **how: Any) -> Any:
    """The sum, by the namespace of an array that NumPy's functions do not hand on."""
    own = hasattr(g, "__array_namespace__") and not hasattr(g, "__array_function__")
    return g.__array_namespace__().sum(g, **how) if own else np.sum(g, **how)


def unbroadcast_each(g: Any, x: Any) -> Any:
    """Sum several cotangents, stacked along the first axis, to the shape of an operand that was broadcast.

    Args:
        g: an array; each g[k] is a cotangent of the shape of x after broadcasting.
        x: the operand.

    Returns:
        g with each entry along the first axis summed to the shape of x.
    """
    shape = np.shape(x)
    lead = np.ndim(g) - 1 - len(shape)
    if lead > 0:
        g = np.sum(g, axis=tuple(range(1, lead + 1)))
    elif lead < 0:
        g = np.broadcast_to(np.reshape(g, (len(g), *(1,) * -lead, *np.shape(g)[1:])), (len(g), *shape))
    axes = tuple(k for k, n in enumerate(shape, 1) if n == 1 and np.shape(g)[k] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g


def last_write(g: Any, x: Any, index: Any) -> Any:
    """Zero the entries of `g = x[index]` whose cell of x is named again later in the index.

    Of `x[index] = v` with repeated entries the last one stays; only it receives a cotangent.
    """
    order = np.arange(np.size(g), like=x).reshape(np.shape(g))
    winner = np.zeros_like(x, dtype=int)
    winner[index] = order
    return np.where(winner[index] == order, g, 0.0)


def check_view(view: Any, base: Any) -> None:
    """Raise CheckFailed unless both arrays share memory: the derivative was written for a view."""
    if view.size and not np.may_share_memory(view, base):
        raise CheckFailed("reshape made a copy where the derivative needs a view; copy explicitly with .copy()")


def check_number(value: Any) -> None:
    """Raise CheckFailed if the result is an array, or None: a gradient is that of a number."""
    if value is None:
        raise CheckFailed("the function returns nothing here, or a name without a value; return a number on each path")
    if np.ndim(value):
        raise CheckFailed(f"the result is an array of shape {np.shape(value)}; return np.sum(...) of it, or use vjp")


def check_same(now: Any, then: Any, name: str) -> None:
    """Raise CheckFailed if what stands under a name outside is another thing than the derivative was written for."""
    plain = isinstance(now, (str, bytes, int, float, complex, tuple, types.MethodType, types.BuiltinMethodType))
    if now is not then and (type(now) is not type(then) or not plain or now != then):
        raise CheckFailed(f"{name} is changed by a call that was not read; pass it as an argument")


def check_filled(x: Any) -> None:
    """Raise CheckFailed if an entry is missing: a sum would leave it out, and its derivative would not know."""
    if np.any(np.isnan(x)):
        raise CheckFailed("entries of a labelled array are missing where it is summed; fill or drop them")


def check_apart(*values: Any, written: int = 1) -> None:
    """Raise CheckFailed if an array that is written shares memory with another, or if two of its entries are one cell.

    Args:
        values: arrays, or containers of arrays, as they are found; what is no array is passed over.
        written: how many of them, from the first, are written.
    """
    found = [_arrays_in(value) for value in values]
    changed = [a for arrays in found[:written] for a in arrays]
    others = [a for arrays in found[written:] for a in arrays]
    for k, array in enumerate(changed):
        if not array.flags.forc and _overlaps_itself(array):
            raise CheckFailed("entries of an array that is written share memory; pass a copy")
        for other in (*changed[k + 1 :], *others):
            if np.may_share_memory(array, other) and _share(array, other):
                raise CheckFailed("two arrays share memory and one of them is written; pass copies")


def _arrays_in(value: Any) -> list[Any]:
    if isinstance(value, np.ndarray):
        return [value]
    return [a for item in value for a in _arrays_in(item)] if isinstance(value, (list, tuple)) else []


def _share(left: Any, right: Any) -> bool:
    try:
        return np.shares_memory(left, right, max_work=10_000)
    except getattr(np, "exceptions", np).TooHardError:
        return True


def _overlaps_itself(array: Any) -> bool:
    """Whether two entries may be one cell: a step along an axis does not lead past all that smaller steps reach."""
    reach = array.itemsize
    for step, length in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if step < reach:
            return bool(array.size)
        reach += step * (length - 1)
    return False


def instance_of(cls: Any, /, **fields: Any) -> Any:
    """An instance with these fields, whatever its class would do to make one."""
    made = object.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def check_converged(result: Any, name: str) -> None:
    """Raise CheckFailed unless a solver reports that it has succeeded: elsewhere its result has no derivative."""
    if not getattr(result, "success", getattr(result, "converged", True)):
        reason = getattr(result, "message", getattr(result, "flag", ""))
        raise CheckFailed(f"{name} did not converge, so that its result has no derivative: {reason}")


def check_solution(step: Any, x: Any) -> None:
    """Raise CheckFailed where a step of Newton's method would still move a solution x by more than a thousandth."""
    if not np.linalg.norm(step) <= 1e-3 * np.linalg.norm(x) + 1e-4:
        raise CheckFailed("the solver stopped away from a solution, where no derivative exists; tighten its tolerance")


def check_kinds(kinds: Any, values: Any, name: str = "", sizes: Any = None) -> None:
    """Raise CheckFailed unless the arguments are of the kinds that the derivative was written for.

    Args:
        kinds: "number", or a dtype with lengths (`"float64[n0, n1, 1]"`: those of one name are equal), behind "any "
            for an array of any library, or a tuple, list or dict of these.
        values: the arguments, in the same form.
        name: of what is looked at.
        sizes: the lengths so far, by their names.
    """
    sizes = {} if sizes is None else sizes
    if isinstance(kinds, dict):
        good = isinstance(values, dict) and list(values) == list(kinds)
        parts = [(kinds[k], values[k], f"{name}[{k!r}]" if name else k) for k in kinds] if good else []
    elif isinstance(kinds, (tuple, list)):
        good = isinstance(values, type(kinds)) and len(values) == len(kinds)
        parts = [(kind, values[k], f"{name}[{k}]") for k, kind in enumerate(kinds)] if good else []
    elif kinds in ("number", None):
        good, parts = kinds is None or np.ndim(values) == 0, []
    else:
        dtype, _, lengths = kinds.removeprefix("any ")[:-1].partition("[")
        names = lengths.split(", ") if lengths else []
        good = isinstance(values, np.ndarray) or (kinds.startswith("any ") and hasattr(values, "dtype"))
        found = str(getattr(getattr(values, "dtype", None), "name", getattr(values, "dtype", "")))
        good = good and found.rpartition(".")[2] == dtype and values.ndim == len(names)
        pairs = zip(names, np.shape(values), strict=True) if good else ()
        good, parts = good and all((n == 1) == (k == "1") and sizes.setdefault(k, n) == n for k, n in pairs), []
    if not good:
        raise CheckFailed(f"{name or 'the arguments'}: the derivative was written for {kinds!r}; save it again")
    for kind, value, part in parts:
        check_kinds(kind, value, part, sizes)


def fresh(record: Any) -> Any:
    """A deep copy of a record, in which what was one object is one object, and what shared memory shares memory."""
    made: dict[int, tuple[Any, Any]] = {}

    def copied(value: Any) -> Any:
        if id(value) not in made:
            made[id(value)] = value, duplicate(value)  # with the original, so that its id stays its own
        return made[id(value)][1]

    def duplicate(value: Any) -> Any:
        if type(value) in (tuple, list):
            return type(value)(map(copied, value))
        if not isinstance(value, np.ndarray):
            return copy.deepcopy(value)
        whole = value
        while isinstance(whole.base, np.ndarray):
            whole = whole.base
        return value.copy("K") if whole is value else same_part(value, whole, copied(whole))

    def same_part(view: Any, whole: Any, other: Any) -> Any:
        if not whole.flags.forc:
            raise CheckFailed("a view of memory with gaps cannot be recorded; copy it explicitly with .copy()")
        flat = other.reshape(-1) if whole.flags.c_contiguous else other.T.reshape(-1)
        offset = view.ctypes.data - whole.ctypes.data if view.size else 0
        return np.ndarray(view.shape, view.dtype, flat, offset, view.strides)

    return copied(record)


# ------------------------------------------------------------------ adjoints that NumPy has no name for


def added_at(x: Any, index: Any, value: Any) -> Any:
    """x with `value` added at `index`, once for each occurrence of a repeated index."""
    x = x.copy()
    np.add.at(x, index, value)
    return x


def placed(value: Any, index: Any, x: Any) -> Any:
    """Zeros in the shape of x with `value` at a basic index: the adjoint of `x[index]`, as a lazy or immutable array
    where x or the value is one."""
    plain = isinstance(x, np.ndarray) and hasattr(value, "shape")
    out = np.zeros_like(value, dtype=x.dtype, shape=x.shape) if plain else np.zeros_like(x)
    out[index] = value
    return out


def added_along_axis(x: Any, indices: Any, value: Any, axis: int) -> Any:
    """x with `value` added at `indices` along one axis: the adjoint of `np.take_along_axis`."""
    x = np.swapaxes(x.copy(), axis, -1)
    indices, value = np.swapaxes(indices, axis, -1), np.swapaxes(value, axis, -1)
    shape = np.broadcast_shapes(x.shape[:-1], indices.shape[:-1])
    grid = np.indices(shape + (1,), sparse=True)[:-1]
    grid = [g if n == m else np.zeros_like(g) for g, n, m in zip(grid, x.shape, shape, strict=False)]
    np.add.at(x, (*grid, indices), value)
    return np.swapaxes(x, axis, -1)


def with_diagonal(values: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Zeros in the shape of x, with `values` on the diagonal: the adjoint of `np.diagonal`."""
    out = np.zeros_like(values, shape=np.shape(x))
    view = np.moveaxis(out, (axis1, axis2), (-2, -1))
    k = np.arange(values.shape[-1])
    view[..., k + max(-offset, 0), k + max(offset, 0)] = values
    return out


def recurrence(start: Any, factors: Any, axis: int) -> Any:
    """y along an axis, where y[i] = start[i] + factors[i] * y[i - 1]."""
    y = np.zeros_like(start, np.result_type(start, factors)) + start
    rows, factors = np.moveaxis(y, axis, 0), np.moveaxis(factors, axis, 0)
    for i in range(1, len(rows)):
        rows[i] += factors[i] * rows[i - 1]
    return y


def unpadded(g: Any, x: Any, pad_width: Any, mode: str = "constant") -> Any:
    """The adjoint of `np.pad` in the modes that copy entries."""
    widths = np.broadcast_to(np.asarray(pad_width), (np.ndim(x), 2))
    for axis, (before, after) in enumerate(widths):
        length = np.shape(x)[axis]
        source = np.pad(np.arange(1, length + 1), (before, after), mode=mode) - 1
        out = np.zeros_like(g, shape=(length, *np.delete(g.shape, axis)))
        rows = np.moveaxis(g, axis, 0)
        np.add.at(out, source[source >= 0], rows[source >= 0])
        g = np.moveaxis(out, 0, axis)
    return g


def on_diagonals(values: Any, x: Any, letters: str) -> Any:
    """Zeros in the shape of x, with `values` where axes of the same letter have the same index.

    The adjoint of `np.einsum(letters + "->" + "".join(dict.fromkeys(letters)), x)`, which reads those entries.
    """
    out = np.zeros_like(values, shape=np.shape(x))
    np.einsum(f"{letters}->{''.join(dict.fromkeys(letters))}", out)[...] = values
    return out


def einsum_view(operand: Any, subscripts: str) -> Any:
    """`np.einsum(subscripts, operand)` where it picks entries and adds none: a view that may be written."""
    return np.einsum(subscripts, operand)


def cofactors(a: Any) -> Any:
    """The matrix of cofactors, the derivative of the determinant; also of singular matrices."""
    u, s, vh = np.linalg.svd(a)
    n = s.shape[-1]
    rest = np.where(np.eye(n, dtype=bool, like=s), 1.0, s[..., None, :]).prod(axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return sign[..., None, None] * np.conj((u * rest[..., None, :]) @ vh)


def resized(x: Any, like: Any) -> Any:
    """x cut, or filled up with zeros, to the shape of `like`; what x holds stays in front."""
    out = np.zeros_like(x, shape=np.shape(like))
    common = tuple(slice(min(a, b)) for a, b in zip(x.shape, out.shape, strict=False))
    out[common] = x[common]
    return out


def doubled(h: Any, n: int, axis: int) -> Any:
    """Half of a Hermitian spectrum of n entries, the entries doubled that have a mirror image in the other half."""
    h = np.moveaxis(2.0 * h, axis, 0)
    h[0] *= 0.5
    if n % 2 == 0 and len(h) > n // 2:
        h[n // 2] *= 0.5
    return np.moveaxis(h, 0, axis)


def centred(x: Any, length: int, late: bool = False) -> Any:
    """The middle of x, or x in the middle of zeros; an odd entry is left over in front (`late`) or behind."""
    out = np.zeros_like(x, shape=length)
    gap = abs(length - len(x))
    start = gap - gap // 2 if late else gap // 2
    if length < len(x):
        out[:] = x[start : start + length]
    else:
        out[start : start + len(x)] = x
    return out


def sinc_derivative(x: Any, order: int) -> Any:
    """The derivatives of `np.sinc`, as accurate near 0 as elsewhere.

    sinc(x) is the mean of cos(pi * x * t) over t in (0, 1). For larger x the recurrence `x f_n + n f_(n-1) =
    pi**(n-1) sin(pi x + n pi/2)` is shorter.
    """
    nodes, weights = np.polynomial.legendre.leggauss(24)
    x = x if hasattr(x, "ndim") else np.asarray(x)
    t, weights = (np.asarray(v, like=np.zeros_like(x)) for v in (0.5 * np.pi * (nodes + 1.0), weights))
    wave, sign = (np.cos, np.sin)[order % 2], (1.0, -1.0, -1.0, 1.0)[order % 4]
    near = np.sum(0.5 * sign * weights * t**order * wave(x[..., None] * t), axis=-1)
    safe = np.where(np.abs(x) < 2.0, 2.0, x)
    far = np.sinc(safe)
    for n in range(1, order + 1):
        far = (np.pi ** (n - 1) * np.sin(np.pi * safe + 0.5 * n * np.pi) - n * far) / safe
    out = np.where(np.abs(x) < 2.0, near, far).astype(np.result_type(x, np.float32), copy=False)
    return out if out.ndim else out[()]


def padding(v: Any, x: Any, pad_width: Any, mode: str, adjoint: bool) -> Any:
    """The derivative of `np.pad(x, pad_width, mode)` in the modes that compute what they pad with.

    v is a tangent of x; with `adjoint` it is the adjoint of the result, and that of x is returned.
    """
    widths = np.broadcast_to(np.asarray(pad_width), (np.ndim(x), 2))
    stages = []
    for axis, (before, after) in enumerate(widths):
        n = x.shape[axis]
        if mode == "linear_ramp":
            first = np.zeros((n,) + (1,) * (x.ndim - axis - 1), like=x)
            last = first.copy()
            first[0], last[-1] = 1.0, 1.0
            ramps = (np.arange(before, like=x) / max(before, 1), np.arange(after, like=x)[::-1] / max(after, 1))
        elif mode == "mean":
            first = last = np.full_like(x, 1.0 / n)
        else:
            middle = {"maximum": [n - 1], "minimum": [0], "median": [(n - 1) // 2, n // 2]}[mode]
            picked = np.take(np.sort(x, axis=axis), middle, axis=axis)
            shares = [x == part for part in np.split(picked, len(middle), axis=axis)]
            first = last = sum(s / np.sum(s, axis=axis, keepdims=True) for s in shares) / len(shares)
        if mode != "linear_ramp":
            ramps = (np.ones(before, like=x), np.ones(after, like=x))
        ramps = tuple(r.reshape((-1,) + (1,) * (x.ndim - axis - 1)) for r in ramps)
        stages.append((axis, before, n, first, last, ramps))
        pairs = [(before, after) if k == axis else (0, 0) for k in range(x.ndim)]
        x = np.pad(x, pairs, mode)
    for axis, before, n, first, last, (rise, fall) in reversed(stages) if adjoint else stages:
        if adjoint:
            front, core, back = np.split(v, [before, before + n], axis=axis)
            v = core + first * np.sum(rise * front, axis=axis, keepdims=True)
            v = v + last * np.sum(fall * back, axis=axis, keepdims=True)
        else:
            front = rise * np.sum(first * v, axis=axis, keepdims=True)
            back = fall * np.sum(last * v, axis=axis, keepdims=True)
            v = np.concatenate([front, v, back], axis=axis)
    return v


def _place_in_full(x: Any, y: Any, mode: str) -> tuple[slice, ...]:
    """Where the result of a convolution lies in the full one."""
    full = [a + b - 1 for a, b in zip(np.shape(x), np.shape(y), strict=True)]
    if mode == "full":
        return tuple(map(slice, full))
    if mode == "same":
        return tuple(slice((n - a) // 2, (n - a) // 2 + a) for n, a in zip(full, np.shape(x), strict=True))
    return tuple(slice(min(a, b) - 1, max(a, b)) for a, b in zip(np.shape(x), np.shape(y), strict=True))


def in_full(g: Any, x: Any, y: Any, mode: str = "full") -> Any:
    """The adjoint of a convolution of x with y by mode "same" or "valid", as that of the full one."""
    out = np.zeros_like(g, shape=[a + b - 1 for a, b in zip(np.shape(x), np.shape(y), strict=True)])
    out[_place_in_full(x, y, mode)] = g
    return out


def out_of_full(g: Any, x: Any, y: Any, mode: str = "full") -> Any:
    """The part of a full convolution of x with y that mode "same" or "valid" leaves."""
    return g[_place_in_full(x, y, mode)].copy()


def writable(view: Any) -> Any:
    """A diagonal that may be written, where the array that it is a view of may be."""
    view.flags.writeable = True
    return view


def unwindowed(g: Any, x: Any, window_shape: Any, axis: Any = None) -> Any:
    """The adjoint of `np.lib.stride_tricks.sliding_window_view`: overlapping windows are added."""
    windows = (window_shape,) if np.ndim(window_shape) == 0 else tuple(window_shape)
    axes = tuple(range(np.ndim(x))) if axis is None else (axis,) if np.ndim(axis) == 0 else tuple(axis)
    out = np.zeros_like(g, shape=np.shape(x))
    for place in np.ndindex(*windows):
        index = [slice(None)] * out.ndim
        for k, start in zip(axes, place, strict=False):
            end = index[k].stop or out.shape[k]
            first = (index[k].start or 0) + start
            index[k] = slice(first, end)
        cut = tuple(slice(s.start or 0, (s.start or 0) + n) for s, n in zip(index, g.shape, strict=False))
        out[cut] += g[(..., *place)]
    return out


def caught(compute: Callable[[], Any], *handlers: type[BaseException] | tuple[type[BaseException], ...]) -> int:
    """The number of the first handler, counted from 1, whose classes the exception that `compute()` raises is of; 0
    where it raises none. An exception that has no handler goes on."""
    try:
        compute()
    except BaseException as error:
        number = next((k for k, classes in enumerate(handlers, 1) if isinstance(error, classes)), 0)
        if not number:
            raise
        return number
    return 0


def demand_writable(array: Any, what: str = "assignment destination") -> None:
    """Raise what NumPy raises where an array is written that is read-only."""
    if isinstance(array, np.ndarray) and not array.flags.writeable:
        raise ValueError(f"{what} is read-only")


def exception_of(
    compute: Callable[[], Any], *handlers: type[BaseException] | tuple[type[BaseException], ...]
) -> BaseException | None:
    """The exception that `compute()` raises."""
    try:
        compute()
    except BaseException as error:
        return error
    return None


def listed(items: Any, all_of_them: bool = True) -> list[Any]:
    """The entries of an iterable that is no part of the program, as they come before a loop over them.

    Args:
        items: any iterable.
        all_of_them: whether the loop goes through all; what is left of an iterator would be lost else.

    Raises:
        CheckFailed: it may have no end, or what it hands on cannot be kept.
    """
    if iter(items) is not items:
        return list(items)
    if not all_of_them:
        raise CheckFailed("a loop that may end early goes over an iterator: make a list of it first")
    if type(items).__name__ == "groupby":
        raise CheckFailed("the groups of `itertools.groupby` end with the next one: make a list of each first")
    found = list(itertools.islice(items, 1_000_001))
    if len(found) > 1_000_000:
        raise CheckFailed("a loop over an iterator that may have no end: make a list of it first")
    return found


def stop_gradient(x: Any) -> Any:
    """x as a constant, whose derivative is zero; an array is copied."""
    return x.copy() if isinstance(x, np.ndarray) else x


def regions_of(x: Any, indices: Any, axis: int, g: Any) -> Any:
    """The adjoint of `np.add.reduceat(x, indices, axis)`: each entry of g for each entry of x that it is a sum of."""
    out = np.zeros_like(g, shape=np.shape(x))
    parts, sums = np.moveaxis(out, axis, 0), np.moveaxis(g, axis, 0)
    for k, start in enumerate(indices):
        stop = indices[k + 1] if k + 1 < len(indices) else len(parts)
        parts[start : max(stop, start + 1)] += sums[k]
    return out


def row_order(piv: Any) -> Any:
    """The order of rows that the exchanges of `scipy.linalg.lu_factor` make."""
    order = np.arange(len(piv))
    for k, other in enumerate(piv):
        order[[k, other]] = order[[other, k]]
    return order


def of_square(u: Any, vh: Any) -> Any:
    """u, where the matrix with the singular vectors u and vh is square: others have no derivative."""
    if u.shape != vh.shape:
        raise ValueError("singular vectors of a matrix that is not square: use full_matrices=False")
    return u
