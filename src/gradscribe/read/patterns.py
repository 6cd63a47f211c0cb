"""`match`: patterns are tested on values, and bind names only where the whole pattern holds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gast

from ..ir.nodes import Const, Var
from ..ir.types import Dict, FixedList, List, Numeric, Object, Tuple
from .core import Core
from .values import FALSE, TRUE, Content, Reference, TupleValue, Value

Bindings = list[tuple[str, Value]]
_THEMSELVES = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)


class Patterns(Core):
    """`_run_Match`."""

    def _run_Match(self, node: gast.Match) -> None:
        subject = self.expression(node.subject)
        self._match_from(node, subject, 0)

    def _match_from(self, node: gast.Match, subject: Value, k: int) -> None:
        if k == len(node.cases):
            return
        case = node.cases[k]
        bindings: Bindings = []
        matched = self.truth(self._matches(case.pattern, subject, bindings))

        def bind() -> None:
            for name, value in bindings:
                self.assign(gast.Name(id=name, ctx=gast.Store(), annotation=None, type_comment=None), value)

        def run() -> None:
            bind()
            self.block(case.body)

        if case.guard is not None:

            def guarded() -> Value:
                bind()
                return self.truth(self.expression(case.guard))

            matched = self.truth(self.choose(matched, guarded, lambda: FALSE))
        self.branch(matched, run, lambda: self._match_from(node, subject, k + 1))

    def _matches(self, pattern: gast.AST, value: Value, bindings: Bindings) -> Value:
        """Whether a pattern holds; what it binds is added to `bindings`."""
        method = getattr(self, f"_matches_{type(pattern).__name__}")
        return method(pattern, value, bindings)  # type: ignore[no-any-return]

    def _both(self, first: Value, second: Callable[[], Value]) -> Value:
        return self.choose(self.truth(first), second, lambda: FALSE)

    def _all_of(self, tests: Sequence[Callable[[], Value]]) -> Value:
        result: Value = TRUE
        for test in tests:
            result = self._both(result, test)
        return result

    def _matches_MatchValue(self, pattern: gast.MatchValue, value: Value, bindings: Bindings) -> Value:
        return self.compare(operator.eq, value, self.expression(pattern.value), pattern)

    def _matches_MatchSingleton(self, pattern: gast.MatchSingleton, value: Value, bindings: Bindings) -> Value:
        return self.identity(value, Const(pattern.value))

    def _matches_MatchAs(self, pattern: gast.MatchAs, value: Value, bindings: Bindings) -> Value:
        result = TRUE if pattern.pattern is None else self._matches(pattern.pattern, value, bindings)
        if pattern.name is not None:
            bindings.append((pattern.name, value))
        return result

    def _matches_MatchOr(self, pattern: gast.MatchOr, value: Value, bindings: Bindings) -> Value:
        result: Value = FALSE
        for alternative in pattern.patterns:
            found: Bindings = []
            test = self._matches(alternative, value, found)
            if found and not isinstance(test, Const):
                self.refuse("alternatives of a pattern that bind names", alternative, "write one case for each")
            if found and test.value and not (isinstance(result, Const) and result.value):
                bindings += found
            result = self.choose(self.truth(result), lambda: TRUE, lambda test=test: test)
        return result

    def _matches_MatchSequence(self, pattern: gast.MatchSequence, value: Value, bindings: Bindings) -> Value:
        if not self._is_sequence_value(value):
            return self._is_surely_no(Sequence, value, pattern)
        items = self.items_of(value, pattern)
        if items is None:
            self.refuse("a sequence of unknown length is matched", pattern, "index it")
        stars = [k for k, p in enumerate(pattern.patterns) if isinstance(p, gast.MatchStar)]
        wanted = len(pattern.patterns)
        if len(items) != wanted if not stars else len(items) < wanted - 1:
            return FALSE
        if stars:
            first, after = stars[0], wanted - 1 - stars[0]
            middle = self.new_list(items[first : len(items) - after], pattern.patterns[first])
            items = (*items[:first], middle, *items[len(items) - after :])
        return self._all_of(
            [lambda p=p, i=i: self._matches(p, i, bindings) for p, i in zip(pattern.patterns, items, strict=True)]
        )

    def _is_sequence_value(self, value: Value) -> bool:
        if isinstance(value, Reference):
            return value.cell.kind == "list"
        if isinstance(value, TupleValue):
            return True
        if isinstance(value, Const):
            return isinstance(value.value, tuple)
        return isinstance(getattr(value, "type", None), (Tuple, FixedList, List))

    def _is_surely_no(self, kind: type, value: Value, pattern: gast.AST) -> Value:
        """FALSE for what is no sequence (or mapping); of what is known at run time only, nothing can be said."""
        type_ = value.type if isinstance(value, Var) else None
        unknown = isinstance(type_, Numeric) and not self.is_active(value)
        if isinstance(type_, Object) and type_.cls not in (str, bytes, bytearray):
            unknown = type_.cls is None or issubclass(type_.cls, kind)
        if unknown:
            what = "sequence" if kind is Sequence else "mapping"
            self.refuse(
                f"whether this is a {what} that matches is known at run time only", pattern, "test and index it"
            )
        return FALSE

    def _matches_MatchStar(self, pattern: gast.MatchStar, value: Value, bindings: Bindings) -> Value:
        if pattern.name is not None:
            bindings.append((pattern.name, value))
        return TRUE

    def _matches_MatchMapping(self, pattern: gast.MatchMapping, value: Value, bindings: Bindings) -> Value:
        is_dict = isinstance(value, Reference) and value.cell.kind == "dict"
        if not is_dict and not isinstance(getattr(value, "type", None), Dict):
            return self._is_surely_no(Mapping, value, pattern)
        entries = dict(self.entries_of(value, pattern))
        keys = [self.static_key(self.expression(k), k) for k in pattern.keys]
        if not all(k in entries for k in keys):
            return FALSE
        if pattern.rest is not None:
            rest = {k: v for k, v in entries.items() if k not in keys}
            bindings.append((pattern.rest, self.new_cell(Content("dict", tuple(rest.values()), tuple(rest)), pattern)))
        return self._all_of(
            [
                lambda p=p, k=k: self._matches(p, entries[k], bindings)
                for p, k in zip(pattern.patterns, keys, strict=True)
            ]
        )

    def _matches_MatchClass(self, pattern: gast.MatchClass, value: Value, bindings: Bindings) -> Value:
        cls = self.expression(pattern.cls)
        if not isinstance(cls, Const):
            self.refuse("a class pattern whose class is not known", pattern)
        is_one = self.call(Const(isinstance, name="isinstance"), (value, cls), {}, pattern)
        names = getattr(cls.value, "__match_args__", ())
        tests: list[Callable[[], Value]] = []
        for k, part in enumerate(pattern.patterns):
            if cls.value in _THEMSELVES:
                tests.append(lambda p=part: self._matches(p, value, bindings))
            else:
                tests.append(lambda p=part, k=k: self._matches_field(p, value, names[k], bindings))
        for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
            tests.append(lambda p=part, n=name: self._matches_field(p, value, n, bindings))
        return self._both(is_one, lambda: self._all_of(tests))

    def _matches_field(self, pattern: gast.AST, value: Value, name: Any, bindings: Bindings) -> Value:
        return self._matches(pattern, self.get_attribute(value, name, pattern), bindings)
