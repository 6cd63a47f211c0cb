"""The computation graph of a run: values, tangents and adjoints on its nodes, local partials on its edges.

Steps that compute the same from the same are one node, whose adjoint is the sum of theirs. What moves nothing (a
length, an index, a test) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import Location
from ..ir.nodes import Const, Var
from ..ir.types import Scalar
from ..write.one import expression_text
from .figures import value_text
from .trace import Operand, Step, Trace

MOST = 150
"""The most nodes that are drawn."""


@dataclass(frozen=True)
class Node:
    """A value.

    Args:
        number: its place among the nodes.
        name: its name.
        title: `y = x1**2`.
        value, tangents, adjoint: of the value.
        places: the user's statements that compute it.
        trips: the trips of the loops around it.
        is_input: whether it is a parameter.
        is_result: whether the function returns it.
    """

    number: int
    name: str
    title: str
    value: Any
    tangents: tuple[Any, ...]
    adjoint: Any
    places: tuple[Location, ...] = ()
    trips: tuple[int, ...] = ()
    is_input: bool = False
    is_result: bool = False


@dataclass(frozen=True)
class Edge:
    """A value that goes into another.

    Args:
        source, target: the numbers of the nodes.
        partial: the derivative of the target by the source along this edge; None where it is no number or array.
    """

    source: int
    target: int
    partial: Any = None

    @property
    def label(self) -> str:
        return value_text(self.partial, 4)


@dataclass(frozen=True)
class Graph:
    """A computation graph.

    Args:
        name: of the function.
        nodes, edges: in the order of the run.
        directions: the titles of the tangents.
        left_out: how many nodes a long run has besides.
    """

    name: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    directions: tuple[str, ...] = ()
    left_out: int = 0

    def mermaid(self) -> str:
        """The graph as Mermaid text."""
        from .graph_text import mermaid

        return mermaid(self)

    def dot(self) -> str:
        """The graph as DOT text."""
        from .graph_text import dot

        return dot(self)

    def svg(self) -> str:
        """The graph as SVG, laid out here."""
        from .drawing import svg

        return svg(self)

    def graphviz_svg(self) -> str:
        """The graph as SVG, laid out by Graphviz.

        Raises:
            ImportError: the package `graphviz` is not installed (the extra `viz`).
        """
        import graphviz

        return str(graphviz.Source(self.dot()).pipe(format="svg", encoding="utf-8"))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.mermaid(), "image/svg+xml": self.svg()}

    def notes(self, node: Node) -> Iterator[tuple[str, str]]:
        """What is written on a node: its trip, value, tangents and adjoint, each with its name."""
        if node.trips:
            yield "trip", ".".join(str(t + 1) for t in node.trips)
        yield "value", value_text(node.value)
        for name, tangent in zip(self.directions, node.tangents, strict=False):
            if tangent is not None:
                yield f"d/d{name}", value_text(tangent)
        if node.adjoint is not None:
            yield "adjoint", value_text(node.adjoint)


def graph(trace: Trace, *, most: int = MOST) -> Graph:
    """The computation graph of a run.

    Args:
        trace: the run.
        most: the most nodes to keep; of longer runs the last ones.
    """
    return _Graphing(trace).graph(most)


@dataclass
class _Graphing:
    trace: Trace
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    node_of: dict[int, int] = field(default_factory=dict)
    known: dict[Any, int] = field(default_factory=dict)
    joined: set[int] = field(default_factory=set)

    def graph(self, most: int) -> Graph:
        self.shares = not any(step.op is not None and step.op.primitive.writes for step in self.trace.steps)
        for step in self.trace.steps:
            if step.is_active or self._passes_on(step):
                self._add(step)
        self._mark_result()
        left_out = max(len(self.nodes) - most, 0)
        kept = range(left_out, len(self.nodes))
        nodes = [replace(self.nodes[k], number=k - left_out) for k in kept]
        edges = [
            replace(e, source=e.source - left_out, target=e.target - left_out)
            for e in self.edges
            if e.source in kept and e.target in kept
        ]
        directions = self.trace.wrt if self.trace.slopes else ()
        return Graph(self.trace.name, tuple(nodes), tuple(edges), directions, left_out)

    def _passes_on(self, step: Step) -> bool:
        """Whether a write stores something that moves."""
        return not step.name and any(o.step in self.node_of for o in step.operands)

    def _add(self, step: Step) -> None:
        key = self._key(step)
        if key is not None and key in self.known:
            self._join(self.known[key], step)
            return
        number = len(self.nodes)
        places = (step.place,) if step.place else ()
        title = self._title(step)
        self.nodes.append(
            Node(number, step.name, title, step.value, step.tangents, step.adjoint, places, step.trips, step.op is None)
        )
        self.node_of[step.number] = number
        if key is not None:
            self.known[key] = number
        for operand in step.operands:
            if operand.step in self.node_of:
                self.edges.append(Edge(self.node_of[operand.step], number, operand.partial))

    def _title(self, step: Step) -> str:
        """The step in the names of the nodes: a value that is another's double has that one's name."""
        op = step.op
        if op is None:
            return step.name
        names = dict(self.trace.names)
        for atom, operand in zip(op.inputs, step.operands, strict=True):
            node = self.node_of.get(-1 if operand.step is None else operand.step)
            if isinstance(atom, Var) and node is not None and operand.step in self.joined:
                names[atom] = self.nodes[node].name
        text = expression_text(op, names)
        return f"{step.name} = {text}" if step.name else text

    def _join(self, number: int, step: Step) -> None:
        node = self.nodes[number]
        places = node.places if step.place is None or step.place in node.places else (*node.places, step.place)
        trips = node.trips if node.trips == step.trips else ()
        self.nodes[number] = replace(node, adjoint=_sum(node.adjoint, step.adjoint), places=places, trips=trips)
        self.node_of[step.number] = number
        self.joined.add(step.number)

    def _key(self, step: Step) -> Any:
        """The same for steps that compute the same; None where that is not known."""
        op = step.op
        if op is None or not op.results or not op.primitive.is_pure or op.primitive.aliasing != "fresh":
            return None
        scalars = all(isinstance(a.type, Scalar) for a in (*op.inputs, *op.results))
        if not (scalars or self.shares) or op.static is not None:
            return None
        pairs = zip(op.inputs, step.operands, strict=True)
        return (op.primitive, op.style, tuple(k for k, _ in op.keywords), *(self._operand(a, o) for a, o in pairs))

    def _operand(self, atom: Any, operand: Operand) -> Any:
        if isinstance(atom, Const):
            return ("constant", type(atom.value).__name__, repr(atom.value))
        if operand.step is None:
            return ("unknown", id(operand))
        return self.node_of.get(operand.step, ("step", operand.step))

    def _mark_result(self) -> None:
        number = self.node_of.get(-1 if self.trace.result is None else self.trace.result)
        if number is not None:
            self.nodes[number] = replace(self.nodes[number], is_result=True)


def _sum(left: Any, right: Any) -> Any:
    if left is None or right is None:
        return right if left is None else left
    return left + right
