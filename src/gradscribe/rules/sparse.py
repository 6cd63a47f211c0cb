"""Sparse matrices: the products and solves that their entries and other operands go into.

The functions are those of `runtime_scipy`, of entries with their rows and columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import runtime_scipy as r
from ..ir.infer import always, shape_of
from ..ir.primitives import define
from ..ir.types import NUMERIC, UNKNOWN, Array, Tuple
from .table import dispatching, general, linear

sparse_product, sparse_entries = dispatching(r.sparse_product), dispatching(r.sparse_entries)
sparse_solve, solve_constant = dispatching(r.sparse_solve), dispatching(r.solve_constant)
_INDEX = Array("int32", (UNKNOWN,))


def _product(args: Any, keywords: Any) -> Any:
    dims = shape_of(args[4].type)
    return Array("float64", (UNKNOWN, *dims[1:])) if isinstance(args[4].type, Array) else NUMERIC


linear(
    define("sparse_product", r.sparse_product, infer=_product, parameters="data, row, col, n, x"),
    data=lambda g, z, data, row, col, n, x: sparse_entries(g, row, col, x),
    x=lambda g, z, data, row, col, n, x: sparse_product(data, col, row, np.shape(x)[0], g),
)
linear(
    define(
        "sparse_entries",
        r.sparse_entries,
        infer=always(Array("float64", (UNKNOWN,))),
        parameters="g, row, col, x",
    ),
    g=lambda b, z, g, row, col, x: sparse_product(b, row, col, np.shape(g)[0], x),
    x=lambda b, z, g, row, col, x: sparse_product(b, col, row, np.shape(x)[0], g),
)
linear(
    define(
        "sparse_dense",
        r.sparse_dense,
        infer=always(Array("float64", (UNKNOWN, UNKNOWN))),
        parameters="data, row, col, n, m",
    ),
    data=lambda g, z, data, row, col, n, m: g[row, col],
)


def _like_right(args: Any, keywords: Any) -> Any:
    return args[-1].type


general(
    define("sparse_solve", r.sparse_solve, infer=_like_right, parameters="data, row, col, n, b"),
    dict(
        data=lambda g, z, data, row, col, n, b: -sparse_entries(sparse_solve(data, col, row, n, g), row, col, z),
        b=lambda g, z, data, row, col, n, b: sparse_solve(data, col, row, n, g),
    ),
    dict(
        data=lambda d, z, data, row, col, n, b: -sparse_solve(data, row, col, n, sparse_product(d, row, col, n, z)),
    ),
    linear="b",
)


def _solution(args: Any, keywords: Any) -> Any:
    dtype = getattr(args[0].type, "dtype", None)
    return args[1].type if dtype is not None and np.dtype(dtype).kind == "f" else NUMERIC


linear(
    define("solve_constant", r.solve_constant, infer=_solution, parameters="a, b"),
    b=lambda g, z, a, b: solve_constant(np.transpose(a), g),
)


def _outer(left: Any, right: Any) -> Any:
    return np.outer(left, right)


general(
    define(
        "solve_iteratively",
        r.solve_iteratively,
        infer=lambda args, keywords: args[1].type,
        parameters="a, b, method, rtol, atol",
    ),
    dict(
        a=lambda g, x, a, b, method, rtol, atol: -_outer(np.linalg.solve(np.transpose(a), g), x),
        b=lambda g, x, a, b, method, rtol, atol: np.linalg.solve(np.transpose(a), g),
    ),
    dict(
        a=lambda d, x, a, b, method, rtol, atol: -np.linalg.solve(a, d @ x),
        b=lambda d, x, a, b, method, rtol, atol: np.linalg.solve(a, d),
    ),
)
define("rows_of", r.rows_of, infer=always(_INDEX), parameters="indptr")
define(
    "coordinates",
    r.coordinates,
    infer=always(Tuple((Array("float64", (UNKNOWN,)), _INDEX, _INDEX))),
    parameters="a",
)
