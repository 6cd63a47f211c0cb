"""What all parts of the reader share: the state, emitting ops with types and activity, and refusing.

The reader is an abstract interpreter. Statements and expressions of the user's function are run on values that are
atoms of the program being made, or objects known at compile time (`values`). The parts are classes that `Reader`
inherits; each declares here what the others call.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import gast

from ..ir import primitives as P
from ..ir.build import UNDEF, Builder, inline
from ..ir.nodes import Atom, Block, Const, Function, Var, aliasing_of, walk
from ..ir.primitives import External, Primitive
from ..ir.signature import signature_of
from ..ir.types import (
    BOOL,
    INT,
    NUMERIC,
    SLICE,
    STRING,
    STRUCTURES,
    Array,
    List,
    Numeric,
    Object,
    Record,
    Scalar,
    Tuple,
    Type,
    Undefined,
    is_continuous,
)
from .assumptions import Assumptions, Regions
from .environment import Frame, Key, Store
from .meddling import acts_in, as_call, has_methods
from .outside import Outside
from .reasons import Reasons
from .refusing import Refusing
from .syntax import Library
from .values import Cell, Compound, Content, Lazy, Poison, Reference, TupleValue, Value, is_foldable

_MAKERS = {P.TUPLE, P.FIXED_LIST, P.DICT, P.RECORD, P.LIST}
_HANDING_ON = {P.GETATTR, P.GETITEM, P.CALL_METHOD, P.CALL_PYTHON, P.SLICE_}
_NOT_FRESH = {P.EXTERNAL, P.CALL, P.POP, P.GETATTR}


def has_memory(type_: Type) -> bool:
    """Whether a value of this type can be written in place, or holds values that can."""
    return isinstance(type_, (Array, Numeric, List, *STRUCTURES)) or (isinstance(type_, Object) and type_.cls is None)


def is_huge(value: object) -> bool:
    return isinstance(value, (list, tuple, dict)) and len(value) > 1000


def type_from_outside(value: object, name: str) -> Type:
    """The type of a global, closure cell or field; a huge container is not described entry by entry."""
    if is_huge(value):
        return Object(type(value))
    return signature_of(value, name)


def plain_hint(name: str) -> str:
    """What the name of a temporary tells: `%value:12_4` is the value at a place."""
    return name.lstrip("%").partition(":")[0]


class Core(Refusing, Outside):
    """The state of one reading."""

    facts: dict[Var, bool]
    opposites: dict[Var, Var]

    def __init__(self, codes: Library, assumptions: Assumptions) -> None:
        self.codes, self.assumed = codes, assumptions
        self.store, self.reasons = Store(), Reasons()
        self.root = self.builder = Builder()
        self.frame: Frame = None  # type: ignore[assignment]
        self.node: gast.AST | None = None
        self.hint = "t"
        self.depth = 0
        self.dead = False
        self.facts, self.opposites = {}, {}
        self.regions = Regions()
        self.born: dict[Var, int] = {}
        self.parameters: set[Var] = set()
        self.dtypes: dict[Any, str] = {}
        self.list_sites: dict[Var, Any] = {}
        self.originals: dict[Cell, Content] = {}
        self.outlined: dict[Hashable, Any] = {}
        self.customs: dict[Hashable, Any] = {}
        self.samples: dict[Var, Any] = {}
        self.statics: dict[Var, Any] = {}
        self.opaque_roots: dict[Var, Any] = {}
        self.indices: dict[Var, Hashable] = {}
        self.paths: dict[Var, str] = {}
        self.acting: set[Atom] = set()
        self.unsure: set[Atom] = set()
        self.activated: list[Var] = []
        self.forcing = False
        self.attempt: Any = None
        self.handling: list[Any] = []
        self.not_at_end: set[int] = set()
        self.range_loops: list[Hashable] = []
        self.recording: dict[Key, Value] | None = None
        self.rebound: dict[External, Frame] = {}
        self.deques: dict[Hashable, int | None] = {}
        self.makers: dict[Var, Builder] = {}
        self._active: set[Var] = set()
        self._owned: set[Var] = set()
        self.externals: dict[tuple[int, str], tuple[External, Var]] = {}
        self.assumed_types: list[tuple[External, Any]] = []
        self.resolved: dict[tuple[int, str], tuple[Any, str, Any]] = {}

    # values -----------------------------------------------------------------------------------------------------------

    def new_var(self, hint: str, type_: Type, named: bool = False, active: bool = False) -> Var:
        var = Var(plain_hint(hint) or "t", type_, named and not hint.startswith("%"))
        self.born[var] = len(self.born)
        if active:
            self._active.add(var)
        return var

    def emit(
        self,
        primitive: Primitive,
        *args: Atom,
        hint: str | None = None,
        type: Type | None = None,
        static: Any = None,
        style: str | None = None,
        inactive: bool = False,
        more: Mapping[str, Atom | None] | None = None,
        **keywords: Atom | None,
    ) -> Atom:
        """Append an op with one result, and note whether that is active and what memory it shares.

        An op with an undefined operand is not emitted: its result is undefined.
        """
        keywords.update(more or {})
        inputs = [*args, *(a for a in keywords.values() if a is not None)]
        if any(a is UNDEF for a in inputs):
            return UNDEF
        active = not inactive and any(map(self.is_active, inputs))
        type = self._result_type(primitive, args, keywords, active, style) if type is None else type
        if acts_in(primitive, inputs) or not self.acting.isdisjoint(inputs):
            self.meddles()
            if active and any(has_methods(a.type) or (a in self.acting and a.type == SLICE) for a in inputs):
                self.refuse("an object with methods of its own in an operation that is differentiated")
            if not active:  # it is no computation that may be left out
                primitive, args, keywords, style = as_call(primitive, args, keywords, style)
        if isinstance(type, Undefined):
            return UNDEF
        var = self.builder.emit(
            primitive, *args, hint=hint or self.hint, type=type, static=static, style=style, more=keywords
        )
        self.born[var] = len(self.born)
        self.makers[var] = self.builder
        if active and is_continuous(type):
            self._active.add(var)
            self.reasons.note(var, filter(self.is_active, inputs), self.builder.origin)
        self._note_acting(primitive, var, inputs)
        aliasing = aliasing_of(primitive, args)
        self._share(primitive, aliasing, var, inputs)
        if aliasing == "fresh" and not primitive.effect and primitive not in _NOT_FRESH:
            self._owned.add(var)
        return var

    def _note_acting(self, primitive: Primitive, var: Var, inputs: Sequence[Atom]) -> None:
        """What comes out of a call that is given an object with methods of its own may be that object."""
        if isinstance(var.type, (Scalar, Array)) or var.type == STRING:
            return
        if primitive in _HANDING_ON and any(a in self.acting or has_methods(a.type) for a in inputs):
            self.acting.add(var)

    def _result_type(
        self,
        primitive: Primitive,
        args: Sequence[Atom],
        keywords: Mapping[str, Atom | None],
        active: bool,
        style: str | None,
    ) -> Type:
        given = {k: v for k, v in keywords.items() if v is not None}
        try:
            found = primitive.infer(args, given) if primitive.infer else NUMERIC
        except Exception:  # an invalid call: it fails when it runs
            found = NUMERIC
        if style in ("math", "cmath") and isinstance(found, Scalar):
            found = Scalar(found.kind)  # a Python number
        return NUMERIC if active and isinstance(found, Object) and found.cls is None else found

    def insert(self, function: Function, args: Sequence[Atom], active: bool) -> Atom:
        """The body of a program with its parameters bound. All that it makes counts as active where an argument is,
        and all its memory as shared."""
        mark = len(self.builder.ops)
        result = inline(self.builder, function, args, self.builder.origin)
        memory: list[Var] = [a for a in args if isinstance(a, Var)]
        for op in walk(Block((), tuple(self.builder.ops[mark:]), ())):
            for var in (*op.results, *(p for b in op.blocks for p in b.params)):
                self.born[var] = len(self.born)
                if active and is_continuous(var.type):
                    self._active.add(var)
                    self.reasons.note(var, filter(self.is_active, args), self.builder.origin)
                memory.append(var)
        for var in memory[1:]:
            self.share(var, memory[0])
        return result

    def is_owned(self, value: Value) -> bool:
        """Whether no other name, container or view can see it if a value is written: then writing into it and
        rebinding its name are the same."""
        if isinstance(value, Const):
            return True
        if not isinstance(value, Var) or isinstance(value.type, Scalar):
            return isinstance(value, Var)
        return value in self._owned and value not in self.store.shared

    def is_made_here(self, var: Var) -> bool:
        """Whether a value is an array that an operation has made anew, or a part of one."""
        if var in self._owned:
            return True
        made_in = self.makers.get(var)
        op = next((op for op in made_in.ops if var in op.results), None) if made_in is not None else None
        return (
            op is not None
            and op.primitive is P.GETITEM
            and isinstance(op.args[0], Var)
            and self.is_made_here(op.args[0])
        )

    def own(self, var: Var) -> None:
        """Nothing else can see this value yet."""
        self._owned.add(var)

    def _share(self, primitive: Primitive, aliasing: str, var: Var, inputs: Sequence[Atom]) -> None:
        if primitive in _MAKERS or aliasing == "any":
            for atom in inputs:
                self.share(var, atom)
        elif aliasing != "fresh" and inputs:
            self.share(var, inputs[0])
        if var.type in (INT, BOOL, STRING):
            sites = [self.indices[a] for a in inputs if isinstance(a, Var) and a in self.indices]
            if sites:
                self.indices[var] = sites[-1]

    def share(self, left: Atom, right: Atom, joined: bool = False) -> None:
        """Two values may share memory: if one is written with active values, the other holds them too."""
        if isinstance(left, Var) and isinstance(right, Var) and has_memory(left.type) and has_memory(right.type):
            if not joined:
                self.store.shared |= {left, right}
            a, b = self.regions.unite(left, right)
            if (a in self._active) != (b in self._active):
                self.activated.append(b if a in self._active else a)
                self._active |= {a, b}

    def perform(
        self, primitive: Primitive, *args: Atom, static: Any = None, style: str | None = None, **keywords: Atom
    ) -> None:
        """Append an op without result."""
        if acts_in(primitive, args):
            self.meddles()
        if primitive.writes and isinstance(args[0], Var):
            self.regions.written.add(args[0])
        if not any(a is UNDEF for a in (*args, *keywords.values())):
            self.builder.perform(primitive, *args, static=static, style=style, **keywords)

    def fail(self, error: type[Exception], *args: Atom) -> None:
        """Raise an exception when this runs."""
        made = self.emit(
            P.CALL_PYTHON, Const(error, name=error.__name__), *args, type=Object(error), hint="error", inactive=True
        )
        self.perform(P.RAISE, made)
        self.dead = True

    def write(self, primitive: Primitive, target: Atom, *args: Atom) -> None:
        """Append an op that writes into `target`."""
        self.perform(primitive, target, *args)
        if isinstance(target, Var) and any(map(self.is_active, args)) and is_continuous(target.type):
            if not self.is_active(target):
                self.reasons.note(target, filter(self.is_active, args), self.builder.origin)
                self.reasons.note(self.regions.find(target), [target], None)
            self._activate(target)

    def activate(self, var: Var) -> None:
        self._active.add(var)

    def _activate(self, var: Var) -> None:
        region = self.regions.find(var)
        if region not in self._active:
            self._active.add(region)
            self.activated.append(var)
        self._active.add(var)

    def is_active(self, value: Value) -> bool:
        """Whether a value may depend on what is differentiated."""
        if isinstance(value, Var):
            return value in self._active or (has_memory(value.type) and self.regions.find(value) in self._active)
        if isinstance(value, Reference):
            return self.is_active(self.store.get(value.cell.fields_of or value.cell))
        return isinstance(value, Compound) and any(map(self.is_active, value.parts))

    def class_of(self, value: Value) -> type | None:
        """The user's class that a value is an instance of."""
        if isinstance(value, Reference):
            return value.cell.cls
        if isinstance(value, TupleValue):
            return value.cls
        if isinstance(value, Const) and isinstance(value.value, type):
            return value.value
        if isinstance(value, Var) and isinstance(value.type, (Record, Tuple)):
            return value.type.cls
        return None

    def read(self, value: Value, node: gast.AST | None = None) -> Value:
        """The value, unless it cannot be followed."""
        if isinstance(value, Poison):
            self.refuse(value.reason, node, value.hint)
        return value

    # cells ------------------------------------------------------------------------------------------------------------

    def content(self, reference: Reference, node: gast.AST | None = None) -> Content:
        """What a cell holds now."""
        found = self.read(self.store.get(reference.cell.fields_of or reference.cell), node)
        if self.recording is not None:
            self.recording.setdefault(reference.cell, found)
        assert isinstance(found, Content)
        return found if reference.cell.fields_of is None else Content("dict", found.items, found.keys)

    def change(self, reference: Reference, content: Content, node: gast.AST | None) -> None:
        """Let an object hold something else: the one way to write it."""
        self.demand_writable(reference, node)
        self.store.set(reference.cell, content)

    def demand_writable(self, reference: Reference, node: gast.AST | None) -> None:
        if reference.cell.frozen:
            self.refuse(f"this object cannot be changed any more: {reference.cell.frozen}", node, "make a copy")

    def new_cell(self, content: Content, node: gast.AST | None, cls: type | None = None, tag: str = "") -> Reference:
        if content.kind == "dict" and self.site(node, tag) in self.assumed.tables:
            return self.new_table(content, node, tag)
        if content.kind == "set":
            content = self.in_order_of_set(content, node)
        cell = Cell(content.kind, self.site(node, tag), cls)
        self.store.set(cell, content)
        return Reference(cell)

    def in_order_of_set(self, content: Content, node: gast.AST | None) -> Content:
        """The items of a set, each once, in the order in which Python goes through them."""
        if any(has_methods(item.type) for item in content.items if isinstance(item, Var)):
            self.refuse("a set of objects with methods of their own", node, "use a list")
        if len(content.items) > 1 and not all(map(is_foldable, content.items)):
            self.refuse("a set of values that are not constant", node, "use a list")
        if len(content.items) < 2:
            return content
        known: dict[Any, Value] = {}
        for item in content.items:
            known.setdefault(item.value, item)  # type: ignore[union-attr]
        entries: set[Any] = set()
        for key in known:
            entries.add(key)
        return Content("set", tuple(known[key] for key in entries))

    def site(self, node: gast.AST | None, tag: str = "") -> Hashable:
        """The place of a node in the calls that are read, the same in each reading; `tag` tells several at one node."""
        return (self.frame.path, id(node if node is not None else self.node), tag)

    def forced(self, value: Value, node: gast.AST | None) -> tuple[Value, ...] | None:
        """The items of an iterable; the loops of a generator over constant ranges are unrolled to have them."""
        method = self.method_of_class(value, "__iter__")
        value = self.taken(value if method is None else self.call(method, (), {}, node), True, node)
        items = self.items_of(value, node)
        if items is not None or not isinstance(value, Lazy):
            return items
        before, self.forcing = self.forcing, True
        try:
            return self.items_of(self.as_listed(value, node), node)
        finally:
            self.forcing = before

    @contextmanager
    def hinted(self, hint: str) -> Iterator[None]:
        """Temporaries are named after this."""
        before, self.hint = self.hint, plain_hint(hint) or self.hint
        try:
            yield
        finally:
            self.hint = before
