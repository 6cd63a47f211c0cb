"""What the arguments of a function probably are, to show its derivative before any call.

Annotations and defaults count first, then the use in the body: an argument of `range` is an integer, something that is
indexed, iterated or multiplied by `@` is an array. All else is a float. A call always compiles for what it is given;
nothing but `.source` depends on a guess.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import gast
import numpy as np

from .ir.types import FLOAT, INT, UNKNOWN, Array, Dict, Object, Type, is_continuous
from .signature import abstract, is_static
from .source.text import read_source

_ANNOTATED = {float: "f", int: "i", bool: "b", "float": "f", "int": "i", "bool": "b"}
_OF_ARRAYS = {"copy", "shape", "T", "ndim", "size", "sum", "mean", "reshape", "dot", "max", "min", "dtype", "ravel"}
_OVER_ARRAYS = {"len", "enumerate", "zip", "reversed", "sum", "mean", "max", "min", "dot", "zeros_like", "empty_like"}


def guess_types(function: Callable[..., Any]) -> tuple[dict[str, Type], dict[str, object]]:
    """A type for each parameter, and the values of those that are static (by their defaults).

    Args:
        function: a function with source.
    """
    if hasattr(function, "program_for"):  # a derivative takes what its function takes
        return guess_types(function.primal)
    if hasattr(type(function), "custom_rule"):
        return guess_types(function.fun)
    uses = _uses_in(read_source(function).tree)
    types: dict[str, Type] = {}
    static: dict[str, object] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is not parameter.empty and is_static(parameter.default):
            static[name] = parameter.default
        types[name] = _guess(name, parameter, uses)
    return types, static


def continuous_parameters(function: Callable[..., Any]) -> str | list[str]:
    """The parameters that are probably differentiated by: one, or several."""
    types, static = guess_types(function)
    names = [n for n, t in types.items() if is_continuous(t) and n not in static]
    return names[0] if len(names) == 1 else names


def guesses(function: Callable[..., Any]) -> Iterator[tuple[dict[str, Type], dict[str, object]]]:
    """What to try in turn: `guess_types`, and then vectors for the parameters about which nothing speaks.

    Args:
        function: a function with source.
    """
    types, static = guess_types(function)
    yield types, static
    parameters = inspect.signature(function).parameters
    open_ = [n for n, t in types.items() if t is FLOAT and parameters[n].annotation is parameters[n].empty]
    if open_:
        yield {n: _array(n, 1) if n in open_ else t for n, t in types.items()}, static


def _guess(name: str, parameter: inspect.Parameter, uses: _Uses) -> Type:
    annotated = _ANNOTATED.get(parameter.annotation)
    if annotated:
        return {"f": FLOAT, "i": INT}.get(annotated) or abstract(True, name)
    if name in uses.keys:
        keys = tuple(uses.keys[name])
        return Dict(keys, tuple(_array(f"{name}.{k}", uses.ranks.get(f"{name}.{k}", 1)) for k in keys))
    if name in uses.ranks or parameter.annotation is np.ndarray:
        return _array(name, uses.ranks.get(name, 1))
    if parameter.default is not parameter.empty:
        return abstract(parameter.default, name)
    if name in uses.integers:
        return INT
    return (
        FLOAT
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD or parameter.kind is parameter.POSITIONAL_ONLY
        else Object()
    )


def _array(name: str, rank: int) -> Array:
    from .ir.types import Dim

    return (
        Array("float64", tuple(Dim(f"{name}.{k}", 0, False) for k in range(rank)))
        if rank
        else Array("float64", (UNKNOWN,))
    )


@functools.lru_cache(maxsize=1)  # asked for more than once on the way to one derivative
def _uses_in(tree: Any) -> _Uses:
    return _Uses(tree)


class _Uses:
    """How the names of a function are used in its body.

    Attributes:
        ranks: name -> the rank that its use as an array suggests (`"params.w1"` for an entry of a dict).
        keys: name -> the constant string keys that it is indexed with.
        integers: the names that count something.
    """

    def __init__(self, tree: Any) -> None:
        self.ranks: dict[str, int] = {}
        self.keys: dict[str, dict[str, None]] = {}
        self.integers: set[str] = set()
        for node in gast.walk(tree):
            self._visit(node)

    def _at_least(self, node: Any, rank: int) -> None:
        name = _path(node)
        if name is not None:
            self.ranks[name] = max(self.ranks.get(name, 0), rank)

    def _visit(self, node: Any) -> None:
        if isinstance(node, gast.Subscript):
            self._subscript(node)
        elif isinstance(node, gast.Attribute) and node.attr in _OF_ARRAYS:
            self._at_least(node.value, 2 if node.attr == "T" else 1)
        elif isinstance(node, gast.BinOp) and isinstance(node.op, gast.MatMult):
            self._factor(node.left, 2)
            self._factor(node.right, 2 if _is_matrix_name(node.right) else 1)
        elif isinstance(node, gast.Call):
            self._call(node)
        elif isinstance(node, gast.For) and isinstance(node.iter, gast.Name):
            self._at_least(node.iter, 1)

    def _factor(self, node: Any, rank: int) -> None:
        """A factor of a matrix product; an entry of an array (`xs[i] @ w`) is a vector."""
        if isinstance(node, gast.Subscript) and _path(node) is None:
            self._at_least(node.value, 1 + len(node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]))
        else:
            self._at_least(node, rank)

    def _subscript(self, node: Any) -> None:
        index = node.slice
        if isinstance(node.value, gast.Name) and isinstance(index, gast.Constant) and isinstance(index.value, str):
            self.keys.setdefault(node.value.id, {})[index.value] = None
            return
        parts = index.elts if isinstance(index, gast.Tuple) else [index]
        self._at_least(node.value, sum(not _adds_no_axis(p) for p in parts))
        self.integers.update(p.id for p in parts if isinstance(p, gast.Name))

    def _call(self, node: Any) -> None:
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        if name == "range":
            self.integers.update(_names_in(node.args))
        elif name in _OVER_ARRAYS:
            for arg in node.args[:1] if name not in ("zip", "dot") else node.args:
                self._at_least(arg, 1)


def _adds_no_axis(node: Any) -> bool:
    return isinstance(node, gast.Constant) and (node.value is None or node.value is ...)


def _is_matrix_name(node: Any) -> bool:
    name = (_path(node) or "").rpartition(".")[2]
    return name[:1].isupper() or (isinstance(node, gast.Subscript) and name[:1] == "w")


def _path(node: Any) -> str | None:
    if isinstance(node, gast.Name):
        return str(node.id)
    if isinstance(node, gast.Subscript) and isinstance(node.value, gast.Name) and isinstance(node.slice, gast.Constant):
        return f"{node.value.id}.{node.slice.value}" if isinstance(node.slice.value, str) else None
    return None


def _names_in(nodes: list[Any]) -> Iterator[str]:
    return (n.id for node in nodes for n in gast.walk(node) if isinstance(n, gast.Name))
