"""The table of derivatives: for each primitive, how a change of its operands changes its result.

A rule is ordinary Python on plain NumPy values, so that the tests can run it; the compiler calls it with stand-ins for
the values of the program and writes down what it does. It may branch on ranks and on constant keywords, never on
values, and calls only NumPy functions that dispatch on their arguments and have rules themselves.

Every function of a rule is called as `function(d, z, *args, **keywords)`: `d` is the tangent of the operand or the
adjoint of the result, `z` the result, then the operands as they stand in the op. What it returns may be larger than
the operand by broadcasting where the rule says so (`elementwise`, `broadcasts`), and complex where the operand is real:
the compiler sums and takes the real part. None, or None in a tuple, stands for zero: in what a rule returns, and in the
adjoints of the parts of a structured result that it is given.

The pairing of adjoint and tangent is `Re(sum(g * d))`, without a conjugate: the adjoint of a real loss is
`dL/dRe - 1j * dL/dIm`, so that holomorphic functions multiply by `f'(x)` in both modes.

This module knows no primitive by name.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np

from ..ir import infer as _infer
from ..ir.primitives import BY_NAME, Primitive, define, lookup

Derivative = Callable[..., Any]
Target = Primitive | Callable[..., Any]


@dataclass(frozen=True)
class Rule:
    """How a primitive is differentiated.

    Args:
        primitive: what the rule is for.
        adjoint: for each differentiable parameter, `(g, z, *args, **keywords)` -> its contribution. For a parameter
            that is a tuple or list of values, or a `*parameter`, a tuple with one contribution for each.
        tangent: for each differentiable parameter, `(d, z, *args, **keywords)` -> its part of the result's tangent.
            Parameters in `linear` have none: the op itself is applied to the tangent. For a tuple or list, or a
            `*parameter`, `d` is a tuple with one tangent for each (None where there is none).
        elementwise: whether the op works entry by entry, so that operands broadcast.
        broadcasts: whether it is not elementwise, but contributions may still be larger than their operands.
        linear: the parameters in which the result is linear (in all of a tuple's entries together).
        zero: the parameters that may be active and whose derivative is zero everywhere.
        singular: the parameters whose partial may be infinite; a zero `d` must win over it.
        masks: whether it leaves entries out that may be nan, so that zeros of its adjoint must win over partials.
        picks: whether it leaves entries out, so that zeros of its adjoint must win over partials that may be infinite.
    """

    primitive: Primitive
    adjoint: dict[str, Derivative] = field(default_factory=dict)
    tangent: dict[str, Derivative] = field(default_factory=dict)
    elementwise: bool = False
    linear: frozenset[str] = frozenset()
    zero: frozenset[str] = frozenset()
    singular: frozenset[str] = frozenset()
    broadcasts: bool = False
    masks: bool = False
    picks: bool = False

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The parameters that may be active, in order of declaration; those of derivative zero last."""
        return tuple(dict.fromkeys((*self.adjoint, *self.tangent, *sorted(self.zero))))


RULES: dict[Primitive, Rule] = {}


def rule_of(primitive: Primitive) -> Rule | None:
    """The rule of a primitive, None where it has none."""
    return RULES.get(primitive)


def parameter_names(primitive: Primitive) -> tuple[str, ...]:
    """The names of a primitive's parameters; () for one without a signature."""
    return () if primitive.signature is None else tuple(primitive.signature.parameters)


def operand_names(primitive: Primitive, count: int) -> tuple[str, ...]:
    """The parameter that each of `count` positional operands of an op belongs to."""
    names: list[str] = []
    for parameter in () if primitive.signature is None else primitive.signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [parameter.name] * (count - len(names))
        elif parameter.default is parameter.empty and parameter.kind is not parameter.KEYWORD_ONLY:
            names.append(parameter.name)
    return tuple(names)


def is_starred(primitive: Primitive, name: str) -> bool:
    """Whether a parameter is a `*parameter`, which takes any number of operands."""
    parameters = {} if primitive.signature is None else primitive.signature.parameters
    return name in parameters and parameters[name].kind is inspect.Parameter.VAR_POSITIONAL


# ------------------------------------------------------------------ declarations


def elementwise(
    target: Target | tuple[Callable[..., Any], ...],
    *partials: Derivative | None,
    singular: str = "",
    masks: bool = False,
    picks: bool = False,
) -> Rule:
    """Declare an operation that works entry by entry, with broadcasting.

    Args:
        target: the primitive, or the callables that mean it (the first gives its name and its default spelling).
        partials: one for each operand, linear in its first argument; None where the derivative is zero.
        singular: the parameters (blank-separated) with partials that may be infinite.
        masks, picks: whether it leaves entries out (see `Rule`).
    """
    primitive = _elementwise_primitive(target)
    names = parameter_names(primitive)
    functions = {name: partial for name, partial in zip(names, partials, strict=True) if partial is not None}
    zero = frozenset(name for name in names if name not in functions)
    return _add(
        Rule(primitive, functions, functions, True, frozenset(), zero, frozenset(singular.split()), False, masks, picks)
    )


def linear(target: Target, *, broadcasts: bool = False, picks: bool = False, **adjoints: Derivative) -> Rule:
    """Declare an operation that is linear in each of the named parameters; the functions are its adjoints."""
    return _add(Rule(primitive_of(target), adjoints, linear=frozenset(adjoints), broadcasts=broadcasts, picks=picks))


def general(
    target: Target,
    adjoint: dict[str, Derivative],
    tangent: dict[str, Derivative] | None = None,
    linear: str = "",
    zero: str = "",
    elementwise: bool = False,
    singular: str = "",
    broadcasts: bool = False,
    masks: bool = False,
    picks: bool = False,
) -> Rule:
    """Declare an operation with its adjoints and tangents.

    Args:
        target: the primitive, or a callable that means it.
        adjoint: parameter -> adjoint.
        tangent: parameter -> tangent.
        linear: the parameters (blank-separated) that need no tangent, the op being linear in them.
        zero: those with a derivative of zero everywhere.
        elementwise: whether operands broadcast (contributions are summed to the operand's shape).
        singular: those with partials that may be infinite.
        broadcasts: whether contributions may be larger than their operands though it is not elementwise.
        masks, picks: whether it leaves entries out (see `Rule`).
    """
    straight = frozenset(linear.split())
    tangents = dict(tangent or {})
    assert straight.isdisjoint(tangents) and straight | tangents.keys() == adjoint.keys(), target
    primitive = primitive_of(target)
    zeros, poles = frozenset(zero.split()), frozenset(singular.split())
    return _add(Rule(primitive, adjoint, tangents, elementwise, straight, zeros, poles, broadcasts, masks, picks))


def zero(*targets: Target) -> None:
    """Declare operations whose derivative is zero everywhere; a ufunc that is no primitive yet becomes one."""
    for target in targets:
        primitive = _elementwise_primitive(target)
        _add(Rule(primitive, zero=frozenset(parameter_names(primitive))))


def _add(rule: Rule) -> Rule:
    names = parameter_names(rule.primitive)
    unknown = [name for name in rule.differentiable if name not in names]
    assert not unknown, f"{rule.primitive}: no parameter {unknown}"
    assert rule.primitive not in RULES, f"{rule.primitive} has two rules"
    RULES[rule.primitive] = rule
    return rule


# ------------------------------------------------------------------ for users


GIVEN: list[tuple[str, Target, tuple[str, ...], Derivative]] = []
"""What users have registered, in order: "adjoint" or "tangent", the function, the parameters, the rule."""


def adjoint(function: Target, *names: str) -> Callable[[Derivative], Derivative]:
    """Register how `function` is differentiated in reverse mode.

    Args:
        function: any callable; `gradscribe` then calls it as it is, without reading its source.
        names: its differentiable parameters; by default those without a default value.

    Returns:
        a decorator for `rule(g, z, *args, **keywords)`, which returns one contribution for each name (for a single
        name, the contribution itself).
    """

    def decorate(rule: Derivative) -> Derivative:
        GIVEN.append(("adjoint", function, names, rule))
        primitive = primitive_of(function)
        wanted = names or required_names(primitive)
        if len(wanted) == 1:
            return _extend(primitive, rule, adjoint={wanted[0]: rule})
        parts = {name: _part(rule, k) for k, name in enumerate(wanted)}
        return _extend(primitive, rule, adjoint=parts)

    return decorate


def tangent(function: Target, *names: str) -> Callable[[Derivative], Derivative]:
    """Register how `function` is differentiated in forward mode with respect to one parameter.

    Args:
        function: any callable.
        names: the parameter; by default the only one without a default value.

    Returns:
        a decorator for `rule(d, z, *args, **keywords)`, which returns the tangent of z for the tangent d.
    """

    def decorate(rule: Derivative) -> Derivative:
        GIVEN.append(("tangent", function, names, rule))
        primitive = primitive_of(function)
        (name,) = names or required_names(primitive)
        return _extend(primitive, rule, tangent={name: rule})

    return decorate


def required_names(primitive: Primitive) -> tuple[str, ...]:
    """The names of the parameters without a default value."""
    assert primitive.signature is not None
    return tuple(p.name for p in primitive.signature.parameters.values() if p.default is p.empty)


def _part(rule: Derivative, k: int) -> Derivative:
    return lambda g, z, *args, **keywords: rule(g, z, *args, **keywords)[k]


def _extend(primitive: Primitive, rule: Derivative, **tables: dict[str, Derivative]) -> Derivative:
    found = RULES.get(primitive) or Rule(primitive)
    adjoints = {**found.adjoint, **tables.get("adjoint", {})}
    tangents = {**found.tangent, **tables.get("tangent", {})}
    RULES[primitive] = Rule(
        primitive, adjoints, tangents, found.elementwise, found.linear - tangents.keys(), found.zero
    )
    return rule


# ------------------------------------------------------------------ primitives for callables


def dispatching(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is not NumPy's own, for use in rule bodies: it dispatches on traced arguments as NumPy's do."""

    @functools.wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        for arg in (*args, *keywords.values()):
            if hasattr(type(arg), "__array_function__") and not isinstance(arg, (np.ndarray, np.generic)):
                return arg.__array_function__(function, (type(arg),), args, keywords)
        return function(*args, **keywords)

    return call


def primitive_of(target: Target) -> Primitive:
    """The primitive that a callable means, made from its signature where there is none yet."""
    if isinstance(target, Primitive):
        return target
    found = lookup(target)
    if found is not None:
        return found[0]
    return define(_free_name(target), target, infer=_infer.by_example(target), parameters=inspect.signature(target))


def _elementwise_primitive(target: Target | tuple[Callable[..., Any], ...]) -> Primitive:
    if isinstance(target, Primitive):
        return target
    first, *others = target if isinstance(target, tuple) else (target,)
    found = lookup(first)
    if found is not None:
        return found[0]
    parameters = ", ".join(_operands(first)) + ", /"
    return define(_free_name(first), first, *others, infer=_infer.elementwise(first), parameters=parameters)


def _operands(function: Callable[..., Any]) -> Iterable[str]:
    if isinstance(function, np.ufunc):
        return ("x",) if function.nin == 1 else ("x", "y", "v", "w")[: function.nin]
    return inspect.signature(function).parameters


def _free_name(function: Callable[..., Any]) -> str:
    """The name of a function, with its module and a number where others have it already."""
    name = getattr(function, "__name__", "function")
    wanted = name if name not in BY_NAME else f"{getattr(function, '__module__', '')}.{name}"
    numbers = (wanted if k == 1 else f"{wanted}_{k}" for k in count(1))
    return next(free for free in numbers if free not in BY_NAME)
