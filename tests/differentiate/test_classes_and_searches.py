"""Abstract classes, protocols, and searches in sorted lists, whose result has no derivative."""

from __future__ import annotations

import bisect
from abc import ABC, abstractmethod
from typing import Generic, Protocol, TypeVar

import numpy as np
import pytest

from gradscribe import check_grads, grad
from gradscribe.errors import UnsupportedCall

T = TypeVar("T")


class Shape(ABC):
    @abstractmethod
    def area(self): ...

    def cost(self, k=1.0):
        return k * self.area() ** 1.5


class Circle(Shape):
    def __init__(self, r):
        self.r = r

    def area(self):
        return 3.0 * self.r**2


class Rectangle(Shape):
    def __init__(self, w, h):
        self.w, self.h = w, h

    def area(self):
        return self.w * self.h

    def cost(self, k=1.0):
        return super().cost(k * 0.5) + self.h


class Layer(Protocol):
    def __call__(self, x): ...


class Linear(Layer):
    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return self.w * x


class Held(Generic[T]):
    def __init__(self, value: T):
        self.value = value


class Noisy(type):
    def __call__(cls, *args):
        return super().__call__(*[arg * 2.0 for arg in args])


class Doubled(metaclass=Noisy):
    def __init__(self, value):
        self.value = value


def shapes(x):
    known = [Circle(x), Rectangle(x, 2 * x), Circle(x * x)]
    return sum(s.cost(i + 1.0) for i, s in enumerate(known) if isinstance(s, Shape))


def protocol_and_generic(x):
    return Linear(x)(x) * Held(x).value


def spline(ys, q):
    xs = [0.0, 1.0, 2.5, 4.0]
    i = bisect.bisect(xs, q) - 1
    t = (q - xs[i]) / (xs[i + 1] - xs[i])
    return ys[i] * (1 - t) ** 2 * (1 + 2 * t) + ys[i + 1] * t * t * (3 - 2 * t)


def between(xs, q):
    i = bisect.bisect_left(xs, q, lo=1)
    return xs[i] * q - xs[i - 1]


@pytest.mark.parametrize(
    "f, args",
    [
        (shapes, (0.7,)),
        (protocol_and_generic, (0.7,)),
        (spline, ([0.3, 0.8, 0.1, 1.2], 1.7)),
        (between, ([0.0, 1.0, 2.0, 3.0], 1.5)),
        (between, (np.array([0.0, 1.0, 2.0, 3.0]), 1.5)),
    ],
)
def test_followed(f, args):
    check_grads(f, args, order=2)


def test_searches_are_called_by_their_public_name():
    derivative = grad(spline)
    derivative([0.3, 0.8, 0.1, 1.2], 1.7)
    assert "bisect.bisect_right(" in derivative.source
    assert "_bisect" not in derivative.source


def test_an_instance_whose_metaclass_makes_it_is_refused():
    with pytest.raises(UnsupportedCall, match="Doubled"):
        grad(lambda x: Doubled(x).value * x)(0.7)


def test_lengths_that_are_known_and_lengths_that_are_not():
    def blocks(a, b):
        m = np.block([[a * np.eye(2), b], [b.T, np.zeros((2, 2)) - np.eye(2)]])
        return np.linalg.slogdet(m)[1] + np.trace(np.linalg.inv(m))

    check_grads(blocks, (1.3, np.array([[0.3, 0.2], [0.1, -0.4]])))
