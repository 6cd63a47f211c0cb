"""Which values depend continuously on the parameters of interest (`varied`), and on which the result does (`useful`).

Both are reachability in one graph: from operands to results, through branches and loops, and through memory, where an
active value that is written makes every value of that region active. Only continuous types are active. Rules with a
zero derivative cut a path; an operand that a rule does not know keeps it, so that the differentiation can refuse it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from ..ir.nodes import Atom, Function, Op, Var, loop_of, walk
from ..ir.primitives import ADDAT, CALL, FULL_LIKE, GETATTR, GETITEM, IF, LOOP, SCATTER_ADD, SETITEM
from ..ir.solvers import LIBRARY_CALL, SOLUTION
from ..ir.types import Object, is_continuous, is_numeric
from ..rules.table import operand_names, rule_of
from .regions import OPAQUE, Region, Regions, regions

Node = Var | Region

LAUNDERED = "a number is made from an object that opaque code made from active values"
TEXT_HINT = "compute with the number itself, not with text or objects that are made of it"

_DISCRETE = ("dtype", "itemsize", "nbytes", "strides", "flags", "shape", "ndim", "size")
"""The attributes of numbers and arrays that their entries do not change."""


@dataclass(frozen=True, eq=False)
class Activity:
    """A set of values, in the order in which they were found.

    Args:
        active: the values; all have continuous types.
        tainted: objects that opaque code made from active values (a formatted string, say). They carry no derivative.
        laundering: operations that make a continuous value from a tainted object: their derivative is lost, so that
            a program with such operations must be refused.
    """

    active: dict[Var, None] = field(default_factory=dict)
    tainted: dict[Var, None] = field(default_factory=dict)
    laundering: tuple[Op, ...] = ()

    def __contains__(self, var: object) -> bool:
        return var in self.active

    def __iter__(self) -> Iterator[Var]:
        return iter(self.active)

    def __len__(self) -> int:
        return len(self.active)


def varied(function: Function, wrt: Collection[Var], groups: Regions | None = None) -> Activity:
    """The values that may depend continuously on `wrt`.

    Args:
        function: any program.
        wrt: values of the program, usually parameters.
        groups: its regions, if they are known already.

    Returns:
        the active values, `wrt` among them where their types are continuous.
    """
    graph = Graph(function, groups or regions(function))
    reached = graph.reach(graph.ahead, wrt)
    active = {v: None for v in reached if isinstance(v, Var) and is_continuous(v.type)}
    tainted = {v: None for v in reached if isinstance(v, Var) and v not in active}
    laundering = tuple(op for op in walk(function.body) if _launders(op, active, tainted)) if tainted else ()
    return Activity(active, tainted, laundering)


def useful(function: Function, wanted: Iterable[Atom] | None = None, groups: Regions | None = None) -> Activity:
    """The values on which `wanted` (by default the result) may depend continuously."""
    graph = Graph(function, groups or regions(function))
    seeds = function.body.yields if wanted is None else wanted
    reached = graph.reach(graph.back, [a for a in seeds if isinstance(a, Var)])
    return Activity({v: None for v in reached if isinstance(v, Var) and is_continuous(v.type)})


def _launders(op: Op, active: dict[Var, None], tainted: dict[Var, None]) -> bool:
    return any(r in active for r in op.results) and any(a in tainted for a in op.inputs)


class Graph:
    """From what to what a change is passed on. The nodes are values, and regions that are written.

    A subclass may see it otherwise, by what it overrides: `passes_on` and `sources`.
    """

    def __init__(self, function: Function, groups: Regions, known: dict[Function, Graph | None] | None = None) -> None:
        self.function, self.groups = function, groups
        self.known: dict[Function, Graph | None] = {} if known is None else known
        self.ahead: dict[Node, list[Node]] = {}
        self.back: dict[Node, list[Node]] = {}
        self.opened: dict[Region, None] = {}
        self.known[function] = None
        for op in walk(function.body):
            self.visit(op)
        self.contain()
        self.known[function] = self

    def passes_on(self, node: Node) -> bool:
        """Whether a change can go through a value."""
        return isinstance(node, Region) or is_continuous(node.type) or isinstance(node.type, Object)

    def sources(self, op: Op) -> Iterable[Atom]:
        """The operands whose change changes the result of an operation without blocks."""
        return _sources(op)

    def reach(self, edges: dict[Node, list[Node]], seeds: Iterable[Node]) -> dict[Node, None]:
        """All that can be reached from the seeds, the seeds included."""
        found = dict.fromkeys(s for s in seeds if self.passes_on(s))
        todo = list(found)
        while todo:
            for node in edges.get(todo.pop(), ()):
                if node not in found:
                    found[node] = None
                    todo.append(node)
        return found

    def join(self, sources: Iterable[Atom | Region], targets: Iterable[Node]) -> None:
        targets = [t for t in targets if self.passes_on(t)]
        for source in sources:
            if isinstance(source, (Var, Region)) and self.passes_on(source):
                for target in targets:
                    self.ahead.setdefault(source, []).append(target)
                    self.back.setdefault(target, []).append(source)

    def visit(self, op: Op) -> None:
        if op.primitive is IF:
            for result, *yields in zip(op.results, *(b.yields for b in op.blocks), strict=True):
                self.join(yields, [result])
        elif op.primitive is LOOP:
            loop = loop_of(op)
            for result, param, *sources in zip(loop.results, loop.carried, loop.inits, loop.nexts, strict=True):
                self.join(sources, [param, result])
        elif op.primitive is CALL:
            self.call(op)
        else:
            self.join(self.sources(op), op.results)
            for position in op.primitive.writes:
                self.join(_stored(op), self.memory(op.args[position]))

    def memory(self, target: Atom) -> list[Node]:
        """The region of a value, as a node that passes on to all its members."""
        if not isinstance(target, Var):
            return []
        region = self.groups.of(target)
        self.open(region)
        return [region]

    def held(self, target: Atom) -> list[Region]:
        """The regions of a value and of all that it holds."""
        found = self.groups.reachable(self.groups.of(target)) if isinstance(target, Var) else []
        for region in found:
            self.open(region)
        return found

    def open(self, region: Region) -> None:
        if region not in self.opened:
            self.opened[region] = None
            self.join([region], self.groups.members(region))

    def contain(self) -> None:
        """What is written into an array is also in the containers that hold the array."""
        holders: dict[Region, dict[Region, None]] = {}
        for var in [v for op in walk(self.function.body) for v in op.results] + list(self.function.body.params):
            region = self.groups.of(var)
            for inner in self.groups.contents(region).values():
                holders.setdefault(inner, {})[region] = None
        todo = list(self.opened)
        while todo:
            inner = todo.pop()
            for region in holders.get(inner, ()):
                if region not in self.opened:
                    todo.append(region)
                    self.open(region)
                self.join([inner], [region])

    def call(self, op: Op) -> None:
        """From operands to the result, and to the operands that the callee writes."""
        callee: Function = op.static.function
        if op.static.rule is not None:
            self.join(op.args, op.results)
            return
        if callee not in self.known:
            type(self)(callee, regions(callee), self.known)
        inside = self.known[callee]
        for position, arg in enumerate(op.args):
            if inside is None:
                self.join([arg], op.results)
                for other in op.args:
                    self.join([arg], self.memory(other))
                continue
            reached = inside.reach(inside.ahead, [callee.body.params[position]])
            if any(y in reached for y in callee.body.yields):
                self.join([arg], op.results)
            for param, other in zip(callee.body.params, op.args, strict=True):
                if any(region in reached for region in inside.groups.reachable(inside.groups.of(param))):
                    self.join([arg], self.held(other))


def _sources(op: Op) -> Iterator[Atom]:
    """The operands whose change changes the result."""
    if op.primitive is LIBRARY_CALL:
        return
    if op.primitive is SOLUTION:
        yield from op.args[1:]
    elif op.primitive is GETITEM:
        yield op.args[0]
    elif op.primitive is GETATTR and op.static in _DISCRETE and is_numeric(op.args[0].type):
        return
    elif op.primitive in OPAQUE or op.primitive.writes:
        yield from op.inputs
    else:
        yield from _by_rule(op)


def _by_rule(op: Op) -> Iterator[Atom]:
    rule = rule_of(op.primitive)
    if rule is None and not op.primitive.reads and op.aliasing == "fresh":  # only a shape is looked at
        yield from op.args[1:] if op.primitive is FULL_LIKE else ()
        return
    names = operand_names(op.primitive, len(op.args))
    dead = rule.zero if rule else frozenset()
    for k, arg in enumerate(op.args):
        if k >= len(names) or names[k] not in dead:
            yield arg
    for name, atom in op.keywords:
        if name not in dead:
            yield atom


def _stored(op: Op) -> Iterable[Atom]:
    """The operands whose change changes what is written."""
    return op.args[2:] if op.primitive in (SETITEM, ADDAT, SCATTER_ADD) else op.inputs
