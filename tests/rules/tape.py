"""A small tape on top of the raw rules: enough to differentiate the bodies of rules, and strict about what they call.

A rule body may call only primitives that have rules themselves, and may not branch on values. `Value` enforces both.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gradscribe.ir.compute import compute
from gradscribe.ir.primitives import GETITEM, UNBROADCAST, Primitive, overloads
from gradscribe.rules.table import RULES, operand_names


def resolve(function: Any, args: tuple, keywords: dict) -> tuple[Primitive, str, list, dict]:
    """The primitive that a call means, its style, operands and keyword operands."""
    for primitive, style in overloads(function):
        try:
            return primitive, style, *bind(primitive, args, keywords)
        except TypeError as error:
            problem = error
    raise LookupError(f"{function} is not a primitive" + (f": {problem}" if overloads(function) else ""))


def bind(primitive: Primitive, args: tuple, keywords: dict) -> tuple[list, dict]:
    if primitive.signature is None:
        return list(args), keywords
    operands, named = [], {}
    for name, value in primitive.signature.bind(*args, **keywords).arguments.items():
        parameter = primitive.signature.parameters[name]
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            operands += value
        elif parameter.default is inspect.Parameter.empty:
            operands.append(value)
        else:
            named[name] = value
    return operands, named


def is_structure(value: Any) -> bool:
    return isinstance(value, (tuple, list))


def fit(contribution: Any, operand: Any, broadcasts: bool) -> Any:
    """What the compiler adds to a contribution: sum over broadcast axes, real part, zeros for None."""
    if is_structure(operand):
        parts = [None] * len(operand) if contribution is None else contribution
        assert len(parts) == len(operand)
        return [fit(c, o, False) for c, o in zip(parts, operand)]
    if contribution is None:
        return np.zeros_like(operand) + 0.0
    if np.iscomplexobj(contribution) and not np.iscomplexobj(operand):
        contribution = np.real(contribution)
    if not broadcasts:
        return contribution
    lead = np.ndim(contribution) - np.ndim(operand)
    contribution = np.sum(contribution, axis=tuple(range(lead))) if lead > 0 else contribution
    axes = tuple(k for k, n in enumerate(np.shape(operand)) if n == 1 and np.shape(contribution)[k] != 1)
    return np.sum(contribution, axis=axes, keepdims=True) if axes else contribution


def is_active(value: Any) -> bool:
    if is_structure(value):
        return any(map(is_active, value))
    return not isinstance(value, (str, type)) and value is not None and np.asarray(value).dtype.kind in "fc"


def adjoints(primitive: Primitive, g: Any, z: Any, operands: list, keywords: dict, wanted: Any) -> dict:
    """position or keyword -> fitted contribution, for the operands in `wanted` (positions and keywords)."""
    rule = RULES[primitive]
    names = operand_names(primitive, len(operands))
    out: dict[Any, Any] = {}
    star = _star(primitive)
    for key in wanted:
        name = names[key] if isinstance(key, int) else key
        if name in rule.zero:
            continue
        found = rule.adjoint[name](g, z, *operands, **keywords)
        operand = operands[key] if isinstance(key, int) else keywords[key]
        if name == star:
            found = None if found is None else found[key - names.index(name)]
        out[key] = fit(found, operand, rule.elementwise or rule.broadcasts)
    return out


def _star(primitive: Primitive) -> str | None:
    return next((p.name for p in primitive.signature.parameters.values() if p.kind is p.VAR_POSITIONAL), None)


class Tape:
    """Records calls; `gradient` runs the raw rules backwards over them."""

    def __init__(self) -> None:
        self.entries: list[tuple] = []

    def call(self, function: Any, args: tuple, keywords: dict) -> Any:
        primitive, style, operands, named = resolve(function, args, keywords)
        assert primitive in RULES or primitive in (GETITEM, UNBROADCAST), f"a rule calls {primitive}, which has no rule"
        result = compute(primitive, style, None, _plain(operands), _plain(named))
        return self.record(primitive, operands, named, result)

    def record(self, primitive: Primitive, operands: list, named: dict, result: Any) -> Any:
        made = Value(self, result)
        self.entries.append((primitive, operands, named, made))
        return made

    def gradient(self, seeds: dict[Value, Any], inputs: list[Any]) -> list[Any]:
        """The adjoints of `inputs` (Values, or lists of such) for given adjoints of results."""
        bar: dict[int, Any] = {id(value): seed for value, seed in seeds.items()}
        for primitive, operands, named, result in reversed(self.entries):
            g = bar.pop(id(result), None)
            if g is None or not is_active(result.value):
                continue
            if primitive is GETITEM:
                _add(bar, operands[0], _scatter(_plain(operands[0]), _plain(operands[1]), g))
                continue
            if primitive is UNBROADCAST:
                _add(bar, operands[0], np.broadcast_to(g, np.shape(_plain(operands[0]))))
                continue
            keyed = {**dict(enumerate(operands)), **named}
            wanted = [k for k, v in keyed.items() if _has_value(v) and is_active(_plain(v))]
            found = adjoints(primitive, g, result.value, _plain(operands), _plain(named), wanted)
            for key, contribution in found.items():
                _add(bar, keyed[key], contribution)
        return [_collect(bar, value) for value in inputs]


def _scatter(container: Any, index: Any, g: Any) -> Any:
    if is_structure(container):
        parts: list = [None] * len(container)
        parts[index] = g
        return parts
    out = np.zeros(np.shape(container), np.result_type(g, container))
    np.add.at(out, index, g)
    return out


def _add(bar: dict, value: Any, contribution: Any) -> None:
    if is_structure(value):
        for v, c in zip(value, contribution, strict=True):
            _add(bar, v, c)
    elif isinstance(value, Value) and contribution is not None:
        bar[id(value)] = _sum(bar.get(id(value)), contribution)


def _sum(left: Any, right: Any) -> Any:
    if left is None or right is None:
        return right if left is None else left
    if is_structure(left):
        return [_sum(a, b) for a, b in zip(left, right, strict=True)]
    return left + right


def _collect(bar: dict, value: Any) -> Any:
    if is_structure(value):
        return [_collect(bar, v) for v in value]
    found = bar.get(id(value))
    return np.zeros_like(value.value) if found is None else found


def _has_value(value: Any) -> bool:
    return any(map(_has_value, value)) if is_structure(value) else isinstance(value, Value)


def _plain(value: Any) -> Any:
    if isinstance(value, Value):
        return value.value
    if isinstance(value, (tuple, list)):
        return type(value)(map(_plain, value)) if not hasattr(value, "_fields") else tuple(map(_plain, value))
    if isinstance(value, slice):
        return slice(_plain(value.start), _plain(value.stop), _plain(value.step))
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


class Value(NDArrayOperatorsMixin):
    """A value on a tape; dispatches, and refuses to be branched on."""

    __array_priority__ = 1000.0
    __hash__ = object.__hash__

    def __init__(self, tape: Tape, value: Any) -> None:
        self.tape, self.value = tape, value

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        return self.tape.call(ufunc if method == "__call__" else getattr(ufunc, method), inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        return self.tape.call(function, args, keywords)

    def __bool__(self) -> bool:
        raise TypeError("a rule may not branch on a value")

    def __array__(self, *args: Any) -> Any:
        raise TypeError("a rule may not convert a value")

    def __getitem__(self, index: Any) -> Any:
        return self.tape.record(GETITEM, [self, index], {}, self.value[_plain(index)])

    def __iter__(self) -> Any:
        return (self[k] for k in range(len(self.value)))

    def __len__(self) -> int:
        return len(self.value)

    @property
    def is_structure(self) -> bool:
        return is_structure(self.value)

    @property
    def ndim(self) -> int:
        return np.ndim(self.value)

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    @property
    def size(self) -> int:
        return np.size(self.value)

    @property
    def dtype(self) -> Any:
        return np.asarray(self.value).dtype

    @property
    def T(self) -> Any:
        return self.tape.call(np.transpose, (self,), {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("real", "imag"):
            return self.tape.call(getattr(np, name), (self,), {})
        return lambda *args, **keywords: self.tape.call(getattr(np.ndarray, name), (self, *args), keywords)
