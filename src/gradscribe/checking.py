"""`check_grads`: the derivatives of a function against differences, and forward mode against reverse mode.

It uses the public API alone, as a user would; the numbers that it compares with are those of `numerical`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import BadArgument, GradientMismatch
from .explain.parting import Parting, first_parting
from .explain.parting_back import AdjointParting, last_parting
from .numerical import Estimate, Leaf, argument_leaves, copied, flatten, numbers, numerical_gradient, numerical_jvp

Function = Callable[..., Any]

_OF_GRADIENT = "gradient: "


@dataclass(frozen=True)
class Comparison:
    """One array of numbers, got and expected.

    Args:
        what: the mode and the argument, in words.
        entry: where the difference is largest in proportion to what is allowed.
        got, expected: the two numbers there.
        excess: how often the difference is what is allowed; right is at most 1.
    """

    what: str
    entry: str
    got: complex
    expected: complex
    excess: float

    @property
    def right(self) -> bool:
        return self.excess <= 1.0

    def __str__(self) -> str:
        verdict = "ok" if self.right else "WRONG"
        return f"{verdict:5} {self.what}{self.entry}: {_short(self.got)}, expected {_short(self.expected)}"


@dataclass(frozen=True)
class Report:
    """All that `check_grads` compared; prints as a table."""

    comparisons: tuple[Comparison, ...]

    @property
    def right(self) -> bool:
        return all(one.right for one in self.comparisons)

    @property
    def worst(self) -> Comparison:
        return max(self.comparisons, key=lambda one: one.excess)

    def __str__(self) -> str:
        return "\n".join(map(str, self.comparisons))


def check_grads(
    f: Function,
    args: Sequence[Any],
    modes: Sequence[str] | str = ("forward", "reverse"),
    order: int = 1,
    *,
    argnums: int | Sequence[int] | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    kwargs: dict[str, Any] | None = None,
) -> Report:
    """Check the derivatives of a function at one point.

    Forward mode is compared with central differences in a random direction, reverse mode entry by entry, and both with
    each other. The value must be that of a plain call, arguments must be left as a plain call leaves them, gradients
    must be arrays of their own, and a pullback must give the same twice. At a kink any value between the one-sided
    derivatives passes.

    Args:
        f: the function. Its result may be a number, an array, or a structure of them.
        args: its positional arguments. Leaves may be floats, complex numbers and arrays in dicts, lists, tuples and
            dataclasses.
        modes: "forward", "reverse" or both.
        order: 2 to check the derivatives of the gradient as well (the result must then be one real number).
        argnums: the arguments to differentiate by; by default all that hold a float.
        rtol, atol: what is allowed, relative to the largest entry, and absolute; the error of the differences is added.
        kwargs: constant arguments by name.

    Returns:
        what was compared.

    Raises:
        GradientMismatch: a derivative is wrong. The message names argument and entry and gives both numbers, and the
            first line of the program where tangents and differences part; the attribute `report` has the rest.
        GradscribeError: the function cannot be differentiated.
    """
    if not isinstance(args, (tuple, list)):
        raise BadArgument("the arguments are given as a tuple", hint="check_grads(f, (x,))")
    chosen = (modes,) if isinstance(modes, str) else tuple(modes)
    if not chosen or set(chosen) - {"forward", "reverse"} or order not in (1, 2):
        raise BadArgument(f"modes are 'forward' and 'reverse', not {modes!r}; order is 1 or 2, not {order!r}")
    given = functools.partial(f, **kwargs) if kwargs else f
    wrt = _active(args) if argnums is None else ((argnums,) if isinstance(argnums, int) else tuple(argnums))
    if not wrt:
        raise BadArgument("no argument holds a float")
    comparisons = list(_first_order(given, args, wrt, chosen, (rtol, atol), ""))
    if order == 2:
        comparisons += _second_order(given, args, wrt, chosen, (rtol, atol))
    return _judged(Report(tuple(comparisons)), f, given, args, wrt)


def _judged(report: Report, f: Function, given: Function, args: Sequence[Any], wrt: tuple[int, ...]) -> Report:
    if report.right:
        return report
    what = f"a derivative of {getattr(f, '__qualname__', f)} is wrong: {report.worst}"
    parting = _parting(given, args, wrt, report.worst.what.startswith(_OF_GRADIENT))
    where, said = (parting.place, f"{what}; {parting}") if parting else (None, what)
    error = GradientMismatch(said, where)
    error.report, error.parting = report, parting
    raise error


def _parting(f: Function, args: Sequence[Any], wrt: tuple[int, ...], second: bool) -> Parting | AdjointParting | None:
    """The first line where tangents, or else adjoints, and differences part, where the function (or its gradient) can
    be run step by step."""
    from .api import grad

    f = grad(f, argnums=wrt) if second else f
    for search in (first_parting, last_parting):
        try:
            found = search(f, [copied(arg) for arg in args], wrt)
        except Exception:  # what is wrong has been found; this only helps to find out why
            continue
        if found is not None:
            return found
    return None


def _active(args: Sequence[Any]) -> tuple[int, ...]:
    return tuple(k for k, arg in enumerate(args) if flatten(arg, top=False)[0])


def _second_order(
    f: Function, args: Sequence[Any], wrt: tuple[int, ...], modes: Sequence[str], allowed: tuple[float, float]
) -> Iterator[Comparison]:
    from .api import grad

    if np.shape(f(*map(copied, args))) != ():
        raise BadArgument("order=2 needs a function whose result is one real number")
    gradient = grad(f, argnums=wrt)
    yield from _first_order(gradient, args, wrt, modes, allowed, _OF_GRADIENT)


def _first_order(
    f: Function,
    args: Sequence[Any],
    wrt: tuple[int, ...],
    modes: Sequence[str],
    allowed: tuple[float, float],
    what: str,
) -> Iterator[Comparison]:
    point = _Point(f, args, wrt, allowed, what)
    tangents = point.tangents()
    seed = point.seed()
    pushed = pulled = None
    if "forward" in modes:
        yield from point.forward(tangents)
        pushed = point.paired(seed, point.pushed)
    if "reverse" in modes:
        yield from point.reverse(seed)
        pulled = point.along(tangents)
    if pushed is not None and pulled is not None:
        yield point.compare("forward against reverse", pushed, Estimate(*([np.asarray(pulled)] + [np.zeros(())] * 3)))


class _Point:
    """A function at its arguments, and what the two modes gave there."""

    def __init__(
        self, f: Function, args: Sequence[Any], wrt: tuple[int, ...], allowed: tuple[float, float], what: str
    ) -> None:
        self.f, self.args, self.wrt, self.allowed, self.what = f, args, wrt, allowed, what
        self.after = [copied(arg) for arg in args]
        self.value = f(*self.after)
        self.names = _parameter_names(f, len(args))
        self.pushed: Any = None
        self.gradients: list[Any] = []

    def tangents(self) -> list[Any]:
        random = np.random.default_rng(1)
        held = [k for k, arg in enumerate(self.args) for _ in flatten(arg)[0]]
        leaves = argument_leaves(self.args)[0]
        return [_direction(leaf.value, random, k in self.wrt) for leaf, k in zip(leaves, held, strict=True)]

    def seed(self) -> Any:
        """1 for a result that is one real number (the pullback then gives the gradient), else at random."""
        if isinstance(self.value, (float, np.floating)):
            return 1.0
        random = np.random.default_rng(2)
        leaves, build = flatten(self.value)
        return build([_direction(leaf.value, random, True) for leaf in leaves])

    def forward(self, tangents: list[Any]) -> Iterator[Comparison]:
        from .api import jvp

        args = [copied(arg) for arg in self.args]
        built = argument_leaves(self.args)[1](tangents)
        value, self.pushed = jvp(self.f, args, tuple(t if k in self.wrt else None for k, t in enumerate(built)))
        yield from self.behaviour("forward", value, args)
        yield self.compare("forward", _real(self.pushed), self.differences(tangents))

    def differences(self, tangents: list[Any]) -> Estimate:
        return numerical_jvp(lambda *args: _leaves(self.f(*args)), self.args, tangents)

    def reverse(self, seed: Any) -> Iterator[Comparison]:
        from .api import vjp

        args = [copied(arg) for arg in self.args]
        value, pullback = vjp(self.f, *args)
        yield from self.behaviour("reverse", value, args)
        first = pullback(copied(seed))
        again = pullback(copied(seed))
        self.gradients = [first[k] for k in self.wrt]
        for k in self.wrt:
            yield self.exactly(f"reverse, second call of the pullback, {self.names[k]}", again[k], first[k])
            yield from self.entries(k, first[k], seed)
        self.apart(first, args)

    def entries(self, k: int, gradient: Any, seed: Any) -> Iterator[Comparison]:
        """The gradient by argument k, leaf by leaf."""
        got = {leaf.path: leaf.value for leaf in flatten(gradient)[0]}
        before = sum(len(flatten(arg)[0]) for arg in self.args[:k])
        for j, leaf in enumerate(flatten(self.args[k])[0]):
            name = f"reverse, {self.names[k]}{leaf.path}"
            if leaf.path not in got:
                raise GradientMismatch(f"{self.what}{name}: the gradient has no such entry")
            wanted = numerical_gradient(lambda *args: self.paired(seed, self.f(*args)), self.args, before + j)
            yield self.compare(name, got[leaf.path], wanted, _single(leaf))

    def paired(self, seed: Any, value: Any) -> float:
        """The real part of the sum of products of two structures (linear in both, as cotangents are)."""
        pairs = zip(flatten(seed)[0], flatten(value)[0], strict=True)
        return float(sum(np.sum(np.asarray(s.value) * v.value).real for s, v in pairs))

    def along(self, tangents: list[Any]) -> float:
        """The gradients times the directions."""
        built = argument_leaves(self.args)[1](tangents)
        return sum(self._product(g, built[k]) for k, g in zip(self.wrt, self.gradients, strict=True))

    def _product(self, gradient: Any, tangent: Any) -> float:
        got = {leaf.path: leaf.value for leaf in flatten(gradient)[0]}
        terms = [np.sum(np.asarray(got[leaf.path]) * leaf.value).real for leaf in flatten(tangent)[0]]
        return float(sum(terms))

    def behaviour(self, mode: str, value: Any, args: Sequence[Any]) -> Iterator[Comparison]:
        yield self.exactly(f"{mode}, value", value, self.value)
        for k, (have, wanted) in enumerate(zip(args, self.after, strict=True)):
            yield self.exactly(f"{mode}, {self.names[k]} after the call", have, wanted)

    def exactly(self, what: str, got: Any, expected: Any) -> Comparison:
        have, wanted = numbers(got), numbers(expected)
        if have.shape != wanted.shape:
            raise GradientMismatch(f"{self.what}{what}: {have.size} numbers instead of {wanted.size}")
        wrong = ~((have == wanted) | (np.isnan(have) & np.isnan(wanted)) | (abs(have - wanted) <= 1e-13 * abs(wanted)))
        place = int(np.argmax(wrong)) if wrong.any() else 0
        at = (have[place], wanted[place]) if have.size else (0.0, 0.0)
        return Comparison(
            self.what + what, f"[{place}]" if have.size > 1 else "", *at, float("inf") if wrong.any() else 0.0
        )

    def apart(self, gradients: Sequence[Any], args: Sequence[Any]) -> None:
        """Gradients share no memory with arguments, the result, or each other."""
        made = [(leaf.path, leaf.value) for leaf in argument_leaves(gradients)[0] if isinstance(leaf.value, np.ndarray)]
        held = [leaf.value for leaf in argument_leaves(args)[0] if isinstance(leaf.value, np.ndarray)]
        for k, (path, one) in enumerate(made):
            others = held + [value for _, value in made[k + 1 :]]
            if any(np.may_share_memory(one, other) for other in others):
                raise GradientMismatch(f"{self.what}the gradient {path} shares memory with an argument or a gradient")

    def compare(self, what: str, got: Any, wanted: Estimate, single: bool = False) -> Comparison:
        have, value = np.asarray(got), wanted.value
        if have.shape != value.shape:
            raise GradientMismatch(f"{self.what}{what}: shape {have.shape} instead of {value.shape}")
        if have.size == 0:
            return Comparison(self.what + what, "", 0.0, 0.0, 0.0)
        excess = np.atleast_1d(_excess(have, wanted, self.allowed, single))
        place = np.unravel_index(int(np.argmax(excess)), excess.shape)
        shown: Any = place if have.ndim else ()
        entry = f"[{', '.join(str(int(k)) for k in place)}]" if have.ndim else ""
        return Comparison(self.what + what, entry, have[shown][()], value[shown][()], float(excess[place]))


def _excess(have: np.ndarray, wanted: Estimate, allowed: tuple[float, float], single: bool) -> np.ndarray:
    """How often the difference is what is allowed, entry by entry."""
    rtol, atol = (max(allowed[0], 1e-3), max(allowed[1], 1e-4)) if single else allowed
    largest = float(np.max(np.abs(wanted.value), initial=0.0))
    room = atol + rtol * np.maximum(np.abs(wanted.value), largest) + 10 * wanted.error
    low, high = np.minimum(wanted.left.real, wanted.right.real), np.maximum(wanted.left.real, wanted.right.real)
    between = (low - 1e-3 * (1 + abs(low)) <= have.real) & (have.real <= high + 1e-3 * (1 + abs(high)))
    kinked = wanted.kinked & (wanted.left != wanted.right)
    with np.errstate(invalid="ignore"):
        far = np.where(np.isfinite(have), np.abs(have - wanted.value) / room, np.inf)
    return np.where(kinked & between, 0.0, np.where(np.isnan(far), np.inf, far))


def _direction(value: Any, random: np.random.Generator, moved: bool) -> Any:
    shape, kind = np.shape(value), np.asarray(value).dtype.kind
    drawn = random.uniform(0.5, 1.5, shape) * random.choice([-1.0, 1.0], shape) * moved
    if kind == "c":
        drawn = drawn + 1j * random.uniform(0.5, 1.5, shape) * moved
    if isinstance(value, np.ndarray):
        return np.asarray(drawn, value.dtype if kind in "fc" else float)
    return complex(drawn) if kind == "c" else float(drawn)


def _leaves(value: Any) -> list[Any]:
    return [leaf.value for leaf in flatten(value)[0]]


def _real(value: Any) -> np.ndarray:
    return numbers(_leaves(value))


def _single(leaf: Leaf) -> bool:
    return getattr(leaf.value, "dtype", None) in (np.float32, np.complex64, np.float16)


def _parameter_names(f: Function, count: int) -> list[str]:
    try:
        names = [
            name
            for name, p in inspect.signature(f).parameters.items()
            if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
    except (TypeError, ValueError):
        names = []
    return [names[k] if k < len(names) else f"argument {k}" for k in range(count)]


def _short(number: complex) -> str:
    return f"{number:.10g}" if np.isrealobj(number) else f"{number:.8g}"
