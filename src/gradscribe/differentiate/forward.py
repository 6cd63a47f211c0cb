"""Forward mode: beside each operation, the operations that compute its tangent.

The primal operations stay as they are, and in their order. Loops and branches carry tangents beside values. An array
in written memory has a shadow, an array of tangents with the same aliasing that is written by the same operations; an
active list has a shadow list. What the activity analysis calls inactive has no tangent at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import Parameter as Kind

from ..analyse.activity import LAUNDERED, TEXT_HINT, Activity, varied
from ..analyse.partition import EVERY
from ..analyse.regions import Region, Regions, regions
from ..errors import UnsupportedCall, UntrackableAlias
from ..ir.build import Builder
from ..ir.bundles import item_of, key_of
from ..ir.inlining import without_calls
from ..ir.nodes import Atom, Block, Callee, Const, Function, Op, Parameter, Var, loop_of, replace
from ..ir.primitives import ADD, CALL, COPY, FLOAT_OF, GETITEM, IF, LOOP, TUPLE, WATCH, ZEROS_LIKE
from ..ir.types import FLOAT, STRUCTURES, Array, List, Numeric, Tuple, is_continuous
from . import push
from .apart import guard_memory
from .calls import refuse_written
from .tangents import Ownership, Tangent, dot, full, tangent_type
from .views import settle_views


def forward(function: Function, wrt: Sequence[Var | int], *, name: str, watch: bool = False) -> Function:
    """The tangent of a function.

    Args:
        function: the primal.
        wrt: the parameters (or their positions) that have tangents.
        name: the name of the new function.
        watch: whether the program notes the tangent of each value, for the interpreter (`WATCH`).

    Returns:
        a function of the same positional parameters (without defaults), followed by the tangents of those in `wrt`
        (`dx` for `x`; keyword-only behind `*args`) and what is keyword-only. It returns `(value, tangent)`.

    Raises:
        UnsupportedCall: an active operand has no rule.
        UntrackableAlias: an active value is written where its derivative cannot be followed.
    """
    inputs = [function.body.params[w] if isinstance(w, int) else w for w in wrt]
    function = settle_views(guard_memory(function))
    return Forward(function, inputs, Callees(), watch=watch).run(name)


class Callees:
    """The tangents of functions that are called and not inlined (recursive ones), by callee and active arguments."""

    def __init__(self) -> None:
        self.made: dict[tuple[Callee, tuple[int, ...]], Callee] = {}

    def of(self, callee: Callee, active: tuple[int, ...]) -> Callee:
        key = (callee, active)
        if key not in self.made:
            ending = "" if not any(c is callee for c, _ in self.made) else f"_{len(self.made)}"
            made = self.made[key] = Callee(f"{callee.name}_jvp{ending}")
            assert callee.function is not None
            if callee.rule is not None:
                made.function = callee.rule.tangent
                return made
            inputs = [callee.function.body.params[k] for k in active]
            made.function = Forward(settle_views(callee.function), inputs, self, owned=False).run(made.name)
        return self.made[key]


class Forward:
    """The transform of one function.

    Args:
        function: the primal.
        inputs: the parameters with tangents.
        callees: the tangents of what it calls, made so far.
        owned: whether the tangents that are passed in are the user's, which must not be written.
        watch: whether the program notes the tangent of each value, for the interpreter.
    """

    def __init__(
        self, function: Function, inputs: Sequence[Var], callees: Callees, owned: bool = True, watch: bool = False
    ) -> None:
        function = without_calls(function)
        self.function, self.inputs, self.callees, self.owned, self.watch = function, inputs, callees, owned, watch
        self.memory: Regions = regions(function)
        self.active: Activity = varied(function, inputs, self.memory)
        self.tangents: dict[Var, Tangent] = {}
        self.exact: set[Var] = set()  # the values whose tangents are known to have their shape
        self.ownership = Ownership()

    def run(self, name: str) -> Function:
        for op in self.active.laundering:
            raise UnsupportedCall(LAUNDERED, op.origin, TEXT_HINT)
        builder, body = Builder(), self.function.body
        seeds = self.seeds()
        given = dict(zip(self.inputs, seeds, strict=True))
        for param in body.params:
            if param in self.active:
                self.tangents[param] = made = self.parameter(builder, param, given.get(param))
                self.exact |= set() if made is None else {param}
        self.ops(body.ops, builder)
        (value,) = body.yields
        builder.origin = None
        result = builder.emit(TUPLE, value, self.returned(builder, value), hint="result")
        parameters = self.parameters(seeds)
        block = Block(tuple(p.var for p in parameters), tuple(builder.ops), (result,))
        return Function(name, parameters, block, self.function.doc)

    def parameters(self, seeds: Sequence[Var]) -> tuple[Parameter, ...]:
        """The parameters of the primal, those in front of the tangents without defaults, and the tangents."""
        own = self.function.parameters
        front = [p for p in own if p.kind in (Kind.POSITIONAL_ONLY, Kind.POSITIONAL_OR_KEYWORD)]
        behind = own[len(front) :]
        if any(p.kind is Kind.VAR_POSITIONAL for p in behind):
            last = [p for p in behind if p.kind is Kind.VAR_KEYWORD]
            middle = [p for p in behind if p.kind is not Kind.VAR_KEYWORD]
            return (*front, *middle, *(Parameter(s, Kind.KEYWORD_ONLY) for s in seeds), *last)
        front = [replace(p, default=None) for p in front]
        return (*front, *(Parameter(s, Kind.POSITIONAL_OR_KEYWORD) for s in seeds), *behind)

    def seeds(self) -> list[Var]:
        """The tangents that come in, under names that no parameter has."""
        taken = {p.var.hint for p in self.function.parameters}
        made = []
        for var in self.inputs:
            hint = dot(var.hint)
            while hint in taken:
                hint += "_"
            taken.add(hint)
            made.append(Var(hint, tangent_type(var.type), var.named))
        return made

    # facts --------------------------------------------------------------------------------------------------------

    def tangent(self, atom: Atom) -> Tangent:
        return self.tangents.get(atom) if isinstance(atom, Var) else None

    def whole(self, builder: Builder, value: Atom) -> Atom:
        """The tangent of a value in its full shape; zeros where it has none."""
        tangent = self.tangent(value)
        if value in self.exact and not isinstance(tangent, tuple):
            return tangent
        return full(builder, tangent, value)

    def returned(self, builder: Builder, value: Atom) -> Atom:
        """The tangent of the result; a plain number for a number (rules may make arrays of rank 0)."""
        tangent = self.whole(builder, value)
        if value.type == FLOAT and isinstance(tangent.type, Array):
            return builder.emit(FLOAT_OF, x=tangent, hint=dot(getattr(value, "hint", "result")))
        if getattr(value.type, "kind", "") == "c" and getattr(tangent.type, "kind", "") == "f":
            return builder.emit(ADD, tangent, Const(0j), hint=dot(getattr(value, "hint", "result")))
        return tangent

    def is_pointer(self, atom: Atom) -> bool:
        """Whether the tangent of a value is a shadow: the value is an active list, or an array in written memory."""
        if not isinstance(atom, Var) or atom not in self.active:
            return False
        return isinstance(atom.type, List) or (isinstance(atom.type, (Array, Numeric)) and self.memory.is_written(atom))

    def set_shadow(self, var: Var, shadow: Atom) -> None:
        self.tangents[var] = shadow
        self.exact.add(var)
        self.ownership.add(shadow)

    # parameters ---------------------------------------------------------------------------------------------------

    def parameter(self, builder: Builder, param: Var, seed: Var | None) -> Tangent:
        """The tangent of a parameter at the start: what is passed in, copied where it will be written."""
        region = self.memory.of(param)
        if isinstance(param.type, STRUCTURES) and (seed is None or self.is_written_inside(param)):
            return self.items(builder, param, seed, region)
        return self.part(builder, param, seed, region)

    def items(self, builder: Builder, value: Var, seed: Var | None, region: Region) -> Tangent:
        """The tangents of what a structure of the caller holds."""
        assert isinstance(value.type, STRUCTURES)
        made: list[Tangent] = []
        held = self.memory.contents(region)
        for k, item in enumerate(value.type.items):
            inner = held.get(key_of(value.type, k), held.get(EVERY))
            if not is_continuous(item):
                made.append(None)
                continue
            given = None if seed is None else item_of(builder, seed, k)
            if inner is None:
                made.append(given)
            elif isinstance(item, STRUCTURES) and any(self.writes(inner)):
                made.append(self.items(builder, item_of(builder, value, k), given, inner))
            else:
                made.append(self.part(builder, item_of(builder, value, k), given, inner))
        return tuple(made)

    def part(self, builder: Builder, value: Var, seed: Var | None, region: Region) -> Tangent:
        """The tangent of one array, number or list that the caller owns."""
        if not self.memory.writes(region):
            if seed is None and isinstance(value.type, (List, *STRUCTURES)):
                raise UntrackableAlias(f"active values are stored in what {value.hint} holds")
            return seed
        if isinstance(value.type, List):
            if seed is None or self.owned:
                raise UntrackableAlias(f"the list {value.hint} is an argument, and active values are stored in it")
        elif seed is None:
            seed = builder.emit(ZEROS_LIKE, value, hint=dot(value.hint))
        elif self.owned:
            seed = builder.emit(COPY, seed, hint=seed.hint)
        self.ownership.add(seed)
        return seed

    def is_written_inside(self, param: Var) -> bool:
        return any(self.writes(self.memory.of(param)))

    def writes(self, region: Region) -> list[Op]:
        return [op for inner in self.memory.reachable(region) for op in self.memory.writes(inner)]

    # operations ---------------------------------------------------------------------------------------------------

    def ops(self, ops: Sequence[Op], builder: Builder) -> None:
        for op in ops:
            builder.origin = op.origin
            if op.primitive is IF:
                self.branch(op, builder)
            elif op.primitive is LOOP:
                self.loop(op, builder)
            elif op.primitive is CALL:
                self.call(op, builder)
            else:
                builder.append(op)
                push.push(self, op, builder)
            if self.watch:
                self.show(op, builder)

    def show(self, op: Op, builder: Builder) -> None:
        """Note the tangent of what an operation defines."""
        for result in op.results:
            tangent = self.tangents.get(result)
            if isinstance(tangent, (Var, Const)):
                builder.perform(WATCH, tangent, static=result)

    def carried(self, var: Var) -> Var:
        """The tangent of a value that a loop carries or a branch chooses."""
        made = Var(dot(var.hint), tangent_type(var.type), var.named)
        self.tangents[var] = made
        self.exact.add(var)
        if self.is_pointer(var):
            self.ownership.add(made)
        return made

    def outgoing(self, builder: Builder, target: Var, value: Atom) -> Atom:
        """The tangent of a value as it leaves a block, to be that of `target`."""
        if self.is_pointer(target):  # an inactive value: then no active value is ever written to its memory
            return self.whole(builder, value)
        return self.plain(builder, value)

    def plain(self, builder: Builder, value: Atom) -> Atom:
        """The tangent of a value that does not live in written memory, as it is now, in its full shape."""
        if isinstance(value, Var) and isinstance(value.type, STRUCTURES) and self.is_written_inside(value):
            reason = f"{value.hint} holds arrays that are written, and is carried or stored"
            raise UntrackableAlias(reason, builder.origin)
        return self.ownership.value(builder, self.whole(builder, value))

    def branch(self, op: Op, builder: Builder) -> None:
        moving = [k for k, result in enumerate(op.results) if result in self.active]
        arms = []
        for arm in op.blocks:
            inner = Builder(op.origin)
            self.ops(arm.ops, inner)
            inner.origin = op.origin
            extra = [self.outgoing(inner, op.results[k], arm.yields[k]) for k in moving]
            arms.append(Block((), tuple(inner.ops), (*arm.yields, *extra)))
        results = [self.carried(op.results[k]) for k in moving]
        builder.append(replace(op, blocks=tuple(arms), results=(*op.results, *results)))

    def loop(self, op: Op, builder: Builder) -> None:
        loop = loop_of(op)
        moving = [k for k, param in enumerate(loop.carried) if param in self.active]
        inits = [self.outgoing(builder, loop.carried[k], loop.inits[k]) for k in moving]
        params = [self.carried(loop.carried[k]) for k in moving]
        inner = Builder(op.origin)
        self.ops(loop.body.ops, inner)
        inner.origin = op.origin
        extra = [self.outgoing(inner, loop.carried[k], loop.nexts[k]) for k in moving]
        body = Block((*loop.body.params, *params), tuple(inner.ops), (*loop.body.yields, *extra))
        results = [self.carried(op.results[k]) for k in moving]
        builder.append(replace(op, args=(*op.args, *inits), results=(*op.results, *results), blocks=(body,)))

    def call(self, op: Op, builder: Builder) -> None:
        """Call the tangent of the callee: `y, dy = g_jvp(x, dx)`."""
        active = tuple(k for k, a in enumerate(op.args) if isinstance(a, Var) and a in self.active)
        if not active:
            builder.append(op)
            return
        if op.static.rule is not None:
            active = self.by_own_rule(op)
        if any(p.default is not None for p in op.static.function.parameters):
            raise UnsupportedCall(f"{op.static.name} calls itself and has parameters with defaults", op.origin)
        seeds = [self.whole(builder, op.args[k]) for k in active]
        made = self.callees.of(op.static, active)
        own = Tuple(made.parts) if op.static.rule else None
        pair = own or Tuple((op.result.type, tangent_type(op.result.type)))
        both = builder.emit(CALL, *op.args, *seeds, static=made, type=pair, hint="pair")
        builder.append(Op(GETITEM, (both, Const(0)), op.results, origin=op.origin))
        if op.result in self.active:
            hint, type_ = dot(op.result.hint), pair.items[1]
            tangent = builder.emit(GETITEM, both, Const(1), hint=hint, named=op.result.named, type=type_)
            self.tangents[op.result] = tangent
            self.exact.add(op.result)
            if self.is_pointer(op.result):
                self.ownership.add(tangent)

    def by_own_rule(self, op: Op) -> tuple[int, ...]:
        """The positions of the arguments whose tangents the user's rule takes."""
        if op.static.rule.tangent is None:
            reason = f"{op.static.name} has a rule for adjoints alone (custom_vjp): it has no tangent"
            raise UnsupportedCall(reason, op.origin, "use reverse mode, or give it a rule with custom_jvp")
        refuse_written(op, self.memory)
        return op.static.rule.moving
