"""Calls that are wrong, or unusual: what Python says of them, or an error of ours; never a failure of the compiler."""

from __future__ import annotations

import linecache
import warnings
from dataclasses import dataclass

import numpy as np
import pytest

import gradscribe
from gradscribe import checkpoint, grad, jvp
from gradscribe.errors import BadArgument, GradscribeError, InternalError, UnsupportedCall
from gradscribe.read import lower
from gradscribe.read.special import SPECIAL

assert lower
OURS = ("gradscribe.read", "gradscribe.ir")  # what stands for something else
READ_SPECIALLY = [f for f in SPECIAL if not (getattr(f, "__module__", None) or "").startswith(OURS)]
GIVEN = ["", "x, x", "xs, g, x, x", "zz=x", "x, (int, 3)"]


def defined(text: str, **names):
    name = f"<{hash((text, *map(str, names.values())))}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    scope = {"np": np, **names}
    exec(compile(text, name, "exec"), scope)
    return scope["f"]


def outcome(call) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return f"gives {call()}"
        except InternalError as error:
            return f"fails: {error.__cause__!r}"
        except GradscribeError as error:
            return "refused" if error.hint else "no hint"
        except Exception:
            return "raises"


@pytest.mark.parametrize("function", READ_SPECIALLY, ids=lambda f: getattr(f, "__qualname__", repr(f)))
def test_functions_that_are_read_specially(function):
    for given in GIVEN:
        text = f"def f(x):\n    xs = [x, x]\n    array = np.array(xs)\n    called({given})\n    return x * x\n"
        f = defined(text, called=function, g=lambda *a: a[0])
        found = outcome(lambda f=f: grad(f)(1.5))
        assert found in ("gives 3.0", "refused", "raises"), given


def test_arguments_by_name():
    def f(x):
        return np.ndim(a=x) + abs(x) * len(list(reversed([x]))) + checkpoint(function=lambda v: v * v)(x)

    assert grad(f)(1.5) == 4.0


def test_a_loop_is_not_marked_by_checkpoint():
    def f(x):
        for _ in checkpoint(range(3), 4):
            x = x * x
        return x

    with pytest.raises(UnsupportedCall) as caught:
        grad(f)(1.5)
    assert "checkpointed" in caught.value.hint
    with pytest.raises(TypeError, match="checkpointed"):
        checkpoint(range(3))


def product(x, y):
    return x * y


WRONG = {
    "argnums": lambda: grad(product, argnums=1.5),
    "argnums of a Jacobian": lambda: gradscribe.jacobian(product, argnums=1.5),
    "no tuples": lambda: jvp(product, 1.0, 1.0),
    "linearize": lambda: gradscribe.linearize(product, 1.0),
    "vjp_each": lambda: gradscribe.vjp_each(product, 1.0),
    "hessian": lambda: gradscribe.hessian(product)(1.0),
    "trace": lambda: gradscribe.trace(product, 1.0),
}


@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG)
def test_wrong_arguments(call):
    with pytest.raises(BadArgument) as caught:
        call()
    assert caught.value.hint


OPERATED = {
    "__divmod__": "divmod(a, 2)", "__rdivmod__": "divmod(2, a)", "__round__": "round(a)", "__trunc__": "math.trunc(a)",
    "__ceil__": "math.ceil(a)", "__floor__": "math.floor(a)", "__reversed__": "reversed(a)", "__neg__": "-a",
    "__rsub__": "1 - a", "__invert__": "~a",
}  # fmt: skip


@pytest.mark.parametrize("slots", ["", "__slots__ = ()\n    "])
@pytest.mark.parametrize("method", OPERATED)
def test_special_methods_that_change_a_global(method, slots):
    text = f"""
import math
kept = 1.0

class Own:
    {slots}def {method}(self, *others):
        global kept
        kept = kept + 1.0
        return 5.0

def f(x, a):
    before = kept
    {OPERATED[method]}
    return x * before * kept
"""
    f = defined(text, __name__="own")
    f.__globals__["a"] = f.__globals__["Own"]()
    found = outcome(lambda: grad(f)(1.0, f.__globals__["a"]))
    assert found in ("gives 2.0", "refused")


class Pair:
    def __init__(self, v):
        self.v = v

    def __divmod__(self, other):
        return self.v * other, self.v + other

    def __rdivmod__(self, other):
        return self.v * other, self.v - other


pair = Pair(3.0)


def test_divmod_of_objects():
    def inside(x):
        (a, b), (c, d) = divmod(Pair(x), 2.0), divmod(2.0, Pair(x))
        return a * b + c * d

    def outside(x):
        a, b = divmod(pair, 2.0)
        return a * b * x

    assert grad(inside)(1.5) == 2 * (1.5 + 2.0) + 3.0 + 2 * (1.5 - 2.0) + 3.0
    assert grad(outside)(1.5) == 30.0
    assert grad(lambda p, x: divmod(p, x)[0] * x, argnums=1)(pair, 2.0) == 12.0


@dataclass
class Guarded:
    a: float
    b: float

    def __getattribute__(self, name):
        if name == "b":
            raise AttributeError(name)
        return object.__getattribute__(self, name)


def test_fields_that_cannot_be_had():
    def f(p, x):
        return p.a * x

    assert grad(f, argnums=1)(Guarded(2.0, 1.0), 3.0) == 2.0
    assert jvp(f, (Guarded(2.0, 1.0), 3.0), (None, 1.0)) == (6.0, 2.0)
    for call in (
        lambda: grad(f)(Guarded(2.0, 1.0), 3.0),
        lambda: jvp(f, (Guarded(2.0, 1.0), 3.0), (Guarded(2.0, 1.0), 1.0)),
        lambda: jvp(f, (Guarded(2.0, 1.0), 3.0), (1.0, 1.0)),
    ):
        with pytest.raises(BadArgument, match="no derivative"):
            call()
