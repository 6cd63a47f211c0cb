"""From a Python function to structured SSA, with types settled on the way.

lower(function, types) -> Lowered: the program, and what it assumes of the world outside.
"""

from __future__ import annotations

import functools
import inspect
import types as python_types
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import UnsupportedSyntax
from ..ir import primitives as P
from ..ir.nodes import Block, Const, Function, Parameter, Var
from ..ir.primitives import External, overloads
from ..ir.types import BOOL, STRUCTURES, Object, Type, is_continuous
from ..process import deep_recursion
from .assumptions import Assumptions, Restart
from .attributes import Attributes
from .builtin_calls import BuiltinCalls
from .calls import Calls, owner_class
from .changing import Changing
from .comparisons import Comparisons
from .containers import Containers
from .contexts import Contexts
from .environment import Frame
from .exceptions import Exceptions
from .expressions import Expressions
from .generators import Generators
from .importing import Importing
from .indexing import Indexing
from .initial_values import LibrarySolvers
from .instances import Instances
from .iteration import Iteration
from .iterators import Iterators
from .itertools_calls import IteratorCalls
from .joins import Joins
from .lists import RunTimeLists
from .loops import Loops
from .marks import Marks
from .methods import Methods
from .numbers_as_arrays import NumbersAsArrays
from .numpy_calls import NumpyCalls
from .optionals import Optionals
from .outline import Outline
from .patterns import Patterns
from .primitive_calls import PrimitiveCalls
from .python_calls import LibraryCalls
from .resolve import Resolve, is_setting
from .statements import Statements
from .syntax import Code, Library, parameters
from .tables import Tables
from .values import Partial, Value
from .writing import Writing

_READINGS = 400


@dataclass(frozen=True)
class Lowered:
    """A function that has been read.

    Args:
        function: the program.
        externals: what is read from outside when the derivative is called, with the key (`signature.key_of`) that was
            assumed.
        resolved: functions, classes, strings and the like from outside that were taken as they are: where each was
            found (a namespace, module, class, object or cell), under which name or key, and what it was.
    """

    function: Function
    externals: tuple[tuple[External, Any], ...]
    resolved: tuple[tuple[Any, Any, Any], ...]


class Reader(
    Statements,
    Contexts,
    Importing,
    Exceptions,
    Expressions,
    Iteration,
    Optionals,
    Comparisons,
    Joins,
    Loops,
    Marks,
    Containers,
    RunTimeLists,
    Tables,
    Indexing,
    Writing,
    Instances,
    Methods,
    Attributes,
    BuiltinCalls,
    IteratorCalls,
    Iterators,
    Generators,
    LibraryCalls,
    NumbersAsArrays,
    NumpyCalls,
    Patterns,
    Outline,
    LibrarySolvers,
    Calls,
    Changing,
    PrimitiveCalls,
    Resolve,
):
    """One reading of a function."""

    def read_function(
        self,
        function: Callable[..., Any],
        types: Mapping[str, Type],
        active: Collection[str] | None,
        static: Mapping[str, object],
    ) -> Function:
        """The program of a function for arguments of these types."""
        target, owner = _peeled(function)
        code = self.codes.code_of(target)
        self.note_form(target)
        self.frame = Frame(code, None, (), code.local)
        self.begin_rebound()
        signature = inspect.signature(function)
        made = {name: self._parameter(p, types, active, static) for name, p in signature.parameters.items()}
        values = {name: self._argument(name, p.var, static) for name, p in made.items()}
        if code.is_generator:
            self.refuse(
                f"`{code.name}` is a generator", code.source.tree, "differentiate a function that returns a value"
            )
        bound = self._bound(code, function, owner, signature, values)
        custom = _with_rule(function)
        if custom is not None:
            result = self.call_custom(custom, [bound[p.id] for p in parameters(code.args)], {}, None)
        elif overloads(function):  # it has a rule: its own text is not read
            result = self.apply(function, [bound[p.id] for p in parameters(code.args)], {}, None)
        else:
            result = self.read_body(code, None, bound, None, owner_class(target))
        self.node = code.source.tree.body[-1]
        atom = self.as_atom(result)
        self.settle_rebound()
        body = Block(tuple(p.var for p in made.values()), tuple(self.root.ops), (atom,))
        name = code.name if code.name.isidentifier() else "function"
        return Function(name, tuple(made.values()), body, inspect.getdoc(target))

    def _bound(
        self, code: Code, function: Any, owner: Any, signature: inspect.Signature, values: dict[str, Value]
    ) -> dict[str, Value]:
        """The arguments by the names of the code that runs: what a wrapper is called with may have other names."""
        if owner is None and list(values) == [p.id for p in parameters(code.args)]:
            return values
        args: list[Value] = []
        keywords: dict[str, Value] = {}
        for name, parameter in signature.parameters.items():
            if parameter.kind is parameter.VAR_POSITIONAL:
                args += self.known_items(values[name])
            elif parameter.kind is parameter.VAR_KEYWORD:
                keywords.update(self.entries_of(values[name], None))
            elif parameter.kind is parameter.KEYWORD_ONLY:
                keywords[name] = values[name]
            else:
                args.append(values[name])
        before, named = self._given(function, owner)
        defaults = self._defaults(Const(code.function, name=code.name))
        return self.bind(code, (*before, *args), {**named, **keywords}, defaults, None)

    def _given(self, function: Any, owner: Any) -> tuple[tuple[Value, ...], dict[str, Value]]:
        """The arguments that a bound method or a partial brings along."""
        if owner is None:
            return (), {}
        if isinstance(function, functools.partial):
            lifted = self.lift(function, "partial")
            assert isinstance(lifted, Partial)
            return lifted.args, dict(lifted.keywords)
        bound = function if isinstance(function, python_types.MethodType) else function.__call__
        return (self.bound_owner(Const(bound, name=getattr(bound, "__name__", "method"))),), {}

    def _parameter(
        self,
        declared: inspect.Parameter,
        types: Mapping[str, Type],
        active: Collection[str] | None,
        static: Mapping[str, object],
    ) -> Parameter:
        name = declared.name
        type_ = types[name] if name in types else Object(type(static[name]))
        varies = is_continuous(type_) and (active is None or name in active)
        var = self.new_var(name, type_, True, varies)
        self.parameters.add(var)
        self.paths[var] = name
        default = None if declared.default is declared.empty else Const(declared.default)
        return Parameter(var, declared.kind, default)

    def _argument(self, name: str, var: Var, static: Mapping[str, object]) -> Value:
        if name in static and is_setting(static[name]):
            return self._settled(name, var, static[name])
        if name in static and isinstance(var.type, STRUCTURES):
            self.statics[var] = static[name]
        elif name in static:
            self.samples[var] = static[name]
            return self.lift(static[name], name, lambda: var)
        return self.expanded(var) if name in self.assumed.expanded else var

    def _settled(self, name: str, var: Var, value: Any) -> Value:
        """An argument that is known by its value; the program says so, as it would be wrong for another."""
        self.perform(P.ASSERT, self.emit(P.EQUAL, var, Const(value), type=BOOL))
        return self.lift(value, name)


def _peeled(function: Any) -> tuple[Any, Any]:
    """The Python function that runs when `function` is called, and the object that brings arguments along."""
    if hasattr(type(function), "custom_rule"):
        return function.fun, None
    if hasattr(type(function), "same_as_primal"):
        return _peeled(function.primal)
    if isinstance(function, python_types.MethodType):
        return function.__func__, function.__self__
    if isinstance(function, functools.partial):
        return _peeled(function.func)[0], function
    if isinstance(function, python_types.FunctionType) or hasattr(function, "__wrapped__"):
        return function, None
    method = inspect.getattr_static(type(function), "__call__", None)
    return (method, function) if isinstance(method, python_types.FunctionType) else (function, None)


def _with_rule(function: Any) -> Any:
    """The function with a rule of its own that is called in the end, None for any other."""
    while isinstance(function, functools.partial):
        function = function.func
    return function if hasattr(type(function), "custom_rule") else None


def lower(
    function: Callable[..., Any],
    types: Mapping[str, Type],
    active: Collection[str] | None = None,
    *,
    static: Mapping[str, object] | None = None,
    library: Library | None = None,
    settled: bool = False,
    whole: bool = False,
) -> Lowered:
    """Read a Python function.

    Args:
        function: a function with source.
        types: the type of each parameter (also of `*args`, a Tuple, and `**kwargs`, a Dict).
        active: the parameters with respect to which it will be differentiated; by default all that are continuous.
        static: the values of parameters that are known: functions, strings, None, booleans. They may be left out of
            `types`.
        library: functions read before.
        settled: whether integers from outside the function are known too.
        whole: whether functions of the user's are read even where nothing that is differentiated goes in.

    Returns:
        The program and what it assumes.

    Raises:
        UnsupportedSyntax, UnsupportedCall: a construct or call cannot be differentiated.
        NoSource, StaleSource: the source cannot be found.
    """
    library = library or Library()
    assumptions = Assumptions(settled=settled)
    with deep_recursion():
        for _ in range(_READINGS):
            reader = Reader(library, assumptions)
            reader.whole = whole
            try:
                made = reader.read_function(function, types, active, static or {})
            except Restart:
                continue
            return Lowered(made, tuple(reader.assumed_types), tuple(reader.resolved.values()))
    raise UnsupportedSyntax(f"the types in `{getattr(function, '__name__', 'the function')}` do not settle")
