"""Calls: what is called is resolved to an object, and `how_to_call` decides what becomes of the call."""

from __future__ import annotations

import functools
import inspect
import math
import types
from collections.abc import Mapping, Sequence
from typing import Any

import gast
import numpy as np

from ..errors import GradscribeError, NoSource, StaleSource, UnsupportedCall, UnsupportedSyntax
from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import definition_of, overloads
from ..ir.solvers import solver_of
from ..ir.types import NUMERIC, List, Object, Type
from .assumptions import Restart
from .core import type_from_outside as signature_of
from .derivatives import Derivatives
from .environment import Frame
from .iterators import is_iterator
from .parts import Keywords
from .primitive_calls import is_observer
from .resolve import is_followed, is_library
from .solved import Native
from .special_calls import SpecialCalls
from .syntax import Code, parameters
from .values import (
    NONE,
    Choice,
    Closure,
    Compound,
    Content,
    Method,
    Named,
    Partial,
    Poison,
    Super,
    TupleValue,
    Value,
)

_WHOLE = (sum, list, tuple, sorted, min, max, dict, set, functools.reduce, math.prod, math.fsum)
"""The functions that use up the iterators that they are given."""

_DEEPEST = 60
"""What may be called with active values without being differentiated: it returns nothing that depends on them
smoothly."""


class Calls(Derivatives, SpecialCalls):
    """`call`, `apply`, `opaque` and `call_code`."""

    whole = False
    """Whether functions of the user's are read even where nothing that is differentiated goes in."""

    def call(self, callee: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None = None) -> Value:
        """`callee(*args, **keywords)`."""
        if callee is UNDEF:
            return UNDEF
        if isinstance(callee, Closure):
            return self._call_closure(callee, args, keywords, node)
        if isinstance(callee, Method):
            return self.call(callee.function, (callee.owner, *args), keywords, node)
        if isinstance(callee, Native):
            return callee.run(args)
        if isinstance(callee, Partial):
            return self.call(callee.function, (*callee.args, *args), {**callee.keywords, **keywords}, node)
        if isinstance(callee, Named):
            return self.call_named(callee.owner, callee.name, args, keywords, node)
        if isinstance(callee, Choice):
            return self.choose(
                callee.chosen,
                lambda: self.call(callee.first, args, keywords, node),
                lambda: self.call(callee.second, args, keywords, node),
            )
        if isinstance(callee, Const):
            return self._call_object(callee, args, keywords, node)
        return self._call_instance(callee, args, keywords, node)

    def _call_instance(self, callee: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        method = self.method_of_class(callee, "__call__")
        if method is not None:
            return self.call(method, args, keywords, node)
        if isinstance(callee, Poison):
            self.refuse(callee.reason, node, callee.hint)
        if isinstance(callee, Compound):
            self.refuse("this is not a function", node, error=UnsupportedCall)
        return self.opaque(callee, args, keywords, node)

    def _call_object(self, callee: Const, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """A function, class or other object that is known."""
        function = callee.value
        known = self.special(function) is not None or overloads(function)
        if known and function not in (iter, next) and any(map(is_iterator, args)):
            args = self.drained(args, function in _WHOLE, node)
        result = self.call_special(function, args, keywords, node)
        if result is not NotImplemented:
            return result
        result = self.call_of_ours(callee, args, keywords, node)
        if result is not NotImplemented:
            return result
        if overloads(function):
            return self.apply(function, args, keywords, node)
        solver = solver_of(function)
        if solver is not None:
            return self.call_solver(solver, function, args, keywords, node)
        written = definition_of(function)
        depends = any(map(self._may_depend, (*args, *keywords.values())))
        if written is not None and (depends or is_followed(written, args, keywords)):
            return self._call_object(Const(written, name=callee.name), args, keywords, node)
        if isinstance(getattr(function, "__self__", None), np.ufunc):
            result = self.ufunc_method(function, args, keywords, node)
            if result is not NotImplemented:
                return result
        return self._call_python(callee, args, keywords, node)

    def _may_depend(self, value: Value) -> bool:
        """Whether a value is active, or a function made here, which may use what is."""
        return self.is_active(value) or isinstance(value, (Closure, Method, Partial))

    def _call_python(self, callee: Const, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """A class, a method or a function that has no rule."""
        function = callee.value
        if isinstance(function, type):
            return self._call_class(callee, args, keywords, node)
        if isinstance(function, types.MethodType):
            of_class = isinstance(function.__self__, type)
            owner = self.lift(function.__self__, "self") if of_class else self.bound_owner(callee)
            return self.call(self.lift(function.__func__, callee.name or "method"), (owner, *args), keywords, node)
        if isinstance(function, (staticmethod, classmethod)):
            return self.call(self.lift(function.__func__, callee.name or "method"), args, keywords, node)
        if isinstance(function, types.FunctionType):
            return self._call_function(callee, args, keywords, node)
        return self.opaque(callee, args, keywords, node)

    def _call_class(self, callee: Const, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        made = self.make_instance(callee.value, args, keywords, node)
        return made if made is not None else self.opaque(callee, args, keywords, node)

    # functions with source --------------------------------------------------------------------------------------------

    def _call_function(self, callee: Const, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """A Python function: read, or called as it is where nothing differentiated goes in."""
        function = callee.value
        if hasattr(function, "computed_again"):
            self.computed_again(self.codes.code_of(function.computed_again))
            return self.call(Const(function.computed_again, name=callee.name), args, keywords, node)
        how = self.how_to_call(function, args, keywords)
        if how == "opaque":
            return self.opaque(callee, args, keywords, node)
        try:
            code = self.codes.code_of(function)
        except (NoSource, StaleSource) as error:
            if not any(map(self.is_active, (*args, *keywords.values()))):
                return self.opaque(callee, args, keywords, node)
            if isinstance(error, StaleSource):
                raise
            raise UnsupportedCall(f"`{callee.name}`: {error.reason}", self.location(node), error.hint) from None
        except UnsupportedSyntax:
            if any(map(self.is_active, (*args, *keywords.values()))):
                raise
            return self.opaque(callee, args, keywords, node)
        defaults = self._defaults(callee)
        bound = self.bind(code, args, keywords, defaults, node)
        if how == "read":
            return self._read_function(callee, code, bound, node)
        return self._call_inactive(callee, code, bound, args, keywords, node)

    def _read_function(self, callee: Const, code: Code, bound: Mapping[str, Value], node: gast.AST | None) -> Value:
        """The body is read in place. What is refused inside of a library is refused at the call."""
        if not is_library(callee.value) or is_library(self.frame.code.function):
            return self.call_code(code, None, bound, node, owner_class(callee.value))
        try:
            return self.call_code(code, None, bound, node, owner_class(callee.value))
        except GradscribeError as error:
            reason = f"`{callee.name}` is called with a value that is differentiated, has no derivative rule"
            told = f"{reason}, and cannot be read: {error.reason}"
            hint = "register a rule for it, or write it with functions that have rules"
            self.refuse(told, node, hint, UnsupportedCall, bound.values())

    def how_to_call(self, function: Any, args: Sequence[Value], keywords: Keywords) -> str:
        """What becomes of a call of a Python function: "read" (its body is read in place), "opaque" (it is called), or
        "either" (it is called if that is equivalent and says what type comes out)."""
        values = (*args, *keywords.values())
        if is_observer(function):
            return "opaque"
        if any(map(self.is_active, values)):
            return "read"
        if is_library(function):
            return "opaque"
        if self.whole or any(isinstance(v, Compound) for v in values):
            return "read"
        return "either"

    def _call_inactive(
        self, callee: Const, code: Code, bound: Mapping[str, Value], args: Sequence[Value], keywords: Keywords,
        node: gast.AST | None,
    ) -> Value:  # fmt: skip
        """The function is read to learn the type of its result; if it cannot be read, or that is a plain value, the
        call stays a call."""
        site = ("called", self.site(node))
        if code.is_generator or site in self.assumed.inlined:
            return self.call_code(code, None, bound, node, owner_class(callee.value))
        outer = (self.builder, self.frame, self.node, self.dead, self.depth, self.hint)
        self.builder = type(self.builder)(self.builder.origin)
        self.store.begin()
        type_: Type = NUMERIC
        plain, read = True, False
        try:
            value = self.call_code(code, None, bound, node, owner_class(callee.value))
            plain = (
                isinstance(value, (Var, Const)) and not isinstance(value.type, List) and not _writes(self.builder.ops)
            )
            type_ = value.type if isinstance(value, (Var, Const)) else NUMERIC
            read = True
        except GradscribeError:
            pass
        finally:
            self.store.end()
            self.builder, self.frame, self.node, self.dead, self.depth, self.hint = outer
        if not plain:
            self.assumed.inlined.add(site)
            raise Restart
        return self.opaque(callee, args, keywords, node, type_, read)

    def _call_closure(self, callee: Closure, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        names = [p.id for p in (*callee.code.args.posonlyargs, *callee.code.args.args)]
        defaults = dict(zip(names[len(names) - len(callee.defaults) :], callee.defaults, strict=True))
        bound = self.bind(callee.code, args, keywords, {**defaults, **callee.keyword_defaults}, node)
        return self.call_code(callee.code, callee.frame, bound, node)

    def _defaults(self, callee: Const) -> dict[str, Value]:
        """The defaults of a function as they are now."""
        found = {}
        for name, default in self.codes.code_of(callee.value).source.defaults.items():
            found[name] = self._default(callee, name, default)
        return found

    def _default(self, callee: Const, name: str, default: Any) -> Value:
        if default is None or isinstance(default, (int, float, complex, str)):
            return Const(default)
        function = callee.value
        keyword = name in (function.__kwdefaults__ or {})
        place = "__kwdefaults__" if keyword else "__defaults__"
        names = [p for p in inspect.getfullargspec(function).args]
        key = name if keyword else names.index(name) - len(names) + len(function.__defaults__)

        def read() -> Atom:
            table = self.emit(P.GETATTR, callee, static=place, type=Object(tuple), inactive=True)
            return self.emit(P.GETITEM, table, Const(key), type=signature_of(default, name), inactive=True, hint=name)

        return self.lift(default, name, read)

    def bind(
        self,
        code: Code,
        args: Sequence[Value],
        keywords: Keywords,
        defaults: Mapping[str, Value],
        node: gast.AST | None,
    ) -> dict[str, Value]:
        """Arguments to parameters, as Python does."""
        syntax = code.args
        names = [p.id for p in (*syntax.posonlyargs, *syntax.args)]
        bound: dict[str, Value] = dict(zip(names, args, strict=False))
        extra = tuple(args[len(names) :])
        if syntax.vararg is not None:
            bound[syntax.vararg.id] = TupleValue(extra)
        elif extra:
            self._refuse_arguments(code, f"takes {len(names)} positional arguments but {len(args)} were given", node)
        positional_only = {p.id for p in syntax.posonlyargs}
        accepted = {*names, *(p.id for p in syntax.kwonlyargs)} - positional_only
        rest: dict[str, Value] = {}
        for name, value in keywords.items():
            if name in accepted and name not in bound:
                bound[name] = value
            elif name in accepted or syntax.kwarg is None:
                self._refuse_arguments(code, f"got an unexpected or repeated argument `{name}`", node)
            else:
                rest[name] = value
        if syntax.kwarg is not None:
            bound[syntax.kwarg.id] = self.new_cell(Content("dict", tuple(rest.values()), tuple(rest)), node)
        for parameter in parameters(syntax):
            if parameter.id not in bound:
                if parameter.id not in defaults:
                    self._refuse_arguments(code, f"misses the argument `{parameter.id}`", node)
                bound[parameter.id] = defaults[parameter.id]
        return bound

    def _refuse_arguments(self, code: Code, what: str, node: gast.AST | None) -> None:
        self.refuse(f"{code.name}() {what}", node, error=UnsupportedCall)

    def call_code(
        self,
        code: Code,
        outer: Frame | None,
        bound: Mapping[str, Value],
        node: gast.AST | None,
        owner: type | None = None,
    ) -> Value:
        """Read the body of a function in place, with its parameters bound; the value that it returns."""
        if code.is_generator:
            return self.suspended(code, outer, bound, node, owner)
        if id(code) in self.assumed.outlined:
            return self.call_outlined(code, outer, bound, node, owner)
        self._check_recursion(code, node)
        return self.read_body(code, outer, bound, node, owner)

    def read_body(
        self, code: Code, outer: Frame | None, bound: Mapping[str, Value], node: gast.AST | None, owner: type | None
    ) -> Value:
        """The value that the body returns."""
        caller, statement, origin = self.frame, self.node, self.builder.origin
        frame = Frame(code, outer, (*caller.path, id(node)), code.local, self.depth, caller, owner)
        frame.first = next(iter(bound.values()), None)
        for name, value in bound.items():
            self.store.set((frame, name), self.kept(value, node))
        self.frame = frame
        try:
            self.block(code.body)
        except GradscribeError as error:
            self._note_caller(error, caller, node)
            raise
        finally:
            self.frame, self.node, self.builder.origin = caller, statement, origin
        result = self.store.get((frame, "%result"))
        return NONE if result is UNDEF and not self.dead else self.read(result, node)

    def _note_caller(self, error: GradscribeError, caller: Frame, node: gast.AST | None) -> None:
        where = caller.code.location(node) if node is not None else None
        if where is not None and hasattr(error, "called_from"):
            error.called_from(caller.code.name, where)

    def check_generator(self, code: Code, node: gast.AST | None) -> None:
        """A generator that calls itself without an end that is known cannot be read in place."""
        self._check_recursion(code, node)
        if id(code) in self.assumed.outlined:
            self.refuse(f"the generator `{code.name}` calls itself", node, "return a list", UnsupportedCall)

    def _check_recursion(self, code: Code, node: gast.AST | None) -> None:
        """A function that calls itself is read in place only while nothing decided at run time lies between; else it
        becomes a function of the program."""
        frame: Frame | None = self.frame
        level = 0
        while frame is not None and frame.caller is not None:
            level += 1
            if frame.code is code and (self.depth > frame.depth or level > _DEEPEST):
                self.assumed.outlined.add(id(code))
                raise Restart
            frame = frame.caller
        if level > _DEEPEST:
            self.refuse(f"calls are nested more than {_DEEPEST} deep", node, "write it as a loop", UnsupportedCall)

    def super_here(self, node: gast.AST) -> Value:
        """`super()` in a method."""
        frame: Frame | None = self.frame
        while frame is not None and frame.method_of is None:
            frame = frame.outer
        if frame is None or frame.method_of is None or frame.first is None:
            self.refuse("`super()` outside of a method", node)
        return Super(frame.method_of, frame.first)


def owner_class(function: types.FunctionType) -> type | None:
    """The class in whose body a method was written (the cell that `super()` uses)."""
    names = function.__code__.co_freevars
    if "__class__" not in names or function.__closure__ is None:
        return None
    found = function.__closure__[names.index("__class__")].cell_contents
    return found if isinstance(found, type) else None


def _writes(ops: Sequence[P.Any]) -> bool:
    return any(op.primitive.writes or _rebinds(op) or any(_writes(b.ops) for b in op.blocks) for op in ops)


def _rebinds(op: P.Any) -> bool:
    """Whether an op assigns a global or an attribute."""
    return op.primitive is P.CALL_PYTHON and getattr(op.args[0], "value", None) in (setattr, delattr)
