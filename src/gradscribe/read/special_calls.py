"""Calls of functions that are read in a way of their own: what reads them, and whether they are called as they can be.

A reader takes its arguments as the function declares them. A call that the function would not accept is refused here.
"""

from __future__ import annotations

import collections
import functools
import inspect
import itertools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import gast
import numpy as np

from ..checkpoints import checkpoint
from ..errors import UnsupportedCall
from .changing import in_place_operator, is_method_of_container
from .core import Core
from .parts import Keywords
from .special import SPECIAL, reads
from .values import NONE, Value

_DECLARED: dict[Any, str] = {
    range: "start, stop=0, step=1, /", slice: "start, stop=None, step=None, /", zip: "*iterables, strict=False",
    map: "function, iterable, /, *iterables", filter: "function, iterable, /", dict: "items=(), /, **entries",
    set: "iterable=(), /", frozenset: "iterable=(), /", functools.reduce: "function, iterable, initial=None, /",
    max: "first, /, *others, key=None, default=None", min: "first, /, *others, key=None, default=None",
    int: "x=0, /, base=10", bool: "x=False, /", str: "object='', encoding='', errors=''",
    iter: "source, sentinel=None, /", next: "iterator, default=None, /", itertools.chain: "*iterables",
    itertools.product: "*iterables, repeat=1", itertools.repeat: "object, times=None",
    itertools.islice: "iterable, start, stop=None, step=None, /",
    itertools.zip_longest: "*iterables, fillvalue=None", vars: "object=None, /", dir: "object=None, /",
    type: "object, bases=(), names=(), /, **keywords", getattr: "object, name, default=None, /",
    super: "type=None, object=None, /", functools.partial: "function, /, *args, **keywords",
    operator.itemgetter: "item, /, *items", operator.attrgetter: "attr, /, *attrs",
    operator.methodcaller: "name, /, *args, **keywords", collections.OrderedDict: "items=(), /, **entries",
    collections.defaultdict: "default_factory=None, items=(), /, **entries",
    checkpoint: "function, *others",
    collections.deque: "iterable=(), maxlen=None", np.add.at: "a, indices, b, /", np.subtract.at: "a, indices, b, /",
}  # fmt: skip
"""The parameters of functions that do not tell them."""


class SpecialCalls(Core):
    """`special` and `call_special`."""

    def special(self, function: Any) -> Any:
        """What reads a call of a function in a way of its own, None for the rest."""
        try:
            name = SPECIAL.get(function)
        except TypeError:
            return None
        return None if name is None else getattr(self, name)

    def call_special(self, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """What is read in a way of its own, `list.append(x, v)` and `operator.iadd(x, v)` among it; NotImplemented for
        other calls."""
        if is_method_of_container(function) and args:
            return self.call_named(args[0], function.__name__, args[1:], keywords, node)
        in_place = in_place_operator(function)
        if in_place is not None and len(args) == 2:
            return self.in_place(in_place, args[0], args[1], node)
        special = self.special(function)
        if special is None:
            return NotImplemented
        return special(*self._as_declared(function, args, keywords, node), node)

    def _as_declared(
        self, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> tuple[Sequence[Value], Keywords]:
        """The arguments of a call, those without a default by position."""
        signature = _signature_of(function)
        if signature is None:
            return args, keywords
        try:
            signature.bind(*args, **keywords)
        except TypeError as error:
            name = getattr(function, "__name__", "this")
            declared = ", ".join(str(p.replace(annotation=p.empty)) for p in signature.parameters.values())
            self.refuse(f"`{name}`: {error}", node, f"its parameters are {declared or 'none'}", UnsupportedCall)
        given, rest = list(args), dict(keywords)
        for parameter in list(signature.parameters.values())[len(given) :]:
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.default is parameter.empty:
                given.append(rest.pop(parameter.name))
        return given, rest

    @reads(*[getattr(operator, n) for n in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")])
    def _operator(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return NotImplemented

    @reads(operator.getitem)
    def _getitem(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return self.get_item(args[0], args[1], node)

    @reads(operator.setitem)
    def _setitem(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        self.set_item(args[0], args[1], args[2], node)
        return NONE


@functools.cache
def _signature_of(function: Any) -> inspect.Signature | None:
    declared = _DECLARED.get(function)
    if declared is not None:
        made: dict[str, Callable[..., Any]] = {}
        exec(f"def f({declared}): ...", made)  # the parameters of the table
        return inspect.signature(made["f"])
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None
