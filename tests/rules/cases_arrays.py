"""Cases of the functions that rearrange, join, split and make arrays."""

from __future__ import annotations

import bisect

import numpy as np

from gradscribe import runtime
from rules.case import A, C, D, F, P, case

NEW = np.lib.NumpyVersion(np.__version__) >= "2.1.0"

for a in (A(3, 4), C(2, 6), F(4, 3)):
    case(np.reshape, a, (2, -1))
    case(np.ravel, a)
    case(np.transpose, a)
case(np.reshape, A(3, 4), (2, -1), order="F")
case(np.reshape, A(1), ())
case(np.reshape, A(0), (0, 3))
case(np.ndarray.reshape, A(3, 4), (2, 6))
case(np.ravel, A(3, 4), order="F")
case(np.ravel, A())
case(np.ndarray.flatten, A(3, 4), "F")
case(np.transpose, A(2, 3, 4), (2, 0, 1))
case(np.transpose, A(2, 3), axes=[1, 0])
case(np.ndarray.T, A(2, 3))
case(np.swapaxes, A(2, 3, 4), 0, -1)
for function in (getattr(np, "matrix_transpose", None), getattr(np.linalg, "matrix_transpose", None)):
    if function:
        case(function, A(2, 3, 4))
case(np.moveaxis, A(2, 3, 4), 0, -1)
case(np.moveaxis, A(2, 3, 4), [0, 1], [-1, -2])
for axis, start in ((2, 0), (0, 3), (0, 2), (1, 2), (2, 1), (-1, 0), (0, -1)):
    case(np.rollaxis, A(2, 3, 4), axis, start)
case(np.expand_dims, A(3), 0)
case(np.expand_dims, A(3), (0, -1))
case(np.squeeze, A(1, 3, 1))
case(np.squeeze, A(1, 3, 1), axis=(0, 2))
for shape, target in (((4,), (3, 4)), ((3, 1), (3, 4)), ((), (2, 3)), ((3,), (0, 3))):
    case(np.broadcast_to, A(*shape), target)
case(np.ndarray.item, A(1))
case(np.ndarray.item, A(2, 3), 4)
for function in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    for shape in ((), (3,), (2, 3)):
        case(function, A(*shape))
    case(function, A(), A(3))
case(np.broadcast_arrays, A(3, 1), A(4))

for keywords in ({}, {"axis": 1}, {"axis": (0, 1)}):
    case(np.flip, A(3, 2), **keywords)
case(np.fliplr, A(2, 3))
case(np.flipud, A(2, 3))
case(np.rot90, A(2, 3))
case(np.rot90, A(2, 3, 2), k=3, axes=(0, 2))
case(np.roll, A(5), 2)
case(np.roll, A(2, 3), 1)
case(np.roll, A(2, 3), 1, axis=1)
case(np.roll, A(2, 3), (1, -1), axis=(0, 1))
for function in (np.tril, np.triu):
    case(function, A(3, 4))
    case(function, A(2, 3, 3), k=-1)
    case(function, A(3))

case(np.concatenate, [A(3), A(2)])
case(np.concatenate, [A(3), F(2)])
case(np.concatenate, (A(2, 3), A(2, 1)), axis=1)
case(np.concatenate, [A(2, 3), A(2)], axis=None)
case(np.concatenate, [A(2, 0), A(2, 3)], axis=-1)
case(np.concatenate, [[1.0, 2.0], A(2)])
case(np.concatenate, A(2, 3))
case(np.stack, [A(3), A(3)])
case(np.stack, [A(2, 3), A(2, 3)], axis=-1)
case(np.stack, [1.0, 2.0])
case(np.stack, A(2, 3), axis=1)
for shapes in (((3,), (3,)), ((3,), (2, 3)), ((1,), ())):
    case(np.vstack, [A(*s) for s in shapes])
for shapes in (((3,), (2,)), ((2, 3), (2, 1)), ((), (2,))):
    case(np.hstack, [A(*s) for s in shapes])
case(np.vstack, A(2, 3))
case(np.hstack, A(2, 3))
case(np.dstack, [A(2, 3), A(2, 3)])
case(np.dstack, [A(3), A(3)])
case(np.dstack, [A(2, 3, 2), A(2, 3)])
case(np.column_stack, [A(3), A(3)])
case(np.column_stack, [A(3), A(3, 2)])
case(np.column_stack, A(2, 3))
case(np.append, A(3), A(2))
case(np.append, A(3), 4.0)
case(np.append, A(2, 3), A(1, 3), axis=0)
case(np.block, [[A(2, 2), A(2, 2)], [A(2, 2), A(2, 2)]])
case(np.block, [A(2), A(3)])
case(np.block, [[A(2, 2), A(2, 3)], [A(1, 5)]])
case(np.block, [[1.0, A(3)], [A(4)]])
case(np.split, A(4), 2)
case(np.split, A(2, 4), [1, 3], axis=1)
case(np.array_split, A(7), 3)
case(np.hsplit, A(2, 4), 2)
case(np.vsplit, A(4, 2), 2)
case(np.dsplit, A(1, 2, 4), 2)
case(np.tile, A(3), 2)
case(np.tile, A(2, 2), (2, 3))
case(np.tile, A(3), (2, 1, 2))
case(np.tile, A(2, 3), 2)
for width in (2, (1, 2), ((1, 2),)):
    case(np.pad, A(3), width)
case(np.pad, A(2, 3), ((1, 0), (0, 2)))
case(np.pad, A(2, 3), ((1, 0), (0, 2)), constant_values=3.0)
case(np.pad, A(3), 1, constant_values=np.float64(3.0))
for mode in ("edge", "reflect", "symmetric", "wrap"):
    case(np.pad, A(4), 2, mode=mode)
    case(np.pad, A(2, 3), ((1, 0), (5, 2)), mode)
case(runtime.unpadded, A(7), A(3), 2, "wrap")
case(runtime.unpadded, A(7), A(3), 2)
for shape, keywords in (
    ((5,), {}),
    ((5,), {"n": 2}),
    ((3, 2), {"axis": 0}),
    ((3, 2), {"axis": 1, "n": 0}),
    ((2,), {"n": 2}),
):
    case(np.diff, A(*shape), **keywords)
case(np.diff, F(3))
case(np.diff, A(3), prepend=0.5)
case(np.diff, A(3), append=A(1), prepend=A(2))
case(np.diff, A(2, 3), axis=0, append=1.5)
case(np.diff, A(3), prepend=np.array(0.5), append=np.array(1.5), n=2)

case(np.array, A(3))
case(np.array, [1.0, 2.0, 3])
case(np.array, [[1.0, 0.0], [2.0, 3.0]])
case(np.array, [A(3), A(3)])
case(np.array, A(3), ndmin=2)
case(np.array, [1.0, 2.0], ndmin=2)
case(np.array, A(3), dtype=np.float64, copy=True)
case(np.array, A(3), dtype=np.float64, ndmin=1)
for copy in (True, *([None] if NEW else [False])):
    case(np.array, A(3), copy=copy)
case(np.ndarray.astype, A(3), np.float64)
case(np.ndarray.astype, F(3), np.float32, copy=True)
for x in (A(3), F(3)):
    case(np.ndarray.astype, x, np.float64, copy=False)
    if hasattr(np, "astype"):
        case(np.astype, x, np.float64, copy=False)
for function in (np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.asarray_chkfinite):
    case(function, A(3))
    case(function, [1.0, 2.0])
case(np.copy, A(3))
case(np.ndarray.astype, F(3), np.float64)
case(np.ndarray.astype, A(3), np.float64, copy=False)
if hasattr(np, "astype"):
    case(np.astype, F(3), np.float64)
    case(np.astype, A(3), np.float64, copy=False)
case(np.full, (2, 3), 1.3)
case(np.full, (2, 3), A(3))
case(np.full_like, A(2, 3), 1.3, _wrt=("fill_value",))
case(np.full_like, A(2, 3), 1.3, dtype=float, shape=(2,), _wrt=("fill_value",))
for function in (np.zeros_like, np.ones_like, np.empty_like, len, np.shape):
    case(function, A(2, 3), **({"_wrt": ()} if function is np.empty_like else {}))
case(np.zeros_like, A(2, 3), shape=(2,))
for function in (np.zeros, np.ones, np.empty, np.eye, np.identity, np.tri):
    case(function, 3)
for function in (bisect.bisect_left, bisect.bisect_right):
    case(function, np.array([0.1, 0.5, 0.9, 1.4]), 0.7)
for function in (np.bartlett, np.blackman, np.hamming, np.hanning):
    case(function, 5)
case(np.linspace, 1.0, 2.0, 5)
case(np.linspace, 1.0, 2.0, num=4, endpoint=False)
case(np.linspace, A(2), A(2), 3)
case(np.linspace, A(2), 1.0, 3, axis=1)
case(np.linspace, 1.0, 2.0, 1)
case(np.arange, 3)
case(np.arange, 0.3, 2.1, 0.5)
for keywords in ({}, {"indexing": "ij"}, {"sparse": True}):
    case(np.meshgrid, A(3), A(2), **keywords)
    case(np.meshgrid, A(3), A(2), A(4), **keywords)
case(np.meshgrid, A(3))
case(np.linspace, 1.0, 2.0, 5, retstep=True)
case(np.linspace, A(2), A(2), 3, axis=1, retstep=True, endpoint=False)
for mode in ("linear_ramp", "mean", "maximum", "minimum", "median"):
    for width in (2, (1, 3)):
        case(np.pad, D(5), width, mode=mode)
    case(np.pad, D(2, 3), ((1, 0), (2, 1)), mode)
case(np.pad, D(4), 2, mode="linear_ramp", end_values=1.0)
case(runtime.padding, A(7), D(3), 2, "maximum", True)
case(np.lib.stride_tricks.sliding_window_view, A(6), 3)
case(np.lib.stride_tricks.sliding_window_view, A(3, 4), (2, 2))
case(np.lib.stride_tricks.sliding_window_view, A(3, 4), 2, 1)
case(np.lib.stride_tricks.sliding_window_view, A(5), (2, 2), (0, 0))
case(runtime.writable, A(3, 3).diagonal())
case(runtime.unwindowed, A(4, 3), A(6), 3)
case(np.geomspace, 1.5, 4.0, 4)
case(np.geomspace, P(2), P(2), 3, axis=1)
case(np.logspace, 0.5, 1.5, 4)
case(np.logspace, 0.5, 1.5, 3, base=2.0)
case(np.logspace, A(2), A(2), 3, base=2.5)
for function in (np.ndarray.conj, np.ndarray.conjugate, np.conj):
    case(function, A(3))
    case(function, C(3))
for a in (A(3), C(2, 2)):
    case(np.real, a)
    case(np.ndarray.imag, a)
