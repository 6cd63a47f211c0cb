"""Runs a generated program through the tool and says: right, refused, wrong, crash, hang, or unusable."""

from __future__ import annotations

import itertools
import linecache
import re
import sys
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from corpus.case import active
from corpus.harness import judge
from corpus.oracle import Expected, Hang, at_most

from gradscribe.numerical import numbers

LARGEST = 1e5
SQUARES_OVERFLOW = 1e150
TINY = (2.0**-27, 2.0**-30, 2.0**-24)
_numbers = itertools.count()


@dataclass(frozen=True)
class Program:
    """A module's text, run: its function `f` and the arguments."""

    text: str
    function: Any
    args: tuple[Any, ...]

    @property
    def argnums(self) -> tuple[int, ...]:
        return active(self.args)


def load(text: str) -> Program:
    """Run a module's text so that the source of its functions can be found."""
    filename = f"<program {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    made: dict[str, Any] = {"__name__": "program"}
    exec(compile(text, filename, "exec", dont_inherit=True), made)  # noqa: S102
    return Program(text, made["f"], made["ARGS"])


def classify(text: str, mode: str = "reverse", seconds: int = 10) -> str:
    """The verdict on a program. It is unusable where differences cannot judge: errors, kinks, huge values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with at_most(seconds):
                program = load(text)
                facts = Expected(program.function, program.args, program.argnums)
                fault = _unusable(facts)
        except Hang:
            return "unusable: the program does not end"
        except Exception as error:  # noqa: BLE001
            return f"unusable: {type(error).__name__}: {error}"
        if fault:
            return f"unusable: {fault}"
        verdict = judge(program.function, program.args, program.argnums, mode, seconds=seconds, expected=facts)
        return _reconsidered(verdict, program, mode, seconds) if verdict.startswith("wrong") else verdict


def _reconsidered(verdict: str, program: Program, mode: str, seconds: int) -> str:
    """Where the judge may be at fault: values that overflow on the way, functions that turn within a step.

    A number is right after all only if differences in tiny steps agree with it and have converged.
    """
    if "is nan" in verdict or "is inf" in verdict or "is -inf" in verdict:
        return "unusable: values overflow on the way" if _grows(program) else verdict
    tiny = Expected(program.function, program.args, program.argnums, steps=TINY)
    again = judge(program.function, program.args, program.argnums, mode, seconds=seconds, expected=tiny)
    estimates = [estimate for _, estimate in tiny.gradient()]
    good = all(np.all(e.error <= 1e-4 * (1.0 + np.abs(e.value))) for e in estimates)
    return again if again == "right" and good else verdict


def _grows(program: Program) -> bool:
    """Whether a local of the program becomes so large that its square overflows."""
    found = False

    def look(frame: Any, event: str, _: Any) -> Any:
        nonlocal found
        if not frame.f_code.co_filename.startswith("<program"):
            return None
        values = numbers(list(frame.f_locals.values()))
        found = found or bool(np.any(~(np.abs(values) < SQUARES_OVERFLOW)))
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        program.function(*Expected(program.function, program.args, program.argnums).fresh())
    finally:
        sys.settrace(before)
    return found


def _unusable(facts: Expected) -> str | None:
    with np.errstate(over="raise", invalid="raise"):
        value = facts.plain().value  # what overflows on the way is undefined, even if the result does not depend on it
    found = numbers(value)
    if not isinstance(value, (float, np.floating)) or not np.all(np.abs(found) < LARGEST):
        return f"the result is {value!r}"
    for leaf, estimate in facts.gradient():
        if np.any(estimate.kinked) or np.any(np.abs(estimate.value) > LARGEST):
            return f"kink in {leaf.path or 'an argument'}"
    return None


def signature(verdict: str) -> str:
    """What two verdicts of one cause have in common."""
    kind, _, detail = verdict.partition(":")
    if kind == "wrong":
        if "differences" in detail:
            return "wrong: the derivative"
        return "wrong: the value" if " value " in detail else f"wrong: {_plain(detail)}"
    return f"{kind}: {_plain(detail)}"


def _plain(detail: str) -> str:
    detail = re.sub(r" \[.*\]$", "", detail)
    detail = re.sub(r"[`'\"][^`'\"]*[`'\"]", "'...'", detail)
    return re.sub(r"\b[a-zA-Z]*\d[\w.]*\b", "#", detail).strip()[:140]
