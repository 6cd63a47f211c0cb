"""What is checked of one rule at one point, without the compiler.

tangent == differences;  <g, dz> == <adjoint, dx>;  shapes and dtypes;  the derivative of the adjoint == differences.
The pairing is Re(sum(g * d)), without a conjugate.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradscribe.ir.compute import compute
from gradscribe.rules.table import RULES, operand_names
from rules.tape import Tape, Value, _star, adjoints, is_active, is_structure, resolve


@dataclass
class Case:
    """A call at which a rule is checked.

    Args:
        function, args, keywords: the call.
        wrt: the parameters to check; by default all floating operands that the rule knows.
        tolerance: relative to the size of what is compared.
        second: whether the derivative of the adjoint is checked, too.
        symmetric: positions of operands that are moved along symmetric directions only.
        narrow: whether adjoints have to be float32 where operands are (the compiler sees to it, too).
    """

    function: Any
    args: tuple
    keywords: dict
    wrt: tuple[str, ...] | None = None
    tolerance: float = 2e-6
    second: bool = True
    symmetric: bool = False
    project: Callable[[Any], Any] | None = None
    narrow: bool = True
    rng: Any = field(default_factory=lambda: np.random.default_rng(7))

    def __post_init__(self) -> None:
        self.primitive, self.style, self.operands, self.named = resolve(self.function, self.args, self.keywords)

    def __str__(self) -> str:
        shapes = ", ".join(map(_shape, self.operands))
        words = "".join(f", {k}={_word(v)}" for k, v in self.named.items())
        return f"{self.primitive}({shapes}{words})"

    @property
    def single(self) -> bool:
        return any(getattr(a, "dtype", None) in (np.float32, np.complex64) for a in leaves(self.operands))


def _word(value: Any) -> str:
    return _shape(value) if isinstance(value, np.ndarray) else str(value)


def _shape(value: Any) -> str:
    if is_structure(value):
        return "[" + ", ".join(map(_shape, value)) + "]"
    if isinstance(value, np.ndarray):
        return f"{value.dtype.kind}{value.dtype.itemsize}{list(value.shape)}"
    return str(value)


def leaves(value: Any) -> Iterator[Any]:
    if is_structure(value):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def like(value: Any, rng: Any, symmetric: bool = False) -> Any:
    """A random direction: zeros where the value is not continuous."""
    if is_structure(value):
        return [like(v, rng, symmetric) for v in value]
    if not is_active(value):
        return np.zeros_like(value) if not isinstance(value, (str, type(None))) else value
    out = rng.standard_normal(np.shape(value))
    if np.iscomplexobj(value):
        out = out + 1j * rng.standard_normal(np.shape(value))
    if symmetric:
        out = (out + np.conj(np.swapaxes(out, -1, -2))) / 2.0
    dtype = getattr(value, "dtype", None)
    return (
        out.astype(dtype) if isinstance(value, (np.ndarray, np.generic)) else type(value)(out) if dtype is None else out
    )


def moved(value: Any, direction: Any, step: float) -> Any:
    if is_structure(value):
        return type(value)(moved(v, d, step) for v, d in zip(value, direction, strict=True))
    if not is_active(value):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        wide = np.result_type(value.dtype, np.float64)
        return np.asarray(value, wide) + step * np.asarray(direction, wide)
    return value + step * direction


def difference(f: Callable[[float], Any], h: float) -> Any:
    """The derivative of f at 0, entry by entry of a structure."""
    points = [f(h), f(-h), f(2 * h), f(-2 * h)]
    return _stencil(points, h)


def _stencil(points: list, h: float) -> Any:
    if is_structure(points[0]):
        return [_stencil(list(parts), h) for parts in zip(*points, strict=True)]
    if not is_active(points[0]):
        return np.zeros(np.shape(points[0]))
    a, b, c, d = (np.asarray(p) for p in points)
    return (8.0 * (a - b) - (c - d)) / (12.0 * h)


def pair(g: Any, d: Any) -> float:
    if is_structure(g):
        return sum(pair(a, b) for a, b in zip(g, d, strict=True))
    return 0.0 if g is None or d is None else float(np.real(np.sum(np.asarray(g) * np.asarray(d))))


def close(name: str, have: Any, want: Any, tolerance: float) -> None:
    if is_structure(want):
        for k, (a, b) in enumerate(zip(have, want, strict=True)):
            close(f"{name}[{k}]", a, b, tolerance)
        return
    have = np.zeros_like(want) if have is None else np.asarray(have)
    scale = 1.0 + np.max(np.abs(want), initial=0.0)
    assert have.shape == np.shape(want), f"{name}: shape {have.shape}, not {np.shape(want)}"
    assert np.allclose(have, want, rtol=0.0, atol=tolerance * scale), f"{name}: {have} is not {want}"


def check(case: Case) -> None:
    """Check a rule at one call, in all operands that it is for.

    Raises:
        AssertionError: where something does not agree.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        z = _value(case, case.operands, case.named)
        targets = list(_targets(case))
        assert targets or case.wrt == () or not any(map(is_active, leaves(case.operands))), "nothing is checked"
        for key, name in targets:
            _check_operand(case, z, key, name)


def _value(case: Case, operands: list, named: dict) -> Any:
    return compute(case.primitive, case.style, None, list(operands), dict(named))


def _targets(case: Case) -> Iterator[tuple[Any, str]]:
    rule = RULES[case.primitive]
    names = operand_names(case.primitive, len(case.operands))
    pairs = [*enumerate(names), *((k, k) for k in case.named)]
    for key, name in pairs:
        value = case.operands[key] if isinstance(key, int) else case.named[key]
        if is_active(value) and name in rule.differentiable and (case.wrt is None or name in case.wrt):
            yield key, name


def _with(case: Case, key: Any, value: Any) -> tuple[list, dict]:
    operands, named = list(case.operands), dict(case.named)
    (operands if isinstance(key, int) else named)[key] = value
    return operands, named


def _check_operand(case: Case, z: Any, key: Any, name: str) -> None:
    x = case.operands[key] if isinstance(key, int) else case.named[key]
    tolerance = 1e-3 if case.single else case.tolerance
    d = like(x, case.rng, case.symmetric)
    h = 1e-3
    numeric = difference(lambda step: _value(case, *_with(case, key, moved(x, d, step))), h)
    rule = RULES[case.primitive]
    if name in rule.zero:
        close(f"{name}: zero", None if not is_structure(numeric) else [None] * len(numeric), numeric, 1e-12)
        return
    tangent = _tangent(case, key, name, d, z)
    close(f"{name}: tangent", _broadcast(tangent, numeric), numeric, tolerance)
    g = like(z, case.rng)
    (have,) = adjoints(case.primitive, g, z, case.operands, case.named, [key]).values()
    _check_form(case, name, have, x, z)
    want = pair(g, numeric)
    size = 1.0 + abs(want) + np.sqrt(pair(_absolute(g), _absolute(g)) * pair(_absolute(numeric), _absolute(numeric)))
    assert abs(pair(have, d) - want) <= tolerance * size, f"{name}: adjoint {pair(have, d)} is not {want}"
    if case.second and not case.single:
        _check_second(case, key, name, g, d, h)


def _absolute(value: Any) -> Any:
    if is_structure(value):
        return [_absolute(v) for v in value]
    return np.abs(value)


def _tangent(case: Case, key: Any, name: str, d: Any, z: Any) -> Any:
    rule = RULES[case.primitive]
    if name in rule.linear:
        if name == _star(case.primitive):
            zeros = [np.zeros_like(v) for v in case.operands]
            names = operand_names(case.primitive, len(case.operands))
            operands = [o if n != name else zeros[k] for k, (o, n) in enumerate(zip(case.operands, names))]
            operands[key] = d
            return _value(case, operands, case.named)
        return _value(case, *_with(case, key, d))
    if name == _star(case.primitive):
        names = operand_names(case.primitive, len(case.operands))
        first = names.index(name)
        given: list[Any] = [None] * (len(case.operands) - first)
        given[key - first] = d
        d = tuple(given)
    return rule.tangent[name](d, z, *case.operands, **case.named)


def _broadcast(have: Any, want: Any) -> Any:
    if is_structure(want):
        parts = [None] * len(want) if have is None else have
        return [_broadcast(h, w) for h, w in zip(parts, want, strict=True)]
    have = np.zeros(np.shape(want)) if have is None else have
    try:
        return np.broadcast_to(have, np.shape(want))
    except ValueError:
        return have


def _check_form(case: Case, name: str, have: Any, x: Any, z: Any) -> None:
    if is_structure(x):
        for h, v in zip(have, x, strict=True):
            _check_form(case, name, h, v, z)
        return
    assert np.shape(have) == np.shape(x), f"{name}: the adjoint has shape {np.shape(have)}, not {np.shape(x)}"
    if case.narrow and case.single and getattr(x, "dtype", None) == np.float32:
        others = [v for v in leaves([case.operands, list(case.named.values()), z]) if is_active(v)]
        if all(type(v) is float or getattr(v, "dtype", None) == np.float32 for v in others):
            assert have.dtype == np.float32, f"{name}: the adjoint is {have.dtype}"


def _check_second(case: Case, key: Any, name: str, g: Any, d: Any, h: float) -> None:
    """d/dx Re<v, adjoint(g, f(x), x)>, by the tape and by differences along d."""
    x = case.operands[key] if isinstance(key, int) else case.named[key]
    v = like(x, case.rng, case.symmetric)

    def first(step: float) -> float:
        operands, named = _with(case, key, moved(x, d, step))
        z = _value(case, operands, named)
        (found,) = adjoints(case.primitive, g, z, operands, named, [key]).values()
        return np.float64(pair(v, found))

    want = float(difference(first, h))
    have = pair(_second(case, key, name, g, v), d)
    size = 1.0 + abs(want) + np.sqrt(pair(_absolute(v), _absolute(v)) * pair(_absolute(d), _absolute(d)))
    assert abs(have - want) <= 10.0 * case.tolerance * size, f"{name}: second order {have} is not {want}"


def _second(case: Case, key: Any, name: str, g: Any, v: Any) -> Any:
    tape = Tape()
    x = case.operands[key] if isinstance(key, int) else case.named[key]
    wrapped = _wrapped(tape, x)
    operands, named = _with(case, key, wrapped)
    operands = [Value(tape, v) if isinstance(v, np.ndarray) else v for v in operands]
    named = {k: Value(tape, v) if isinstance(v, np.ndarray) else v for k, v in named.items()}
    z = tape.record(case.primitive, operands, named, _value(case, case.operands, case.named))
    traced = z if not is_structure(z.value) else tuple(z)
    held = tuple(Value(tape, part) for part in g) if is_structure(z.value) else Value(tape, g)
    found = RULES[case.primitive].adjoint[name](held, traced, *operands, **named)
    names = operand_names(case.primitive, len(case.operands))
    if name == _star(case.primitive):
        found = None if found is None else found[key - names.index(name)]
    seeds: dict[Any, Any] = {}
    _seed(seeds, found, v)
    (gradient,) = tape.gradient(seeds, [wrapped])
    return gradient


def _wrapped(tape: Tape, x: Any) -> Any:
    return type(x)(_wrapped(tape, item) for item in x) if is_structure(x) else Value(tape, x)


def _seed(seeds: dict, found: Any, v: Any) -> None:
    """The adjoint of a contribution, before the compiler has fitted it: v spread over what was summed."""
    if is_structure(v):
        for f, part in zip([None] * len(v) if found is None else found, v, strict=True):
            _seed(seeds, f, part)
    elif isinstance(found, Value):
        spread = np.broadcast_to(v, np.shape(found.value))
        seeds[found] = spread + seeds[found] if found in seeds else spread
