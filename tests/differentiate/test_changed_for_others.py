"""`x op= v` changes what x is for all who hold it, also under another name, in a helper, or inside of `try`."""

import copy

import numpy as np
import pytest

from gradscribe import grad, value_and_grad
from gradscribe.errors import GradscribeError


def halved(x):
    k = np.array([1, 2])
    k /= 2
    return x * k[0]


def halved_rows(x):
    k = np.array([[1, 2], [3, 4]])
    k[:1] **= 0.5
    return x * k[0, 0]


def turned(x):
    k = np.array([1.0, 2.0])
    k *= 1j
    return x * k[0].real


@pytest.mark.parametrize("f", [halved, halved_rows, turned])
def test_what_does_not_fit_in_place_fails_as_it_does(f):
    with pytest.raises(TypeError) as plain:
        f(2.0)
    with pytest.raises(TypeError) as derived:
        grad(f)(2.0)
    assert str(plain.value) == str(derived.value)


def scaled(v):
    v *= 2.0
    return 1.0


def array_by_another_name(x):
    v = np.ones(3) * x
    w = v
    try:
        v *= x
    except ValueError:
        pass
    return np.sum(w)


def array_in_a_helper(x):
    v = np.ones(3) * x
    try:
        s = scaled(v)
    except ValueError:
        s = 0.0
    return s * np.sum(v)


def rows_in_a_loop(x):
    m = np.ones((2, 2)) * x
    try:
        for row in m:
            row *= x
    except ValueError:
        pass
    return np.sum(m)


def written_after_a_failure(x):
    v = np.ones(3) * x
    w = v
    for k in range(3):
        try:
            v += w * k
            if k == 1:
                raise ValueError
        except ValueError:
            v *= 3.0
    return np.sum(w)


def list_in_try(x):
    a = [x]
    b = a
    try:
        a += [x * x]
    except ValueError:
        pass
    return sum(b)


def dict_in_try(x):
    d = {1: x}
    t = d
    try:
        d |= {2: x * x}
    except ValueError:
        pass
    return sum(t.values())


def dict_joined(x):
    d = {1: x}
    t = d
    d |= {2: x * x}
    return sum(t.values())


def dict_joined_by_a_helper(x):
    def join(q):
        q |= {2: x}

    d = {1: x}
    join(d)
    return sum(d.values())


def dict_in_a_list(x):
    d = {"a": x}
    e = [d]
    e[0] |= {"b": 2 * x}
    return sum(d.values())


def dict_made_anew(x):
    d = {1: x}
    t = d
    d = d | {2: x * x}
    return sum(t.values()) + 3.0 * sum(d.values())


def list_repeated(x):
    a = [x]
    t = a
    a *= 2
    return sum(t)


def list_in_a_list(x):
    a = [x]
    b = [a]
    b[0] *= 3
    return sum(a)


def sets(x):
    s = {1, 2, 3}
    t = s
    s &= {2, 3, 4}
    s ^= {3, 5}
    s |= {7}
    s -= {2}
    return x * sum(t)


def frozen(x):
    s = frozenset((1, 2))
    t = s
    s |= {3}
    return x * len(t) + x * x * len(s)


def tuples(x):
    a = (x,)
    t = a
    a += (x * x,)
    return sum(t)


FUNCTIONS = [
    array_by_another_name, array_in_a_helper, rows_in_a_loop, written_after_a_failure, list_in_try, dict_in_try,
    dict_joined, dict_joined_by_a_helper, dict_in_a_list, dict_made_anew, list_repeated, list_in_a_list, sets, frozen,
    tuples,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_changes_are_seen_by_others(function):
    value, slope = value_and_grad(function)(1.5)
    assert value == pytest.approx(function(1.5))
    assert slope == pytest.approx((function(1.5 + 1e-5) - function(1.5 - 1e-5)) / 2e-5, rel=1e-8)


def test_an_argument_is_left_as_the_function_leaves_it():
    def f(b):
        try:
            b *= 2.0
        except ValueError:
            pass
        return np.sum(b * b)

    given = np.array([1.0, 2.0])
    left = copy.copy(given)
    np.testing.assert_allclose(grad(f)(given), 8.0 * left)
    np.testing.assert_array_equal(given, 2.0 * left)


def test_a_list_of_unknown_length_that_is_repeated_in_place_is_refused():
    def f(x, n):
        a = []
        for k in range(n):
            a.append(x * k)
        t = a
        a *= 2
        return sum(t)

    with pytest.raises(GradscribeError, match="changes what others may hold"):
        grad(f)(1.5, 3)
