"""What is batched: which values of a program depend on the parameters that come k at a time, and their types then."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np

from ..analyse.activity import Graph, Node
from ..analyse.regions import Regions, regions
from ..errors import UnsupportedCall
from ..ir.nodes import Atom, Callee, Function, Op, Var, walk
from ..ir.primitives import CALL, GETATTR, GETITEM
from ..ir.types import STRUCTURES, Array, Dim, List, Object, Scalar, Type, Undefined, is_continuous, is_numeric


class NotBatched(UnsupportedCall):
    """A program for several directions cannot be made of this one; the message says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"several directions at once: {reason}", hint="take one direction at a time")
        self.reason = reason


def dependents(function: Function, params: Collection[Var], groups: Regions) -> set[Var]:
    """The values that depend on parameters in any way other than by their shapes: also comparisons do, and what memory
    holds."""
    graph = _Dependence(function, groups)
    return {node for node in graph.reach(graph.ahead, params) if isinstance(node, Var)}


def callees_of_dependents(function: Function, params: Collection[Var]) -> list[Callee]:
    """The functions of the program that are given what depends on parameters."""
    found = dependents(function, params, regions(function))
    calls = [op for op in walk(function.body) if op.primitive is CALL]
    return [op.static for op in calls if any(isinstance(a, Var) and a in found for a in (*op.inputs, *op.results))]


class _Dependence(Graph):
    def passes_on(self, node: Node) -> bool:
        return not isinstance(node, Var) or not isinstance(node.type, Object) or node.type.cls is not type(None)

    def sources(self, op: Op) -> Iterable[Atom]:
        if op.primitive in (GETITEM, GETATTR) and isinstance(op.args[0].type, STRUCTURES):
            return op.inputs if is_continuous(op.result.type) else ()
        if looks_at_shapes(op):
            return [a for k, a in enumerate(op.inputs) if k in op.primitive.contents]
        return op.inputs


_OF_SHAPE = ("shape", "ndim", "size", "dtype", "itemsize", "nbytes")


def looks_at_shapes(op: Op) -> bool:
    """Whether an operation is told nothing by the entries of its operands (other than those in `contents`)."""
    if op.primitive is GETATTR:
        return op.static in _OF_SHAPE and is_numeric(op.args[0].type)
    return op.primitive.name in _OF_SHAPE or (not op.primitive.reads and op.aliasing == "fresh")


def widened(type_: Type, count: Dim) -> Type:
    """The type of k values of a type.

    Raises:
        NotBatched: they cannot be stacked, or their rank is not known.
    """
    if isinstance(type_, Array):
        return Array(type_.dtype, (count, *type_.shape))
    if isinstance(type_, Scalar):
        return Array(
            type_.dtype or np.dtype({"b": bool, "i": int, "f": float, "c": complex}[type_.kind]).name, (count,)
        )
    if isinstance(type_, STRUCTURES):
        return replace(type_, items=tuple(widened(t, count) if is_continuous(t) else t for t in type_.items))
    if isinstance(type_, List):
        return List(widened(type_.item, count))
    if isinstance(type_, Undefined):
        return type_
    raise NotBatched(f"the rank of a value is not known ({type_})")


def rank_of(type_: Type) -> int:
    """The number of axes of one value.

    Raises:
        NotBatched: it is not known.
    """
    if isinstance(type_, Array):
        return type_.ndim
    if isinstance(type_, Scalar):
        return 0
    raise NotBatched(f"the rank of a value is not known ({type_})")
