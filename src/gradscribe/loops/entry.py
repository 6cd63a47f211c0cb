"""What is checked when a function is entered, before it does anything else."""

from __future__ import annotations

from ..analyse.linear import Form
from ..ir.build import Builder
from ..ir.nodes import Block, Const, Function, replace
from ..ir.primitives import CALL_PYTHON, LESS, RAISE
from ..ir.types import BOOL, OBJECT
from .facts import BOUNDED, Facts

UNFORESEEN = "a call that these loops were not made for"
"""The message of the `NotImplementedError` that is raised before anything is done."""


def with_checks(function: Function, facts: Facts) -> Function:
    """The function, which first raises unless all that is assumed holds."""
    if not facts.assumed:
        return function
    builder = Builder()
    ops = function.body.ops
    first = next((k for k, op in enumerate(ops) if op.primitive is not BOUNDED), len(ops))
    for form in facts.assumed:
        _check(builder, facts, form)
    return replace(function, body=replace(function.body, ops=(*ops[:first], *builder.ops, *ops[first:])))


def _check(builder: Builder, facts: Facts, form: Form) -> None:
    """`if a < b: raise ...`."""
    positive = Form({s: c for s, c in form.terms.items() if c > 0}, max(form.constant, 0))
    negative = Form({s: -c for s, c in form.terms.items() if c < 0}, max(-form.constant, 0))
    left, right = facts.atom(builder, positive), facts.atom(builder, negative)
    failed = builder.emit(LESS, left, right, hint="failed", type=BOOL)
    inner = Builder()
    error = inner.emit(CALL_PYTHON, Const(NotImplementedError), Const(UNFORESEEN), hint="error", type=OBJECT)
    inner.perform(RAISE, error)
    builder.branch(failed, inner.block(), Block((), (), ()), [])
