"""Functions as people write them in statistics, learning, physics and numerics: forward, reverse, second order."""

import warnings

import numpy as np
import pytest

from applications import idioms, models
from gradscribe import check_grads

CASES = [*models.CASES, *idioms.CASES]
TWICE = {"lstm", "sinkhorn", "fem", "inplace_views", "gp", "newton_sqrt", "rk4", "copies", "classes", "nonlocal_"}


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_first_order(case, mode):
    function, args, _ = case
    single = any(getattr(a, "dtype", None) == np.float32 for a in args)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check_grads(function, args, mode, rtol=1e-2 if single else 1e-5, atol=1e-6)


@pytest.mark.parametrize("case", [c for c in CASES if c[0].__name__ in TWICE], ids=lambda case: case[0].__name__)
def test_second_order(case):
    function, args, _ = case
    check_grads(function, args, order=2, rtol=1e-5, atol=1e-6)
