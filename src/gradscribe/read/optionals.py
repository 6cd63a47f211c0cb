"""Values that may be None at run time (`Choice`), where they are used.

Most operations fail for None: there the program raises what Python raises, unless a branch around has ruled None out.
Functions that take None as well are called with either.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gast
import numpy as np

from ..ir.nodes import Const
from .attributes import Attributes
from .calls import Calls
from .comparisons import Comparisons
from .indexing import Indexing
from .values import Choice, Value, is_const, is_none, may_be_none
from .writing import Writing

_TAKE_NONE = (
    isinstance, hasattr, getattr, type, callable, str, repr, ascii, format, print, id, copy.copy, copy.deepcopy,
    operator.eq, operator.ne, operator.is_, operator.is_not, np.array, np.asarray, np.equal, np.isscalar, np.ndim,
    np.not_equal, np.shape, np.size, np.where,
)  # fmt: skip


class Optionals(Comparisons, Indexing, Writing, Attributes, Calls):
    """`present`, and what is done with one of two values."""

    def call(
        self, callee: Value, args: Sequence[Value], keywords: Mapping[str, Value], node: gast.AST | None = None
    ) -> Value:
        """`callee(*args, **keywords)`."""
        if is_const(callee) and any(callee.value is function for function in _TAKE_NONE):
            known = super().call
            return self.with_either(args, lambda given: known(callee, given, keywords, node))
        return super().call(callee, args, keywords, node)

    def compare(self, function: Callable[..., Any], left: Value, right: Value, node: gast.AST | None = None) -> Value:
        """`left <comparison> right`."""
        if function in (operator.eq, operator.ne):
            known = super().compare
            return self.with_either((left, right), lambda pair: known(function, pair[0], pair[1], node))
        return super().compare(function, left, right, node)

    def get_attribute(self, owner: Value, name: str, node: gast.AST | None = None) -> Value:
        """`owner.name`."""
        known = super().get_attribute
        if not isinstance(owner, Choice):
            return known(owner, name, node)
        if may_be_none(owner) and not hasattr(None, name):
            message = f"'NoneType' object has no attribute {name!r}"
            return known(self.present(owner, AttributeError, message), name, node)
        return self._either(owner, lambda value: known(value, name, node))

    def get_item(self, container: Value, index: Value, node: gast.AST | None = None) -> Value:
        """`container[index]`."""
        known = super().get_item
        if not isinstance(container, Choice):
            return known(container, index, node)
        if may_be_none(container):
            return known(self.present(container, TypeError, "'NoneType' object is not subscriptable"), index, node)
        return self._either(container, lambda value: known(value, index, node))

    def set_attribute(self, owner: Value, name: str, value: Value, node: gast.AST | None = None) -> None:
        """`owner.name = value`."""
        known = super().set_attribute
        self._write_either(owner, lambda found: known(found, name, value, node))

    def set_item(self, container: Value, index: Value, value: Value, node: gast.AST | None = None) -> None:
        """`container[index] = value`."""
        known = super().set_item
        self._write_either(container, lambda found: known(found, index, value, node))

    def _write_either(self, owner: Value, write: Callable[[Value], None]) -> None:
        if not isinstance(owner, Choice):
            write(owner)
        elif may_be_none(owner):
            write(self.present(owner, TypeError, "None where an object is needed"))
        else:
            self.branch(owner.chosen, lambda: write(owner.first), lambda: write(owner.second))

    def _either(self, choice: Choice, use: Callable[[Value], Value]) -> Value:
        return self.choose(choice.chosen, lambda: use(choice.first), lambda: use(choice.second))

    def with_either(self, values: Sequence[Value], use: Callable[[Sequence[Value]], Value]) -> Value:
        """`use(values)`, in a branch for each of two values that one of them may be."""
        at = next((k for k, v in enumerate(values) if isinstance(v, Choice)), None)
        if at is None:
            return use(values)
        choice, before, behind = values[at], values[:at], values[at + 1 :]
        assert isinstance(choice, Choice)
        return self._either(choice, lambda value: self.with_either((*before, value, *behind), use))

    def present(self, choice: Choice, error: type[Exception], message: str) -> Value:
        """The value that may be None; where it is, the program raises what Python does."""
        first = is_none(choice.first)
        missing = choice.chosen if first else self.as_atom(self.negation(choice.chosen))
        self.branch(missing, lambda: self.fail(error, Const(message)), lambda: None)
        return choice.second if first else choice.first
