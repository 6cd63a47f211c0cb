"""Cases of the functions that pick, order or place entries."""

from __future__ import annotations

import numpy as np

from gradscribe import runtime
from rules.case import A, C, D, F, case

case(np.diag, A(3))
case(np.diag, A(3), k=1)
case(np.diag, A(3, 4))
case(np.diag, A(3, 4), -1)
case(np.diag, F(3, 3))
case(np.diagflat, A(2, 2), 1)
case(np.diagonal, A(3, 4))
case(np.diagonal, A(2, 3, 4), offset=1, axis1=-2, axis2=-1)
case(np.ndarray.diagonal, A(4, 3), offset=-1)
case(np.trace, A(3, 3))
case(np.trace, A(3, 4), offset=1)
case(np.trace, A(2, 3, 3), axis1=1, axis2=2)
case(np.trace, A(3, 2, 3, 2), axis1=0, axis2=2)
case(np.trace, C(3, 3))
case(runtime.with_diagonal, A(2), A(2, 3))
case(runtime.with_diagonal, A(4, 2), A(2, 3, 4), axis1=0, axis2=1)
case(runtime.added_at, A(3), np.array([0, 0, 2]), A(3))
case(runtime.added_along_axis, A(2, 3), np.array([[0, 0], [2, 1]]), A(2, 2), 1)
case(np.take, A(4), [0, 2, 2])
case(np.take, A(2, 3), [0, 2, 2])
case(np.take, A(2, 3), np.array([[0, 1], [1, 1]]), axis=1)
case(np.take, A(2, 3), 1, axis=0)
case(np.ndarray.take, C(3, 4), [0, 0, 1], axis=-1)
case(np.take_along_axis, A(2, 4), np.array([[3, 0, 0, 1], [1, 2, 2, 0]]), axis=1)
case(np.take_along_axis, A(2, 3), np.array([[0, 0, 1]]), axis=0)
case(np.take_along_axis, A(2, 3), np.array([0, 5, 0]), axis=None)
case(np.compress, [True, False, True], A(3))
case(np.compress, [True, False], A(2, 3), axis=0)
case(np.ndarray.compress, A(3, 4), [True, False, True], axis=0)
case(np.extract, np.array([[True, False], [True, True]]), A(2, 2))
for condition in (A(4) > 0.0,):
    case(np.select, [condition, A(4) > -0.5], [A(4), A(4)], default=1.5)
    case(np.select, [condition], [A(4)], A(4))
case(np.choose, np.array([0, 1, 0]), [A(3), A(3)])
case(np.choose, np.array([0, 1, 0]), [A(3), 2.0])
for keywords in ({}, {"axis": 0}, {"axis": None}):
    case(np.sort, D(3, 4), **keywords)
    case(np.argsort, D(3, 4), **keywords)
case(np.sort, D(5))
case(np.sort, F(5))
case(np.partition, D(5), 2)
case(np.partition, D(3, 2), 1, axis=0)
case(np.partition, D(3, 2), 1, axis=None)
case(np.argpartition, D(5), 2)
for function in (np.flatnonzero, np.nonzero, np.argwhere):
    case(function, A(3))
case(np.delete, A(4), 1)
case(np.delete, A(2, 4), [0, 2], axis=1)
case(np.delete, A(2, 4), [0, 2])
case(np.repeat, A(2, 2), 3)
case(np.repeat, A(2, 3), 2, axis=1)
case(np.repeat, A(3), [1, 0, 2])
case(np.repeat, A(2, 3), np.array([1, 0, 2]), axis=-1)
case(np.repeat, 1.3, 3)
for mode in ("clip", "wrap"):
    case(np.take, A(4), np.array([0, 7, -2]), mode=mode)
    case(np.take, A(2, 3), np.array([0, 7]), axis=1, mode=mode)
    case(np.take, A(2, 3), np.array([0, 7]), mode=mode)
