"""The local partials of one operation at the values that it met, by running its rule on plain numbers.

A partial is a number where operand and result are numbers; an array of the operand's shape where the operation works
entry by entry or its result is a number; None where it is a linear map that no such array can show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ir.compute import compute
from ..ir.nodes import Op
from ..ir.primitives import COPY, GETITEM, TUPLE
from ..rules.table import Rule, operand_names, rule_of

PASSED_ON = {COPY, GETITEM, TUPLE}
"""Operations whose result is an operand or a part of it."""


def partials(op: Op, args: Sequence[Any], keywords: dict[str, Any], result: Any) -> list[Any]:
    """The derivative of the result by each operand (of the args, then the keywords), None where there is none to show.

    Args:
        op: the operation.
        args, keywords: the values of its operands.
        result: what it computed from them.
    """
    found: list[Any] = [None] * (len(args) + len(keywords))
    rule = rule_of(op.primitive)
    if rule is None:
        if op.primitive in PASSED_ON and args and _is_number(args[0]) and _is_number(result):
            found[0] = 1.0
        return found
    names = operand_names(op.primitive, len(args))
    for k, name in enumerate(names):
        if _is_real(args[k]) and name in rule.differentiable:
            found[k] = _partial(rule, op, name, k, list(args), keywords, result)
    return found


def _partial(rule: Rule, op: Op, name: str, k: int, args: list[Any], keywords: dict[str, Any], result: Any) -> Any:
    if name in rule.zero:
        return np.zeros(np.shape(args[k]))[()]
    try:
        with np.errstate(all="ignore"):
            found = _by_rule(rule, op, name, k, args, keywords, result)
    except (TypeError, ValueError, IndexError, ArithmeticError, AttributeError, np.linalg.LinAlgError):
        return None
    return None if found is None else np.asarray(found, float)[()] if np.isrealobj(found) else found


def _by_rule(rule: Rule, op: Op, name: str, k: int, args: list[Any], keywords: dict[str, Any], result: Any) -> Any:
    number = np.ndim(result) == 0
    if rule.elementwise or (number and np.ndim(args[k]) == 0):
        tangent = np.ones(np.shape(args[k]))[()]
        if name in rule.linear:
            args[k] = tangent
            return compute(op.primitive, op.style, op.static, args, dict(keywords))
        return rule.tangent[name](tangent, result, *args, **keywords) if name in rule.tangent else None
    if number and name in rule.adjoint:
        return np.broadcast_to(rule.adjoint[name](1.0, result, *args, **keywords), np.shape(args[k]))
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (float, int, np.number)) and not isinstance(value, bool)


def _is_real(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, (np.ndarray, np.number)) and value.dtype.kind == "f")
