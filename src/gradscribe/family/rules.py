"""Whether a rule of the user's own agrees with differences of its function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arguments import title
from ..checking import Report, check_grads
from ..errors import BadRule, GradientMismatch
from ..ir.primitives import lookup
from ..numerical import flatten
from ..rules import rule_of


def check_rule(
    function: Callable[..., Any],
    args: Sequence[Any],
    *,
    argnums: int | Sequence[int] | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    kwargs: dict[str, Any] | None = None,
) -> Report:
    """Compare a rule with differences of the function that it is for.

    Args:
        function: made by `custom_jvp` or `custom_vjp`, or a function that `tangent` or `adjoint` was used on.
        args: its positional arguments.
        argnums: those to differentiate by; by default all that hold a float and are not in `nondiff_argnums`.
        rtol, atol: what is allowed, as for `check_grads`.
        kwargs: constant arguments by name (among them any that hold floats and are in `nondiff_argnums`).

    Returns:
        what was compared: tangents, adjoints, and both with each other, as far as the rule has them.

    Raises:
        BadRule: there is no rule, or it is not well formed.
        GradientMismatch: the rule is wrong. The message names argument and entry and gives both numbers.
    """
    modes = _modes(function)
    plain = getattr(function, "nondiff_argnums", ())
    if argnums is None:
        argnums = [k for k, arg in enumerate(args) if k not in plain and flatten(arg, top=False)[0]]
    try:
        return check_grads(function, args, modes, argnums=argnums, rtol=rtol, atol=atol, kwargs=kwargs)
    except GradientMismatch as error:
        error.reason = error.reason.replace("a derivative of", "the rule of", 1)
        raise


def _modes(function: Callable[..., Any]) -> tuple[str, ...]:
    """The modes that a rule speaks of."""
    kind = getattr(type(function), "custom_rule", None)
    if kind is not None:
        function.rules  # type: ignore[attr-defined]  # noqa: B018  raises where there are none
        return ("reverse",) if kind == "vjp" else ("forward", "reverse")
    found = lookup(function)
    rule = None if found is None else rule_of(found[0])
    if rule is None:
        raise BadRule(f"{title(function)} has no rule", hint="custom_jvp, custom_vjp, tangent and adjoint give it one")
    modes = [("forward", rule.tangent or rule.linear), ("reverse", rule.adjoint)]
    return tuple(name for name, given in modes if given)
