"""Print derivatives of a few functions, to judge by eye: `python tests/write/show.py [name ...]`."""

from __future__ import annotations

import math
import sys

import numpy as np

from gradscribe.ir.types import FLOAT, INT, Type, type_of
from gradscribe.pipeline import compile_derivative

ARRAY = type_of(np.ones(4), "x")


def horner(x, cs):  # type: ignore[no-untyped-def]
    s = 0.0
    for c in cs:
        s = s * x + c
    return s


def growth(x, n):  # type: ignore[no-untyped-def]
    s = 1.0
    for i in range(n):
        if s > 3.0:
            s = s * x
        else:
            s = s + math.sin(x) * i
    return s


def smooth(x, c):  # type: ignore[no-untyped-def]
    x = x.copy()
    for i in range(1, len(x)):
        x[i] += c * x[i - 1]
    return np.sum(x * x)


def newton(a):  # type: ignore[no-untyped-def]
    r = a
    while True:
        new = 0.5 * (r + a / r)
        if abs(new - r) < 1e-12:
            break
        r = new
    return new


CASES: list[tuple[object, dict[str, Type]]] = [
    (horner, {"x": FLOAT, "cs": ARRAY}),
    (growth, {"x": FLOAT, "n": INT}),
    (smooth, {"x": ARRAY, "c": FLOAT}),
    (newton, {"a": FLOAT}),
]


def main(names: list[str]) -> None:
    for function, types in CASES:
        if not names or function.__name__ in names:  # type: ignore[attr-defined]
            first = next(iter(types))
            print(compile_derivative(function, types, {}, "reverse", [first]).written.text)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1:])
