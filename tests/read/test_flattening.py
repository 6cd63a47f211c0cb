"""Statements are taken apart into the same nodes each time: what is assumed of a place holds in the next reading."""

from __future__ import annotations

import copy
import linecache

import gast
import numpy as np
import pytest

import gradscribe
from gradscribe.errors import GradscribeError
from gradscribe.read.flattening import augmented, flattened, with_named_value


@pytest.mark.parametrize("function", [augmented, with_named_value])
def test_the_same_nodes(function):
    (node,) = gast.parse("x += f(y) * 2").body
    assert function(node) is function(node)
    assert function(copy.copy(node)) is not function(node)


def test_a_copy_is_taken_apart_further():
    (node,) = gast.parse("x = f(g(h(y)), 2)").body
    *parts, rest = flattened(node)
    assert flattened(node)[-1] is rest
    assert len(parts) == 1
    assert flattened(rest) is None


def test_a_loop_that_must_be_unrolled_inside_of_try():
    source = """
def f(x, b):
    b = b.copy()
    try:
        np.multiply.at(b, [3, 0], b[-1] if b[0] > 0.0 else x)
    except ValueError:
        x = x * x
    return x * np.sum(b)
"""
    linecache.cache["<unrolled>"] = (len(source), None, source.splitlines(keepends=True), "<unrolled>")
    scope = {"np": np}
    exec(compile(source, "<unrolled>", "exec"), scope)
    try:
        found = gradscribe.grad(scope["f"])(1.3, np.array([0.4, 0.3, 0.2, 0.7]))
    except GradscribeError as error:
        assert "settle" not in error.reason
    else:
        np.testing.assert_allclose(found, 0.4 * 0.7 + 0.3 + 0.2 + 0.7 * 0.7)
