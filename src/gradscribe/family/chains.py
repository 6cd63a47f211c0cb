"""The Jacobian of a chain of functions, its factors multiplied in the order that takes the fewest operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arguments import title
from ..errors import BadArgument
from .jacobians import Jacobian

Order = int | tuple["Order", "Order"]
"""A factor by its position, or a product of two."""


@dataclass(frozen=True)
class Accumulation:
    """What the orders of multiplying the Jacobians of a chain cost, in multiplications of numbers.

    Args:
        sizes: the number of entries of the argument, of each value between, and of the result.
        forward: from the argument on, as forward mode does.
        reverse: from the result back, as reverse mode does.
        optimal: the least there is.
        order: how the least is reached: `((f4 f3) (f2 f1))`.
    """

    sizes: tuple[int, ...]
    forward: int
    reverse: int
    optimal: int
    order: str

    def __str__(self) -> str:
        sizes = " -> ".join(map(str, self.sizes))
        costs = f"forward {self.forward}, reverse {self.reverse}, optimal {self.optimal}"
        return f"{sizes}: {costs} multiplications, {self.order}"


def best_order(sizes: Sequence[int]) -> tuple[int, Order]:
    """The least number of multiplications for a chain of factors, and the order, by dynamic programming.

    Factor k (from 0) has `sizes[k + 1]` rows and `sizes[k]` columns; the product is that of all, the last one leftmost.
    """
    count = len(sizes) - 1
    least: dict[tuple[int, int], tuple[int, Order]] = {(k, k): (0, k) for k in range(count)}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            options = []
            for cut in range(first, last):
                (low, right), (high, left) = least[first, cut], least[cut + 1, last]
                cost = low + high + sizes[last + 1] * sizes[cut + 1] * sizes[first]
                options.append((cost, cut, (left, right)))
            cost, _, order = min(options, key=lambda option: option[:2])
            least[first, last] = cost, order
    return least[0, count - 1]


def accumulation(sizes: Sequence[int], names: Sequence[str]) -> Accumulation:
    """The costs of a chain with these sizes."""
    count = len(sizes) - 1
    forward = sum(sizes[k + 1] * sizes[k] * sizes[0] for k in range(1, count))
    reverse = sum(sizes[-1] * sizes[k + 1] * sizes[k] for k in range(count - 1))
    optimal, order = best_order(sizes)
    return Accumulation(tuple(sizes), forward, reverse, optimal, _shown(order, names))


def _shown(order: Order, names: Sequence[str]) -> str:
    if isinstance(order, int):
        return names[order]
    return f"({_shown(order[0], names)} {_shown(order[1], names)})"


class ChainJacobian:
    """The Jacobian of `x -> fn(... f2(f1(x)))`.

    Attributes:
        report: the costs at the last point, None before any call.
    """

    def __init__(self, functions: Sequence[Callable[[Any], Any]], order: str = "optimal") -> None:
        if not functions or not all(map(callable, functions)):
            raise BadArgument("a chain is a sequence of functions, the first applied first")
        if order not in ("forward", "reverse", "optimal"):
            raise BadArgument(f"order is 'forward', 'reverse' or 'optimal', not {order!r}")
        self.functions, self.order = tuple(functions), order
        self.report: Accumulation | None = None
        self._factors = [Jacobian(f, mode="auto") for f in self.functions]

    def __call__(self, x: Any) -> Any:
        shape, values, factors = np.shape(x), [x], []
        for function, jacobian in zip(self.functions, self._factors, strict=True):
            value = function(values[-1])
            factor = jacobian(values[-1])
            if not isinstance(value, (float, np.ndarray, np.generic)):
                raise BadArgument(f"{title(function)} returns {type(value).__name__}; a chain is of arrays and numbers")
            factors.append(np.reshape(factor, (np.size(value), np.size(values[-1]))))
            values.append(value)
        sizes = [int(np.size(value)) for value in values]
        self.report = accumulation(sizes, [getattr(f, "__name__", f"f{k}") for k, f in enumerate(self.functions, 1)])
        return np.reshape(_product(factors, self._chosen(sizes)), (*np.shape(values[-1]), *shape))

    def _chosen(self, sizes: Sequence[int]) -> Order:
        count = len(self.functions)
        if self.order == "optimal":
            return best_order(sizes)[1]
        order: Order = 0 if self.order == "forward" else count - 1
        for k in range(1, count):
            order = (k, order) if self.order == "forward" else (order, count - 1 - k)
        return order

    def __repr__(self) -> str:
        names = " -> ".join(title(f) for f in self.functions)
        return f"<Jacobian of {names}, order {self.order}>"


def _product(factors: Sequence[np.ndarray], order: Order) -> np.ndarray:
    if isinstance(order, int):
        return factors[order]
    return _product(factors, order[0]) @ _product(factors, order[1])
