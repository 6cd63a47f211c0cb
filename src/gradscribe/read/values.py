"""What a name can stand for while a function is read: a value of the program, or an object of the compiler.

A value is an atom of the IR or a `Compound`, which is known by its structure: a tuple, a reference to a list, dict or
instance, a function, a lazy iterable. Compounds are immutable; what can change (the contents of a list, say) is kept in
the `Store` under the `Cell` that a `Reference` names. This module knows nothing of Python's syntax.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, TypeGuard

from ..errors import Location
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const

if TYPE_CHECKING:
    from .environment import Frame
    from .syntax import Code

serial = count(1)
"""Numbers frames and cells in order of creation, so that what is born inside a branch can be told from the rest."""


class Compound:
    """A value with a structure known at compile time, made of `parts`."""

    @property
    def parts(self) -> tuple[Value, ...]:
        return ()

    def rebuilt(self, parts: tuple[Value, ...]) -> Compound:
        """The same structure with other parts."""
        return self

    @property
    def shape(self) -> Hashable:
        """What must be equal for two values to differ in their parts alone."""
        return (type(self), id(self))


Value = Atom | Compound


@dataclass(frozen=True, eq=False)
class TupleValue(Compound):
    """A tuple, or a NamedTuple of class `cls`."""

    items: tuple[Value, ...]
    cls: type | None = None

    @property
    def parts(self) -> tuple[Value, ...]:
        return self.items

    def rebuilt(self, parts: tuple[Value, ...]) -> TupleValue:
        return TupleValue(parts, self.cls)

    @property
    def shape(self) -> Hashable:
        return (TupleValue, self.cls, len(self.items))


@dataclass(eq=False)
class Cell:
    """Something that can change: a list, dict, set or instance made while the function runs, known by identity.

    Args:
        kind: "list", "dict", "set" or "instance".
        site: where it is made, the same each time that the place is read again.
        cls: the class of an instance.
        frozen: why it cannot be changed any more, if so.
        factory: what makes the missing entries of a `defaultdict`; the `__dict__` of an instance that was asked for it.
        origin: the argument of the function that it is, where it is one; writes go through to it.
        fields_of: the instance whose `__dict__` it is: it holds what that holds.
    """

    kind: str
    site: Hashable
    cls: type | None = None
    origin: Atom | None = None
    frozen: str | None = None
    factory: Any = None
    fields_of: Cell | None = None
    born: int = field(default_factory=lambda: next(serial))


@dataclass(frozen=True, eq=False)
class Reference(Compound):
    """A list, dict, set or instance of known structure."""

    cell: Cell

    @property
    def shape(self) -> Hashable:
        return (Reference, id(self.cell))


@dataclass(frozen=True, eq=False)
class Content(Compound):
    """What a cell holds: the items of a list (`keys` is None) or the entries of a dict or fields of an instance."""

    kind: str
    items: tuple[Value, ...]
    keys: tuple[Any, ...] | None = None

    @property
    def parts(self) -> tuple[Value, ...]:
        return self.items

    def rebuilt(self, parts: tuple[Value, ...]) -> Content:
        return Content(self.kind, parts, self.keys)

    @property
    def shape(self) -> Hashable:
        return (Content, self.kind, self.keys, len(self.items))

    def get(self, key: Any) -> Value | None:
        """The entry of a dict or the field of an instance; None where there is none."""
        assert self.keys is not None
        for known, item in zip(self.keys, self.items, strict=True):
            if type(known) is type(key) and known == key:
                return item
        return self.items[self.keys.index(key)] if key in self.keys else None

    def put(self, key: Any, value: Value) -> Content:
        assert self.keys is not None
        if key in self.keys:
            at = self.keys.index(key)
            return self.rebuilt((*self.items[:at], value, *self.items[at + 1 :]))
        return Content(self.kind, (*self.items, value), (*self.keys, key))

    def without(self, key: Any) -> Content:
        assert self.keys is not None
        at = self.keys.index(key)
        return Content(self.kind, self.items[:at] + self.items[at + 1 :], self.keys[:at] + self.keys[at + 1 :])


@dataclass(frozen=True, eq=False)
class Closure(Compound):
    """A function with source: `code` and the frame around it (None for one that is not nested), with its defaults."""

    code: Code
    frame: Frame | None
    defaults: tuple[Value, ...] = ()
    keyword_defaults: Mapping[str, Value] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Value, ...]:
        return (*self.defaults, *self.keyword_defaults.values())

    def rebuilt(self, parts: tuple[Value, ...]) -> Closure:
        cut = len(self.defaults)
        named = dict(zip(self.keyword_defaults, parts[cut:], strict=True))
        return Closure(self.code, self.frame, parts[:cut], named)

    @property
    def shape(self) -> Hashable:
        return (Closure, id(self.code), id(self.frame))


@dataclass(frozen=True, eq=False)
class Method(Compound):
    """A function bound to its first argument."""

    function: Value
    owner: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        return (self.function, self.owner)

    def rebuilt(self, parts: tuple[Value, ...]) -> Method:
        return Method(*parts)

    @property
    def shape(self) -> Hashable:
        return (Method,)


@dataclass(frozen=True, eq=False)
class Named(Compound):
    """A method of a value that is known by its name only (`x.sum`, `xs.append`)."""

    owner: Value
    name: str

    @property
    def parts(self) -> tuple[Value, ...]:
        return (self.owner,)

    def rebuilt(self, parts: tuple[Value, ...]) -> Named:
        return Named(parts[0], self.name)

    @property
    def shape(self) -> Hashable:
        return (Named, self.name)


@dataclass(frozen=True, eq=False)
class Partial(Compound):
    """`functools.partial(function, *args, **keywords)`."""

    function: Value
    args: tuple[Value, ...]
    keywords: Mapping[str, Value]

    @property
    def parts(self) -> tuple[Value, ...]:
        return (self.function, *self.args, *self.keywords.values())

    def rebuilt(self, parts: tuple[Value, ...]) -> Partial:
        cut = 1 + len(self.args)
        return Partial(parts[0], parts[1:cut], dict(zip(self.keywords, parts[cut:], strict=True)))

    @property
    def shape(self) -> Hashable:
        return (Partial, len(self.args), tuple(self.keywords))


@dataclass(frozen=True, eq=False)
class Super(Compound):
    """`super()` in a method of `cls`."""

    cls: type
    owner: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        return (self.owner,)

    def rebuilt(self, parts: tuple[Value, ...]) -> Super:
        return Super(self.cls, parts[0])

    @property
    def shape(self) -> Hashable:
        return (Super, self.cls)


@dataclass(frozen=True, eq=False)
class Range(Compound):
    """`range(start, stop, step)`."""

    start: Atom
    stop: Atom
    step: Atom

    @property
    def parts(self) -> tuple[Value, ...]:
        return (self.start, self.stop, self.step)

    def rebuilt(self, parts: tuple[Value, ...]) -> Range:
        return Range(*parts)  # type: ignore[arg-type]

    @property
    def shape(self) -> Hashable:
        return (Range,)


@dataclass(frozen=True, eq=False)
class Lazy(Compound):
    """An iterable that is evaluated when it is iterated over.

    `kind` says what makes it ("zip", "enumerate", "map", "keys", "generator", "product", ...); `extra` is what is not a
    value (whether a zip is strict; the expression and frame of a generator).
    """

    kind: str
    sources: tuple[Value, ...]
    extra: Any = None

    @property
    def parts(self) -> tuple[Value, ...]:
        return self.sources

    def rebuilt(self, parts: tuple[Value, ...]) -> Lazy:
        return Lazy(self.kind, parts, self.extra)

    @property
    def shape(self) -> Hashable:
        return (Lazy, self.kind, len(self.sources), self.extra if isinstance(self.extra, bool) else id(self.extra))


@dataclass(frozen=True, eq=False)
class Choice(Compound):
    """One of two values that have no common type; `chosen` says at run time whether it is the first."""

    chosen: Atom
    first: Value
    second: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        return (self.chosen, self.first, self.second)

    def rebuilt(self, parts: tuple[Value, ...]) -> Choice:
        return Choice(*parts)  # type: ignore[arg-type]

    @property
    def shape(self) -> Hashable:
        return (Choice,)


@dataclass(frozen=True, eq=False)
class Poison(Compound):
    """A value that cannot be followed; to use it is refused, for this reason."""

    reason: str
    hint: str | None = None
    where: Location | None = None

    @property
    def shape(self) -> Hashable:
        return (Poison,)


NONE = Const(None)
TRUE, FALSE = Const(True), Const(False)
FOLDABLE = (int, bool, str, bytes, type(None), type(Ellipsis))


def is_const(value: object, *types: type) -> TypeGuard[Const]:
    """Whether a value is a constant (of one of these types, where any are given)."""
    return isinstance(value, Const) and value is not UNDEF and (not types or isinstance(value.value, types))


def is_foldable(value: object) -> TypeGuard[Const]:
    """Whether a value may take part in arithmetic at compile time: an int, bool, string, None or Ellipsis."""
    return isinstance(value, Const) and type(value.value) in FOLDABLE


def is_code(value: object) -> TypeGuard[Const]:
    """Whether a constant is a function, class, module or another object that stands for itself, not for data."""
    if not isinstance(value, Const) or value is UNDEF or value.name is None:
        return False
    return not isinstance(value.value, (int, float, complex))


def is_function(value: Value) -> bool:
    """Whether a value stands for a function, not for data."""
    return isinstance(value, (Closure, Method, Choice, Partial)) or is_code(value)


def is_none(value: object) -> bool:
    return isinstance(value, Const) and value.value is None


def is_optional(value: Value) -> bool:
    """Whether a value is None, or may be: `Choice(is_none, None, value)`."""
    return is_none(value) or (isinstance(value, Choice) and is_none(value.first))


def as_optional(value: Value) -> Choice | None:
    """A value in the form of one that may be None; None where it is of another kind."""
    if isinstance(value, Choice):
        return value if is_none(value.first) else None
    if is_none(value):
        return Choice(TRUE, NONE, UNDEF)
    if isinstance(value, (TupleValue, Reference)) or not (isinstance(value, Compound) or is_code(value)):
        return Choice(FALSE, NONE, value)
    return None


def may_be_none(choice: Choice) -> bool:
    return is_none(choice.first) or is_none(choice.second)


def same_atom(left: Value, right: Value) -> bool:
    """Whether two atoms are the same value for certain."""
    if left is right:
        return True
    if not isinstance(left, Const) or not isinstance(right, Const) or UNDEF in (left, right):
        return False
    return same_constant(left.value, right.value)


def same_constant(left: Any, right: Any) -> bool:
    """Equal in type and value; -0.0 is not 0.0 here, and what is not a plain value is compared by identity."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, tuple):
        return len(left) == len(right) and all(map(same_constant, left, right))
    if isinstance(left, (int, str, bytes)):
        return bool(left == right)
    if isinstance(left, slice):
        return same_constant((left.start, left.stop, left.step), (right.start, right.stop, right.step))
    return isinstance(left, (float, complex)) and repr(left) == repr(right)


def atoms_of(value: Value) -> Iterator[Atom]:
    """The atoms that a value is made of (not those in the contents of references)."""
    if isinstance(value, Compound):
        for part in value.parts:
            yield from atoms_of(part)
    else:
        yield value
