"""Calls: what is called is resolved to an object, and `how_to_call` decides what becomes of the call."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping, Sequence
from typing import Any

import gast
import numpy as np

from ..errors import GradscribeError, NoSource, StaleSource, UnsupportedCall
from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import Primitive, lookup, overloads
from ..ir.types import NUMERIC, STRING, List, Object, Scalar, Type
from .core import Core, Keywords, Restart
from .core import type_from_outside as signature_of
from .environment import Frame
from .resolve import is_library
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
    Reference,
    Super,
    TupleValue,
    Value,
    is_const,
)

_DEEPEST = 60
_SEQUENCES = {
    "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "block", "array", "asarray", "meshgrid",
    "broadcast_arrays", "select", "choose", "piecewise", "asanyarray", "array_", "row_stack", "sum_", "max_", "min_",
}  # fmt: skip
OBSERVERS = {print, repr, str, format, id, type, hash, isinstance, callable, hasattr, len, ascii}
"""What may be called with active values without being differentiated: it returns nothing that depends on them
smoothly."""


class Calls(Core):
    """`call`, `apply`, `opaque` and `call_code`."""

    def call(self, callee: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None = None) -> Value:
        """`callee(*args, **keywords)`."""
        if callee is UNDEF:
            return UNDEF
        if isinstance(callee, Closure):
            return self._call_closure(callee, args, keywords, node)
        if isinstance(callee, Method):
            return self.call(callee.function, (callee.owner, *args), keywords, node)
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
        special = self.special(function)
        if special is not None:
            result = special(args, keywords, node)
            if result is not NotImplemented:
                return result
        if overloads(function):
            return self.apply(function, args, keywords, node)
        if isinstance(function, type):
            return self._call_class(callee, args, keywords, node)
        if isinstance(function, types.MethodType):
            owner = self.lift(function.__self__, "self") if isinstance(function.__self__, type) else self._bound_owner(callee)
            return self.call(self.lift(function.__func__, callee.name or "method"), (owner, *args), keywords, node)
        if isinstance(function, (staticmethod, classmethod)):
            return self.call(self.lift(function.__func__, callee.name or "method"), args, keywords, node)
        if isinstance(function, types.FunctionType):
            return self._call_function(callee, args, keywords, node)
        return self.opaque(callee, args, keywords, node)

    def _bound_owner(self, callee: Const) -> Value:
        """The object of a bound method that was found outside, read when the derivative is called."""
        owner = callee.value.__self__
        made = self.emit(P.GETATTR, callee, static="__self__", type=signature_of(owner, "self"), hint="self")
        if isinstance(made, Var):
            self.samples[made] = owner
        return made

    def _call_class(self, callee: Const, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        made = self.make_instance(callee.value, args, keywords, node)
        return made if made is not None else self.opaque(callee, args, keywords, node)

    # primitives ---------------------------------------------------------------------------------------------------------

    def apply(
        self,
        function: Any,
        args: Sequence[Value],
        keywords: Keywords,
        node: gast.AST | None = None,
        names: Any = None,
    ) -> Value:
        """A call of something that means a primitive, or one of several.

        Args:
            function: the callable.
            args, keywords: what it is called with.
            node: the place.
            names: the callable whose signature names the parameters; by default `function`.
        """
        values = (*args, *keywords.values())
        if any(a is UNDEF for a in values):
            return UNDEF
        if isinstance(function, np.ufunc) and len(args) == function.nin + 1:
            args, keywords = args[:-1], {**keywords, "out": args[-1]}
        out = keywords.get("out")
        if out is not None and not is_const(out, type(None)):
            return self._apply_into(out, function, args, keywords, node)
        for primitive, style in overloads(function):
            bound = self._bind_primitive(primitive, args, keywords, names or function)
            if bound is not None:
                atoms = [self._primitive_operand(primitive, value, node) for value in bound[0]]
                named = {k: self.as_atom(v, node) for k, v in bound[1].items()}
                return self.emit(primitive, *atoms, style=style, **named)
        if any(map(self.is_active, values)):
            self._refuse_keywords(overloads(function)[0][0], keywords, node)
        if getattr(function, "__objclass__", None) is np.ndarray:
            return self.opaque_method(args[0], function.__name__, args[1:], keywords, node)
        return self.opaque(Const(function, name=_name_of(function)), args, keywords, node)

    def _apply_into(
        self, out: Value, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        """`np.add(a, b, out=c)` writes its result into c."""
        target = out.items[0] if isinstance(out, TupleValue) and len(out.items) == 1 else out
        rest = {k: v for k, v in keywords.items() if k != "out"}
        result = self.apply(function, args, rest, node)
        self.set_item(target, Const(Ellipsis), result, node)
        return target

    def _bind_primitive(
        self, primitive: Primitive, args: Sequence[Value], keywords: Keywords, function: Any
    ) -> tuple[list[Value], dict[str, Value]] | None:
        """The operands of a primitive: positional ones and those with a default that were given. None if it does not
        support one of them."""
        signature = primitive.signature
        if signature is None:
            return (list(args), {}) if not keywords else None
        names = _real_names(function, signature)
        declared = signature.parameters
        required = [p.name for p in declared.values() if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        starred = next((p for p in declared.values() if p.kind is p.VAR_POSITIONAL), None)
        positional: dict[str, Value] = {}
        rest: list[Value] = []
        for k, value in enumerate(args):
            if starred is not None and k >= len(required):
                rest.append(value)
            elif k < len(required):
                positional[required[k]] = value
            elif k < len(names) and names[k] in declared and names[k] not in positional:
                positional[names[k]] = value
            else:
                return None
        for name, value in keywords.items():
            name = _declared_name(name, names, required)
            if name in declared and name not in positional:
                positional[name] = value
            elif not _is_default(name, value):
                return None
        if any(name not in positional for name in required):
            return None
        named = {name: value for name, value in positional.items() if name not in required}
        return [positional[name] for name in required] + rest, named

    def _primitive_operand(self, primitive: Primitive, value: Value, node: gast.AST | None) -> Atom:
        """An operand; where a number or array is meant, a list of active values is made an array first."""
        atom = self.as_atom(value, node)
        if primitive.name in _SEQUENCES or not isinstance(value, (TupleValue, Reference)):
            if not (isinstance(atom, Var) and isinstance(atom.type, List)) or primitive.name in _SEQUENCES:
                return atom
        array = lookup(np.array)
        if array is None or not self.is_active(value) or primitive is P.LENGTH:
            return atom
        return self.emit(array[0], atom, style=array[1])

    def _refuse_keywords(self, primitive: Primitive, keywords: Keywords, node: gast.AST | None) -> None:
        declared = {} if primitive.signature is None else primitive.signature.parameters
        unknown = [f"`{k}`" for k, v in keywords.items() if k not in declared and not _is_default(k, v)]
        what = f"the keyword {unknown[0]} of" if unknown else "this use of"
        supported = ", ".join(declared) or "none"
        self.refuse(
            f"{what} `{primitive.name}` is not differentiated", node, f"its rule supports: {supported}", UnsupportedCall
        )

    # opaque calls ---------------------------------------------------------------------------------------------------------

    def opaque(
        self, callee: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None = None, type_: Type = NUMERIC
    ) -> Value:
        """A call that is not differentiated: nothing active may go in, except to what only looks at it."""
        values = (*args, *keywords.values())
        if any(v is UNDEF for v in values) or callee is UNDEF:
            return UNDEF
        function = callee.value if isinstance(callee, Const) else None
        looks = is_const(callee) and _is_observer(function)
        if not looks and (any(map(self.is_active, values)) or self.is_active(callee)):
            name = callee.name if isinstance(callee, Const) else "this object"
            self.refuse(
                f"`{name}` is called with a value that is differentiated, and has neither source nor a derivative rule",
                node,
                "register a rule for it, or write it in Python with primitives that have rules",
                UnsupportedCall,
            )
        if not looks:
            self._guard_objects(values, function, node)
        atoms = [self.as_atom(v, node) for v in args]
        named = {k: self.as_atom(v, node) for k, v in keywords.items()}
        atom = self.as_atom(callee, node)
        self._may_rebind(function)
        return self.emit(P.CALL_PYTHON, atom, *atoms, type=_known_type(function, type_), inactive=True, **named)

    def _guard_objects(self, values: Sequence[Value], function: Any, node: gast.AST | None) -> None:
        """A call that is not read might change the lists and objects that it gets."""
        if isinstance(function, type) or not isinstance(function, types.FunctionType) or is_library(function):
            return
        for value in values:
            if isinstance(value, Reference) and value.cell.origin is None:
                if value.cell.kind == "list":
                    self.grow(value.cell)
                self.refuse("an object made here is passed to a function that cannot be read", node, error=UnsupportedCall)

    def _may_rebind(self, function: Any) -> None:
        """A function of the user's that is not read may rebind globals, which then must be read where they stand."""
        if isinstance(function, types.FunctionType) and not is_library(function) and not self.assumed.volatile:
            self.assumed.volatile = True
            raise Restart

    def opaque_method(
        self, owner: Value, name: str, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        """A method that is not differentiated."""
        values = (owner, *args, *keywords.values())
        if any(map(self.is_active, values)):
            self.refuse(
                f"the method `.{name}` has no derivative rule", node, "write it with functions that have rules", UnsupportedCall
            )
        atoms = [self.as_atom(v, node) for v in (owner, *args)]
        named = {k: self.as_atom(v, node) for k, v in keywords.items()}
        type_ = STRING if atoms[0].type == STRING and name not in ("find", "split", "count", "index") else NUMERIC
        return self.emit(P.CALL_METHOD, *atoms, static=name, type=type_, inactive=True, **named)

    # functions with source ------------------------------------------------------------------------------------------------

    def _call_function(self, callee: Const, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """A Python function: read, or called as it is where nothing differentiated goes in."""
        function = callee.value
        how = self.how_to_call(function, args, keywords)
        if how == "opaque":
            return self.opaque(callee, args, keywords, node)
        try:
            code = self.library.code_of(function)
        except (NoSource, StaleSource) as error:
            if not any(map(self.is_active, (*args, *keywords.values()))):
                return self.opaque(callee, args, keywords, node)
            raise UnsupportedCall(f"`{callee.name}`: {error.reason}", self.location(node), error.hint) from None
        defaults = self._defaults(callee)
        bound = self.bind(code, args, keywords, defaults, node)
        if how == "read":
            return self.call_code(code, None, bound, node, owner_class(function))
        return self._call_inactive(callee, code, bound, args, keywords, node)

    def how_to_call(self, function: Any, args: Sequence[Value], keywords: Keywords) -> str:
        """What becomes of a call of a Python function: "read" (its body is read in place), "opaque" (it is called), or
        "either" (it is called if that is equivalent and says what type comes out)."""
        values = (*args, *keywords.values())
        if any(map(self.is_active, values)):
            return "read"
        if is_library(function):
            return "opaque"
        if any(isinstance(v, Compound) for v in values):
            return "read"
        return "either"

    def _call_inactive(
        self, callee: Const, code: Code, bound: Mapping[str, Value], args: Sequence[Value], keywords: Keywords,
        node: gast.AST | None,
    ) -> Value:  # fmt: skip
        """The function is read to learn the type of its result; if it cannot be read, or that is a plain value, the
        call stays a call."""
        site = ("called", self.site(node))
        if code.is_generator:
            return self.opaque(callee, args, keywords, node)
        if site in self.assumed.inlined:
            return self.call_code(code, None, bound, node, owner_class(callee.value))
        outer = (self.builder, self.frame, self.node, self.dead, self.depth, self.hint)
        self.builder = type(self.builder)(self.builder.origin)
        self.store.begin()
        type_: Type = NUMERIC
        plain = True
        try:
            value = self.call_code(code, None, bound, node, owner_class(callee.value))
            plain = isinstance(value, (Var, Const)) and not isinstance(value.type, List) and not _writes(self.builder.ops)
            type_ = value.type if isinstance(value, (Var, Const)) else NUMERIC
        except GradscribeError:
            pass
        finally:
            self.store.end()
            self.builder, self.frame, self.node, self.dead, self.depth, self.hint = outer
        if not plain:
            self.assumed.inlined.add(site)
            raise Restart
        return self.opaque(callee, args, keywords, node, type_)

    def _call_closure(self, callee: Closure, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        names = [p.id for p in (*callee.code.args.posonlyargs, *callee.code.args.args)]
        defaults = dict(zip(names[len(names) - len(callee.defaults) :], callee.defaults, strict=True))
        bound = self.bind(callee.code, args, keywords, {**defaults, **callee.keyword_defaults}, node)
        return self.call_code(callee.code, callee.frame, bound, node)

    def _defaults(self, callee: Const) -> dict[str, Value]:
        """The defaults of a function as they are now."""
        found = {}
        for name, default in self.library.code_of(callee.value).source.defaults.items():
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
        self, code: Code, args: Sequence[Value], keywords: Keywords, defaults: Mapping[str, Value], node: gast.AST | None
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
        self, code: Code, outer: Frame | None, bound: Mapping[str, Value], node: gast.AST | None, owner: type | None = None
    ) -> Value:
        """Read the body of a function in place, with its parameters bound; the value that it returns."""
        if code.is_generator:
            self.refuse(f"`{code.name}` is a generator", node, "return a list", UnsupportedCall)
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
            self.store.set((frame, name), value)
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


def _is_observer(function: Any) -> bool:
    try:
        if function in OBSERVERS:
            return True
    except TypeError:
        return False
    if isinstance(function, type) and issubclass(function, BaseException):
        return True
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] in ("logging", "warnings")


def _known_type(function: Any, given: Type) -> Type:
    if isinstance(function, type) and issubclass(function, BaseException):
        return Object(function)
    if function in (print, setattr, delattr):
        return Object(type(None))
    if function in (str, repr, format, ascii):
        return STRING
    if function in (isinstance, callable, hasattr):
        return Scalar("b")
    return given


def _writes(ops: Sequence[P.Any]) -> bool:
    return any(op.primitive.writes or any(_writes(b.ops) for b in op.blocks) for op in ops)


def _name_of(function: Any) -> str:
    return getattr(function, "__name__", repr(function))


def _real_names(function: Any, declared: inspect.Signature) -> list[str]:
    """The names of the positional parameters of what the user called."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        found = declared
    names = [p.name for p in found.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return names or [p.name for p in declared.parameters.values() if p.kind is not p.KEYWORD_ONLY]


def _declared_name(name: str, real: list[str], required: list[str]) -> str:
    """`np.sum(a=x)`: the first parameters may be called otherwise in the declaration."""
    if name in real and real.index(name) < len(required):
        return required[real.index(name)]
    return name


_DEFAULTS: dict[str, Any] = {"out": None, "dtype": None, "where": True, "order": ("K", "C"), "casting": "same_kind", "subok": True, "initial": None}


def _is_default(name: str, value: Value) -> bool:
    if name not in _DEFAULTS or not isinstance(value, Const):
        return False
    default = _DEFAULTS[name]
    return value.value in default if isinstance(default, tuple) else value.value is default or value.value == default
