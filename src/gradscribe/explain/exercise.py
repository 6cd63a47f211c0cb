"""Exercises: the lines of the two derivative programs with their right-hand sides hidden, and the check of what a
student writes there. An answer is right when it gives the numbers of the rule at random values of all names."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ir.nodes import walk
from ..ir.primitives import WATCH
from ..numerical import flatten
from ..write.one import expression_text
from .teach import translation
from .trace import Trace

HIDDEN = "___"
TRIALS = 3


@dataclass(frozen=True)
class Question:
    """A line to complete.

    Args:
        step: the line of the primal that it belongs to.
        target: what stands on the left: `dy` or `bx1`.
        sign: `=` or `+=`.
        answer: the right-hand side.
    """

    step: str
    target: str
    sign: str
    answer: str


@dataclass(frozen=True)
class Mark:
    """A judged answer. `verdict` is "right", "wrong", "open", or what is not understood."""

    question: Question
    given: str
    verdict: str


@dataclass(frozen=True)
class Exercise:
    """A sheet of questions about the derivative of one function; prints as the sheet."""

    trace: Trace
    questions: tuple[Question, ...]

    def __str__(self) -> str:
        return "\n".join(_sheet(self.questions, self.trace.name))

    def check(self, sheet: str) -> list[Mark]:
        """Judge a sheet that a student has filled in.

        Args:
            sheet: its text; the order of the lines is that of the empty sheet.

        Returns:
            a mark for each question.
        """
        given = _given(sheet)
        known = self._values()
        marks = []
        for question in self.questions:
            answers = given.get((question.step, question.target), [])
            answer = answers.pop(0) if answers else HIDDEN
            marks.append(Mark(question, answer, self._verdict(question, answer, known)))
        return marks

    def _verdict(self, question: Question, answer: str, known: dict[str, Any]) -> str:
        if answer in ("", HIDDEN):
            return "open"
        try:
            tree = ast.parse(answer, mode="eval")
        except SyntaxError as error:
            return f"not an expression: {error.msg}"
        unknown = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - known.keys() - _NAMESPACE.keys()
        if unknown:
            return f"there is no {', '.join(sorted(unknown))}"
        for trial in range(TRIALS):
            values = _shaken(known, np.random.default_rng(trial))
            try:
                with np.errstate(all="ignore"):
                    right, mine = (np.asarray(_computed(text, values)) for text in (question.answer, answer))
                    same = right.shape == mine.shape and np.allclose(right, mine, rtol=1e-9, equal_nan=True)
            except Exception as error:
                return f"cannot be computed: {error}"
            if not same:
                return "wrong"
        return "right"

    def _values(self) -> dict[str, Any]:
        """A value for each name, its tangent and its adjoint."""
        known: dict[str, Any] = {}
        for step in self.trace.steps:
            if step.name:
                known[step.name] = step.value
        for var, name in self.trace.names.items():
            known.setdefault(name, 1.0 if getattr(var.type, "kind", "f") == "f" else 2)
        return known | {f"{letter}{name}": value for name, value in known.items() for letter in "db"}


_NAMESPACE = {"np": np, "math": math, "__builtins__": {}}
for _name in ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh"):
    _NAMESPACE[_name] = getattr(np, _name)
_NAMESPACE["abs"] = np.abs


def _computed(text: str, values: dict[str, Any]) -> Any:
    return eval(text, dict(_NAMESPACE), values)


def exercise(trace: Trace) -> Exercise:
    """The exercise about a run: for each operation of the program its tangent line and its adjoint lines.

    Args:
        trace: the run; the program alone counts, and the shapes of its values.
    """
    return Exercise(trace, tuple(_questions(trace)))


def _questions(trace: Trace) -> Iterator[Question]:
    active = {step.op for step in trace.steps if step.is_active}
    for op in walk(trace.program.body):
        if op not in active or op.blocks or op.primitive is WATCH or not op.results:
            continue
        rule = translation(op, trace.names)
        step = f"{trace.names[op.results[0]]} = {expression_text(op, trace.names)}"
        for line in (*rule.tangent, *rule.adjoint):
            found = re.fullmatch(r"(\w+) (\+?=) (.*)", line)
            if found:
                yield Question(step, *found.groups())


def _sheet(questions: tuple[Question, ...], name: str) -> Iterator[str]:
    yield f"# {name}: complete the right-hand sides. dx is the tangent of x, bx its adjoint."
    step = ""
    for question in questions:
        if question.step != step:
            yield question.step
        step = question.step
        yield f"    {question.target} {question.sign} {HIDDEN}"


def _given(sheet: str) -> dict[tuple[str, str], list[str]]:
    """(line of the primal, left-hand side) -> what was written on the right, in order."""
    found: dict[tuple[str, str], list[str]] = {}
    step = ""
    for line in sheet.splitlines():
        if not line.startswith((" ", "\t", "#")) and line.strip():
            step = line.strip()
        parts = re.fullmatch(r"\s+(\w+)\s*\+?=\s*(.*?)\s*", line)
        if parts:
            found.setdefault((step, parts[1]), []).append(parts[2])
    return found


def _shaken(known: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    """Other numbers of the same shapes: positive ones, so that logarithms have a value."""

    def other(value: Any) -> Any:
        leaves, build = flatten(value)
        return build([random.uniform(0.5, 1.5, np.shape(leaf.value))[()] for leaf in leaves])

    return {name: other(value) if isinstance(value, (float, np.ndarray)) else value for name, value in known.items()}


def marks_text(marks: list[Mark]) -> str:
    """The marks as text."""
    lines = [f"{m.verdict:7} {m.question.target} {m.question.sign} {m.given}" for m in marks]
    right = sum(m.verdict == "right" for m in marks)
    return "\n".join([*lines, f"{right} of {len(marks)} right"])
