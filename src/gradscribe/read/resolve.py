"""Names: what they stand for, inside the function and outside of it.

Functions, classes, modules, strings, None and booleans from outside are taken as they are now, and noted in `resolved`,
so that it can be seen later whether they still are. Other data is read when the derivative is called; `externals` says
which types were assumed.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gast
import numpy as np

from ..errors import UnresolvedName
from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import FOLLOWED_WHEN_CONSTANT, ExpressionSource, External
from ..ir.signature import is_library_name
from ..ir.types import Array, List, Object, join, type_of
from ..signature import key_of
from .asking import acts_as_object, defines
from .assumptions import Restart
from .core import Core, is_huge
from .core import type_from_outside as signature_of
from .environment import Frame
from .values import Partial, TupleValue, Value

_CODE = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.ModuleType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    types.ClassMethodDescriptorType,
    types.GenericAlias,
    type,
    np.ufunc,
    functools.partial,
    staticmethod,
    classmethod,
)


_FUNCTION_OBJECTS = ("numpy", "scipy.stats._continuous_distns", "scipy.stats._discrete_distns", "scipy.stats._multi")
"""Modules whose callable objects are functions to their users: their methods are resolved at compile time."""


def stands_for_itself(value: Any) -> bool:
    """Functions, classes, modules: what is resolved at compile time."""
    if isinstance(value, (*_CODE, np.dtype)) or inspect.getattr_static(value, "__wrapped__", None) is not None:
        return True
    if type(value).__name__ == "cython_function_or_method":
        return True
    return callable(value) and (type(value).__module__ or "").startswith(_FUNCTION_OBJECTS)


def is_static(value: Any) -> bool:
    """What is known by value at compile time."""
    return stands_for_itself(value) or value is None or value is Ellipsis or isinstance(value, (str, bool, bytes))


def is_setting(value: Any) -> bool:
    """An integer, or a tuple of such: what axes, orders and shapes are given by."""
    return type(value) is int or (type(value) is tuple and all(v is None or is_setting(v) for v in value))


def is_library(value: Any) -> bool:
    """Whether a function or class belongs to the standard library or to NumPy and its kin: it changes no global of the
    user's."""
    return is_library_name(getattr(value, "__module__", None) or "")


class Resolve(Core):
    """`load` and `lift`."""

    def frame_of(self, name: str) -> Frame | None:
        """The frame in which a name lives, None for one from outside."""
        frame: Frame | None = self.frame
        if name.startswith("%"):
            return frame
        while frame is not None and name not in frame.local:
            frame = frame.outer
        return frame

    def load(self, name: str, node: gast.AST | None = None) -> Value:
        """The value of a name."""
        frame = self.frame_of(name)
        if frame is not None:
            value = self.read(self.store.get((frame, name)), node)
            if value is UNDEF and not name.startswith("%"):
                self._note_unbound(name)
            if self.recording is not None:
                self.recording.setdefault((frame, name), value)
            return value
        return self.outside(name, node)

    def _note_unbound(self, name: str) -> None:
        """It fails when it runs (or will be defined in a later reading of the loop)."""
        message = f"cannot access local variable {name!r} where it is not associated with a value"
        error = self.emit(
            P.CALL_PYTHON, Const(UnboundLocalError, name="UnboundLocalError"), Const(message),
            type=Object(UnboundLocalError), hint="error",
        )  # fmt: skip
        self.perform(P.RAISE, error)

    def outside(self, name: str, node: gast.AST | None) -> Value:
        """The value of a free variable, global or builtin."""
        root = self.frame
        while root.outer is not None:
            root = root.outer
        source = root.code.source
        cell = source.cells.get(name)
        if cell is not None:
            return self._external(External(name, cell), node)
        if name in source.globals:
            external = External(name, source.globals)
            frame = self.rebound.get(external)
            if frame is not None:
                value = self.read(self.store.get((frame, name)), node)
                self._certain_external(external, None, value)
                return value
            return self._external(external, node)
        if hasattr(builtins, name):
            value = getattr(builtins, name)
            self.resolved[id(source.globals), name] = (source.globals, name, value)  # until a global shadows it
            return self.lift(value, name)
        self.refuse(f"the name `{name}` is not defined", node, error=UnresolvedName)

    def begin_rebound(self) -> None:
        """The globals that are assigned live in frames of their own while the function runs."""
        for external in self.assumed.rebound:
            frame = Frame(self.frame.code, None, (), frozenset((external.name,)))
            self.store.set((frame, external.name), self._external(external, None))
            self.rebound[external] = frame

    def rebind(self, name: str, value: Value, node: gast.AST) -> None:
        """Assign a global: here, and where other functions see it."""
        namespace = self.frame.code.source.globals
        module = sys.modules.get(namespace.get("__name__", ""))
        external = External(name, namespace)
        is_known = module is not None and vars(module) is namespace and name in namespace
        if not is_known or name in self.frame.code.source.cells:
            what = "global" if name in namespace else "nonlocal"
            self.refuse(f"`{name}` is {what} to the function and is assigned", node, "return the value instead")
        if self.is_active(value) or not isinstance(value, (Var, Const)) or isinstance(value.type, (Array, List)):
            self.refuse(f"`{name}` is global to the function and is assigned", node, "return the value instead")
        if external not in self.assumed.rebound:
            self.assumed.rebound[external] = True
            raise Restart
        if self.assumed.volatile:
            self.refuse(f"`{name}` is assigned, and a function that is not read might assign it too", node)
        known = type_of(external.read())
        if join(known, value.type) != known:
            self.refuse(f"`{name}` gets a value of another kind", node, "return the value instead")
        self.store.set((self.rebound[external], name), value)
        assert module is not None
        self.emit(
            P.CALL_PYTHON, Const(setattr, name="setattr"), Const(module, name=module.__name__), Const(name), value,
            type=Object(type(None)), inactive=True,
        )  # fmt: skip

    def _external(self, external: External, node: gast.AST | None) -> Value:
        try:
            value = external.read()
        except NameError:
            self.refuse(f"the name `{external.name}` has no value yet", node, error=UnresolvedName)
        self._refuse_masked(value, external.name, node)
        known = self.settles(external.owner, external.name, value)
        if not known and not is_static(value):
            made = self._read_external(external, value)
            self._certain_external(external, value, made)
            return made
        if not known:
            self.note(external.owner, external.name, value)
        lifted = self.lift(value, external.name)
        self._certain_external(external, value, lifted)
        return lifted

    def _certain_external(self, external: External, value: Any, taken: Value) -> None:
        """See `certain`, for a name of the function."""
        if not self.assumed.volatile or isinstance(value, types.ModuleType):
            return
        owner = external.owner
        module = sys.modules.get(owner.get("__name__", "")) if isinstance(owner, dict) else None
        if module is not None and vars(module) is owner:
            owner = module
        place = f"[{external.name!r}]" if isinstance(owner, dict) else f".{external.name}"
        place = ".cell_contents" if isinstance(owner, types.CellType) else place
        self.certain(Const(owner, name=_name_of_owner(owner)), place, taken, external.name)

    def certain(self, owner: Atom, place: str, taken: Value, name: str = "") -> None:
        """Where a call that is not read may change what is outside: compare what was taken from there with what stands
        there when the derivative comes by.

        Args:
            owner: the object that was looked into.
            place: `.attribute` or `[key]`.
            taken: what was found.
            name: how the message calls it; by default the owner and the place.
        """
        if self.assumed.volatile and isinstance(taken, (Var, Const)):
            tree = ast.parse(f"owner{place}", mode="eval").body
            source = ExpressionSource(tree, ("owner",), leaves_alone=True)
            now = self.emit(P.EXPRESSION, owner, static=source, type=taken.type, inactive=True)
            shown = owner.hint if isinstance(owner, Var) else owner.name
            self.perform(P.CHECK_SAME, now, taken, Const(name or f"{shown}{place}"))

    def settles(self, owner: Any, name: Any, value: Any) -> bool:
        """Whether a value from outside is taken as it is now, because a derivative could not be had otherwise."""
        if not self.assumed.settled or not is_setting(value):
            return False
        self.note(owner, name, value)
        return (id(owner), str(name)) in self.resolved

    def _read_external(self, external: External, value: Any) -> Var:
        """A value that is read when the derivative is called, at the outermost level, once."""
        key = (id(external.owner), external.name)
        if key in self.externals:
            return self.externals[key][1]
        opaque = key in self.assumed.opaque
        type_ = Object(type(value)) if opaque else signature_of(value, external.name)
        made = self.root.emit(P.EXTERNAL, hint=external.name, named=True, type=type_, static=external)
        self.born[made] = len(self.born)
        self.samples[made] = value
        self.opaque_roots[made] = key
        if key not in self.externals:
            self.assumed_types += [] if is_huge(value) or opaque else [(external, key_of(value))]
        self.externals[key] = (external, made)
        return made

    def lift(self, value: Any, name: str, atom: Callable[[], Atom] | None = None) -> Value:
        """A Python object as a value: by itself where it is static, else as `atom()` reads it at run time."""
        if isinstance(value, functools.partial) and type(value) is functools.partial:
            args = tuple(self._part_of_partial(value, a, k) for k, a in enumerate(value.args))
            keywords = {k: self._part_of_partial(value, a, k) for k, a in value.keywords.items()}
            return Partial(self.lift(value.func, getattr(value.func, "__name__", name)), args, keywords)
        if stands_for_itself(value):
            self._refuse_metaclass(value)
            return Const(value, name=_qualified(value, name))
        if is_static(value) or (atom is None and isinstance(value, (int, float, complex))):
            own = isinstance(value, (str, bytes)) and not is_library_name(type(value).__module__)
            return Const(value, name=name) if own else Const(value)  # a class of the user's may answer otherwise
        if atom is not None:
            made = atom()
            if isinstance(made, Var):
                self.samples[made] = value
            return made
        if isinstance(value, tuple) and type(value) is tuple:
            return TupleValue(tuple(self.lift(item, f"{name}[{k}]") for k, item in enumerate(value)))
        return Const(value, name=name)

    def _refuse_masked(self, value: Any, name: str, node: gast.AST | None) -> None:
        """Of such an object nothing can be asked, not even what it is."""
        method = next((m for m in ("__getattribute__", "__class__") if defines(type(value), m)), None)
        if method is not None:
            self.refuse(f"`{name}` has a `{method}` of its own", node, "write it as a method")

    def _refuse_metaclass(self, value: Any) -> None:
        method = acts_as_object(value) if isinstance(value, type) else None
        if method is not None:
            self.refuse(
                f"the metaclass of `{value.__name__}` has a `{method}` of its own", hint="write it as a function"
            )

    def bound_owner(self, callee: Const) -> Value:
        """The object of a bound method that was found outside, read when the derivative is called."""
        owner = callee.value.__self__
        made = self.emit(P.GETATTR, callee, static="__self__", type=signature_of(owner, "self"), hint="self")
        fields = getattr(owner, "__dict__", None)
        if type(fields) is dict and not is_huge(fields):
            self.assumed_types.append((P.External("__dict__", owner), key_of(fields)))
        if isinstance(made, Var):
            self.samples[made] = owner
        return made

    def _part_of_partial(self, owner: functools.partial[Any], value: Any, key: Any) -> Value:
        if is_static(value) or isinstance(value, (int, float, complex)):
            return self.lift(value, str(key))
        shown = Const(owner, name=getattr(owner.func, "__name__", "partial"))
        place = "args" if isinstance(key, int) else "keywords"
        table = self.emit(P.GETATTR, shown, static=place, type=Object(type(getattr(owner, place))))
        made = self.emit(P.GETITEM, table, Const(key), type=signature_of(value, str(key)))
        if isinstance(made, Var):
            self.samples[made] = value
        return made

    def sampled(self, made: Atom, value: Any) -> Atom:
        """Note the value that an atom has now."""
        if isinstance(made, Var):
            self.samples[made] = value
        return made


def _name_of_owner(owner: Any) -> str:
    if isinstance(owner, types.ModuleType):
        return owner.__name__
    return "cell" if isinstance(owner, types.CellType) else "outside"


def _qualified(value: Any, name: str) -> str:
    """How a function or class is called in dumps."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    module = getattr(value, "__module__", None)
    own = getattr(value, "__qualname__", None) or getattr(value, "__name__", None) or name
    if not isinstance(own, str) or module in (None, "builtins", "__main__"):
        return own if isinstance(own, str) else name
    return f"{module}.{own}"


def is_followed(written: Any, args: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    """Whether a definition is read though nothing active goes in, as it can be."""
    if written not in FOLLOWED_WHEN_CONSTANT:
        return False
    try:
        inspect.signature(written).bind(*args, **keywords)
    except TypeError:
        return False
    return True
