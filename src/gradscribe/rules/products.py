"""Products of vectors, matrices and tensors. All are linear in each operand; adjoints take no conjugate."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import MATMUL, Primitive, define
from .arrays import like
from .facts import axes_of, fit, is_complex, is_structure, length_one, rank
from .table import dispatching, general, linear

on_diagonals = dispatching(runtime.on_diagonals)


def turned(a: Any) -> Any:
    """Each matrix transposed."""
    return a.T if rank(a) == 2 else np.swapaxes(a, -1, -2)


def conj(a: Any) -> Any:
    return np.conj(a) if is_complex(a) else a


def column(a: Any) -> Any:
    return a[..., None]


def row(a: Any) -> Any:
    return a[..., None, :]


# ------------------------------------------------------------------ matmul and dot


def matmul_left(g: Any, z: Any, x: Any, y: Any) -> Any:
    if rank(y) == 1:
        return g * y if rank(x) == 1 else np.outer(g, y) if rank(x) == 2 else column(g) * y
    if rank(x) == 1:
        return y @ g if rank(y) == 2 else fit((y @ column(g))[..., 0], x, 1)
    if rank(x) == 2 < rank(y):  # one matrix for all: no product for each
        every = (*range(rank(y) - 2), -1)
        return np.tensordot(g, y, (every, every))
    return fit(g @ turned(y), x, 2)


def matmul_right(g: Any, z: Any, x: Any, y: Any) -> Any:
    if getattr(getattr(getattr(x, "atom", None), "type", None), "cls", None) is not None:  # a sparse matrix
        return np.transpose(x) @ g
    if rank(x) == 1:
        return g * x if rank(y) == 1 else np.outer(x, g) if rank(y) == 2 else column(x) * row(g)
    if rank(y) == 1:
        return x.T @ g if rank(x) == 2 else fit((turned(x) @ column(g))[..., 0], y, 1)
    if rank(y) == 2 < rank(x):
        every = tuple(range(rank(x) - 1))
        return np.tensordot(x, g, (every, every))
    return fit(turned(x) @ g, y, 2)


linear(MATMUL, x=matmul_left, y=matmul_right)


def dot_left(g: Any, z: Any, a: Any, b: Any) -> Any:
    if rank(a) == 0 or rank(b) == 0:
        return np.sum(g * b) if rank(a) == 0 and rank(b) else g * b
    if rank(b) == 1 or (rank(a) <= 2 and rank(b) == 2):
        return matmul_left(g, z, a, b)
    n = rank(a) - 1
    return np.tensordot(g, b, (tuple(range(n, n + rank(b) - 1)), (*range(rank(b) - 2), rank(b) - 1)))


def dot_right(g: Any, z: Any, a: Any, b: Any) -> Any:
    if rank(a) == 0 or rank(b) == 0:
        return np.sum(g * a) if rank(b) == 0 and rank(a) else g * a
    if rank(b) == 1 or (rank(a) <= 2 and rank(b) == 2):
        return matmul_right(g, z, a, b)
    n = tuple(range(rank(a) - 1))
    return np.moveaxis(np.tensordot(a, g, (n, n)), 0, -2)


def dot_type(args: Any, keywords: Any) -> Any:
    types = [a.type for a in args]
    if all(isinstance(t, _infer.Array) and 1 <= t.ndim <= 2 for t in types):
        return _infer.product(args, keywords)
    if any(isinstance(t, _infer.Scalar) or (isinstance(t, _infer.Array) and not t.ndim) for t in types):
        return _infer.elementwise(np.multiply)(args, {})
    return _infer.by_example(np.dot)(args, keywords)


DOT = define("dot", np.dot, np.ndarray.dot, infer=dot_type, parameters="a, b")
linear(DOT, a=dot_left, b=dot_right)


def inner_left(g: Any, z: Any, a: Any, b: Any) -> Any:
    if rank(a) == 0 or rank(b) == 0:
        return dot_left(g, z, a, b)
    if rank(a) == rank(b) == 1:
        return g * b
    n, m = rank(a) - 1, rank(b) - 1
    return np.tensordot(g, b, (tuple(range(n, n + m)), tuple(range(m))))


def inner_right(g: Any, z: Any, a: Any, b: Any) -> Any:
    if rank(a) == 0 or rank(b) == 0:
        return dot_right(g, z, a, b)
    if rank(a) == rank(b) == 1:
        return g * a
    n = tuple(range(rank(a) - 1))
    return np.tensordot(g, a, (n, n))


def _define(name: str, parameters: str, function: Any) -> Primitive:
    return define(name, function, infer=_infer.by_example(function), parameters=parameters)


linear(_define("inner", "a, b, /", np.inner), a=inner_left, b=inner_right)


def outer_left(g: Any, z: Any, a: Any, b: Any) -> Any:
    return like(g @ np.ravel(b), a) if rank(a) != 1 else g @ (b if rank(b) == 1 else np.ravel(b))


def outer_right(g: Any, z: Any, a: Any, b: Any) -> Any:
    return like(np.ravel(a) @ g, b) if rank(b) != 1 else (a if rank(a) == 1 else np.ravel(a)) @ g


def outer_type(args: Any, keywords: Any) -> Any:
    x, y = (a.type for a in args)
    if isinstance(x, _infer.Array) and isinstance(y, _infer.Array) and x.ndim == y.ndim == 1:
        return _infer.Array(np.result_type(x.dtype, y.dtype).name, x.shape + y.shape)
    return _infer.by_example(np.outer)(args, keywords)


linear(define("outer", np.outer, infer=outer_type, parameters="a, b"), a=outer_left, b=outer_right)
if hasattr(np.linalg, "outer"):
    linear(
        define("linalg_outer", np.linalg.outer, infer=outer_type, parameters="x1, x2, /"), x1=outer_left, x2=outer_right
    )
    linear(_define("linalg_matmul", "x1, x2, /", np.linalg.matmul), x1=matmul_left, x2=matmul_right)


def vdot_left(g: Any, z: Any, a: Any, b: Any) -> Any:
    return conj(g) * (np.reshape(conj(b), np.shape(a)) if rank(a) != rank(b) else conj(b))


def vdot_right(g: Any, z: Any, a: Any, b: Any) -> Any:
    return g * (np.reshape(conj(a), np.shape(b)) if rank(a) != rank(b) else conj(a))


linear(_define("vdot", "a, b, /", np.vdot), a=vdot_left, b=vdot_right)


def _axis_of(x1: Any, x2: Any, axis: int) -> int:
    if axis != -1 and rank(x1) != rank(x2):
        raise UnsupportedCall("vecdot along an axis other than the last needs operands of the same rank")
    return axis


def vecdot_left(g: Any, z: Any, x1: Any, x2: Any, *, axis: int = -1) -> Any:
    return np.expand_dims(conj(g), _axis_of(x1, x2, axis)) * conj(x2)


def vecdot_right(g: Any, z: Any, x1: Any, x2: Any, *, axis: int = -1) -> Any:
    return np.expand_dims(g, _axis_of(x1, x2, axis)) * conj(x1)


if hasattr(np, "vecdot"):
    for name, function in (("vecdot", np.vecdot), ("linalg_vecdot", np.linalg.vecdot)):
        linear(_define(name, "x1, x2, /, *, axis=-1", function), broadcasts=True, x1=vecdot_left, x2=vecdot_right)
if hasattr(np, "matvec"):
    linear(
        _define("matvec", "x1, x2, /", np.matvec),
        broadcasts=True,
        x1=lambda g, z, x1, x2: column(g) * row(x2),
        x2=lambda g, z, x1, x2: np.matvec(np.swapaxes(x1, -1, -2), g),
    )
    linear(
        _define("vecmat", "x1, x2, /", np.vecmat),
        broadcasts=True,
        x1=lambda g, z, x1, x2: np.matvec(conj(x2), conj(g)),
        x2=lambda g, z, x1, x2: column(conj(x1)) * row(g),
    )


def multi_dot_adjoint(g: Any, z: Any, arrays: Any) -> Any:
    """Each factor's contribution: what stands before it, turned, times g, times what stands behind it, turned."""
    items, out = list(arrays), []
    for k, item in enumerate(items):
        before = _chain(items[:k])
        after = _chain(items[k + 1 :])
        part = g
        if after is not None:
            part = matmul_left(part, None, _Rank(item, before), after)
        if before is not None:
            part = matmul_right(part, None, before, item)
        out.append(part)
    return tuple(out)


class _Rank:
    """Stands for a product whose rank alone matters."""

    def __init__(self, item: Any, before: Any) -> None:
        self.ndim = rank(item) - (before is not None and rank(before) == 1)


def _chain(items: Sequence[Any]) -> Any:
    product = None
    for item in items:
        product = item if product is None else product @ item
    return product


def multi_dot_tangent(d: Any, z: Any, arrays: Any) -> Any:
    items = list(arrays)
    parts = [_chain([*items[:k], dk, *items[k + 1 :]]) for k, dk in enumerate(d) if dk is not None]
    return sum(parts[1:], parts[0])


general(
    _define("multi_dot", "arrays", np.linalg.multi_dot), dict(arrays=multi_dot_adjoint), dict(arrays=multi_dot_tangent)
)

# ------------------------------------------------------------------ tensordot and einsum


def _axes(a: Any, b: Any, axes: Any) -> tuple[list[int], list[int]]:
    if not is_structure(axes):
        return list(range(rank(a) - axes, rank(a))), list(range(axes))
    left, right = axes
    return list(axes_of(left, rank(a))), list(axes_of(right, rank(b)))


def _ordered(value: Any, axes: list[int]) -> Any:
    """value, whose axes are those numbered `axes`, with its axes in order."""
    if axes == sorted(axes):
        return value
    return np.transpose(value, tuple(axes.index(k) for k in range(len(axes))))


def tensordot_left(g: Any, z: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    on_a, on_b = _axes(a, b, axes)
    free_a = [k for k in range(rank(a)) if k not in on_a]
    free_b = [k for k in range(rank(b)) if k not in on_b]
    n = len(free_a)
    made = np.tensordot(g, b, (tuple(range(n, n + len(free_b))), tuple(free_b)))
    return _ordered(made, free_a + [on_a[on_b.index(k)] for k in sorted(on_b)])


def tensordot_right(g: Any, z: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    on_a, on_b = _axes(a, b, axes)
    free_a = [k for k in range(rank(a)) if k not in on_a]
    free_b = [k for k in range(rank(b)) if k not in on_b]
    made = np.tensordot(a, g, (tuple(free_a), tuple(range(len(free_a)))))
    return _ordered(made, [on_b[on_a.index(k)] for k in sorted(on_a)] + free_b)


linear(_define("tensordot", "a, b, axes=2", np.tensordot), a=tensordot_left, b=tensordot_right)
if hasattr(np.linalg, "tensordot"):
    linear(
        _define("linalg_tensordot", "x1, x2, /, *, axes=2", np.linalg.tensordot), x1=tensordot_left, x2=tensordot_right
    )


class Einsum:
    """A call of einsum as letters: one string for each operand (an ellipsis spelled out), one for the result."""

    def __init__(self, subscripts: Any, operands: Sequence[Any]) -> None:
        if isinstance(subscripts, str):
            self.operands = list(operands)
            text = subscripts.replace(" ", "")
        else:
            self.operands, text = _interleaved((subscripts, *operands))
        inputs, arrow, output = text.partition("->")
        self.inputs = inputs.split(",")
        self.output = output if arrow else _implied(inputs)
        self._spell_out()

    def _spell_out(self) -> None:
        """Give letters to what the ellipsis stands for; dimensions are counted from the right."""
        spare = [c for c in string.ascii_letters if c not in "".join(self.inputs)]
        extra = [rank(x) - len(s.replace("...", "")) for x, s in zip(self.operands, self.inputs, strict=True)]
        most = max((n for n, s in zip(extra, self.inputs, strict=True) if "..." in s), default=0)
        letters = "".join(spare[:most])
        self.inputs = [s.replace("...", letters[most - n :]) for s, n in zip(self.inputs, extra, strict=True)]
        self.output = self.output.replace("...", letters)


def _implied(inputs: str) -> str:
    """The result's letters without an arrow: those that appear once, sorted, behind the ellipsis."""
    letters = inputs.replace(",", "").replace("...", "")
    once = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    return "..." + once if "..." in inputs else once


def _interleaved(args: Sequence[Any]) -> tuple[list[Any], str]:
    """`einsum(x, [0, 1], y, [1, 2], [0, 2])` as operands and subscripts."""
    operands = list(args[0 : len(args) // 2 * 2 : 2])
    lists = list(args[1 : len(args) // 2 * 2 : 2])
    text = ",".join(map(_letters, lists))
    return operands, text + ("->" + _letters(args[-1]) if len(args) % 2 else "")


def _letters(axes: Any) -> str:
    if not is_structure(axes) or not all(k is Ellipsis or isinstance(k, int) for k in axes):
        raise UnsupportedCall("np.einsum with indices that are not constant has no rule: write the subscripts as text")
    return "".join("..." if k is Ellipsis else string.ascii_letters[k] for k in axes)


def einsum_contribution(g: Any, call: Einsum, k: int, keywords: dict[str, Any]) -> Any:
    """What operand k receives: the einsum of g and the other operands, over the letters of operand k."""
    x, own = call.operands[k], call.inputs[k]
    others = [j for j in range(len(call.operands)) if j != k]
    letters = "".join(dict.fromkeys(own))
    known = [c for c in letters if c in call.output or any(c in call.inputs[j] for j in others)]
    terms = [call.output if j == k else call.inputs[j] for j in range(len(call.operands))]
    values = [g if j == k else call.operands[j] for j in range(len(call.operands))]
    made = np.einsum(",".join(terms) + "->" + "".join(known), *values, **keywords)
    missing = tuple(i for i, c in enumerate(letters) if c not in known)
    made = np.expand_dims(made, missing) if missing else made
    if len(letters) != len(own):
        return on_diagonals(made, x, own)
    if not all(_has_full_length(c, k, own, call, g) for c in known):
        return made * np.ones_like(x)
    return np.broadcast_to(made, np.shape(x)) if missing else made


def _has_full_length(letter: str, k: int, own: str, call: Einsum, g: Any) -> bool:
    """Whether a dimension of the contribution surely has the length of the operand's: not 1 for another."""
    if length_one(call.operands[k], own.index(letter)) is True:
        return True
    sources = [(call.output, g)] + [
        (s, x) for j, (s, x) in enumerate(zip(call.inputs, call.operands, strict=False)) if j != k
    ]
    return any(letter in s and length_one(x, s.index(letter)) is False for s, x in sources)


def einsum_adjoint(g: Any, z: Any, subscripts: Any, *operands: Any, **keywords: Any) -> Any:
    call = Einsum(subscripts, operands)
    parts = [einsum_contribution(g, call, k, keywords) for k in range(len(call.operands))]
    if isinstance(subscripts, str):
        return tuple(parts)
    out: list[Any] = [None] * len(operands)
    out[1 : 2 * len(parts) - 1 : 2] = parts[1:]
    return tuple(out)


def einsum_first_adjoint(g: Any, z: Any, subscripts: Any, *operands: Any, **keywords: Any) -> Any:
    return einsum_contribution(g, Einsum(subscripts, operands), 0, keywords)


def einsum_tangent(d: Any, z: Any, subscripts: Any, *operands: Any, **keywords: Any) -> Any:
    parts = [
        np.einsum(subscripts, *operands[:k], dk, *operands[k + 1 :], **keywords)
        for k, dk in enumerate(d)
        if dk is not None
    ]
    return sum(parts[1:], parts[0])


def einsum_type(args: Any, keywords: Any) -> Any:
    """Letters carry their dimensions to the result."""
    subscripts = _infer.constant(args[0])
    types = [a.type for a in args[1:]]
    if not isinstance(subscripts, str) and not all(isinstance(a, _infer.Const) for a in args[1::2]):
        return _infer.NUMERIC
    if not isinstance(subscripts, str) or not all(isinstance(t, _infer.Array) for t in types):
        return _infer.by_example(np.einsum)(args, keywords)
    call = Einsum(subscripts, types)
    dims: dict[str, Any] = {}
    for letters, type_ in zip(call.inputs, types, strict=True):
        for letter, dim in zip(letters, type_.shape, strict=True):
            dims[letter] = _infer.broadcast_dims(dims[letter], dim) if letter in dims else dim
    dtype = np.result_type(*(t.dtype for t in types)).name
    shape = tuple(dims[c] for c in call.output)
    return _infer.Array(dtype, shape) if shape else _infer.Scalar(_infer.kind_of_dtype(dtype), dtype)


EINSUM = define(
    "einsum", np.einsum, infer=einsum_type, parameters="subscripts, *operands, optimize=False", aliasing="only"
)
general(
    EINSUM,
    dict(subscripts=einsum_first_adjoint, operands=einsum_adjoint),
    dict(operands=einsum_tangent),
    linear="subscripts",
    broadcasts=True,
)


def einsum_view_adjoint(g: Any, z: Any, operand: Any, subscripts: str) -> Any:
    letters, output = subscripts.replace(" ", "").split("->")
    different = "".join(dict.fromkeys(letters))
    return on_diagonals(np.einsum(f"{output}->{different}", g), operand, letters)


EINSUM_VIEW = define(
    "einsum_view",
    runtime.einsum_view,
    infer=lambda args, keywords: einsum_type((args[1], args[0]), keywords),
    parameters="operand, subscripts",
    aliasing="view",
    reads=False,
    cost="free",
)
linear(EINSUM_VIEW, operand=einsum_view_adjoint)
ON_DIAGONALS = define(
    "on_diagonals", runtime.on_diagonals, infer=lambda args, keywords: args[1].type, parameters="values, x, letters"
)
general(
    ON_DIAGONALS,
    dict(
        values=lambda g, z, values, x, letters: fit(
            np.einsum(f"{letters}->{''.join(dict.fromkeys(letters))}", g), values
        )
    ),
    linear="values",
    zero="x",
)

# ------------------------------------------------------------------ Kronecker and cross products


def _blocks(g: Any, a: Any, b: Any) -> tuple[Any, int]:
    """The adjoint of a Kronecker product with the axes of both factors side by side."""
    n = max(rank(a), rank(b))
    pairs = zip((1,) * (n - rank(a)) + tuple(a.shape), (1,) * (n - rank(b)) + tuple(b.shape), strict=True)
    return np.reshape(g, tuple(k for pair in pairs for k in pair)), n


def _padded(x: Any, n: int) -> Any:
    return np.reshape(x, (1,) * (n - rank(x)) + tuple(x.shape)) if rank(x) < n else x


def kron_left(g: Any, z: Any, a: Any, b: Any) -> Any:
    blocks, n = _blocks(g, a, b)
    return like(np.tensordot(blocks, _padded(b, n), (tuple(range(1, 2 * n, 2)), tuple(range(n)))), a)


def kron_right(g: Any, z: Any, a: Any, b: Any) -> Any:
    blocks, n = _blocks(g, a, b)
    return like(np.tensordot(blocks, _padded(a, n), (tuple(range(0, 2 * n, 2)), tuple(range(n)))), b)


linear(_define("kron", "a, b", np.kron), a=kron_left, b=kron_right)


def _cross_axes(a: Any, b: Any, z: Any, axisa: int, axisb: int, axisc: int, axis: Any) -> tuple[int, int, int]:
    if rank(z) != max(rank(a), rank(b)):
        raise UnsupportedCall("np.cross of vectors of two entries has no rule: append a zero to them")
    axes = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    if rank(a) != rank(b) and axes != (-1, -1, -1):
        raise UnsupportedCall("np.cross along an axis other than the last needs operands of the same rank")
    return axes


def cross_left(g: Any, z: Any, a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1,
               axis: Any = None) -> Any:  # fmt: skip
    on_a, on_b, on_c = _cross_axes(a, b, z, axisa, axisb, axisc, axis)
    if on_a == on_b == on_c:
        return np.cross(b, g, **({} if on_a == -1 else {"axis": on_a}))
    return np.cross(b, g, axisa=on_b, axisb=on_c, axisc=on_a)


def cross_right(g: Any, z: Any, a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1,
                axis: Any = None) -> Any:  # fmt: skip
    on_a, on_b, on_c = _cross_axes(a, b, z, axisa, axisb, axisc, axis)
    if on_a == on_b == on_c:
        return np.cross(g, a, **({} if on_a == -1 else {"axis": on_a}))
    return np.cross(g, a, axisa=on_c, axisb=on_a, axisc=on_b)


linear(
    _define("cross", "a, b, axisa=-1, axisb=-1, axisc=-1, axis=None", np.cross),
    broadcasts=True,
    a=cross_left,
    b=cross_right,
)
if hasattr(np.linalg, "cross"):
    linear(
        _define("linalg_cross", "x1, x2, /, *, axis=-1", np.linalg.cross),
        broadcasts=True,
        x1=lambda g, z, x1, x2, axis=-1: cross_left(g, z, x1, x2, axis=axis),
        x2=lambda g, z, x1, x2, axis=-1: cross_right(g, z, x1, x2, axis=axis),
    )
