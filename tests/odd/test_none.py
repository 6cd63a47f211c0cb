"""Values that are None on one path: what the function does with None, its derivative does."""

from __future__ import annotations

import copy
import linecache

import numpy as np
import pytest

import gradscribe

MADE = {"number": "x * 1.0", "tuple": "(x, x)", "array": "np.array([x, x])", "dict": "{'a': x}", "list": "[x, x * x]"}
USES = [
    "x * 2 if isinstance(c, float) else x * 3",
    "x * 2 if hasattr(c, 'real') else x * 3",
    "x * 2 if type(c) is type(None) else x * 3",
    "x * 2 if c == 3.0 else x * 3",
    "x * 2 if c != 3.0 else x * 3",
    "x * 2 if None == c else x * 3",
    "x * 2 if c in (None, 1.0) else x * 3",
    "x * 2 if callable(c) else x * 3",
    "x * 2 if not c else x * 3",
    "x * len(str(c)[:3])",
    "x * 2 if c is None else x * 3",
    "x * 2 if (c is None and x > 0) else x * 3",
    "x * 2 if (c is None or len(c) > 5) else x * 3",
    "x * len([v for v in (c, x) if v is not None])",
    "x * 2 if [c] == [None] else x * 3",
    "x * 2 if f'{c}' == 'None' else x * 3",
    "x * 2 if np.ndim(c) else x * 3",
    "x * 2 if np.size(c) == 1 else x * 3",
    "x * (lambda v=None: 2 if v is None else 3)(c)",
    "x * 2 if copy.copy(c) is None else x * 3",
    "x * (c is not None and 3.0)",
    "x * 2 if c.__class__ is float else x * 3",
    "x * 2 if c.__class__ == type(None) else x * len(c.__class__.__name__)",
    "x * c + 1",
    "x + abs(c)",
    "x * c[0]",
    "x * c.real",
    "x * len(c)",
    "-c * x",
    "np.multiply(c, x)",
]


def _made(use: str, value: str):
    source = f"def f(x):\n    c = None\n    if x > 1.0:\n        c = {value}\n    return {use}\n"
    name = f"<{use} of {value}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    scope = {"np": np, "copy": copy}
    exec(compile(source, name, "exec"), scope)
    return scope["f"]


def _slope(f, x):
    try:
        return np.sum((np.asarray(f(x + 1e-6)) - np.asarray(f(x - 1e-6))) / 2e-6)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("use", USES)
def test_none_is_none(use, kind):
    f = _made(use, MADE[kind])
    for x in (0.7, 1.7):
        expected = _slope(f, x)
        try:
            found = np.sum(gradscribe.grad(f)(x))
        except gradscribe.GradscribeError:
            continue
        except Exception as error:
            found = type(error)
        if isinstance(expected, type):
            assert found is expected
        else:
            np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_what_a_branch_has_ruled_out_is_not_tested_again():
    def f(xs):
        best = None
        for v in xs:
            pair = (v, v * v)
            if best is None or pair[1] < best[1]:
                best = pair
        return best[0] * best[1]

    derivative = gradscribe.grad(f)
    np.testing.assert_allclose(derivative(np.array([2.0, 0.5, 3.0])), [0.0, 0.75, 0.0])
    assert derivative.source.count("raise TypeError") == 1
    with pytest.raises(TypeError, match="subscriptable"):
        derivative(np.zeros(0))
