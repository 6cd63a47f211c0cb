"""What a case is: a function exactly as its author wrote it, with arguments. Functions are listed, never wrapped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradscribe.numerical import flatten


@dataclass(frozen=True)
class Case:
    """One function to differentiate.

    Args:
        function: what the user wrote.
        args: where to differentiate it.
        category: the kind of construct that it shows.
        argnums: the positions of the arguments to differentiate by.
        kwargs: further arguments, constant.
        scalar: whether the result is one real number (else a small structure).
        refused: whether a refusal is as good as an answer (the construct is outside the language).
        single: whether it computes in single precision on the way, whatever its arguments are.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    category: str
    argnums: tuple[int, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    scalar: bool = True
    refused: bool = False
    single: bool = False

    @property
    def name(self) -> str:
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__qualname__}"


@dataclass
class Table:
    """The cases of one category, in the order of the file."""

    category: str
    cases: list[Case] = field(default_factory=list)

    def __call__(
        self, function: Callable[..., Any], *args: Any, argnums: tuple[int, ...] | None = None, **more: Any
    ) -> None:
        """List `function` with its arguments. By default it is differentiated by all that hold a float."""
        chosen = active(args) if argnums is None else argnums
        self.cases.append(Case(function, args, self.category, chosen, **more))


def active(args: tuple[Any, ...]) -> tuple[int, ...]:
    """The positions of the arguments that hold a float, a complex number or an array of such."""
    return tuple(k for k, arg in enumerate(args) if flatten(arg, top=False)[0])


def array(*shape: int, seed: int = 0) -> np.ndarray:
    """A fixed array without special values: entries between 0.2 and 1.8 in modulus, of both signs."""
    random = np.random.default_rng(seed)
    return random.uniform(0.2, 1.8, shape) * random.choice([-1.0, 1.0], shape)


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    """A fixed array of entries between 0.2 and 1.8."""
    return np.random.default_rng(seed).uniform(0.2, 1.8, shape)
