"""What the parts of the reader call of each other: the names, without what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import gast

from ..errors import GradscribeError
from ..ir.nodes import Atom, Var
from ..ir.solvers import Solver
from ..ir.types import NUMERIC, Type
from .container_parts import ContainerParts
from .environment import Frame, Key
from .syntax import Code
from .values import Choice, Reference, Value

Keywords = Mapping[str, Value]


class Parts(ContainerParts):
    """Declared here, defined in one of the parts that `Reader` inherits."""

    def block(self, statements: Sequence[gast.stmt]) -> None:
        raise NotImplementedError

    def expression(self, node: gast.AST) -> Value:
        raise NotImplementedError

    def hides(self, owner: Reference, name: str, node: gast.AST | None) -> None:
        raise NotImplementedError

    def may_swallow(self, exit_: Value) -> bool:
        raise NotImplementedError

    def heed_call(self, callee: Atom, operands: Sequence[Atom]) -> None:
        raise NotImplementedError

    def heed_method(self, owner: Atom, name: str, operands: Sequence[Atom]) -> None:
        raise NotImplementedError

    def assign(self, target: gast.AST, value: Value) -> None:
        raise NotImplementedError

    def branch(self, predicate: Value, then: Callable[[], None], orelse: Callable[[], None]) -> None:
        raise NotImplementedError

    def choose(self, predicate: Value, then: Callable[[], Value], orelse: Callable[[], Value]) -> Value:
        raise NotImplementedError

    def loop(
        self,
        bounds: tuple[Atom, Atom, Atom] | None,
        body: Callable[[Atom], None],
        exit_flag: Key | None = None,
        hint: str = "i",
    ) -> None:
        raise NotImplementedError

    def as_atom(self, value: Value, node: gast.AST | None = None) -> Atom:
        raise NotImplementedError

    def truth(self, value: Value) -> Atom:
        raise NotImplementedError

    def binary(self, function: Callable[..., Any], left: Value, right: Value, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def by_methods(self, name: str, left: Value, right: Value, node: gast.AST | None) -> Value | None:
        raise NotImplementedError

    def unary(self, function: Callable[..., Any], operand: Value, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def compare(self, function: Callable[..., Any], left: Value, right: Value, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def in_place(
        self, function: Callable[..., Any], target: Value, value: Value, node: gast.AST | None = None
    ) -> Value:
        raise NotImplementedError

    def get_item(self, container: Value, index: Value, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def set_item(self, container: Value, index: Value, value: Value, node: gast.AST | None = None) -> None:
        raise NotImplementedError

    def get_attribute(self, owner: Value, name: str, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def set_attribute(self, owner: Value, name: str, value: Value, node: gast.AST | None = None) -> None:
        raise NotImplementedError

    def call(self, callee: Value, args: Sequence[Value], keywords: Keywords, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def apply(
        self,
        function: Any,
        args: Sequence[Value],
        keywords: Keywords,
        node: gast.AST | None = None,
        names: Any = None,
    ) -> Value:
        raise NotImplementedError

    def opaque(
        self,
        callee: Value,
        args: Sequence[Value],
        keywords: Keywords,
        node: gast.AST | None = None,
        type_: Type = NUMERIC,
    ) -> Value:
        raise NotImplementedError

    def call_code(
        self,
        code: Code,
        outer: Frame | None,
        bound: Mapping[str, Value],
        node: gast.AST | None,
        owner: type | None = None,
    ) -> Value:
        raise NotImplementedError

    def call_outlined(
        self, code: Code, outer: Frame | None, bound: Mapping[str, Value], node: gast.AST | None, owner: type | None
    ) -> Value:
        raise NotImplementedError

    def read_body(
        self, code: Code, outer: Frame | None, bound: Mapping[str, Value], node: gast.AST | None, owner: type | None
    ) -> Value:
        raise NotImplementedError

    def bound_owner(self, callee: Any) -> Value:
        raise NotImplementedError

    def lift(self, value: Any, name: str, atom: Callable[[], Atom] | None = None) -> Value:
        raise NotImplementedError

    def load(self, name: str, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def call_solver(
        self, solver: Solver, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        raise NotImplementedError

    def attribute_of_solved(self, owner: Any, name: str, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def item_of_solved(self, container: Any, index: Value, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def method_of_class(self, reference: Value, name: str) -> Value | None:
        raise NotImplementedError

    def super_here(self, node: gast.AST) -> Value:
        raise NotImplementedError

    def index_atom(self, index: Value, node: gast.AST | None) -> Atom:
        raise NotImplementedError

    def spoil(self, value: Value) -> None:
        raise NotImplementedError

    def slice_of(self, parts: Sequence[Value], node: gast.AST | None) -> Value:
        raise NotImplementedError

    def bind(self, code: Code, args: Any, keywords: Keywords, defaults: Any, node: gast.AST | None) -> dict[str, Value]:
        raise NotImplementedError

    def _defaults(self, callee: Any) -> dict[str, Value]:
        raise NotImplementedError

    def _leaves_of(self, value: Value, leaves: list[Atom], node: gast.AST | None) -> Any:
        raise NotImplementedError

    def _inside(self, value: Value, leaves: Any, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def call_named(
        self, owner: Value, name: str, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        raise NotImplementedError

    def make_instance(
        self, cls: type, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value | None:
        raise NotImplementedError

    def identity(self, left: Value, right: Value, negated: bool = False, node: gast.AST | None = None) -> Value:
        raise NotImplementedError

    def ufunc_method(self, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def enter_generator(self, manager: Any, item: Any, body: Callable[[], None]) -> None:
        raise NotImplementedError

    def _run_Try(self, node: gast.Try) -> None:
        raise NotImplementedError

    def rebind(self, name: str, value: Value, node: gast.AST) -> None:
        raise NotImplementedError

    def with_dtypes(self, atoms: Iterable[Atom]) -> list[Atom]:
        raise NotImplementedError

    def where_into(
        self, out: Value, where: Value, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        raise NotImplementedError

    def flat_index(self, target: Value, places: Value, node: gast.AST | None) -> Value:
        raise NotImplementedError

    def set_on_array(self, owner: Value, name: str, value: Value, node: gast.AST | None) -> bool:
        raise NotImplementedError

    def special(self, function: Any) -> Any:
        raise NotImplementedError

    def negation(self, value: Value) -> Value:
        raise NotImplementedError

    def array_operand(self, value: Value, node: gast.AST | None) -> Atom:
        raise NotImplementedError

    def opaque_method(
        self, owner: Value, name: str, args: Sequence[Value], keywords: Keywords, node: gast.AST | None
    ) -> Value:
        raise NotImplementedError

    def keep_changes(self, values: Sequence[Value], function: Any, name: str, node: gast.AST | None) -> None:
        raise NotImplementedError

    def demand_looking(self, owner: Value, name: str, node: gast.AST | None) -> None:
        raise NotImplementedError

    def index(self, node: gast.AST) -> Value:
        raise NotImplementedError

    def frame_of(self, name: str) -> Frame | None:
        raise NotImplementedError

    def update_item(self, function: Any, target: Var, index: Any, value: Value, node: gast.AST | None) -> None:
        raise NotImplementedError

    def closure(self, node: gast.Lambda | gast.FunctionDef) -> Value:
        raise NotImplementedError

    def slice_from(self, position: Value) -> Value:
        raise NotImplementedError

    def _note_caller(self, error: GradscribeError, caller: Frame, node: gast.AST | None) -> None:
        raise NotImplementedError

    def present(self, choice: Choice, error: type[Exception], message: str) -> Value:
        raise NotImplementedError
