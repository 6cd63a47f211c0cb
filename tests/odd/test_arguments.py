"""Arguments of any kind: the derivative is right, with the type of the argument, or refused."""

from __future__ import annotations

import dataclasses
import decimal
import fractions
import math

import numpy as np
import pytest

from gradscribe import grad, jvp, vjp
from gradscribe.errors import BadArgument, BadResult, GradscribeError, InternalError, NotAsAssumed


class Sub(np.ndarray):
    pass


class Single(float):
    pass


def squares(x):
    return np.sum(x * x)


def mixed(x):
    return np.sum(np.sin(x) * x) + np.mean(x)


def loop(x):
    total = 0.0
    for v in x:
        total += v * v
    return total


def written(x):
    x = x.copy()
    x[0] = x[-1] * 2
    return np.sum(x * x)


def overwritten(x):
    x[0] = x[-1] * 2
    return np.sum(x * x)


READ_ONLY = np.arange(3.0)
READ_ONLY.flags.writeable = False
UNALIGNED = np.frombuffer(b"\0" + np.arange(3.0).tobytes(), dtype="f8", offset=1)

# name, argument: the gradient has the same shape and the precision of the argument
ARRAYS = {
    "0-d": np.array(2.0),
    "empty": np.array([]),
    "empty rows": np.zeros((0, 3)),
    "float16": np.array([1, 2], np.float16),
    "float32": np.array([1, 2], np.float32),
    "longdouble": np.array([1, 2], np.longdouble),
    "read-only": READ_ONLY,
    "Fortran-ordered": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "strided": np.arange(10.0)[::3],
    "reversed": np.arange(4.0)[::-1],
    "unaligned": UNALIGNED,
    "big-endian": np.array([1.0, 2.0], ">f8"),
    "broadcast": np.broadcast_to(1.5, (3,)),
    "ones in the shape": np.ones((3, 1)),
    "infinite": np.array([np.inf, 1.0]),
    "nan": np.array([np.nan, 1.0]),
}


@pytest.mark.parametrize("x", ARRAYS.values(), ids=ARRAYS)
def test_arrays(x):
    with np.errstate(all="ignore"):
        found = grad(squares)(x)
        np.testing.assert_array_equal(found, 2 * x)
        again = grad(mixed)(x) if x.size else x
    assert np.shape(found) == x.shape == np.shape(again)
    assert np.result_type(found).newbyteorder("=") == x.dtype.newbyteorder("=")
    if isinstance(found, np.ndarray) and x.size:
        assert found.flags.writeable and not np.shares_memory(found, x)


@pytest.mark.parametrize("x", [np.float16(2), np.float32(2), np.float64(2), np.longdouble(2), 2.0, 2, math.inf])
def test_numbers(x):
    assert grad(squares)(x) == 2 * x
    plain = isinstance(x, np.generic) and type(2.0 * x) is type(x)  # which NumPy 1 does not do in single precision
    assert not plain or type(grad(squares)(x)) is type(x)


@pytest.mark.parametrize("name", ["strided", "reversed", "Fortran-ordered", "float32", "big-endian", "unaligned"])
@pytest.mark.parametrize("f", [written, overwritten])
def test_written_arrays(f, name):
    x = np.array(ARRAYS[name]) if name == "unaligned" else ARRAYS[name].copy("K")
    wanted = 2.0 * x
    wanted[-1] += 8.0 * x[-1]
    wanted[0] = 0.0
    np.testing.assert_allclose(grad(f)(x), wanted)


def test_a_read_only_array_that_is_written_raises_what_the_function_raises():
    with pytest.raises(ValueError, match="read-only"):
        overwritten(READ_ONLY)
    with pytest.raises(ValueError, match="read-only"):
        grad(overwritten)(READ_ONLY)


REFUSED = {
    "a string": "abc",
    "bytes": b"12",
    "None": None,
    "a boolean": True,
    "booleans": np.array([True]),
    "integers": np.array([1, 2]),
    "a NumPy integer": np.int64(3),
    "an integer that is too large": 10**400,
    "objects": np.array([1.0, 2.0], object),
    "strings": np.array(["a"]),
    "records": np.array([(1.0, 2.0)], dtype=[("a", "f8"), ("b", "f8")]),
    "record array": np.rec.array([(1.0, 2.0)], dtype=[("a", "f8"), ("b", "f8")]),
    "a date": np.datetime64("2020-01-01"),
    "masked": np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0]),
    "matrix": np.matrix([[1.0, 2.0], [3.0, 4.0]]),
    "subclass": np.arange(3.0).view(Sub),
    "a subclass of float": Single(2.0),
    "Decimal": decimal.Decimal(2),
    "Fraction": fractions.Fraction(1, 2),
    "a set": {1.0},
    "a range": range(3),
    "a generator": (i for i in range(3)),
    "a function": math.sin,
    "a class": float,
    "...": ...,
    "an empty list": [],
    "an empty tuple": (),
    "a list of integers": [1, 2],
    "a memoryview": memoryview(b"ab"),
}


@pytest.mark.parametrize("x", REFUSED.values(), ids=REFUSED)
def test_refused(x):
    with pytest.raises(BadArgument, match="squares") as caught:
        grad(squares)(x)
    assert caught.value.lineno == squares.__code__.co_firstlineno and caught.value.hint
    with pytest.raises(BadArgument):
        vjp(squares, x)
    with pytest.raises(BadArgument):
        jvp(squares, (x,), (None,))


@pytest.mark.parametrize("x", [[1.0, 2.0], (1.0, 2.0), {"a": 1.0}, [[1.0], [2.0]], [1.0, "a", None]], ids=repr)
@pytest.mark.parametrize("f", [squares, lambda x: x * x, lambda x: x - 1.0, written])
def test_lists_have_no_arithmetic(f, x):
    """`x * x` of lists fails in the function: the derivative does not compute as if they were arrays."""
    for way in (lambda: grad(f)(x), lambda: vjp(f, x), lambda: jvp(f, (x,), (x,))):
        with pytest.raises((GradscribeError, TypeError, KeyError, AttributeError)) as caught:
            way()
        assert not isinstance(caught.value, InternalError)


@pytest.mark.parametrize("x", [[1.0, 2.0], (1.0, 2.0), [0.5]])
def test_lists(x):
    assert grad(loop)(x) == type(x)(2.0 * v for v in x)


@pytest.mark.parametrize("x", [1 + 2j, np.array([1 + 2j]), np.complex64(1j)])
def test_complex(x):
    with pytest.raises(BadResult, match="complex"):
        grad(squares)(x)


def test_an_array_as_result_is_refused_when_it_shows():
    np.testing.assert_array_equal(grad(loop)(np.arange(3.0)), [0.0, 2.0, 4.0])
    for x in (np.ones((3, 2)), np.ones((3, 1))):
        with pytest.raises((BadResult, NotAsAssumed), match="array"):
            grad(loop)(x)


def test_300_arguments(tmp_path):
    names = [f"x{k}" for k in range(300)]
    path = tmp_path / "many.py"
    path.write_text(f"def f({', '.join(names)}):\n    return {' + '.join(f'{k} * {n}' for k, n in enumerate(names))}\n")
    scope = {}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    assert grad(scope["f"], argnums=range(300))(*[1.0] * 300) == tuple(map(float, range(300)))
    assert grad(scope["f"], argnums="x299")(*[1.0] * 300) == 299.0


@pytest.mark.parametrize("tangent", [np.ones(3), "a", 1j, (1.0,), {"a": 1.0}, 10**400, None], ids=repr)
def test_tangents_and_adjoints_that_do_not_fit(tangent):
    with pytest.raises(BadArgument):
        jvp(squares, (2.0,), (tangent,))
    if tangent is not None:
        with pytest.raises(BadArgument):
            vjp(squares, 2.0)[1](tangent)


@pytest.mark.parametrize("adjoint", [1.0, (1.0,), (1.0, 2.0, 3.0), {"a": 1.0}, (np.ones(2), 1.0), None, "a"], ids=repr)
def test_adjoints_of_structures_that_do_not_fit(adjoint):
    def pair(x):
        return x * x, 3.0 * x

    with pytest.raises(BadArgument):
        vjp(pair, 2.0)[1](adjoint)
    assert vjp(pair, 2.0)[1]((1.0, 1)) == (7.0,)


def test_what_a_pullback_holds_is_its_own():
    """The caller may write to the arguments, and to what the function reads outside, before the pullback is called."""
    scope = {"scale": 2.0, "table": np.ones(3)}

    def f(x, p):
        return np.sum(scope["scale"] * x * x * scope["table"]) + np.sum(p["w"] * x), 2.0 * x

    x, w = np.arange(3.0), np.ones(3)
    p = {"w": w}
    value, pull = vjp(f, x, p)
    x[:] = w[:] = scope["table"][:] = 100.0
    value[1][:] = 50.0
    scope["scale"], p["w"] = 9.0, np.zeros(3)
    for _ in range(2):
        bx, bp = pull((1.0, np.zeros(3)))
        np.testing.assert_array_equal(bx, 4.0 * np.arange(3.0) + 1.0)
        np.testing.assert_array_equal(bp["w"], np.arange(3.0))
        bx[:] = 7.0


class Holder:
    """Its `__init__` takes other things than its fields, and changes them."""

    def __init__(self, a):
        self.a, self._b = 2.0 * a, np.array([a])


@dataclasses.dataclass
class Checked:
    a: float
    b: float = dataclasses.field(init=False, default=1.0)

    def __post_init__(self):
        self.a = abs(self.a)


def test_instances_whose_init_does_more_than_keep_fields():
    found = grad(lambda p: -3.0 * p.a + np.sum(p._b))(Holder(2.0))
    assert (type(found), found.a, found._b.tolist()) == (Holder, -3.0, [1.0])
    found = grad(lambda p: -3.0 * p.a * p.b)(Checked(2.0))
    assert (type(found), found.a, found.b) == (Checked, -3.0, -6.0)


def test_structures_that_hold_themselves():
    items, table = [2.0], {"a": 2.0}
    items.append(items)
    table["again"] = table
    for held, f in ((items, lambda x, p: x * p[0]), (table, lambda x, p: x * p["a"])):
        assert grad(f)(1.0, held) == 2.0
