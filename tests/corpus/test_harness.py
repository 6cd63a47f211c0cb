"""The judge is judged: answers that are right, nearly right, late or refused, from a stand-in for the tool."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe
from gradscribe.errors import Location, UnsupportedSyntax
from gradscribe.numerical import flatten, numerical_gradient

from .harness import judge


def stand_in(change):
    """A `value_and_grad` by differences whose gradients pass through `change`."""

    def value_and_grad(f, argnums):
        def run(*args):
            gradients = []
            for k in [argnums] if isinstance(argnums, int) else argnums:
                before = sum(len(flatten(arg)[0]) for arg in args[:k])
                leaves, build = flatten(args[k])
                found = [numerical_gradient(f, args, before + j).value[()] for j in range(len(leaves))]
                gradients.append(build([change(g) for g in found]))
            return f(*args), tuple(gradients) if isinstance(argnums, tuple) else gradients[0]

        return run

    return value_and_grad


@pytest.fixture
def tool(monkeypatch):
    return lambda made: monkeypatch.setattr(gradscribe, "value_and_grad", made, raising=False)


def product(p, n):
    print("once")
    return n * p["a"] * np.sum(p["w"] ** 2)


ARGS = ({"a": 2.0, "w": np.array([1.0, -2.0])}, 3)


def test_right(tool):
    tool(stand_in(lambda g: g))
    assert judge(lambda x: np.sum(x * x), (np.ones(3),)) == "right"


def test_nearly_right_is_wrong(tool):
    tool(stand_in(lambda g: g * (1 + 1e-4)))
    assert judge(lambda x: np.sum(x * x), (np.ones(3),)).startswith("wrong: argument 0: [0] is 2.0002")


def test_wrong_shape(tool):
    tool(stand_in(np.sum))
    assert judge(lambda x: np.sum(x * x), (np.ones(3),)) == "wrong: argument 0: shape () instead of (3,)"


def test_refused_crashed_late(tool):
    def refuses(f, argnums):
        raise UnsupportedSyntax("no", Location("f.py", 1, 0, 1, "f", "f"), "do")

    tool(refuses)
    assert judge(lambda x: x, (1.0,)).startswith("refused: UnsupportedSyntax: ")
    tool(lambda f, argnums: 1 / 0)
    assert judge(lambda x: x, (1.0,)).startswith("crash: ZeroDivisionError")

    def slow(f, argnums):
        while True:
            pass

    tool(slow)
    assert judge(lambda x: x, (1.0,), seconds=1) == "hang"


def test_arguments_must_be_left_as_the_function_leaves_them(tool):
    def doubles(x):
        x *= 2.0
        return np.sum(x)

    def careless(f, argnums):
        return lambda x: (2.0 * np.sum(x), np.full(3, 2.0))

    tool(careless)
    assert "argument 0 is left as" in judge(doubles, (np.ones(3),))


def test_shared_memory_is_seen(tool):
    tool(lambda f, argnums: lambda x: (f(x), x))
    assert judge(lambda x: 0.5 * np.sum(x * x), (np.ones(3),)) == "wrong: a gradient shares memory with an argument"


def test_printing_twice_is_seen(tool):
    gradients = {"a": 15.0, "w": np.array([12.0, -24.0])}
    tool(lambda f, argnums: lambda *args: (f(*args), f(*args), gradients)[1:])
    assert judge(product, ARGS).startswith("wrong: printed 'once\\nonce\\n'")
    tool(lambda f, argnums: lambda *args: (f(*args), gradients))
    assert judge(product, ARGS) == "right"


def test_two_arguments_that_share_memory(tool):
    def adds(u, v):
        u += v
        return np.sum(u * u * v)

    shared = np.ones(3)
    tool(stand_in(lambda g: g))
    assert judge(adds, (shared, shared), (0, 1)).startswith("wrong")
