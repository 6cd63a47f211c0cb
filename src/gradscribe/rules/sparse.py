"""Solving with sparse matrices, which are constant."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse.linalg as sl

from ..ir.primitives import define
from ..ir.types import NUMERIC
from .table import dispatching, linear

spsolve = dispatching(sl.spsolve)


def _solution(args: Any, keywords: Any) -> Any:
    dtype = getattr(args[0].type, "dtype", None)
    return args[1].type if dtype is not None and np.dtype(dtype).kind == "f" else NUMERIC


linear(
    define("spsolve", sl.spsolve, infer=_solution, parameters="A, b"),
    b=lambda g, z, A, b: spsolve(np.transpose(A), g),
)
