"""Functions with rules of the user's own: the function and the functions of its rule become programs, which the call
carries along. Knows nothing of how they are put to use."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import gast

from .. import runtime
from ..constants import stop_gradient
from ..errors import BadRule, GradscribeError, NoSource, StaleSource, UnsupportedCall
from ..ir import primitives as P
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Callee, Const, OwnRule, Var, walk
from ..ir.types import STRUCTURES, Type, is_continuous
from .core import Core
from .drafts import Draft, adjoint_type, closed, fits, identifier, maker, paired, tangent_type
from .outline import free
from .parts import Keywords
from .special import reads
from .syntax import parameters
from .values import NONE, Compound, Content, Reference, TupleValue, Value, is_none

_READ_ONLY = "a function with a rule of its own writes to none of its arguments"


@dataclass(eq=False)
class Call:
    """A call of a function with a rule.

    Args:
        custom: the function with its rule.
        values: its arguments in order.
        leaves: the atoms in them.
        node: where it is called.
        moving: the positions of the leaves that can carry a derivative.
    """

    custom: Any
    values: list[Value]
    leaves: list[Atom]
    node: gast.AST | None
    moving: tuple[int, ...] = ()
    names: list[str] = field(default_factory=list)

    @property
    def plain(self) -> list[int]:
        """The positions of the arguments that the rule takes in front, as they are."""
        return list(self.custom.nondiff_argnums)


class CustomRules(Core):
    """`call_custom`."""

    def call_custom(self, custom: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """A call of a function with a rule."""
        plain = self.lift(custom.fun, getattr(custom, "__name__", "function"))
        if not any(map(self.is_active, (*args, *keywords.values()))):
            return self.call(plain, args, keywords, node)
        given = self._positional(custom, args, keywords, node)
        for k in custom.nondiff_argnums:
            if k < len(given) and self.is_active(given[k]):
                self.refuse(
                    f"argument {k} of `{custom.__name__}` is in nondiff_argnums and is differentiated by", node,
                    "pass it as a differentiable argument, or through stop_gradient", UnsupportedCall,
                )  # fmt: skip
        leaves: list[Atom] = []
        shapes = tuple(self._leaves_of(value, leaves, node) for value in given)
        key = (id(custom), shapes, tuple(leaf.type for leaf in leaves))
        call = Call(custom, given, leaves, node, names=self._names(custom, given))
        call.moving = tuple(k for k, leaf in enumerate(leaves) if is_continuous(leaf.type))
        found = self.customs.get(key)
        if found is None:
            found = self.customs[key] = (Callee(identifier(custom)), [])
            self._make(call, *found)
        callee, around = found
        if callee.result is None:
            self.refuse(f"`{custom.__name__}` has a rule of its own, and calls itself", node, error=UnsupportedCall)
        result = self.emit(P.CALL, *leaves, *around, static=callee, type=callee.result, hint=self.hint, inactive=True)
        for leaf in leaves:
            self.share(result, leaf)
        if isinstance(result, Var) and is_continuous(callee.result):
            self.activate(result)
        return NONE if getattr(callee.result, "cls", 0) is type(None) else self._taken_apart(result)

    def _taken_apart(self, atom: Atom) -> Value:
        return self.expanded(atom) if isinstance(atom, Var) and isinstance(atom.type, STRUCTURES) else atom

    def _positional(self, custom: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> list[Value]:
        """All arguments by position."""
        try:
            code = self.codes.code_of(custom.fun)
        except (NoSource, StaleSource):
            if keywords:
                self.refuse(f"`{custom.__name__}` has no source: pass its arguments by position", node)
            return [self._taken_apart(v) if isinstance(v, Var) else v for v in args]
        if code.args.vararg or code.args.kwarg or code.args.kwonlyargs:
            self.refuse(
                f"`{custom.__name__}` has a rule, and takes *args, **kwargs or arguments by keyword only", node,
                "give it ordinary parameters", UnsupportedCall,
            )  # fmt: skip
        defaults = self._defaults(Const(custom.fun, name=custom.__name__))
        bound = self.bind(code, args, keywords, defaults, node)
        ordered = [bound[p.id] for p in parameters(code.args)]
        return [self._taken_apart(v) if isinstance(v, Var) else v for v in ordered]

    def _names(self, custom: Any, given: Sequence[Value]) -> list[str]:
        """A name for each leaf."""
        parameters = list(inspect.signature(custom.fun).parameters)
        names: list[str] = []
        for k, value in enumerate(given):
            inside: list[Atom] = []
            self._leaves_of(value, inside, None)
            names += [parameters[k] if k < len(parameters) else "x"] * len(inside)
        return names

    @reads(stop_gradient)
    def _stop_gradient(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """A structure is made constant part by part."""
        if len(args) != 1 or keywords:
            return NotImplemented
        return self._stopped(self._taken_apart(args[0]) if isinstance(args[0], Var) else args[0], node)

    def _stopped(self, value: Value, node: gast.AST) -> Value:
        if isinstance(value, Reference):
            content = self.content(value, node)
            parts = tuple(self._stopped(part, node) for part in content.parts)
            return self.new_cell(content.rebuilt(parts), node, value.cell.cls)
        if isinstance(value, Compound):
            return value.rebuilt(tuple(self._stopped(part, node) for part in value.parts))
        return self.apply(runtime.stop_gradient, (value,), {}, node) if is_continuous(value.type) else value

    # programs ---------------------------------------------------------------------------------------------------------

    def _make(self, call: Call, callee: Callee, around: list[Atom]) -> None:
        """Read the function, then its rule, and close the programs over what they mention of the functions around."""
        custom, node = call.custom, call.node
        plain = self.lift(custom.fun, custom.__name__)
        primal = self._draft(callee.name, call, [], lambda args, _: self.call(plain, args, {}, node))
        callee.result = primal.block.yields[0].type
        callee.function = closed(primal, ())  # for calls of it by its own rule
        if custom.custom_rule == "jvp":
            drafts = [primal, self._draft_of_tangent(call, callee)]
        else:
            drafts = [primal, *self._drafts_of_pair(call, callee.result)]
        around += list(dict.fromkeys(var for draft in drafts for var in free(draft.block)))
        if any(map(self.is_active, around)):
            self.refuse(
                f"a function that `{custom.__name__}` is given uses a variable that is differentiated by", node,
                "pass that variable as an argument", UnsupportedCall,
            )  # fmt: skip
        if custom.custom_rule == "jvp":
            callee.function, tangent = (closed(d, around, before=len(call.leaves)) for d in drafts)
            callee.rule = OwnRule(call.moving, tangent=tangent)
        else:
            callee.function = closed(primal, around)
            ahead, back = paired(drafts[1], drafts[2], around)
            callee.rule = OwnRule(call.moving, ahead=ahead, back=back)

    def _draft(
        self, name: str, call: Call, more: Sequence[tuple[str, Type]],
        compute: Callable[[list[Value], list[Var]], Value],
    ) -> Draft:  # fmt: skip
        """A program of the leaves and further parameters, where `compute` says what is done with them. What cannot be
        followed is called as it is; then there is no second derivative."""
        hints = [*call.names, *(hint for hint, _ in more)]
        types = [*(leaf.type for leaf in call.leaves), *(type_ for _, type_ in more)]
        for active in (True, False):
            inner = [self.new_var(h, t, True, active and is_continuous(t)) for h, t in zip(hints, types, strict=True)]
            self.parameters.update(inner)

            def body(inner: list[Var] = inner) -> Value:
                leaves = iter(inner)
                inside = [self._inside(value, leaves, call.node) for value in call.values]
                return compute(inside, inner[len(call.leaves) :])

            try:
                return Draft(name, hints, self._apart(inner, body, call))
            except BadRule:
                raise
            except GradscribeError:
                if not active:
                    raise
        raise AssertionError

    def _call_rule(self, rule: Any, args: Sequence[Value], call: Call) -> Value:
        """A function of the rule; it is read whether what goes in is differentiated or not."""
        lifted = self.lift(rule, getattr(rule, "__name__", "rule"))
        if not isinstance(rule, FunctionType):
            return self.call(lifted, args, {}, call.node)
        code = self.codes.code_of(rule)
        bound = self.bind(code, args, {}, self._defaults(lifted), call.node)
        return self.call_code(code, None, bound, call.node)

    def _apart(self, inner: list[Var], body: Callable[[], Value], call: Call) -> Block:
        """What `body` reads, as a block of its own."""
        names = ("builder", "root", "externals", "depth", "dead", "recording", "frame", "node")
        kept = {name: getattr(self, name) for name in names}
        self.builder = self.root = Builder(self.builder.origin)
        self.externals, self.depth, self.dead, self.recording = {}, 0, False, {}
        self.store.begin()
        try:
            result = self.as_atom(body(), call.node)
            ops = tuple(self.builder.ops)
        finally:
            changes = self.store.end()
            vars(self).update(kept)
        if changes.outer():
            self.refuse(f"`{call.custom.__name__}` changes a variable or object around it", call.node)
        given = set(map(self.regions.find, inner))
        written = [o.args[k] for o in walk(Block((), ops, ())) for k in o.primitive.writes]
        if any(isinstance(target, Var) and self.regions.find(target) in given for target in written):
            self.refuse(_READ_ONLY, call.node, "copy what is written", UnsupportedCall)
        return Block(tuple(inner), ops, (result,))

    # rules of tangents ------------------------------------------------------------------------------------------------

    def _draft_of_tangent(self, call: Call, callee: Callee) -> Draft:
        more = [(f"d{call.names[k]}", tangent_type(call.leaves[k].type)) for k in call.moving]

        def compute(args: list[Value], moved: list[Var]) -> Value:
            tangents = self._tangents(call, args, moved)
            rules = call.custom.rules
            if call.custom.is_split:
                return self._sum_of_parts(call, args, tangents)
            front = [args[k] for k in call.plain]
            primals = TupleValue(tuple(a for k, a in enumerate(args) if k not in call.plain))
            found = self._call_rule(rules[0], (*front, primals, TupleValue(tangents)), call)
            items = self.items_of(found, call.node)
            if items is None or len(items) != 2:
                raise BadRule(f"the rule of {call.custom.__name__} returns a pair (value, tangent)")
            return self._checked_pair(call, callee, items)

        return self._draft(f"{callee.name}_jvp", call, more, compute)

    def _checked_pair(self, call: Call, callee: Callee, items: Sequence[Value]) -> Value:
        value, tangent = (self.as_atom(item, call.node) for item in items)
        if not fits(tangent.type, value.type):
            raise BadRule(
                f"the rule of {call.custom.__name__} returns a tangent of type {tangent.type} for a value of type "
                f"{value.type}"
            )
        return TupleValue((value, tangent))

    def _tangents(self, call: Call, args: list[Value], moved: list[Var]) -> tuple[Value, ...]:
        """The tangents in the structure of the arguments; zero for what cannot move."""
        by_position = dict(zip(call.moving, moved, strict=True))
        leaves = iter([by_position.get(k, Const(0.0)) for k in range(len(call.leaves))])
        inside = [self._inside(value, leaves, call.node) for value in call.values]
        return tuple(value for k, value in enumerate(inside) if k not in call.plain)

    def _sum_of_parts(self, call: Call, args: list[Value], tangents: tuple[Value, ...]) -> Value:
        custom, node = call.custom, call.node
        if len(custom.rules) != len(args):
            raise BadRule(f"{custom.__name__} has {len(args)} arguments and {len(custom.rules)} rules")
        value = self.call(Const(custom, name=custom.__name__), args, {}, node)
        total: Value | None = None
        for rule, tangent in zip(custom.rules, tangents, strict=True):
            if rule is not None:
                part = self._call_rule(rule, (tangent, value, *args), call)
                total = part if total is None else self.binary(operator.add, total, part, node)
        if total is None:
            total = self.binary(operator.mul, Const(0.0), value, node)
        return TupleValue((value, total))

    # rules of adjoints ------------------------------------------------------------------------------------------------

    def _drafts_of_pair(self, call: Call, result: Type) -> tuple[Draft, Draft]:
        fwd, bwd = call.custom.rules
        front = [self._atoms_in(call.values[k]) for k in call.plain]

        def ahead(args: list[Value], _: list[Var]) -> Value:
            found = self._call_rule(fwd, args, call)
            items = self.items_of(found, call.node)
            if items is None or len(items) != 2:
                raise BadRule(f"the forward rule of {call.custom.__name__} returns a pair (value, residuals)")
            plain = [atom for k in call.plain for atom in self._atoms_in(args[k])]
            return TupleValue((items[0], TupleValue((items[1], *plain))))

        first = self._draft(getattr(fwd, "__name__", "fwd"), call, [], ahead)
        pair = maker(first.block, first.block.yields[0])
        value, record = pair.args
        if not fits(value.type, result):
            raise BadRule(f"the forward rule of {call.custom.__name__} returns {value.type}, the function {result}")
        return first, self._draft_of_adjoint(call, bwd, record.type, value.type, sum(map(len, front)))

    def _draft_of_adjoint(self, call: Call, bwd: Any, record: Type, result: Type, count: int) -> Draft:
        """The program of the record and the adjoint."""
        name = getattr(bwd, "__name__", "bwd")
        for active in (True, False):
            inner = [
                self.new_var("record", record, False, active and is_continuous(record)),
                self.new_var("seed", adjoint_type(result), True, active),
            ]
            self.parameters.update(inner)

            def body(inner: list[Var] = inner) -> Value:
                residuals, *plain = self._entries_of_record(inner[0])
                leaves = iter(plain)
                front = [self._inside(call.values[k], leaves, call.node) for k in call.plain]
                seed = self._taken_apart(inner[1])
                given = (*front, self._taken_apart(residuals), seed)
                found = self._call_rule(bwd, given, call)
                return self.emit(P.TUPLE, *self._adjoints(call, found))

            try:
                return Draft(name, ["record", "seed"], self._apart(inner, body, call))
            except BadRule:
                raise
            except GradscribeError:
                if not active:
                    raise
        raise AssertionError

    def _entries_of_record(self, var: Var) -> tuple[Any, ...]:
        items = self.items_of(var)
        assert items is not None
        return items

    def _atoms_in(self, value: Value) -> list[Atom]:
        leaves: list[Atom] = []
        self._leaves_of(value, leaves, None)
        return leaves

    def _adjoints(self, call: Call, found: Value) -> Iterator[Atom]:
        """An adjoint for each leaf that can carry one, from what the rule returns."""
        items = self.items_of(found, call.node)
        wanted = [value for k, value in enumerate(call.values) if k not in call.plain]
        if items is None or len(items) != len(wanted):
            raise BadRule(
                f"the backward rule of {call.custom.__name__} returns a tuple with one adjoint for each of "
                f"{len(wanted)} arguments"
            )
        given = iter(items)
        for k, value in enumerate(call.values):
            adjoint = NONE if k in call.plain else next(given)
            yield from self._adjoints_in(call, value, adjoint)

    def _adjoints_in(self, call: Call, value: Value, adjoint: Value) -> Iterator[Atom]:
        if isinstance(value, Compound):
            for part, inside in zip(*self._parts_of(call, value, adjoint), strict=True):
                yield from self._adjoints_in(call, part, inside)
        elif self._atoms_in(value) and is_continuous(value.type):
            atom = self.as_atom(adjoint, call.node)
            if not is_none(atom) and not fits(atom.type, adjoint_type(value.type)):
                raise BadRule(
                    f"the backward rule of {call.custom.__name__} returns an adjoint of type {atom.type} for an "
                    f"argument of type {value.type}"
                )
            yield atom

    def _parts_of(self, call: Call, value: Compound, adjoint: Value) -> tuple[Sequence[Value], Sequence[Value]]:
        """The parts of an argument, and those of its adjoint."""
        content = self.content(value, call.node) if isinstance(value, Reference) else value
        parts = content.parts
        if is_none(adjoint):
            return parts, [NONE] * len(parts)
        if isinstance(content, Content) and content.kind == "dict":
            return parts, [self.get_item(adjoint, Const(key), call.node) for key in content.keys or ()]
        if isinstance(content, Content) and content.kind == "instance":
            return parts, [self.get_attribute(adjoint, str(key), call.node) for key in content.keys or ()]
        items = self.items_of(adjoint, call.node)
        if items is None or len(items) != len(parts):
            raise BadRule(f"an adjoint that the backward rule of {call.custom.__name__} returns has another structure")
        return parts, items
