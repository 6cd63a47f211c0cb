"""The result of an einsum of several operands is memory of its own; of one operand it may be a view."""

from __future__ import annotations

import numpy as np
import pytest

from gradscribe import check_grads, grad
from gradscribe.errors import UntrackableAlias


def attention(p, v):
    p = p * 1.0
    p /= p.sum(-1, keepdims=True)
    out = np.einsum("hij,hjd->ihd", p, v).reshape(v.shape[1], -1)
    out[0] *= 2.0
    return np.sum(out * out) + np.sum(p**3)


def optimized(p, v):
    out = np.einsum("hij,hjd->ihd", p, v, optimize=True)
    out += 1.0
    return np.sum(out * out * out.shape[0])


@pytest.mark.parametrize("f", [attention, optimized])
@pytest.mark.parametrize("order", [1, 2])
def test_results_of_several_operands_are_written(f, order):
    random = np.random.default_rng(0)
    check_grads(f, (random.uniform(0.5, 1.5, (2, 4, 4)), random.standard_normal((2, 4, 3))), order=order)


def test_subscripts_that_may_make_a_view_are_refused():
    def f(x):
        y = np.einsum("ij->i", x)  # a view where there is one column
        y *= 2.0
        return np.sum(y * x[0])

    with pytest.raises(UntrackableAlias, match="may share memory"):
        grad(f)(np.ones((3, 3)))


def test_the_windows_of_numpy_have_one_dimension():
    def entropy(x):
        power = np.abs(np.fft.rfft(x * np.hanning(len(x)))) ** 2
        power /= power.sum()
        return -(power * np.log(power + 1e-12)).sum()

    check_grads(entropy, (np.random.default_rng(0).standard_normal(16),))
