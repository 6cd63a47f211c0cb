"""Identities hold for what values are when they are read."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe


def negated(a):
    a = -a
    a[0] += 4.0
    return np.sum(a * a)


def scaled(a):
    b = 2.0 * a
    b[1] = 3.0 * a[0]
    return np.sum(b * b * b)


@pytest.mark.parametrize("function", [negated, scaled])
def test_what_is_written_later_is_no_expression(function):
    a = np.array([1.0, -2.0, 0.5])
    found = gradscribe.grad(function)(a.copy())
    for k in range(len(a)):
        step = np.where(np.arange(len(a)) == k, 1e-6, 0.0)
        assert abs((function(a + step) - function(a - step)) / 2e-6 - found[k]) < 1e-6
