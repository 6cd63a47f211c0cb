"""A kernel as the programmer left it, and the loss around it: copy the arguments, run the kernel, sum the squares."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradscribe.numerical import copied

from .case import Case, active


@dataclass
class Programs:
    """The kernels of one file. Calling it lists a kernel with its arguments."""

    category: str
    cases: list[Case] = field(default_factory=list)
    kernels: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def __call__(self, kernel: Callable[..., Any], *args: Any, argnums: tuple[int, ...] | None = None) -> None:
        chosen = active(args) if argnums is None else argnums
        name = kernel.__name__
        while name in self.kernels:
            name += "_"
        self.kernels[name] = kernel
        self.cases.append(Case(loss_of(kernel, args, name), args, self.category, chosen))


def loss_of(kernel: Callable[..., Any], args: tuple[Any, ...], name: str) -> Callable[..., Any]:
    """A function with source of its own that leaves its arguments alone and returns the sum of the squares of all that
    the kernel returns or writes."""
    text = loss_text(kernel, args, name)
    filename = f"<loss of {kernel.__module__}.{name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    made: dict[str, Any] = {"kernel": kernel, "np": np, "__name__": f"{kernel.__module__}.losses"}
    exec(compile(text, filename, "exec"), made)  # noqa: S102
    return made[name]


def loss_text(kernel: Callable[..., Any], args: tuple[Any, ...], name: str) -> str:
    """The source of the loss; what the kernel writes is found by running it once."""
    names = list(inspect.signature(kernel).parameters)[: len(args)]
    given = [copied(arg) for arg in args]
    with np.errstate(all="ignore"):
        result = kernel(*given)
    arrays = [k for k, arg in enumerate(args) if isinstance(arg, np.ndarray) and arg.dtype.kind in "fc"]
    written = [k for k in arrays if not np.array_equal(given[k], args[k], equal_nan=True)]
    terms = [square(names[k], given[k]) for k in written] + result_terms(result)
    lines = [f"def {name}({', '.join(names)}):"]
    lines += [f"    {names[k]} = {names[k]}.copy()" for k in arrays]
    returned = bool(result_terms(result))
    lines.append(f"    {'out = ' if returned else ''}kernel({', '.join(names)})")
    lines.append(f"    return {' + '.join(terms)}")
    return "\n".join(lines) + "\n"


def result_terms(result: Any) -> list[str]:
    if isinstance(result, (tuple, list)):
        return [square(f"out[{k}]", each) for k, each in enumerate(result) if is_continuous(each)]
    return [square("out", result)] if is_continuous(result) else []


def is_continuous(value: Any) -> bool:
    return isinstance(value, (np.ndarray, float, complex, np.generic)) and np.asarray(value).dtype.kind in "fc"


def square(name: str, value: Any) -> str:
    if np.asarray(value).dtype.kind == "c":
        return f"np.sum(np.abs({name}) ** 2)"
    return f"np.sum({name} * {name})"
