"""From a Python function to structured SSA, with types settled on the way.

    lower(function, types) -> Lowered: the program, and what it assumes of the world outside.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import UnsupportedSyntax
from ..ir.build import UNDEF
from ..ir.nodes import Block, Const, Function, Parameter, Var
from ..ir.primitives import External
from ..ir.types import Object, Type, is_continuous
from .attributes import Attributes
from .builtin_calls import BuiltinCalls
from .calls import Calls
from .containers import Containers
from .core import Assumptions, Restart
from .environment import Frame
from .expressions import Expressions
from .iteration import Iteration
from .joins import Joins
from .methods import Methods
from .resolve import Resolve
from .statements import Statements
from .syntax import Code, Library, parameters
from .values import NONE, Value

_READINGS = 400


@dataclass(frozen=True)
class Lowered:
    """A function that has been read.

    Args:
        function: the program.
        externals: what is read from outside when the derivative is called, with the type that was assumed.
        resolved: functions, classes, strings and the like from outside that were taken as they are: where each was
            found (a namespace, module, class, object or cell), under which name or key, and what it was.
    """

    function: Function
    externals: tuple[tuple[External, Type], ...]
    resolved: tuple[tuple[Any, Any, Any], ...]


class Reader(
    Statements,
    Expressions,
    Iteration,
    Joins,
    Containers,
    Methods,
    Attributes,
    BuiltinCalls,
    Calls,
    Resolve,
):
    """One reading of a function."""

    def __init__(self, library: Library, assumptions: Assumptions) -> None:
        super().__init__(library, assumptions)
        self.list_sites, self.originals, self.parameters = {}, {}, set()

    def read_function(
        self, code: Code, types: Mapping[str, Type], active: Collection[str] | None, static: Mapping[str, object]
    ) -> Function:
        """The program of a function for arguments of these types."""
        self.frame = Frame(code, None, (), code.local)
        self.frame.method_of = _method_of(code.function)
        made = [self._parameter(p.id, code, types, active, static) for p in parameters(code.args)]
        self.frame.first = self.store.get((self.frame, made[0].var.hint)) if made else None
        self.block(code.body)
        value = self.store.get((self.frame, "%result"))
        result = NONE if value is UNDEF and not self.dead else self.as_atom(self.read(value))
        body = Block(tuple(p.var for p in made), tuple(self.root.ops), (result,))
        doc = inspect.getdoc(code.function) if code.function is not None else None
        return Function(code.name if code.name.isidentifier() else "function", tuple(made), body, doc)

    def _parameter(
        self, name: str, code: Code, types: Mapping[str, Type], active: Collection[str] | None, static: Mapping[str, object]
    ) -> Parameter:
        type_ = types[name] if name in types else Object(type(static[name]))
        varies = is_continuous(type_) and (active is None or name in active)
        var = self.new_var(name, type_, True, varies)
        self.parameters.add(var)
        self.paths[var] = name
        value: Value = var
        if name in static:
            self.samples[var] = static[name]
            value = self.lift(static[name], name, lambda: var)
        elif name in self.assumed.expanded:
            value = self.expanded(var)
        self.store.set((self.frame, name), value)
        declared = code.source.signature.parameters.get(name)
        kind = declared.kind if declared is not None else inspect.Parameter.POSITIONAL_OR_KEYWORD
        default = None
        if declared is not None and declared.default is not declared.empty:
            default = Const(declared.default)
        return Parameter(var, kind, default)


def lower(
    function: Callable[..., Any],
    types: Mapping[str, Type],
    active: Collection[str] | None = None,
    *,
    static: Mapping[str, object] | None = None,
    library: Library | None = None,
) -> Lowered:
    """Read a Python function.

    Args:
        function: a function with source.
        types: the type of each parameter (also of `*args`, a Tuple, and `**kwargs`, a Dict).
        active: the parameters with respect to which it will be differentiated; by default all that are continuous.
        static: the values of parameters that are known: functions, strings, None, booleans. They may be left out of
            `types`.
        library: functions read before.

    Returns:
        The program and what it assumes.

    Raises:
        UnsupportedSyntax, UnsupportedCall: a construct or call cannot be differentiated.
        NoSource, StaleSource: the source cannot be found.
    """
    library = library or Library()
    code = library.code_of(function)
    if code.is_generator:
        raise UnsupportedSyntax(
            f"`{code.name}` is a generator", code.location(code.source.tree), "differentiate a function that returns a value"
        )
    assumptions = Assumptions()
    with _deep_recursion():
        for _ in range(_READINGS):
            reader = Reader(library, assumptions)
            try:
                made = reader.read_function(code, types, active, static or {})
            except Restart:
                continue
            return Lowered(made, tuple(reader.assumed_types), tuple(reader.resolved.values()))
    raise UnsupportedSyntax(f"the types in `{code.name}` do not settle", code.location(code.source.tree))


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Expressions and `elif` chains may be nested deeper than the usual limit."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 50_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _method_of(function: Any) -> type | None:
    from .calls import _owner_class

    return _owner_class(function)


__all__ = ["Lowered", "Reader", "Var", "lower"]
